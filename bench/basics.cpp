// SPDX-License-Identifier: Apache-2.0
#include "basics.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace bench {

Settings settings;

void demand(bool holds, const std::string &what) {
  if (holds) return;
  std::fprintf(stderr, "\nmxauth-bench: %s\n", what.c_str());
  std::exit(1);
}

void say(const std::string &what) {
  std::fprintf(stderr, isatty(STDERR_FILENO) == 1 ? "\r\033[K%s" : "%s\n", what.c_str());
  std::fflush(stderr);
}

}  // namespace bench
