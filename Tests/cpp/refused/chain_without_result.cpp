// SPDX-License-Identifier: Apache-2.0
// REFUSED: and_then calls what returns a result
#include <mxauth.hpp>

void test(const mxauth::result<int>& number) {
  static_cast<void>(number);
#ifndef ALLOWED
  static_cast<void>(number.and_then([](int) { return 1; }));
#endif
}
