// SPDX-License-Identifier: Apache-2.0
//
// The parts of a run; each adds its measures.
#pragma once
#include <functional>

namespace bench {

void add_cold();
void add_hits();
void add_authorize();
void add_revocation();
void add_refusals();
void add_threads();
void add_key_sets();
void add_size();
void add_allocations();

/// Run when everything was measured: to see that it was what it should be.
void at_end(std::function<void()> check);

}  // namespace bench
