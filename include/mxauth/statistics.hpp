// SPDX-License-Identifier: Apache-2.0
// What a validator has done since it was made.
#ifndef MXAUTH_STATISTICS_HPP
#define MXAUTH_STATISTICS_HPP

#include "../mxauth.h"

namespace mxauth {

/** mxauth_stats, whose members are explained in mxauth.h; all 0 to begin with. */
struct stats : mxauth_stats {
  stats() noexcept : mxauth_stats MXAUTH_STATS_INIT {}
};

}  // namespace mxauth

#endif
