// SPDX-License-Identifier: Apache-2.0
// REFUSED: convert|conversion|viable
#include <mxauth.hpp>

void test(const mxauth::result<mxauth::verdict>& verdict) {
  static_cast<void>(verdict);
#ifndef ALLOWED
  int number = verdict;
#endif
}
