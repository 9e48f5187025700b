/* SPDX-License-Identifier: Apache-2.0
 *
 * What each kind of revocation ends, of which tokens, for how long, and how many of them are remembered.
 */
#define _DEFAULT_SOURCE
#include <time.h>
#include <unistd.h>

#include "played.h"

#define BOTH \
  USERS, "issuer", ISSUER, "issuer.tokens", "jwt opaque", SIGNED, ASKED, "issuer.cache_ttl", "86400", "issuer.negative_ttl", "1"

static mxauth_status revoked(mxauth_validator *validator, uint32_t kind, const char *value, int64_t not_before) {
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_status status = mxauth_revoke(validator, kind, value, not_before, &error);
  need(status == error.status, "the same status in the error");
  return status;
}

/** A token of each kind: signed, introspected; seen before, new. */
typedef struct four {
  char jwt[2][TOKEN_SIZE];
  char opaque[2][32];
  char answer[400];
} four;

static unsigned serial;

/** `user` with a device, a session, a subject and tokens of their own, issued at `issued_at` (0: they do not say). */
static void make(four *tokens, const char *user, int64_t issued_at) {
  char members[300], claims[600], issued[40] = "";
  if (issued_at != 0) snprintf(issued, sizeof issued, ",\"iat\":%lld", (long long)issued_at);
  snprintf(members, sizeof members,
           "\"username\":\"%s\",\"sub\":\"sub of %s\",\"sid\":\"sid of %s\",\"scope\":\"" API_SCOPE " " DEVICE_SCOPE
           "DEV-%s\"%s",
           user, user, user, user, issued);
  for (int i = 0; i < 2; i++) {
    snprintf(claims, sizeof claims,
             "{\"iss\":\"" ISSUER "\",\"aud\":\"x\",\"exp\":1990000000,\"jti\":\"jti of %s\",\"n\":%u,%s}", user,
             ++serial, members);
    sign(claims, tokens->jwt[i]);
    snprintf(tokens->opaque[i], sizeof tokens->opaque[i], "opaque-%u", ++serial);
  }
  snprintf(tokens->answer, sizeof tokens->answer, "{\"active\":true,\"jti\":\"jti of %s\",%s}", user, members);
}

static void see(mxauth_validator *validator, four *tokens) {
  check(judged(validator, tokens->jwt[0], NULL) == MXAUTH_OK, "a signed token is good");
  check(asked(validator, tokens->opaque[0], 200, tokens->answer, NULL) == MXAUTH_OK, "an opaque one is");
}

/** Whether all four are judged like that. */
static int all_are(mxauth_validator *validator, four *tokens, mxauth_status status) {
  mxauth_verdict verdict;
  int same = 1;
  for (int i = 0; i < 2; i++) {
    same = same && judged(validator, tokens->jwt[i], &verdict) == status &&
           (status == MXAUTH_OK || is_refusal(&verdict, status));
    same = same && asked(validator, tokens->opaque[i], 200, tokens->answer, &verdict) == status &&
           (status == MXAUTH_OK || is_refusal(&verdict, status));
  }
  return same;
}

static void every_kind(void) {
  static const struct {
    uint32_t kind;
    const char *value;
  } rows[] = {{MXAUTH_REVOKE_JTI, "jti of alice"},       {MXAUTH_REVOKE_SESSION, "sid of alice"},
              {MXAUTH_REVOKE_DEVICE, "@alice:matrix.example DEV-alice"}, {MXAUTH_REVOKE_USER, "@alice:matrix.example"},
              {MXAUTH_REVOKE_SUBJECT, "sub of alice"},   {MXAUTH_REVOKE_ISSUER, ISSUER}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    mxauth_validator *validator = VALIDATOR(BOTH);
    four alice, bob;
    make(&alice, "alice", now() - 10);
    make(&bob, "bob", now() - 10);
    see(validator, &alice);
    see(validator, &bob);
    check(revoked(validator, rows[i].kind, rows[i].value, 0) == MXAUTH_OK, "kind %u", rows[i].kind);
    check(all_are(validator, &alice, MXAUTH_REVOKED), "kind %u refuses all four", rows[i].kind);
    int everybody = rows[i].kind == MXAUTH_REVOKE_ISSUER;
    check(all_are(validator, &bob, everybody ? MXAUTH_REVOKED : MXAUTH_OK), "kind %u and others", rows[i].kind);
    // No other kind has anything of that name.
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
      mxauth_validator *other = VALIDATOR(BOTH);
      see(other, &alice);
      mxauth_status status = revoked(other, rows[k].kind, rows[i].value, 0);
      if (k != i && status == MXAUTH_OK) check(all_are(other, &alice, MXAUTH_OK), "kind %u with %s", rows[k].kind, rows[i].value);
      mxauth_validator_free(other);
    }
    char buffer[8192];
    check(mxauth_explain(validator, alice.jwt[0], strlen(alice.jwt[0]), buffer, sizeof buffer, NULL, NULL) == MXAUTH_OK &&
              strstr(buffer, "MXAUTH_REVOKED") != NULL,
          "explained: %s", buffer);
    check(mxauth_claims(validator, alice.opaque[0], strlen(alice.opaque[0]), buffer, sizeof buffer, NULL, NULL) ==
              MXAUTH_REVOKED,
          "no claims");
    mxauth_validator_free(validator);
  }
}

static void single_tokens(void) {
  mxauth_validator *validator = VALIDATOR(BOTH);
  four tokens;
  make(&tokens, "alice", now() - 10);
  see(validator, &tokens);
  for (int i = 0; i < 2; i++) {
    revoked(validator, MXAUTH_REVOKE_TOKEN, tokens.jwt[i], 0);
    check(judged(validator, tokens.jwt[i], NULL) == MXAUTH_REVOKED, "signed token %d", i);
    check(i == 1 || judged(validator, tokens.jwt[1], NULL) == MXAUTH_OK, "and no other");
    revoked(validator, MXAUTH_REVOKE_TOKEN, tokens.opaque[i], 0);
    // One that is not known need not be asked about.
    check(judged(validator, tokens.opaque[i], NULL) == MXAUTH_REVOKED && taken(validator) == 0, "opaque token %d", i);
  }
  mxauth_validator_free(validator);
}

static void moments_of_issue(void) {
  static const int64_t moment = 1789999000;
  for (uint32_t kind = MXAUTH_REVOKE_JTI; kind <= MXAUTH_REVOKE_ISSUER; kind++) {
    static const char *const values[] = {"jti of alice", "sid of alice", "@alice:matrix.example DEV-alice",
                                         "@alice:matrix.example", "sub of alice", ISSUER};
    const char *value = values[kind - MXAUTH_REVOKE_JTI];
    mxauth_validator *validator = VALIDATOR(BOTH);
    four before, at, after, unsaid;
    make(&before, "alice", moment - 1);
    make(&at, "alice", moment);
    make(&after, "alice", moment + 1);
    make(&unsaid, "alice", 0);
    four *all[] = {&before, &at, &after, &unsaid};
    for (int i = 0; i < 4; i++) see(validator, all[i]);
    revoked(validator, kind, value, moment);
    check(all_are(validator, &before, MXAUTH_REVOKED) && all_are(validator, &at, MXAUTH_REVOKED), "kind %u: until then", kind);
    check(all_are(validator, &after, MXAUTH_OK), "kind %u: not later", kind);
    check(all_are(validator, &unsaid, MXAUTH_REVOKED), "kind %u: unknown", kind);
    // An earlier moment takes nothing back, a later one adds.
    revoked(validator, kind, value, moment - 100);
    check(all_are(validator, &at, MXAUTH_REVOKED), "kind %u: as before", kind);
    pass(1);
    revoked(validator, kind, value, moment + 1);
    check(all_are(validator, &after, MXAUTH_REVOKED), "kind %u: later", kind);
    // 0 is up to now for what lives on, and whenever it was for what has ended.
    pass(1);
    revoked(validator, kind, value, 0);
    four recent, next;
    make(&recent, "alice", now());
    make(&next, "alice", now() + 1);
    int is_over = kind == MXAUTH_REVOKE_JTI || kind == MXAUTH_REVOKE_SESSION;
    check(all_are(validator, &recent, MXAUTH_REVOKED), "kind %u: this second", kind);
    check(all_are(validator, &next, is_over ? MXAUTH_REVOKED : MXAUTH_OK), "kind %u: the next second", kind);
    mxauth_validator_free(validator);
  }
}

static void bad_values(void) {
  mxauth_validator *validator = VALIDATOR(BOTH);
  four tokens;
  make(&tokens, "alice", now() - 10);
  see(validator, &tokens);
  static const struct {
    uint32_t kind;
    const char *value;
    int64_t not_before;
    mxauth_status status;
  } rows[] = {{0, "x", 0, MXAUTH_MISUSE},
              {8, "x", 0, MXAUTH_MISUSE},
              {100, "x", 0, MXAUTH_MISUSE},
              {0xFFFFFFFF, "x", 0, MXAUTH_MISUSE},
              {MXAUTH_REVOKE_TOKEN, NULL, 0, MXAUTH_MISUSE},
              {MXAUTH_REVOKE_TOKEN, "", 0, MXAUTH_MISUSE},
              {MXAUTH_REVOKE_JTI, "", 0, MXAUTH_MISUSE},
              {MXAUTH_REVOKE_SESSION, "", 0, MXAUTH_MISUSE},
              {MXAUTH_REVOKE_SUBJECT, "", 0, MXAUTH_MISUSE},
              {MXAUTH_REVOKE_SUBJECT, "sub of alice", -1, MXAUTH_MISUSE},
              {MXAUTH_REVOKE_SUBJECT, "sub of alice", INT64_MIN, MXAUTH_MISUSE},
              {MXAUTH_REVOKE_USER, "", 0, MXAUTH_MISUSE},
              {MXAUTH_REVOKE_USER, "alice", 0, MXAUTH_MISUSE},
              {MXAUTH_REVOKE_USER, "@alice", 0, MXAUTH_MISUSE},
              {MXAUTH_REVOKE_USER, "alice:matrix.example", 0, MXAUTH_MISUSE},
              {MXAUTH_REVOKE_DEVICE, "DEV-alice", 0, MXAUTH_MISUSE},
              {MXAUTH_REVOKE_DEVICE, "@alice:matrix.example", 0, MXAUTH_MISUSE},
              {MXAUTH_REVOKE_DEVICE, "@alice:matrix.example ", 0, MXAUTH_MISUSE},
              {MXAUTH_REVOKE_DEVICE, "alice DEV-alice", 0, MXAUTH_MISUSE},
              {MXAUTH_REVOKE_ISSUER, "", 0, MXAUTH_MISUSE},
              {MXAUTH_REVOKE_ISSUER, "https://issuer.example", 0, MXAUTH_ISSUER_UNKNOWN},
              {MXAUTH_REVOKE_ISSUER, "x", 0, MXAUTH_ISSUER_UNKNOWN}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    mxauth_status status = revoked(validator, rows[i].kind, rows[i].value, rows[i].not_before);
    check(status == rows[i].status, "kind %u, %s: %d", rows[i].kind, rows[i].value, status);
  }
  char *large = malloc(16386);
  need(large != NULL, "memory");
  memset(large, 'x', 16385);
  large[16385] = 0;
  check(revoked(validator, MXAUTH_REVOKE_TOKEN, large, 0) == MXAUTH_MISUSE, "no token is that large");
  check(stats_of(validator).revocations == 0, "nothing was remembered");
  large[16384] = 0;
  check(revoked(validator, MXAUTH_REVOKE_TOKEN, large, 0) == MXAUTH_OK, "the largest token");
  free(large);
  check(all_are(validator, &tokens, MXAUTH_OK), "all tokens are as good as before");
  check(mxauth_revoke(NULL, MXAUTH_REVOKE_TOKEN, "x", 0, NULL) == MXAUTH_MISUSE, "no validator");
  mxauth_error small = {1, 0, {0}, {0}};
  check(mxauth_revoke(validator, MXAUTH_REVOKE_TOKEN, "x", 0, &small) == MXAUTH_MISUSE, "an error without its size");
  mxauth_validator_free(validator);
}

static void revoking_again(void) {
  mxauth_validator *validator = VALIDATOR(BOTH, "revocation_lifetime", "600");
  four tokens;
  make(&tokens, "alice", now() - 10);
  see(validator, &tokens);
  for (int i = 0; i < 1000; i++) revoked(validator, MXAUTH_REVOKE_SESSION, "sid of alice", 0);
  check(stats_of(validator).revocations == 1, "one revocation, however often");
  // Half of its time later once more: it holds for the whole time from then on.
  pass(500);
  revoked(validator, MXAUTH_REVOKE_SESSION, "sid of alice", 0);
  pass(600);
  check(all_are(validator, &tokens, MXAUTH_REVOKED), "it still holds");
  pass(421);
  check(all_are(validator, &tokens, MXAUTH_OK), "forgotten after lifetime, longest leeway and two minutes");
  // What is forgotten has no say in what is revoked anew.
  revoked(validator, MXAUTH_REVOKE_SESSION, "sid of alice", 1000000000);
  check(all_are(validator, &tokens, MXAUTH_OK), "a new revocation says for itself up to when");
  revoked(validator, MXAUTH_REVOKE_SESSION, "sid of alice", 0);
  check(all_are(validator, &tokens, MXAUTH_REVOKED), "and can be made to hold again");
  check(stats_of(validator).revocations == 1, "all the time it was one");
  mxauth_validator_free(validator);
}

static long resident_bytes(void) {
  long total = 0, resident = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL || fscanf(file, "%ld %ld", &total, &resident) != 2) resident = 0;
  if (file != NULL) fclose(file);
  return resident * sysconf(_SC_PAGESIZE);
}

static const char *name_of(const char *what, long i) {
  static char name[64];
  snprintf(name, sizeof name, "%s-%ld", what, i);
  return name;
}

static double seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fill(const char *bytes, long capacity) {
  mxauth_validator *validator =
      VALIDATOR(BOTH, "revocation_bytes", bytes, "revocation_lifetime", "3600", "issuer.max_exchanges", "1");
  long before = resident_bytes(), refused = 0;
  double start = seconds();
  for (long i = 0; i < capacity; i++) refused += mxauth_revoke(validator, MXAUTH_REVOKE_TOKEN, name_of("first", i), 0, NULL) != MXAUTH_OK;
  double took = seconds() - start;
  check(refused == 0, "%ld of the first %ld do not fit", refused, capacity);
  for (long i = 0; i < 1000; i++)
    check(revoked(validator, MXAUTH_REVOKE_TOKEN, name_of("beyond", i), 0) == MXAUTH_REVOCATIONS_FULL, "no more fit");
  long growth = resident_bytes() - before;
  check(SANITIZED || growth < atol(bytes) + (4 << 20), "%ld bytes more are resident", growth);
  check(stats_of(validator).revocations == (uint64_t)capacity, "all are remembered");
  check(revoked(validator, MXAUTH_REVOKE_TOKEN, name_of("first", 0), 0) == MXAUTH_OK, "what is known still fits");
  long lost = 0, wrong = 0;
  for (long i = 0; i < capacity; i++) lost += judged(validator, name_of("first", i), NULL) != MXAUTH_REVOKED;
  for (long i = 0; i < 1000; i++) wrong += judged(validator, name_of("beyond", i), NULL) == MXAUTH_REVOKED;
  check(lost == 0 && wrong == 0, "%ld are lost, %ld were never revoked", lost, wrong);
  // A second half hour's worth of a few, so that not all are forgotten at the same time.
  pass(1800);
  for (long i = 0; i < capacity; i += 7) refused += revoked(validator, MXAUTH_REVOKE_TOKEN, name_of("first", i), 0) != MXAUTH_OK;
  pass(2221);
  long kept = (capacity + 6) / 7;
  start = seconds();
  for (long i = 0; i < capacity - kept; i++)
    refused += mxauth_revoke(validator, MXAUTH_REVOKE_TOKEN, name_of("second", i), 0, NULL) != MXAUTH_OK;
  double again = seconds() - start;
  check(refused == 0, "%ld of %ld do not fit where others have been forgotten", refused, capacity - kept);
  check(revoked(validator, MXAUTH_REVOKE_TOKEN, "one more", 0) == MXAUTH_REVOCATIONS_FULL, "and no more");
  for (long i = 0; i < capacity; i++) {
    int is_revoked = judged(validator, name_of("first", i), NULL) == MXAUTH_REVOKED;
    lost += i % 7 == 0 && !is_revoked;
    wrong += i % 7 != 0 && is_revoked;
  }
  for (long i = 0; i < capacity - kept; i++) lost += judged(validator, name_of("second", i), NULL) != MXAUTH_REVOKED;
  check(lost == 0 && wrong == 0, "%ld are lost, %ld ought to be forgotten", lost, wrong);
  check(stats_of(validator).revocations == (uint64_t)capacity, "all are remembered");
  printf("%ld revocations in %s bytes: %.2f s, %.2f s where others had been forgotten, %ld bytes more resident\n", capacity,
         bytes, took, again, growth);
  mxauth_validator_free(validator);
}

int main(void) {
  every_kind();
  single_tokens();
  moments_of_issue();
  bad_values();
  revoking_again();
  fill("65536", 2048);
  if (SANITIZED) fill("1048576", 32768);
  else fill("33554432", 1048576);
  return finish("revocation");
}
