/* SPDX-License-Identifier: Apache-2.0
 *
 * Eight threads on eight validators whose EC keys get their tables meanwhile; each token is judged as a single thread
 * judges it, with and without a table, and validators are made and freed beside them.
 */
#define _DEFAULT_SOURCE
#include <pthread.h>

#include "ec_keys.h"

enum { THREADS = 8, VALIDATORS = 4, KEYS = 3 };

#define ROUNDS (SANITIZED ? 6 : 40)

static ec_key keys[KEYS];
static const char *const names[KEYS] = {"a", "b", "c"};
static char set[2048];
static mxauth_validator *shared[VALIDATORS];
static pthread_barrier_t start;

typedef struct worker {
  pthread_t thread;
  int number;
  long wrong;
} worker;

static void *run(void *argument) {
  worker *self = argument;
  pthread_barrier_wait(&start);
  for (int round = 0; round < ROUNDS; round++) {
    for (int key = 0; key < KEYS; key++)
      self->wrong += wrongly_judged(shared[(self->number + round) % VALIDATORS], &keys[key], names[key], 3);
    // One that goes while its table is made.
    if (round % 5 == self->number % 5) {
      mxauth_validator *own = VALIDATOR(EC_ISSUER, "issuer.keys", set);
      self->wrong += wrongly_judged(own, &keys[0], names[0], 9);
      mxauth_validator_free(own);
    }
  }
  return NULL;
}

int main(void) {
  keys[0] = p256_key("a");
  keys[1] = ec_key_new("P-384", "P-384", "ES384", EVP_sha384(), 48, "b");
  keys[2] = ec_key_new("P-521", "P-521", "ES512", EVP_sha512(), 66, "c");
  snprintf(set, sizeof set, "{\"keys\":[%s,%s,%s]}", keys[0].jwk, keys[1].jwk, keys[2].jwk);
  for (int i = 0; i < VALIDATORS; i++) shared[i] = VALIDATOR(EC_ISSUER, "issuer.keys", set);
  worker workers[THREADS] = {0};
  need(pthread_barrier_init(&start, NULL, THREADS) == 0, "a barrier");
  for (int i = 0; i < THREADS; i++) {
    workers[i].number = i;
    need(pthread_create(&workers[i].thread, NULL, run, &workers[i]) == 0, "a thread");
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(workers[i].thread, NULL);
    check(workers[i].wrong == 0, "thread %d: %ld wrong verdicts", i, workers[i].wrong);
  }
  pthread_barrier_destroy(&start);
  for (int i = 0; i < VALIDATORS; i++) {
    // A key whose turn was another's asks again after eight uses.
    for (int key = 0; key < KEYS; key++)
      for (int tries = 0; tries < 1000 && tables_of(shared[i]) <= key; tries++) {
        check(wrongly_judged(shared[i], &keys[(key + tries) % KEYS], names[(key + tries) % KEYS], 9) == 0, "more tokens");
        doze();
      }
    check(has_tables(shared[i], KEYS), "validator %d has %d tables", i, tables_of(shared[i]));
    mxauth_validator_free(shared[i]);
  }
  // ThreadSanitizer has one of its own.
  check(SANITIZED || threads_are(1), "threads are left");
  for (int i = 0; i < KEYS; i++) EVP_PKEY_free(keys[i].pair);
  return finish("key_table_threads");
}
