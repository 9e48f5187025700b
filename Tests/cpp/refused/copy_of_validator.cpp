// SPDX-License-Identifier: Apache-2.0
// REFUSED: delete|copy constructor
#include <mxauth.hpp>

void test(const mxauth::validator& one) {
  static_cast<void>(one);
#ifndef ALLOWED
  const mxauth::validator copy = one;
#endif
}
