/* SPDX-License-Identifier: Apache-2.0
 *
 * Ed25519 by libcrypto, by libsodium once a key is used, and without libsodium: tokens are judged the same.
 */
#define _GNU_SOURCE
#include <dlfcn.h>

#include "ec_keys.h"

static atomic_int opened;
#if !SANITIZED
static atomic_int hidden;

/** What the library opens at run time; none is found while `hidden`. */
void *dlopen(const char *name, int flags) {
  void *(*real)(const char *, int);
  *(void **)&real = dlsym(RTLD_NEXT, "dlopen");
  if (name == NULL || strstr(name, "libsodium") == NULL) return real(name, flags);
  atomic_fetch_add(&opened, 1);
  return atomic_load(&hidden) ? NULL : real(name, flags);
}
#endif

typedef struct pair {
  EVP_PKEY *pair;
  char jwk[128];
} pair;

static pair pair_new(void) {
  pair made = {EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), ""};
  unsigned char raw[32];
  size_t size = sizeof raw;
  char x[64];
  need(made.pair != NULL && EVP_PKEY_get_raw_public_key(made.pair, raw, &size) == 1, "a key");
  base64url(raw, size, x);
  snprintf(made.jwk, sizeof made.jwk, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"}", x);
  return made;
}

static void token_of_pair(const pair *key, int number, char token[TOKEN_SIZE]) {
  static int serial;
  static const char header[] = "{\"alg\":\"EdDSA\"}";
  char claims[256];
  size_t length = base64url((const unsigned char *)header, strlen(header), token);
  token[length++] = '.';
  int size = snprintf(claims, sizeof claims,
                      "{\"iss\":\"" ISSUER "\",\"username\":\"u%d\",\"jti\":\"%d\",\"scope\":\"" API_SCOPE "\",\"exp\":1990000000}",
                      number, serial++);
  length += base64url((const unsigned char *)claims, (size_t)size, token + length);
  unsigned char signature[64];
  size_t signature_size = sizeof signature;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  need(EVP_DigestSignInit(context, NULL, NULL, NULL, key->pair) == 1 &&
           EVP_DigestSign(context, signature, &signature_size, (const unsigned char *)token, length) == 1, "a signature");
  EVP_MD_CTX_free(context);
  token[length++] = '.';
  base64url(signature, signature_size, token + length);
}

static int wrong_of_pair(mxauth_validator *validator, const pair *key, int count) {
  int wrong = 0;
  char token[TOKEN_SIZE];
  for (int i = 0; i < count; i++) {
    token_of_pair(key, i, token);
    if (i % 3 == 2) damage(token, i);
    wrong += judged(validator, token, NULL) != (i % 3 == 2 ? MXAUTH_SIGNATURE_INVALID : MXAUTH_OK);
  }
  return wrong;
}

static int sodium_keys(mxauth_validator *validator) { return gauge_of(validator, "mxauth_sodium_keys"); }

static int becomes_sodium(mxauth_validator *validator) {
  for (int i = 0; i < 30000 && sodium_keys(validator) == 0; i++) doze();
  return sodium_keys(validator) == 1;
}

int main(void) {
  const pair key = pair_new();
  mxauth_validator *plain = VALIDATOR("libsodium", "never", EC_ISSUER, "issuer.keys", key.jwk);
  mxauth_validator *without = VALIDATOR("key_tables", "0", EC_ISSUER, "issuer.keys", key.jwk);
  check(wrong_of_pair(plain, &key, 60) == 0 && wrong_of_pair(without, &key, 60) == 0, "by libcrypto");
  check(threads_are(1) && sodium_keys(plain) == 0 && sodium_keys(without) == 0 && atomic_load(&opened) == 0,
        "an option keeps libsodium out");
#if !SANITIZED
  atomic_store(&hidden, 1);
  mxauth_validator *bare = VALIDATOR("libsodium", "auto", EC_ISSUER, "issuer.keys", key.jwk);
  check(wrong_of_pair(bare, &key, 2000) == 0, "where there is no libsodium");
  check(threads_are(1) && sodium_keys(bare) == 0 && atomic_load(&opened) == 1, "it is looked for once: %d", atomic_load(&opened));
  mxauth_validator_free(bare);
  atomic_store(&hidden, 0);
#endif
  // Keys of this kind need no room among the tables.
  mxauth_validator *quick = VALIDATOR("key_tables", "1", EC_ISSUER, "issuer.keys", key.jwk);
  check(wrong_of_pair(quick, &key, 8) == 0 && becomes_sodium(quick), "libsodium is used: make deps installs it");
  check(wrong_of_pair(quick, &key, 300) == 0 && tables_of(quick) == 0, "by libsodium");
  check(threads_are(1), "no thread is left");
  // The same tokens, good and damaged in every place, before both.
  char token[TOKEN_SIZE], copy[TOKEN_SIZE];
  for (int i = 0; i < 300; i++) {
    token_of_pair(&key, i, token);
    size_t at = (size_t)(i * 7) % (strlen(token) - 1);
    memcpy(copy, token, sizeof copy);
    copy[at] = copy[at] == 'A' ? 'B' : 'A';
    check(judged(plain, copy, NULL) == judged(quick, copy, NULL), "character %zu of %s", at, token);
    check(judged(plain, token, NULL) == MXAUTH_OK && judged(quick, token, NULL) == MXAUTH_OK, "%s", token);
  }
  // Of small order: whatever S and message, with R = S B this key would have signed.
  static const char small[] = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}";
  mxauth_validator *weak = VALIDATOR(EC_ISSUER, "issuer.keys", small);
  token_of_pair(&key, 0, token);
  char *signature = strrchr(token, '.') + 1;
  // R is 1 and S is 0: 0 B = 1 + h 1.
  unsigned char forged[64] = {1};
  base64url(forged, sizeof forged, signature);
  check(judged(weak, token, NULL) == MXAUTH_SIGNATURE_INVALID, "a key of small order signs nothing");
  mxauth_validator_free(weak);
  mxauth_validator_free(plain);
  mxauth_validator_free(without);
  mxauth_validator_free(quick);
  EVP_PKEY_free(key.pair);
  return finish("ed25519");
}
