/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens in steady use stay in the verdict cache while others that are used once flood it, and the cache stays within
 * its bounds.
 */
#include "played.h"

enum { HOT = 1000, HOT_SHARE = 5, CHECK_EVERY = 64 };

static char hot[HOT][TOKEN_SIZE];

static size_t make(char token[TOKEN_SIZE], const char *what, long i) {
  char claims[600];
  snprintf(claims, sizeof claims,
           "{\"iss\":\"" ISSUER "\",\"aud\":\"x\",\"exp\":1990000000,\"iat\":1789999000,\"sub\":\"%s %ld\",\"jti\":\"%s %ld\","
           "\"username\":\"%s-%ld\",\"scope\":\"" API_SCOPE " " DEVICE_SCOPE "%s%ld\"}",
           what, i, what, i, what, i, what, i);
  return sign(claims, token);
}

/** Which hot token comes next: one after the other, or the first ones much more often than the last. */
static size_t next_hot(int is_skewed, long i, uint64_t *random) {
  if (!is_skewed) return (size_t)i % HOT;
  size_t one = random_of(random) % HOT, other = random_of(random) % HOT;
  return one < other ? one : other;
}

static void flood(long once, const char *entries, const char *bytes, int is_skewed, int is_late, const char *name) {
  if (SANITIZED) once /= 25;
  mxauth_validator *validator = VALIDATOR(USERS, "issuer", ISSUER, "issuer.any_audience", "true", SIGNED, "cache_entries",
                                          entries, "cache_bytes", bytes);
  uint64_t most_entries = (uint64_t)atoll(entries), most_bytes = (uint64_t)atoll(bytes), random = 88172645463325252u;
  uint64_t highest_entries = 0, highest_bytes = 0;
  // Whatever is late comes into a cache that is full of others.
  long start = is_late ? once / 10 : 0, warm = start + once / 5;
  long asked_for = 0, found = 0, found_others = 0, refused = 0, hot_count = 0;
  uint64_t hits_before = 0;
  mxauth_verdict verdict;
  spoil(&verdict);
  for (long i = 0; i < once; i++) {
    char token[TOKEN_SIZE];
    size_t length = make(token, "once", i);
    refused += mxauth_validate(validator, token, length, &verdict, NULL) != MXAUTH_OK;
    found_others += (verdict.flags & MXAUTH_VERDICT_CACHED) != 0;
    if (i == warm) hits_before = stats_of(validator).cache_hits;
    if (i >= start && i % (HOT_SHARE - 1) == 0) {
      const char *mine = hot[next_hot(is_skewed, hot_count++, &random)];
      refused += mxauth_validate(validator, mine, strlen(mine), &verdict, NULL) != MXAUTH_OK;
      if (i >= warm) {
        asked_for++;
        found += (verdict.flags & MXAUTH_VERDICT_CACHED) != 0;
      }
    }
    if (i % CHECK_EVERY == 0) {
      mxauth_stats stats = stats_of(validator);
      highest_entries = stats.cache_entries > highest_entries ? stats.cache_entries : highest_entries;
      highest_bytes = stats.cache_bytes > highest_bytes ? stats.cache_bytes : highest_bytes;
    }
  }
  double rate = (double)found / (double)asked_for;
  uint64_t hits = stats_of(validator).cache_hits - hits_before;
  printf("%s: %ld of %ld found, %.3f %%; at most %lu verdicts and %lu bytes\n", name, found, asked_for, 100 * rate,
         (unsigned long)highest_entries, (unsigned long)highest_bytes);
  check(refused == 0, "%s: %ld good tokens refused", name, refused);
  check(found_others == 0, "%s: %ld new tokens found", name, found_others);
  check(hits == (uint64_t)found, "%s: the statistics say %lu hits", name, (unsigned long)hits);
  check(SANITIZED || rate >= 0.99, "%s: %.3f %% found", name, 100 * rate);
  check(highest_entries <= most_entries, "%s: %lu verdicts", name, (unsigned long)highest_entries);
  check(highest_bytes <= most_bytes, "%s: %lu bytes", name, (unsigned long)highest_bytes);
  // One of the bounds is reached: the cache does not hold back either.
  check(SANITIZED || highest_entries == most_entries || highest_bytes + 1000 > most_bytes, "%s: never full", name);
  mxauth_validator_free(validator);
}

int main(void) {
  for (long i = 0; i < HOT; i++) make(hot[i], "hot", i);
  flood(500000, "10000", "67108864", 0, 0, "in turn");
  flood(250000, "10000", "67108864", 1, 0, "some more often than others");
  flood(100000, "10000", "67108864", 0, 1, "in turn, late");
  flood(500000, "1000000", "4194304", 0, 0, "in turn, bounded by bytes");
  flood(250000, "1000000", "4194304", 1, 1, "some more often than others, late, bounded by bytes");
  return finish("flood");
}
