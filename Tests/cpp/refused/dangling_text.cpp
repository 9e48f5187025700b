// SPDX-License-Identifier: Apache-2.0
// REFUSED: delete
#include <mxauth.hpp>

std::string_view test(const mxauth::validator& one) {
  static_cast<void>(one);
#ifdef ALLOWED
  return {};
#endif
#ifndef ALLOWED
  return (*one.validate("token")).user_id();
#endif
}
