/* SPDX-License-Identifier: Apache-2.0
 *
 * Eight threads validate tokens of two keys while the main thread rotates the key set a thousand times. No network: the
 * main thread carries the exchanges and hands in sets from threads_fixture.h. A token is refused only while its key may
 * be out of the set, and is never good while its key is certainly out of it.
 *
 * Ends with one line `N passed, N failed`. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mxauth.h"
#include "threads_fixture.h"

enum { THREADS = 8, ROTATIONS = 1000, HELD = 25 };

/* Which keys each set of the rotation has: bit 0 the first, bit 1 the second. */
static const unsigned members[4] = {1, 3, 2, 3};
static const char *const bodies[4] = {SET_FIRST, SET_BOTH, SET_SECOND, SET_BOTH};
static const char *const tokens[2] = {TOKEN_FIRST, TOKEN_SECOND};

static mxauth_validator *validator;
static _Atomic int64_t seconds = 1000000;
/* 2 n while set n serves, 2 n - 1 while it is about to replace set n - 1. */
static _Atomic long phase;
static _Atomic long judged;
static _Atomic long wrongly_refused;
static _Atomic long wrongly_accepted;
static _Atomic long accepted[2];
static _Atomic long refused[2];
static atomic_bool done;

static int64_t read_clock(void *user, uint32_t clock) {
  (void)user;
  return atomic_load(&seconds) * 1000000000 + (clock == MXAUTH_CLOCK_WALL ? 1700000000000000000 : 0);
}

static void *validate(void *argument) {
  const unsigned key = (unsigned)(size_t)argument % 2;
  const size_t length = strlen(tokens[key]);
  while (!atomic_load(&done)) {
    mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
    mxauth_error error = MXAUTH_ERROR_INIT;
    const long before = atomic_load(&phase);
    const mxauth_status status = mxauth_validate(validator, tokens[key], length, &verdict, &error);
    const long after = atomic_load(&phase);
    unsigned always = 3, ever = 0;
    for (long set = before / 2; set <= (after + 1) / 2; set++) {
      always &= members[set % 4];
      ever |= members[set % 4];
    }
    if (status != MXAUTH_OK && (always >> key & 1)) {
      if (atomic_fetch_add(&wrongly_refused, 1) == 0)
        printf("%s in phases %ld to %ld: %s\n", mxauth_status_name(status), before, after, error.message);
    }
    if (status == MXAUTH_OK && !(ever >> key & 1)) atomic_fetch_add(&wrongly_accepted, 1);
    atomic_fetch_add(status == MXAUTH_OK ? &accepted[key] : &refused[key], 1);
    atomic_fetch_add(&judged, 1);
  }
  return NULL;
}

/* Hands in set `set`, to the exchange that a token or the timer has made due. */
static bool rotate(long set) {
  mxauth_exchange exchange = MXAUTH_EXCHANGE_INIT;
  while (mxauth_next_exchange(validator, &exchange) != MXAUTH_OK) atomic_fetch_add(&seconds, 20);
  mxauth_response response = MXAUTH_RESPONSE_INIT;
  response.http_status = 200;
  response.body = bodies[set % 4];
  response.body_length = strlen(response.body);
  atomic_store(&phase, 2 * set - 1);
  const mxauth_status status = mxauth_complete_exchange(validator, exchange.id, &response, NULL);
  atomic_store(&phase, 2 * set);
  return status == MXAUTH_OK;
}

static void set(mxauth_config *config, const char *name, const char *value) {
  mxauth_error error = MXAUTH_ERROR_INIT;
  if (mxauth_config_set(config, name, value, &error) != MXAUTH_OK) {
    fprintf(stderr, "%s: %s\n", name, error.message);
    exit(1);
  }
}

static void make_validator(void) {
  mxauth_config *config = mxauth_config_new();
  set(config, "server_name", "hs.test");
  set(config, "exchange_timeout", "120");
  set(config, "issuer", ISSUER);
  set(config, "issuer.audience", "https://hs.test");
  set(config, "issuer.jwks_uri", ISSUER "jwks");
  set(config, "issuer.refresh_max", "60");
  set(config, "issuer.unknown_key_cooldown", "1");
  mxauth_config_set_clock(config, read_clock, NULL);
  mxauth_error error = MXAUTH_ERROR_INIT;
  if (mxauth_validator_new(config, &validator, &error) != MXAUTH_OK) {
    fprintf(stderr, "%s\n", error.message);
    exit(1);
  }
  mxauth_config_free(config);
}

static int passed, failed;

static void check(bool holds, const char *what) {
  if (holds) {
    passed++;
  } else {
    failed++;
    printf("failed: %s\n", what);
  }
}

int main(void) {
  make_validator();
  check(rotate(0), "the first set is taken");
  pthread_t threads[THREADS];
  for (size_t i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, validate, (void *)i);
  /* Sleeping rather than yielding: whoever wakes up gets a processor soon. */
  const struct timespec moment = {0, 50000};
  bool all = true;
  for (long i = 1; i <= ROTATIONS; i++) {
    const long start = atomic_load(&judged);
    while (atomic_load(&judged) < start + HELD) nanosleep(&moment, NULL);
    all = rotate(i) && all;
  }
  atomic_store(&done, true);
  for (size_t i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);

  mxauth_stats stats = MXAUTH_STATS_INIT;
  mxauth_statistics(validator, &stats);
  check(all, "every exchange is open until its response is in");
  check(stats.key_sets_replaced == ROTATIONS + 1, "every set is taken into use");
  check(stats.validations == (uint64_t)atomic_load(&judged), "every token is counted");
  check(atomic_load(&wrongly_refused) == 0, "no token is refused while its key is in the set");
  check(atomic_load(&wrongly_accepted) == 0, "no token is good while its key is out of the set");
  for (int key = 0; key < 2; key++)
    check(atomic_load(&accepted[key]) > 0 && atomic_load(&refused[key]) > 0, "both answers were seen");
  mxauth_validator_free(validator);
  printf("# %ld tokens: %ld + %ld good, %ld + %ld refused\n", atomic_load(&judged), atomic_load(&accepted[0]),
         atomic_load(&accepted[1]), atomic_load(&refused[0]), atomic_load(&refused[1]));
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
