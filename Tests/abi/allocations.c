/* SPDX-License-Identifier: Apache-2.0
 *
 * A token that is known costs no memory: between two calls of mxauth_validate that find it nothing is allocated.
 */
#include "played.h"

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

static long allocations, frees;

void *malloc(size_t size) {
  allocations++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  allocations++;
  return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
  allocations++;
  return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  allocations++;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
  allocations++;
  *block = __libc_memalign(alignment, size);
  return *block == NULL ? 12 : 0;
}

void free(void *block) {
  frees += block != NULL;
  __libc_free(block);
}

#define CLAIMS "\"username\":\"alice\",\"sub\":\"01SUB\",\"sid\":\"01SID\",\"jti\":\"01JTI\",\"client_id\":\"01CLIENT\"," \
               "\"scope\":\"openid " API_SCOPE " " DEVICE_SCOPE "DEVICE\",\"iat\":1789999000,\"exp\":1990000000"

static void hits(mxauth_validator *validator, const char *name, const char *token, uint32_t kind) {
  enum { CALLS = 10000 };
  size_t length = strlen(token);
  for (int with_error = 0; with_error < 2; with_error++) {
    mxauth_verdict verdict;
    mxauth_error error = MXAUTH_ERROR_INIT;
    spoil(&verdict);
    mxauth_validate(validator, token, length, &verdict, NULL);
    uint64_t found = stats_of(validator).cache_hits;
    long allocated = allocations, freed = frees, good = 0;
    for (int i = 0; i < CALLS; i++) {
      spoil(&verdict);
      mxauth_validate(validator, token, length, &verdict, with_error ? &error : NULL);
      good += verdict.status == MXAUTH_OK && verdict.kind == kind && (verdict.flags & MXAUTH_VERDICT_CACHED) != 0;
    }
    allocated = allocations - allocated;
    freed = frees - freed;
    check(good == CALLS && stats_of(validator).cache_hits == found + CALLS, "%s: %ld hits", name, good);
    check(allocated == 0 && freed == 0, "%s, %s error: %ld allocations, %ld frees", name, with_error ? "with" : "without",
          allocated, freed);
  }
}

/** What costs nothing either: the question what a token may do. */
static void permissions(void) {
  enum { CALLS = 10000 };
  mxauth_validator *validator = VALIDATOR("scope_rule", "a : GET /_matrix/client/*/rooms/*/**", USERS, "issuer", ISSUER, SIGNED, ASKED);
  static const struct {
    uint64_t grants;
    const char *path;
    mxauth_status status;
  } cases[] = {
      {MXAUTH_GRANT_CLIENT_API, "/_matrix/client/v3/rooms/%21a/state?x", MXAUTH_OK},
      {MXAUTH_GRANT_OPERATOR(0), "/_matrix/client/v3/rooms/%21a/state", MXAUTH_OK},
      {MXAUTH_GRANT_OPERATOR(0), "/_matrix/client/v3/sync", MXAUTH_SCOPE_INSUFFICIENT},
      {MXAUTH_GRANT_GUEST, "/_matrix/client/v3/pushers", MXAUTH_GUEST_FORBIDDEN},
      {MXAUTH_GRANT_CLIENT_API, "/_matrix/client/v3/../v3/sync", MXAUTH_ENDPOINT_UNKNOWN},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
    verdict.status = MXAUTH_OK;
    verdict.grants = cases[i].grants;
    long allocated = allocations, freed = frees, right = 0;
    for (int j = 0; j < CALLS; j++)
      right += mxauth_authorize(validator, &verdict, "GET", 3, cases[i].path, strlen(cases[i].path), NULL) == cases[i].status;
    allocated = allocations - allocated;
    freed = frees - freed;
    check(right == CALLS && allocated == 0 && freed == 0, "%s: %ld right, %ld allocations, %ld frees", cases[i].path, right,
          allocated, freed);
  }
  mxauth_validator_free(validator);
}

int main(void) {
  mxauth_validator *validator =
      VALIDATOR(USERS, "issuer", ISSUER, "issuer.tokens", "jwt opaque", SIGNED, ASKED, "issuer.cache_ttl", "86400");
  check(allocations > 0 && frees > 0, "the library's own allocations are seen");
  char token[TOKEN_SIZE];
  sign("{\"iss\":\"" ISSUER "\",\"aud\":\"x\"," CLAIMS "}", token);
  check(judged(validator, token, NULL) == MXAUTH_OK, "a signed token");
  check(asked(validator, "opaque", 200, "{\"active\":true," CLAIMS "}", NULL) == MXAUTH_OK, "an opaque token");
  hits(validator, "a signed token", token, MXAUTH_KIND_JWT);
  hits(validator, "an opaque token", "opaque", MXAUTH_KIND_INTROSPECTED);
  // The same when something has been revoked, and while the clock goes on.
  check(mxauth_revoke(validator, MXAUTH_REVOKE_USER, "@bob:matrix.example", 0, NULL) == MXAUTH_OK, "a revocation");
  pass(60);
  hits(validator, "a signed token after a revocation", token, MXAUTH_KIND_JWT);
  hits(validator, "an opaque token after a revocation", "opaque", MXAUTH_KIND_INTROSPECTED);
  mxauth_validator_free(validator);
  permissions();
  return finish("allocations");
}
