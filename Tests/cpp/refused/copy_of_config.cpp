// SPDX-License-Identifier: Apache-2.0
// REFUSED: delete|copy constructor
#include <mxauth.hpp>

void test(const mxauth::config& one) {
  static_cast<void>(one);
#ifndef ALLOWED
  const mxauth::config copy = one;
#endif
}
