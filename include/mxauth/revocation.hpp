// SPDX-License-Identifier: Apache-2.0
// What revocations are about.
#ifndef MXAUTH_REVOCATION_HPP
#define MXAUTH_REVOCATION_HPP

#include <cstdint>

#include "../mxauth.h"

namespace mxauth {

/** Which tokens: MXAUTH_REVOKE_…. */
enum class revoke_by : std::uint32_t {
  token = MXAUTH_REVOKE_TOKEN,
  jti = MXAUTH_REVOKE_JTI,
  session = MXAUTH_REVOKE_SESSION,
  device = MXAUTH_REVOKE_DEVICE, /**< The user ID, a space, the device ID. */
  user = MXAUTH_REVOKE_USER,
  subject = MXAUTH_REVOKE_SUBJECT,
  issuer = MXAUTH_REVOKE_ISSUER,
};

/** What a token to be revoked at its issuer is: token_type_hint of RFC 7009. */
enum class token_hint : std::uint32_t {
  none = MXAUTH_TOKEN_HINT_NONE,
  access = MXAUTH_TOKEN_HINT_ACCESS,
  refresh = MXAUTH_TOKEN_HINT_REFRESH,
};

}  // namespace mxauth

#endif
