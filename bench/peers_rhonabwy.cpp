// SPDX-License-Identifier: Apache-2.0
//
// Rhonabwy, on GnuTLS and nettle.
#include <rhonabwy.h>

#include "peers.hpp"

namespace bench {

namespace {

Verify make(const Key &key) {
  static const int started = r_global_init();
  jwk_t *jwk = nullptr;
  if (started != RHN_OK || r_jwk_init(&jwk) != RHN_OK) return {};
  const std::shared_ptr<jwk_t> kept(jwk, r_jwk_free);
  if (r_jwk_import_from_json_str(jwk, key.jwk().c_str()) != RHN_OK) return {};
  return [kept](const Token &token) {
    jwt_t *jwt = nullptr;
    if (r_jwt_init(&jwt) != RHN_OK) return false;
    const bool good = r_jwt_parsen(jwt, token.text.data(), token.text.size(), 0) == RHN_OK &&
                      r_jwt_verify_signature(jwt, kept.get(), 0) == RHN_OK &&
                      r_jwt_validate_claims(jwt, R_JWT_CLAIM_ISS, kIssuer, R_JWT_CLAIM_AUD, kAudience, R_JWT_CLAIM_EXP,
                                            R_JWT_CLAIM_NOW, R_JWT_CLAIM_NOP) == RHN_OK;
    r_jwt_free(jwt);
    return good;
  };
}

}  // namespace

Peer rhonabwy() { return {"rhonabwy", HAVE_RHONABWY, make, "at+jwt"}; }

}  // namespace bench
