/* SPDX-License-Identifier: Apache-2.0
 *
 * EC keys made for one run, the tokens that they sign, and how many tables a validator has.
 */
#ifndef EC_KEYS_H
#define EC_KEYS_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <dirent.h>
#include <time.h>

#include "played.h"

typedef struct ec_key {
  EVP_PKEY *pair;
  const char *algorithm;
  const EVP_MD *digest;
  int field;
  char jwk[512];
} ec_key;

static inline void ec_key_coordinate(const ec_key *key, const char *parameter, char *text) {
  BIGNUM *number = NULL;
  unsigned char bytes[66];
  need(EVP_PKEY_get_bn_param(key->pair, parameter, &number) == 1, parameter);
  need(BN_bn2binpad(number, bytes, key->field) == key->field, parameter);
  base64url(bytes, (size_t)key->field, text);
  BN_free(number);
}

static inline ec_key ec_key_new(const char *curve, const char *name, const char *algorithm, const EVP_MD *digest, int field,
                                const char *kid) {
  ec_key key = {EVP_EC_gen(curve), algorithm, digest, field, ""};
  need(key.pair != NULL, curve);
  char x[128], y[128];
  ec_key_coordinate(&key, OSSL_PKEY_PARAM_EC_PUB_X, x);
  ec_key_coordinate(&key, OSSL_PKEY_PARAM_EC_PUB_Y, y);
  snprintf(key.jwk, sizeof key.jwk, "{\"kty\":\"EC\",\"crv\":\"%s\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}", name, kid, x, y);
  return key;
}

static inline ec_key p256_key(const char *kid) { return ec_key_new("P-256", "P-256", "ES256", EVP_sha256(), 32, kid); }

/** A token of user `number`, different from every other one; free it. */
static inline char *ec_token(const ec_key *key, const char *kid, int number) {
  static _Atomic int serial;
  char text[256];
  char *token = calloc(1, TOKEN_SIZE);
  need(token != NULL, "memory");
  size_t length = (size_t)snprintf(text, sizeof text, "{\"alg\":\"%s\",\"kid\":\"%s\"}", key->algorithm, kid);
  length = base64url((const unsigned char *)text, length, token);
  token[length++] = '.';
  int size = snprintf(text, sizeof text, "{\"iss\":\"" ISSUER "\",\"username\":\"u%d\",\"jti\":\"%d\",\"scope\":\"" API_SCOPE
                      "\",\"exp\":1990000000}", number, atomic_fetch_add(&serial, 1));
  length += base64url((const unsigned char *)text, (size_t)size, token + length);
  unsigned char der[160], raw[132];
  size_t der_size = sizeof der;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  need(EVP_DigestSignInit(context, NULL, key->digest, NULL, key->pair) == 1 &&
           EVP_DigestSign(context, der, &der_size, (const unsigned char *)token, length) == 1, "a signature");
  EVP_MD_CTX_free(context);
  const unsigned char *at = der;
  ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)der_size);
  need(signature != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, key->field) == key->field &&
           BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + key->field, key->field) == key->field, "r and s");
  ECDSA_SIG_free(signature);
  token[length++] = '.';
  base64url(raw, 2 * (size_t)key->field, token + length);
  return token;
}

/** Changes the signature, not its form. */
static inline void damage(char *token, int number) {
  char *signature = strrchr(token, '.') + 1;
  char *at = signature + (size_t)number % (strlen(signature) - 1);
  *at = *at == 'A' ? 'B' : 'A';
}

#define EC_ISSUER USERS, "issuer", ISSUER, "issuer.types", "absent", "issuer.any_audience", "true"

static inline int gauge_of(mxauth_validator *validator, const char *name) {
  static _Thread_local char text[65536];
  char start[64];
  size_t needed = 0;
  snprintf(start, sizeof start, "\n%s ", name);
  need(mxauth_metrics(validator, text, sizeof text, &needed, NULL) == MXAUTH_OK, "metrics");
  const char *line = strstr(text, start);
  need(line != NULL, name);
  return atoi(line + strlen(start));
}

static inline int tables_of(mxauth_validator *validator) { return gauge_of(validator, "mxauth_key_tables"); }

static inline int threads_of_process(void) {
  DIR *tasks = opendir("/proc/self/task");
  int count = 0;
  need(tasks != NULL, "/proc");
  for (struct dirent *entry = readdir(tasks); entry != NULL; entry = readdir(tasks)) count += entry->d_name[0] != '.';
  closedir(tasks);
  return count;
}

static inline void doze(void) { nanosleep(&(struct timespec){0, 2000000}, NULL); }

/** Waits for so many tables, some seconds at most. */
static inline int has_tables(mxauth_validator *validator, int count) {
  for (int i = 0; i < 30000 && tables_of(validator) < count; i++) doze();
  return tables_of(validator) == count;
}

/** Waits for the threads of tables to end. */
static inline int threads_are(int count) {
  for (int i = 0; i < 30000 && threads_of_process() != count; i++) doze();
  return threads_of_process() == count;
}

/** Judges so many new tokens of `key`, every third one damaged; says how many were judged wrongly. */
static inline int wrongly_judged(mxauth_validator *validator, const ec_key *key, const char *kid, int count) {
  int wrong = 0;
  for (int i = 0; i < count; i++) {
    char *token = ec_token(key, kid, i);
    mxauth_verdict verdict;
    if (i % 3 == 2) damage(token, i);
    mxauth_status status = judged(validator, token, &verdict);
    wrong += status != (i % 3 == 2 ? MXAUTH_SIGNATURE_INVALID : MXAUTH_OK);
    free(token);
  }
  return wrong;
}

#endif
