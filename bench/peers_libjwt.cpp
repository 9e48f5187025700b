// SPDX-License-Identifier: Apache-2.0
//
// libjwt 1: it has no object for a key, so that the key's text is read for each token, as its users have it; and it takes
// no `typ` but JWT.
#include <jwt.h>

#include <ctime>

#include "peers.hpp"

namespace bench {

namespace {

Verify make(const Key &key) {
  const jwt_alg_t algorithm = jwt_str_alg(name_of(key.algorithm));
  if (algorithm == JWT_ALG_INVAL) return {};
  const std::string text = key.algorithm == Algorithm::HS256 ? key.secret : key.pem();
  return [text, algorithm](const Token &token) {
    jwt_t *jwt = nullptr;
    if (jwt_decode(&jwt, token.text.c_str(), reinterpret_cast<const unsigned char *>(text.data()), static_cast<int>(text.size())) != 0)
      return false;
    const char *issuer = jwt_get_grant(jwt, "iss"), *audience = jwt_get_grant(jwt, "aud");
    const bool good = jwt_get_alg(jwt) == algorithm && issuer != nullptr && std::string_view(issuer) == kIssuer && audience != nullptr &&
                      std::string_view(audience) == kAudience && jwt_get_grant_int(jwt, "exp") > std::time(nullptr);
    jwt_free(jwt);
    return good;
  };
}

}  // namespace

Peer libjwt() { return {"libjwt", HAVE_LIBJWT, make, "JWT"}; }

}  // namespace bench
