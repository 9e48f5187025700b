/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of introspection, caching and revocation share: a clock that they move, an issuer that they play, and
 * tokens that they sign.
 */
#ifndef PLAYED_H
#define PLAYED_H

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdatomic.h>

#include "helper.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
/** Slow: whatever is repeated often is repeated less. */
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define ISSUER "https://issuer.example/"
#define API_SCOPE "urn:matrix:client:api:*"
#define DEVICE_SCOPE "urn:matrix:client:device:"

/** A validator's first options; the last pair is NULL. */
#define USERS "server_name", "matrix.example"
#define ASKED                                                                                                       \
  "issuer.any_audience", "true", "issuer.introspection_uri", ISSUER "introspect", "issuer.client_id", "matrix", \
      "issuer.client_secret", "a secret"
#define SIGNED                                                                                                  \
  "issuer.algorithms", "HS256", "issuer.types", "absent", "issuer.keys",                                      \
      "{\"kty\":\"oct\",\"alg\":\"HS256\",\"k\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY\"}"

static const int64_t beginning = 1790000000;
static _Atomic int64_t wall_seconds = 1790000000, steady_milliseconds = 5000000;

static inline int64_t moved_clock(void *unused, uint32_t clock) {
  (void)unused;
  return clock == MXAUTH_CLOCK_WALL ? atomic_load(&wall_seconds) * 1000000000
                                    : atomic_load(&steady_milliseconds) * 1000000;
}

static inline int64_t now(void) { return atomic_load(&wall_seconds); }

static inline void pass_milliseconds(int64_t milliseconds) {
  atomic_fetch_add(&wall_seconds, milliseconds / 1000);
  atomic_fetch_add(&steady_milliseconds, milliseconds);
}

static inline void pass(int64_t seconds) { pass_milliseconds(seconds * 1000); }

/** Names and values, ended by NULL. */
static inline mxauth_validator *validator_with(const char *const *options) {
  mxauth_config *config = mxauth_config_new();
  mxauth_error error = MXAUTH_ERROR_INIT;
  for (size_t i = 0; options[i] != NULL; i += 2)
    need(mxauth_config_set(config, options[i], options[i + 1], &error) == MXAUTH_OK, error.message);
  need(mxauth_config_set_clock(config, moved_clock, NULL) == MXAUTH_OK, "a clock");
  mxauth_validator *validator = NULL;
  mxauth_status status = mxauth_validator_new(config, &validator, &error);
  mxauth_config_free(config);
  need(status == MXAUTH_OK && validator != NULL, error.message);
  return validator;
}

#define VALIDATOR(...) validator_with((const char *const[]){__VA_ARGS__, NULL, NULL})

static inline mxauth_status judged(mxauth_validator *validator, const char *token, mxauth_verdict *verdict) {
  mxauth_verdict own;
  if (verdict == NULL) verdict = &own;
  spoil(verdict);
  return mxauth_validate(validator, token, strlen(token), verdict, NULL);
}

static inline mxauth_stats stats_of(mxauth_validator *validator) {
  mxauth_stats stats = MXAUTH_STATS_INIT;
  need(mxauth_statistics(validator, &stats) == MXAUTH_OK, "statistics");
  return stats;
}

/** The next exchange; 0 if there is none. */
static inline uint64_t taken(mxauth_validator *validator) {
  mxauth_exchange exchange = MXAUTH_EXCHANGE_INIT;
  return mxauth_next_exchange(validator, &exchange) == MXAUTH_OK ? exchange.id : 0;
}

static inline mxauth_status answered(mxauth_validator *validator, uint64_t exchange, uint32_t http_status,
                                     const char *body, size_t length) {
  mxauth_response response = MXAUTH_RESPONSE_INIT;
  response.http_status = http_status;
  response.headers = "Content-Type: application/json\r\n";
  response.headers_length = strlen(response.headers);
  response.body = body;
  response.body_length = length;
  mxauth_error error = MXAUTH_ERROR_INIT;
  return mxauth_complete_exchange(validator, exchange, &response, &error);
}

/** Has the issuer asked about the token, answers that, and says what the token is then. */
static inline mxauth_status asked(mxauth_validator *validator, const char *token, uint32_t http_status,
                                  const char *body, mxauth_verdict *verdict) {
  mxauth_status first = judged(validator, token, verdict);
  if (first != MXAUTH_PENDING) return first;
  uint64_t exchange = taken(validator);
  need(exchange != 0, "an exchange");
  need(answered(validator, exchange, http_status, body, strlen(body)) == MXAUTH_OK, "an answer");
  return judged(validator, token, verdict);
}

static inline size_t base64url(const unsigned char *bytes, size_t size, char *text) {
  size_t length = (size_t)EVP_EncodeBlock((unsigned char *)text, bytes, (int)size);
  while (length > 0 && text[length - 1] == '=') length--;
  text[length] = 0;
  for (size_t i = 0; i < length; i++) text[i] = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];
  return length;
}

enum { TOKEN_SIZE = 1024 };

/** Signs claims, up to 600 bytes of them, as the key of SIGNED does. */
static inline size_t sign(const char *claims, char token[TOKEN_SIZE]) {
  static const char header[] = "{\"alg\":\"HS256\"}";
  need(strlen(claims) <= 600, "shorter claims");
  size_t length = base64url((const unsigned char *)header, strlen(header), token);
  token[length++] = '.';
  length += base64url((const unsigned char *)claims, strlen(claims), token + length);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  need(HMAC(EVP_sha256(), "0123456789abcdef0123456789abcdef", 32, (const unsigned char *)token, length, mac, &size) !=
           NULL,
       "a MAC");
  token[length++] = '.';
  return length + base64url(mac, size, token + length);
}

/** xorshift64*: the same numbers in every run. */
static inline uint64_t random_of(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 2685821657736338717u;
}

#endif
