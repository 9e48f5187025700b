// SPDX-License-Identifier: Apache-2.0
// REFUSED: convert|conversion|viable
#include <mxauth.hpp>

void test(mxauth::grants allowed) {
  static_cast<void>(allowed);
#ifndef ALLOWED
  std::uint64_t bits = allowed;
#endif
}
