// SPDX-License-Identifier: Apache-2.0
// REFUSED: convert|conversion|viable
#include <mxauth.hpp>

void test(const mxauth::validator& one) {
  mxauth::verdict verdict;
  static_cast<void>(one);
#ifndef ALLOWED
  if (one.validate("token", verdict)) return;
#endif
}
