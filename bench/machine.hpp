// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>

#include "results.hpp"

namespace bench {

/// Everything that the figures depend on, as a JSON object.
std::string describe(const Machine &machine, const std::map<std::string, std::string> &best_peer);

}  // namespace bench
