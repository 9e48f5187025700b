// SPDX-License-Identifier: Apache-2.0
// REFUSED: unused-result|nodiscard
#include <mxauth.hpp>

void test(mxauth::config& options) {
  static_cast<void>(options);
#ifndef ALLOWED
  options.set("server_name", "example.org");
#endif
}
