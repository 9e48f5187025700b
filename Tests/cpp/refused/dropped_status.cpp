// SPDX-License-Identifier: Apache-2.0
// REFUSED: unused-result|nodiscard|unused-value
#include <mxauth.hpp>

void test(const mxauth::validator& one) {
  mxauth::verdict verdict;
  static_cast<void>(one);
#ifndef ALLOWED
  one.validate("token", verdict);
#endif
}
