/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of EC keys: made for keys that are used, in a bounded number, by a thread that nobody waits for and that leaves
 * nothing behind; and whether there is one or not, tokens are judged the same.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>

#include "ec_keys.h"

/** What stands between the library and pthread_create. The sanitizers stand there themselves. */
#if !SANITIZED
static atomic_int creations, unmasked, refuse_threads, running;

typedef struct errand {
  void *(*run)(void *);
  void *argument;
} errand;

static void *run_errand(void *argument) {
  errand own = *(errand *)argument;
  free(argument);
  void *result = own.run(own.argument);
  atomic_fetch_sub(&running, 1);
  return result;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
  int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
  *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
  sigset_t mask;
  pthread_sigmask(SIG_BLOCK, NULL, &mask);
  atomic_fetch_add(&creations, 1);
  if (!sigismember(&mask, SIGTERM) || !sigismember(&mask, SIGALRM)) atomic_fetch_add(&unmasked, 1);
  if (atomic_load(&refuse_threads)) return 11;
  errand *own = malloc(sizeof *own);
  need(own != NULL, "memory");
  *own = (errand){run, argument};
  atomic_fetch_add(&running, 1);
  int failure = real(thread, attributes, run_errand, own);
  if (failure != 0) {
    atomic_fetch_sub(&running, 1);
    free(own);
  }
  return failure;
}
#endif

static mxauth_validator *validator_of(const ec_key *key, const char *tables) {
  return VALIDATOR("key_tables", tables, EC_ISSUER, "issuer.keys", key->jwk);
}

static void every_curve(void) {
  const ec_key keys[] = {
      ec_key_new("P-256", "P-256", "ES256", EVP_sha256(), 32, "k"), ec_key_new("P-384", "P-384", "ES384", EVP_sha384(), 48, "k"),
      ec_key_new("P-521", "P-521", "ES512", EVP_sha512(), 66, "k"),
      ec_key_new("secp256k1", "secp256k1", "ES256K", EVP_sha256(), 32, "k")};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    const char *name = keys[i].algorithm;
    mxauth_validator *validator = validator_of(&keys[i], "8"), *plain = validator_of(&keys[i], "0");
    check(wrongly_judged(validator, &keys[i], "k", 7) == 0, "%s before there is a table", name);
    check(tables_of(validator) == 0 && threads_of_process() == 1, "%s: seven uses make no table", name);
    check(wrongly_judged(validator, &keys[i], "k", 1) == 0, "%s as the table is wanted", name);
    check(has_tables(validator, 1), "%s has a table", name);
    check(threads_are(1), "%s: its thread has ended", name);
    check(wrongly_judged(validator, &keys[i], "k", 60) == 0, "%s with a table", name);
    check(wrongly_judged(plain, &keys[i], "k", 60) == 0, "%s without tables", name);
    check(tables_of(validator) == 1 && tables_of(plain) == 0 && threads_of_process() == 1, "%s: one table is enough", name);
    mxauth_validator_free(validator);
    mxauth_validator_free(plain);
    EVP_PKEY_free(keys[i].pair);
  }
}

static void bounds(void) {
  const ec_key first = p256_key("a"), second = p256_key("b"), third = p256_key("c");
  char set[2048];
  snprintf(set, sizeof set, "{\"keys\":[%s,%s,%s]}", first.jwk, second.jwk, third.jwk);
  mxauth_validator *validator = VALIDATOR("key_tables", "2", EC_ISSUER, "issuer.keys", set);
  for (int round = 1; round <= 2; round++) {
    check(wrongly_judged(validator, round == 1 ? &first : &second, round == 1 ? "a" : "b", 8) == 0, "round %d", round);
    check(has_tables(validator, round), "table %d", round);
    // One key after the other: the next finds the thread at work for as long as it has not ended.
    check(threads_are(1), "round %d: its thread has ended", round);
  }
  check(wrongly_judged(validator, &third, "c", SANITIZED ? 40 : 1100) == 0, "the third key");
  check(threads_are(1) && tables_of(validator) == 2, "two tables are enough");
  mxauth_validator_free(validator);

  // A key that must not be used, and forgeries in its name: the key counts, not the token.
  validator = validator_of(&first, "8");
  for (int i = 0; i < 40; i++) {
    char *token = ec_token(&second, "a", i);
    check(judged(validator, token, NULL) == MXAUTH_SIGNATURE_INVALID, "a forgery");
    free(token);
  }
  check(has_tables(validator, 1), "forgeries use a key as well");
  check(wrongly_judged(validator, &first, "a", 9) == 0, "tokens after forgeries");
  mxauth_validator_free(validator);
  EVP_PKEY_free(first.pair);
  EVP_PKEY_free(second.pair);
  EVP_PKEY_free(third.pair);
}

/** Tables go with the key set that they belong to. */
static void rotation(void) {
  const ec_key first = p256_key("a"), second = p256_key("b");
  mxauth_validator *validator = VALIDATOR(EC_ISSUER, "issuer.jwks_uri", ISSUER "keys");
  for (int round = 0; round < 4; round++) {
    const ec_key *key = round % 2 ? &second : &first;
    const char *kid = round % 2 ? "b" : "a";
    char set[1024];
    snprintf(set, sizeof set, "{\"keys\":[%s]}", key->jwk);
    char *token = ec_token(key, kid, 0);
    check(judged(validator, token, NULL) == MXAUTH_PENDING, "keys are wanted");
    check(answered(validator, taken(validator), 200, set, strlen(set)) == MXAUTH_OK, "a key set");
    check(tables_of(validator) == 0, "a new set has no table");
    check(wrongly_judged(validator, key, kid, 8) == 0 && has_tables(validator, 1), "its table");
    // The same set once more leaves everything as it was.
    pass(7200);
    uint64_t again = taken(validator);
    check(again != 0 && answered(validator, again, 200, set, strlen(set)) == MXAUTH_OK, "the same set");
    check(tables_of(validator) == 1 && wrongly_judged(validator, key, kid, 9) == 0, "keeps its table");
    pass(60);
    free(token);
  }
  mxauth_validator_free(validator);
  EVP_PKEY_free(first.pair);
  EVP_PKEY_free(second.pair);
}

/** Freed while the thread is at work: the thread is waited for. */
static void farewell(void) {
  const ec_key key = p256_key("k");
  for (int i = 0; i < 20; i++) {
    mxauth_validator *validator = validator_of(&key, "8");
    check(wrongly_judged(validator, &key, "k", 8) == 0, "tokens of validator %d", i);
    for (int j = 0; j < i % 5; j++) doze();
    mxauth_validator_free(validator);
#if !SANITIZED
    check(atomic_load(&running) == 0, "validator %d was freed before its thread ended", i);
#endif
    check(threads_are(1), "validator %d leaves no thread", i);
  }
  EVP_PKEY_free(key.pair);
}

static void refused_threads(void) {
#if !SANITIZED
  const ec_key key = p256_key("k");
  mxauth_validator *validator = validator_of(&key, "8");
  atomic_store(&refuse_threads, 1);
  check(wrongly_judged(validator, &key, "k", 40) == 0 && tables_of(validator) == 0, "tokens without a thread");
  atomic_store(&refuse_threads, 0);
  check(wrongly_judged(validator, &key, "k", 100) == 0 && tables_of(validator) == 0, "threads are not asked for at each token");
  check(wrongly_judged(validator, &key, "k", 1024) == 0 && has_tables(validator, 1), "but again some time later");
  mxauth_validator_free(validator);
  int before = atomic_load(&creations);
  validator = validator_of(&key, "0");
  check(wrongly_judged(validator, &key, "k", 40) == 0, "tokens without tables");
  mxauth_validator_free(validator);
  check(atomic_load(&creations) == before, "key_tables 0 starts no thread");
  check(before > 0 && atomic_load(&unmasked) == 0, "%d of %d threads take signals", atomic_load(&unmasked), before);
  EVP_PKEY_free(key.pair);
#endif
}

int main(void) {
  refused_threads();
  every_curve();
  bounds();
  rotation();
  farewell();
  return finish("key_tables");
}
