// SPDX-License-Identifier: Apache-2.0
// REFUSED: discards qualifiers|const
#include <mxauth.hpp>

void test(const mxauth::validator& one) {
  static_cast<void>(one);
#ifndef ALLOWED
  static_cast<void>(one.start_transport());
#endif
}
