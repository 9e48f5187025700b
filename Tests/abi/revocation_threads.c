/* SPDX-License-Identifier: Apache-2.0
 *
 * Eight threads that validate, revoke, answer exchanges and let time pass, all at once. Whoever knows that something has
 * been revoked, because mxauth_revoke has returned, never sees one of its tokens accepted; and no token is refused for a
 * revocation that nobody has begun, or as expired before it is.
 */
#define _DEFAULT_SOURCE
#include <pthread.h>

#include "played.h"

enum { THREADS = 8, TOKENS = 20000, WINDOW = 1024, PEOPLE = 2000, PINNED = 200 };

// Fewer operations lead as far with longer steps.
#define OPERATIONS (SANITIZED ? 120000 : 1600000)
#define STEP (SANITIZED ? 10 : 1)

/** Up to which moment of issue something is revoked: by those who have begun, and by those who are done. */
typedef struct limit {
  _Atomic int64_t begun, done;
} limit;

typedef struct token {
  char *text;
  int is_opaque, person;
  int64_t issued_at, expires_at;
  limit own, jti;
} token;

static token tokens[TOKENS];
static limit sessions[PEOPLE], devices[PEOPLE], users[PEOPLE], subjects[PEOPLE];
static mxauth_validator *validator;
static pthread_barrier_t start;
/** Time does not pass while an exchange is read, which would be gone with its time. */
static pthread_rwlock_t passing = PTHREAD_RWLOCK_INITIALIZER;

typedef struct worker {
  pthread_t thread;
  uint64_t random;
  long operations, accepted_wrongly, refused_wrongly, other, mixed_up, outcomes[700];
} worker;

static void raise_to(_Atomic int64_t *value, int64_t moment) {
  int64_t before = atomic_load(value);
  while (before < moment && !atomic_compare_exchange_weak(value, &before, moment)) {
  }
}

static int begun_by(const limit *limit, int64_t issued_at) { return issued_at <= atomic_load(&limit->begun); }
static int done_by(const limit *limit, int64_t issued_at) { return issued_at <= atomic_load(&limit->done); }

static int is_any(const token *token, int (*by)(const limit *, int64_t)) {
  return by(&token->own, token->issued_at) || by(&token->jti, token->issued_at) ||
         by(&sessions[token->person], token->issued_at) || by(&devices[token->person], token->issued_at) ||
         by(&users[token->person], token->issued_at) || by(&subjects[token->person], token->issued_at);
}

static void describe(int number, char *text, size_t size) {
  const token *token = &tokens[number];
  int person = token->person;
  snprintf(text, size,
           "\"username\":\"p%d\",\"sub\":\"sub-%d\",\"sid\":\"sid-%d\",\"jti\":\"jti-%d\",\"scope\":\"" API_SCOPE " " DEVICE_SCOPE
           "D-%d\",\"iat\":%lld,\"exp\":%lld",
           person, person, person, number, person, (long long)token->issued_at, (long long)token->expires_at);
}

static void make_tokens(void) {
  uint64_t random = 0x2545F4914F6CDD1Du;
  for (int i = 0; i < TOKENS; i++) {
    tokens[i].is_opaque = i % 2;
    tokens[i].person = (int)(random_of(&random) % PEOPLE);
    tokens[i].issued_at = beginning - (int64_t)(random_of(&random) % 3000);
    tokens[i].expires_at = beginning + 50 + (int64_t)(random_of(&random) % 4000);
    char text[TOKEN_SIZE], members[400], claims[600];
    if (tokens[i].is_opaque) {
      snprintf(text, sizeof text, "opaque-%d", i);
    } else {
      describe(i, members, sizeof members);
      snprintf(claims, sizeof claims, "{\"iss\":\"" ISSUER "\",\"aud\":\"x\",%s}", members);
      sign(claims, text);
    }
    tokens[i].text = block_of(text, strlen(text) + 1);
  }
}

static void validate(worker *self, int number) {
  const token *token = &tokens[number];
  int is_revoked = is_any(token, done_by), was_expired = now() >= token->expires_at;
  mxauth_verdict verdict;
  mxauth_status status = judged(validator, token->text, &verdict);
  int may_be_revoked = is_any(token, begun_by), may_be_expired = now() >= token->expires_at;
  self->outcomes[status]++;
  char user[64];
  switch (status) {
  case MXAUTH_OK:
    self->accepted_wrongly += is_revoked || was_expired;
    snprintf(user, sizeof user, "@p%d:matrix.example", token->person);
    self->mixed_up += !text_is(&verdict.user_id, user, strlen(user)) || verdict.issued_at != token->issued_at ||
                      verdict.expires_at != token->expires_at;
    break;
  case MXAUTH_REVOKED: self->refused_wrongly += !may_be_revoked; break;
  case MXAUTH_EXPIRED: self->refused_wrongly += !may_be_expired; break;
  // The issuer is slow now and then.
  case MXAUTH_PENDING:
  case MXAUTH_ISSUER_BUSY:
  case MXAUTH_ISSUER_UNAVAILABLE: self->other += !token->is_opaque; break;
  default: self->other++;
  }
}

static void revoke(worker *self, int number) {
  token *token = &tokens[number];
  uint32_t kind = 1 + (uint32_t)(random_of(&self->random) % 6);
  int64_t not_before = random_of(&self->random) % 2 == 0 ? 0 : beginning - 3100 + (int64_t)(random_of(&self->random) % 3200);
  limit *limits[] = {NULL, &token->own, &token->jti, &sessions[token->person], &devices[token->person], &users[token->person],
                     &subjects[token->person]};
  char value[64];
  switch (kind) {
  case MXAUTH_REVOKE_JTI: snprintf(value, sizeof value, "jti-%d", number); break;
  case MXAUTH_REVOKE_SESSION: snprintf(value, sizeof value, "sid-%d", token->person); break;
  case MXAUTH_REVOKE_DEVICE: snprintf(value, sizeof value, "@p%d:matrix.example D-%d", token->person, token->person); break;
  case MXAUTH_REVOKE_USER: snprintf(value, sizeof value, "@p%d:matrix.example", token->person); break;
  default: snprintf(value, sizeof value, "sub-%d", token->person);
  }
  // All tokens were issued before any of this.
  int64_t moment = not_before != 0 ? not_before : beginning;
  raise_to(&limits[kind]->begun, moment);
  self->other += mxauth_revoke(validator, kind, kind == MXAUTH_REVOKE_TOKEN ? token->text : value, not_before, NULL) != MXAUTH_OK;
  raise_to(&limits[kind]->done, moment);
}

static void carry(worker *self) {
  mxauth_exchange exchange = MXAUTH_EXCHANGE_INIT;
  int number = -1;
  pthread_rwlock_rdlock(&passing);
  mxauth_status status = mxauth_next_exchange(validator, &exchange);
  if (status == MXAUTH_OK) sscanf(exchange.body, "token=opaque-%d&", &number);
  pthread_rwlock_unlock(&passing);
  if (status != MXAUTH_OK) return;
  if (number < 0 || number >= TOKENS) {
    self->other++;
    return;
  }
  char members[400], body[600];
  describe(number, members, sizeof members);
  snprintf(body, sizeof body, "{\"active\":true,%s}", members);
  status = answered(validator, exchange.id, random_of(&self->random) % 50 == 0 ? 500 : 200, body, strlen(body));
  // Over time, if this thread was slow.
  self->other += status != MXAUTH_OK && status != MXAUTH_EXCHANGE_UNKNOWN;
}

static void let_time_pass(void) {
  pthread_rwlock_wrlock(&passing);
  pass(STEP);
  pthread_rwlock_unlock(&passing);
}

static void *work(void *argument) {
  worker *self = argument;
  const long operations = OPERATIONS / THREADS;
  pthread_barrier_wait(&start);
  for (long i = 0; i < operations; i++, self->operations++) {
    // The tokens that are in use change with time.
    int number = (int)(i * (TOKENS - WINDOW) / operations) + (int)(random_of(&self->random) % WINDOW);
    uint64_t chance = random_of(&self->random) % 1000;
    if (chance < 900) validate(self, number);
    else if (chance < 900 + 3 * STEP) revoke(self, number);
    else if (chance < 901 + 3 * STEP) let_time_pass();
    else carry(self);
  }
  return NULL;
}

static void everything_at_once(void) {
  // A small cache, so that verdicts leave it while they are read.
  validator = VALIDATOR(USERS, "cache_entries", "1024", "issuer", ISSUER, "issuer.tokens", "jwt opaque", SIGNED, ASKED,
                        "issuer.leeway", "0", "issuer.cache_ttl", "30", "issuer.retry_max", "1", "exchange_timeout", "60");
  make_tokens();
  worker workers[THREADS] = {0};
  need(pthread_barrier_init(&start, NULL, THREADS) == 0, "a barrier");
  for (size_t i = 0; i < THREADS; i++) {
    workers[i].random = 0x9E3779B97F4A7C15u * (i + 1);
    need(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0, "a thread");
  }
  long outcomes[700] = {0}, operations = 0;
  for (size_t i = 0; i < THREADS; i++) {
    const worker *self = &workers[i];
    pthread_join(self->thread, NULL);
    operations += self->operations;
    for (int status = 0; status < 700; status++) outcomes[status] += self->outcomes[status];
    check(self->accepted_wrongly == 0, "thread %zu: %ld accepted although revoked or expired", i, self->accepted_wrongly);
    check(self->refused_wrongly == 0, "thread %zu: %ld refused without a reason", i, self->refused_wrongly);
    check(self->mixed_up == 0, "thread %zu: %ld with another's verdict", i, self->mixed_up);
    check(self->other == 0, "thread %zu: %ld others", i, self->other);
  }
  pthread_barrier_destroy(&start);
  printf("%ld operations in %ld s of the clock:", operations, (long)(now() - beginning));
  for (int status = 0; status < 700; status++)
    if (outcomes[status] > 0) printf(" %s %ld", mxauth_status_name(status) + strlen("MXAUTH_"), outcomes[status]);
  printf("\n");
  passed += operations;
  check(outcomes[MXAUTH_OK] > operations / 20 && outcomes[MXAUTH_REVOKED] > operations / 50 &&
            outcomes[MXAUTH_EXPIRED] > operations / 50,
        "they lead everywhere");
  for (int i = 0; i < TOKENS; i++) free(tokens[i].text);
  mxauth_validator_free(validator);
}

// MARK: A table that is always full

/** When each of those that are revoked time and again was revoked last, before the call, once it has returned. */
static _Atomic int64_t pinned[PINNED];
static atomic_int stop;
static atomic_long cleared;

static const char *pinned_name(int i, char *name) {
  sprintf(name, "pinned-%d", i);
  return name;
}

static void *crowd(void *unused) {
  char name[32];
  for (long i = 0; i < OPERATIONS / 4; i++) {
    // Whatever is asked for whenever, and from time to time those that are looked at.
    sprintf(name, "crowd-%ld", i);
    int which = (int)(i / 16 % PINNED);
    int64_t moment = now();
    if (i % 16 == 0) {
      if (mxauth_revoke(validator, MXAUTH_REVOKE_TOKEN, pinned_name(which, name), 0, NULL) == MXAUTH_OK)
        raise_to(&pinned[which], moment);
    } else if (mxauth_revoke(validator, MXAUTH_REVOKE_TOKEN, name, 0, NULL) != MXAUTH_OK) {
      // It is full: time passes until some are forgotten, but not those of the last minute.
      pass(30);
      atomic_fetch_add(&cleared, 1);
    }
  }
  atomic_store(&stop, 1);
  return unused;
}

static void *look(void *argument) {
  worker *self = argument;
  char name[32];
  while (!atomic_load(&stop)) {
    int i = (int)(random_of(&self->random) % PINNED);
    int64_t moment = atomic_load(&pinned[i]);
    mxauth_status status = judged(validator, pinned_name(i, name), NULL);
    self->operations++;
    if (moment != 0 && now() <= moment + 60) self->accepted_wrongly += status != MXAUTH_REVOKED;
  }
  return NULL;
}

static void crowded(void) {
  validator = VALIDATOR(USERS, "revocation_bytes", "65536", "revocation_lifetime", "60", "issuer", ISSUER, "issuer.tokens",
                        "opaque", ASKED, "issuer.max_exchanges", "1");
  worker workers[THREADS] = {0};
  for (size_t i = 0; i < THREADS; i++) {
    workers[i].random = 0x9E3779B97F4A7C15u * (i + 1);
    need(pthread_create(&workers[i].thread, NULL, i == 0 ? crowd : look, &workers[i]) == 0, "a thread");
  }
  long looks = 0;
  for (size_t i = 0; i < THREADS; i++) {
    pthread_join(workers[i].thread, NULL);
    looks += workers[i].operations;
    check(workers[i].accepted_wrongly == 0, "thread %zu: %ld of %ld not refused", i, workers[i].accepted_wrongly,
          workers[i].operations);
  }
  passed += looks;
  printf("%ld looks at a table that was full %ld times\n", looks, (long)cleared);
  check(cleared > 10, "the table was full only %ld times", (long)cleared);
  mxauth_validator_free(validator);
}

int main(void) {
  everything_at_once();
  crowded();
  return finish("revocation_threads");
}
