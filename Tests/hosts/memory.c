/* SPDX-License-Identifier: Apache-2.0
 *
 * What is allocated, and when it is freed: a validator, a hundred thousand tokens in its caches, threads that come and go.
 * The figures of docs/embedding.md come from here.
 */
#define _DEFAULT_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include "../abi/played.h"

static long in_use(void) {
  struct mallinfo2 now = mallinfo2();
  return (long)(now.uordblks + now.hblkhd);
}

/** Bytes of memory that are really there. */
static long resident(void) {
  long pages = 0, of_these = 0;
  FILE *sizes = fopen("/proc/self/statm", "r");
  need(sizes != NULL && fscanf(sizes, "%ld %ld", &pages, &of_these) == 2, "/proc/self/statm");
  fclose(sizes);
  return of_these * sysconf(_SC_PAGESIZE);
}

#define CLAIMS                                                                                                    \
  "\"iss\":\"" ISSUER "\",\"aud\":\"x\",\"username\":\"alice\",\"sub\":\"01SUB\",\"scope\":\"" API_SCOPE " " DEVICE_SCOPE \
  "DEVICE\",\"iat\":1789999000,\"exp\":1990000000"

static mxauth_validator *small(void) {
  return VALIDATOR(USERS, "cache_bytes", "1048576", "cache_entries", "1024", "issuer", ISSUER, SIGNED, ASKED, "issuer.cache_ttl",
                   "86400");
}

static long good_tokens(mxauth_validator *validator, int from, int count) {
  long good = 0;
  for (int i = from; i < from + count; i++) {
    char claims[600], token[TOKEN_SIZE];
    snprintf(claims, sizeof claims, "{" CLAIMS ",\"jti\":\"%08d\"}", i);
    sign(claims, token);
    good += judged(validator, token, NULL) == MXAUTH_OK;
  }
  return good;
}

static mxauth_validator *shared;

static void *judge_once(void *unused) {
  judged(shared, "eyJhbGciOiJIUzI1NiJ9.e30.AAAA", NULL);
  return unused;
}

int main(void) {
  mallopt(M_ARENA_MAX, 1);
  mxauth_validator *first = small();
  good_tokens(first, 0, 10);
  mxauth_validator_free(first);
  // What OpenSSL and this thread keep is there now.
  long settled = in_use();
  for (int i = 0; i < 100; i++) {
    mxauth_validator *another = small();
    good_tokens(another, 0, 10);
    mxauth_validator_free(another);
  }
  check(in_use() - settled < 4096, "%ld bytes more after a hundred validators", in_use() - settled);

  long before = in_use();
  shared = small();
  long made = in_use() - before;
  check(good_tokens(shared, 0, 1000) == 1000, "a thousand tokens");
  long thousand = in_use() - before - made;
  check(good_tokens(shared, 1000, 20000) == 20000, "more than the cache holds");
  mxauth_stats stats = stats_of(shared);
  long full = in_use() - before - made;
  check(stats.cache_entries <= 1024 && stats.cache_bytes <= 1048576, "%lu entries of %lu bytes", (unsigned long)stats.cache_entries,
        (unsigned long)stats.cache_bytes);
  check(full < 1048576 + 65536, "%ld bytes for a full cache of 1048576", full);
  for (int i = 0; i < 20000; i++) judged(shared, "no token at all", NULL);
  check(in_use() - before - made < full + 4096, "refusals take %ld bytes", in_use() - before - made - full);

  long quiet = in_use();
  for (int i = 0; i < 200; i++) {
    pthread_t thread;
    need(pthread_create(&thread, NULL, judge_once, NULL) == 0, "a thread");
    pthread_join(thread, NULL);
  }
  check(in_use() - quiet < 8192, "%ld bytes of threads that have ended", in_use() - quiet);
  mxauth_validator_free(shared);
  check(in_use() - before < 8192, "%ld bytes left of a validator", in_use() - before);

  long touched = resident();
  mxauth_validator *usual = VALIDATOR(USERS, "issuer", ISSUER, SIGNED, ASKED);
  long of_defaults = in_use() - before;
  touched = resident() - touched;
  mxauth_validator_free(usual);
  mxauth_validator *least = VALIDATOR(USERS, "revocation_bytes", "65536", "cache_bytes", "1048576", "cache_entries", "1024",
                                      "issuer", ISSUER, SIGNED, ASKED);
  long of_least = in_use() - before;
  mxauth_validator_free(least);
  check(of_defaults > of_least && of_least < made, "options do not bound what is allocated");
  printf("a validator: %ld KiB with the default options, %ld KiB of them touched; %ld KiB with the smallest tables; a cached "
         "token: %ld bytes\n",
         of_defaults / 1024, touched / 1024, of_least / 1024, thousand / 1000);
  return finish("memory");
}
