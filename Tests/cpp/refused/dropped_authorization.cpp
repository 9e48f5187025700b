// SPDX-License-Identifier: Apache-2.0
// REFUSED: unused-result|nodiscard
#include <mxauth.hpp>

void test(const mxauth::validator& one) {
  static_cast<void>(one);
#ifndef ALLOWED
  one.authorize("GET", "/");
#endif
}
