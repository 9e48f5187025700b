// SPDX-License-Identifier: Apache-2.0
//
// cjose knows signatures and no claims: they are read with jansson, as mod_auth_openidc does.
#include <cjose/cjose.h>
#include <jansson.h>

#include <cstring>
#include <ctime>

#include "peers.hpp"

namespace bench {

namespace {

bool claims_are_good(const uint8_t *text, size_t length) {
  json_t *claims = json_loadb(reinterpret_cast<const char *>(text), length, JSON_REJECT_DUPLICATES, nullptr);
  const char *issuer = json_string_value(json_object_get(claims, "iss"));
  const char *audience = json_string_value(json_object_get(claims, "aud"));
  const bool good = issuer != nullptr && std::strcmp(issuer, kIssuer) == 0 && audience != nullptr &&
                    std::strcmp(audience, kAudience) == 0 &&
                    json_integer_value(json_object_get(claims, "exp")) > std::time(nullptr);
  json_decref(claims);
  return good;
}

Verify make(const Key &key) {
  // Version 0.6 has no Ed25519.
  if (key.algorithm == Algorithm::EdDSA) return {};
  const std::string text = key.jwk();
  cjose_err error;
  const std::shared_ptr<cjose_jwk_t> jwk(cjose_jwk_import(text.data(), text.size(), &error), cjose_jwk_release);
  if (!jwk) return {};
  return [jwk](const Token &token) {
    cjose_err trouble;
    cjose_jws_t *jws = cjose_jws_import(token.text.data(), token.text.size(), &trouble);
    if (jws == nullptr) return false;
    uint8_t *claims = nullptr;
    size_t length = 0;
    const bool good = cjose_jws_verify(jws, jwk.get(), &trouble) && cjose_jws_get_plaintext(jws, &claims, &length, &trouble) &&
                      claims_are_good(claims, length);
    cjose_jws_release(jws);
    return good;
  };
}

}  // namespace

Peer cjose() { return {"cjose", HAVE_CJOSE, make, "at+jwt"}; }

}  // namespace bench
