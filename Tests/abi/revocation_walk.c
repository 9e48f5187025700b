/* SPDX-License-Identifier: Apache-2.0
 *
 * A million random steps of one thread, each compared with a simple model: tokens are validated, what they belong to is
 * revoked up to random moments, time passes, and exchanges are answered, fail or run out of time.
 */
#include "played.h"

enum {
  TOKENS = 300, USERS_OF_ALL = 40, EXCHANGES = 8,
  LIFETIME = 3600, LONGEST_LEEWAY = 300, CACHE_TTL = 120, NEGATIVE_TTL = 10, STALE = 20, RETRY = 1, TIMEOUT = 10
};

#define STEPS (SANITIZED ? 100000 : 1000000)

static const int64_t always = INT64_MAX;

/** Up to which moment of issue tokens are refused, and the minute after which that is forgotten. */
typedef struct limit {
  int is_set;
  int64_t moment, end_minute;
} limit;

typedef struct token {
  char text[TOKEN_SIZE];
  unsigned serial;
  int is_opaque, user, has_device;
  int64_t issued_at, expires_at;
  limit own, jti;
  /** In the caches. */
  int is_accepted;
  int64_t fresh_until, stale_until, refused_until;
  mxauth_status refusal;
} token;

typedef struct waiting {
  int slot, is_taken;
  unsigned serial;
  uint64_t id;
  int64_t deadline;
} waiting;

static token tokens[TOKENS];
static limit sessions[USERS_OF_ALL], devices[USERS_OF_ALL], users[USERS_OF_ALL], subjects[USERS_OF_ALL], whole;
static waiting list[EXCHANGES];
static int listed;
static uint64_t random_state = 0x9E3779B97F4A7C15u;
static unsigned last_serial;
static long outcomes[700];
static mxauth_validator *validator;

static int64_t below(int64_t bound) { return (int64_t)(random_of(&random_state) % (uint64_t)bound); }
static int64_t steady(void) { return atomic_load(&steady_milliseconds); }

// MARK: The model

static int is_over(const limit *limit) { return now() / 60 > limit->end_minute; }

static int refuses(const limit *limit, const token *token) {
  return limit->is_set && !is_over(limit) && (token->issued_at == 0 || token->issued_at <= limit->moment);
}

static int is_revoked(const token *token) {
  return refuses(&token->own, token) || refuses(&token->jti, token) || refuses(&sessions[token->user], token) ||
         (token->has_device && refuses(&devices[token->user], token)) || refuses(&users[token->user], token) ||
         refuses(&subjects[token->user], token) || refuses(&whole, token);
}

static int is_expired(const token *token) { return now() >= token->expires_at; }

static void set_limit(limit *limit, int64_t moment) {
  int64_t end_minute = (now() + LIFETIME + LONGEST_LEEWAY) / 60 + 1;
  int holds = limit->is_set && !is_over(limit);
  limit->is_set = 1;
  limit->moment = holds && limit->moment > moment ? limit->moment : moment;
  limit->end_minute = end_minute;
}

static void accept(token *token, int64_t stale) {
  token->is_accepted = 1;
  token->fresh_until = steady() + CACHE_TTL * 1000;
  token->stale_until = token->fresh_until + stale * 1000;
}

static void refuse(token *token, mxauth_status status, int64_t seconds) {
  token->refusal = status;
  token->refused_until = steady() + seconds * 1000;
}

static mxauth_status expected_of(token *token, int slot) {
  if (token->is_accepted) {
    if (is_revoked(token)) return MXAUTH_REVOKED;
    if (is_expired(token)) return MXAUTH_EXPIRED;
    if (steady() < token->fresh_until) return MXAUTH_OK;
  }
  if (!token->is_opaque) {
    if (is_expired(token)) return MXAUTH_EXPIRED;
    if (is_revoked(token)) return MXAUTH_REVOKED;
    accept(token, 0);
    return MXAUTH_OK;
  }
  // Past its time, but better than nothing.
  int serves = token->is_accepted && steady() < token->stale_until;
  if (steady() < token->refused_until) {
    return serves && token->refusal == MXAUTH_ISSUER_UNAVAILABLE ? MXAUTH_OK : token->refusal;
  }
  if (token->own.is_set && !is_over(&token->own) && token->own.moment == always) return MXAUTH_REVOKED;
  for (int i = 0; i < listed; i++)
    if (list[i].slot == slot && list[i].serial == token->serial) return MXAUTH_PENDING;
  if (listed == EXCHANGES) return serves ? MXAUTH_OK : MXAUTH_ISSUER_BUSY;
  return MXAUTH_PENDING;
}

static void settle(int at, mxauth_status outcome) {
  token *token = &tokens[list[at].slot];
  int is_current = token->serial == list[at].serial;
  list[at] = list[--listed];
  if (!is_current) return;
  if (outcome == MXAUTH_OK && is_expired(token)) outcome = MXAUTH_EXPIRED;
  if (outcome == MXAUTH_OK && is_revoked(token)) outcome = MXAUTH_REVOKED;
  if (outcome == MXAUTH_OK) accept(token, STALE);
  else if (outcome == MXAUTH_ISSUER_UNAVAILABLE) refuse(token, outcome, RETRY);
  else {
    token->is_accepted = 0;
    refuse(token, outcome, NEGATIVE_TTL);
  }
}

// MARK: The walk

/** What the issuer says about a token. */
static void describe(const token *token, char *text, size_t size) {
  char device[64] = "", issued[40] = "";
  if (token->has_device) snprintf(device, sizeof device, " " DEVICE_SCOPE "D-u%d", token->user);
  if (token->issued_at != 0) snprintf(issued, sizeof issued, ",\"iat\":%lld", (long long)token->issued_at);
  snprintf(text, size,
           "\"username\":\"u%d\",\"sub\":\"sub-%d\",\"sid\":\"sid-%d\",\"jti\":\"jti-%u\",\"scope\":\"" API_SCOPE
           "%s\",\"exp\":%lld%s",
           token->user, token->user, token->user, token->serial, device, (long long)token->expires_at, issued);
}

static void renew(int slot) {
  token *token = &tokens[slot];
  memset(token, 0, sizeof *token);
  token->serial = ++last_serial;
  token->is_opaque = slot % 2;
  token->user = (int)below(USERS_OF_ALL);
  token->has_device = below(4) != 0;
  token->issued_at = below(10) == 0 ? 0 : now() - below(600);
  token->expires_at = now() + 1 + below(3000);
  if (token->is_opaque) {
    snprintf(token->text, sizeof token->text, "opaque-%u", token->serial);
  } else {
    char members[400], claims[600];
    describe(token, members, sizeof members);
    snprintf(claims, sizeof claims, "{\"iss\":\"" ISSUER "\",\"aud\":\"x\",%s}", members);
    sign(claims, token->text);
  }
}

static void validate(void) {
  int slot = (int)below(TOKENS);
  token *token = &tokens[slot];
  if (is_expired(token) && below(8) == 0) renew(slot);
  int was_fresh = token->is_accepted && steady() < token->fresh_until;
  mxauth_status expected = expected_of(token, slot);
  mxauth_verdict verdict;
  mxauth_status status = judged(validator, token->text, &verdict);
  check(status == expected && (status != MXAUTH_OK || (verdict.flags == MXAUTH_VERDICT_CACHED) == (was_fresh || token->is_opaque)),
        "token %u of user %d, %s: %d, not %d", token->serial, token->user, token->is_opaque ? "opaque" : "signed", status,
        expected);
  outcomes[status]++;
  if (status != MXAUTH_PENDING) return;
  for (int i = 0; i < listed; i++)
    if (list[i].id == verdict.exchange) return;
  need(listed < EXCHANGES, "no more exchanges than that");
  list[listed++] = (waiting){slot, 0, token->serial, verdict.exchange, steady() + TIMEOUT * 1000};
}

static void revoke(void) {
  token *token = &tokens[below(TOKENS)];
  char value[TOKEN_SIZE];
  uint32_t kind = below(300) == 0 ? MXAUTH_REVOKE_ISSUER : (uint32_t)(1 + below(6));
  int64_t not_before = below(2) == 0 ? 0 : now() - 900 + below(1000);
  limit *limits[] = {NULL, &token->own, &token->jti, &sessions[token->user], &devices[token->user], &users[token->user],
                     &subjects[token->user], &whole};
  switch (kind) {
  case MXAUTH_REVOKE_TOKEN: snprintf(value, sizeof value, "%s", token->text); break;
  case MXAUTH_REVOKE_JTI: snprintf(value, sizeof value, "jti-%u", token->serial); break;
  case MXAUTH_REVOKE_SESSION: snprintf(value, sizeof value, "sid-%d", token->user); break;
  case MXAUTH_REVOKE_DEVICE: snprintf(value, sizeof value, "@u%d:matrix.example D-u%d", token->user, token->user); break;
  case MXAUTH_REVOKE_USER: snprintf(value, sizeof value, "@u%d:matrix.example", token->user); break;
  case MXAUTH_REVOKE_SUBJECT: snprintf(value, sizeof value, "sub-%d", token->user); break;
  default: snprintf(value, sizeof value, ISSUER);
  }
  set_limit(limits[kind], not_before != 0 ? not_before : kind <= MXAUTH_REVOKE_SESSION ? always : now());
  check(mxauth_revoke(validator, kind, value, not_before, NULL) == MXAUTH_OK, "revoking %s", value);
}

static void carry(void) {
  // Looking for one makes late those that are.
  for (int i = listed - 1; i >= 0; i--)
    if (steady() >= list[i].deadline) settle(i, MXAUTH_ISSUER_UNAVAILABLE);
  uint64_t id = taken(validator);
  int is_known = id == 0;
  for (int i = 0; i < listed; i++) {
    if (list[i].id == id) is_known = list[i].is_taken = 1;
    else if (id == 0 && !list[i].is_taken) is_known = 0;
  }
  check(is_known, "exchange %lu is one that is wanted", (unsigned long)id);
}

static void answer(void) {
  if (listed == 0) return;
  int at = (int)below(listed);
  if (!list[at].is_taken) return;
  uint64_t id = list[at].id;
  const token *token = &tokens[list[at].slot];
  char body[600] = "{\"active\":false}", members[400];
  int64_t chance = below(10);
  uint32_t http_status = chance == 0 ? 500 : 200;
  if (chance > 1) {
    describe(token, members, sizeof members);
    snprintf(body, sizeof body, "{\"active\":true,%s}", members);
  }
  int is_late = steady() >= list[at].deadline;
  settle(at, is_late || chance == 0 ? MXAUTH_ISSUER_UNAVAILABLE : chance == 1 ? MXAUTH_TOKEN_INACTIVE : MXAUTH_OK);
  mxauth_status status = answered(validator, id, http_status, body, strlen(body));
  check(status == (is_late ? MXAUTH_EXCHANGE_UNKNOWN : MXAUTH_OK), "answering: %d", status);
}

int main(void) {
  validator = VALIDATOR(USERS, "cache_entries", "1000000", "cache_bytes", "1073741824", "revocation_lifetime", "3600", "issuer",
                        ISSUER, "issuer.tokens", "jwt opaque", SIGNED, ASKED, "issuer.leeway", "0", "issuer.stale_if_error",
                        "20", "issuer.max_exchanges", "8", "issuer.breaker_threshold", "1000");
  for (int i = 0; i < TOKENS; i++) renew(i);
  for (long i = 0; i < STEPS && failed < 10; i++) {
    int64_t chance = below(1000);
    if (chance < 700) validate();
    else if (chance < 720) revoke();
    else if (chance < 850) carry();
    else if (chance < 980) answer();
    else pass_milliseconds(1000 * (chance == 999 ? below(1000) : below(10)));
  }
  printf("%u tokens in %ld s:", last_serial, (long)(now() - beginning));
  for (int i = 0; i < 700; i++)
    if (outcomes[i] > 0) printf(" %s %ld", mxauth_status_name(i) + strlen("MXAUTH_"), outcomes[i]);
  printf("\n");
  check(outcomes[MXAUTH_OK] > STEPS / 50 && outcomes[MXAUTH_REVOKED] > STEPS / 50 && outcomes[MXAUTH_EXPIRED] > STEPS / 50 &&
            outcomes[MXAUTH_PENDING] > STEPS / 50,
        "the walk leads everywhere");
  mxauth_validator_free(validator);
  return finish("revocation_walk");
}
