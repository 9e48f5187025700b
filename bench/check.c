/* SPDX-License-Identifier: Apache-2.0
 *
 * Judges the tokens that check_tokens.cpp writes, under callgrind: each is new, then one is known, then a request is allowed.
 * Each step ends with a dump named "cold.ALG COUNT", "hit.ALG COUNT" or "authorize COUNT". What else runs here is not
 * counted: check.py has callgrind collect inside mxauth_validate and mxauth_authorize alone.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <valgrind/callgrind.h>

#include "mxauth.h"

enum { HITS = 1000 };

static void need(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "check: %s\n", what);
  exit(1);
}

static char *line(FILE *file) {
  char *text = NULL;
  size_t capacity = 0;
  need(getline(&text, &capacity, file) > 0, "the file of tokens ends too soon");
  text[strcspn(text, "\n")] = 0;
  return text;
}

/** Stands still, but for being put forward: what is kept has expired then, and every token is new. */
static int64_t seconds = 1800000000;

static int64_t read_clock(void *user, uint32_t clock) {
  (void)user;
  return (clock == MXAUTH_CLOCK_WALL ? 1800000000 : seconds) * 1000000000;
}

static mxauth_validator *validator_for(const char *issuer, const char *audience, const char *algorithm, const char *keys) {
  // Not libsodium, which may be installed or not, and is opened in the background.
  const char *const options[][2] = {{"server_name", "example.org"}, {"libsodium", "never"}, {"issuer", issuer},
                                    {"issuer.algorithms", algorithm}, {"issuer.keys", keys}, {"issuer.audience", audience},
                                    {"issuer.cache_ttl", "1"}};
  mxauth_config *config = mxauth_config_new();
  mxauth_error error = MXAUTH_ERROR_INIT;
  for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
    need(mxauth_config_set(config, options[i][0], options[i][1], &error) == MXAUTH_OK, error.message);
  mxauth_config_set_clock(config, read_clock, NULL);
  mxauth_validator *validator = NULL;
  need(mxauth_validator_new(config, &validator, &error) == MXAUTH_OK, error.message);
  mxauth_config_free(config);
  return validator;
}

/** Waits until the library has built a table for the key, as it does in the background: a line of its metrics says so. */
static void settle(mxauth_validator *validator) {
  static char text[65536];
  for (int i = 0; i < 6000; i++) {
    if (mxauth_metrics(validator, text, sizeof text, NULL, NULL) != MXAUTH_OK) return;
    const char *gauge = strstr(text, "\nmxauth_key_tables");
    const char *value = gauge == NULL ? NULL : strchr(gauge + 1, ' ');
    if (value == NULL || atof(value) > 0) return;
    const struct timespec pause = {0, 10000000};
    nanosleep(&pause, NULL);
  }
  need(0, "no table for a key was built in a minute");
}

static void judge(mxauth_validator *validator, const char *token, uint32_t cached) {
  mxauth_verdict verdict;
  verdict.struct_size = sizeof verdict;
  mxauth_validate(validator, token, strlen(token), &verdict, NULL);
  need(verdict.status == MXAUTH_OK && (verdict.flags & MXAUTH_VERDICT_CACHED) == cached, "a token is not judged as it should be");
}

static void dump(const char *step, const char *algorithm, int count) {
  char name[64];
  snprintf(name, sizeof name, "%s%s%s %d", step, algorithm != NULL ? "." : "", algorithm != NULL ? algorithm : "", count);
  CALLGRIND_DUMP_STATS_AT(name);
}

static void authorize(mxauth_validator *validator) {
  static const char path[] = "/_matrix/client/v3/rooms/!OGEhHVWSdvArJzumhm:example.org/state/m.room.member/@alice:example.org";
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  verdict.status = MXAUTH_OK;
  verdict.grants = MXAUTH_GRANT_CLIENT_API;
  for (int i = 0; i < HITS; i++)
    need(mxauth_authorize(validator, &verdict, "GET", 3, path, sizeof path - 1, NULL) == MXAUTH_OK, "a request is refused");
  dump("authorize", NULL, HITS);
}

int main(int argc, char **argv) {
  need(argc == 2, "usage: check TOKENS");
  FILE *file = fopen(argv[1], "r");
  need(file != NULL, "no file of tokens");
  char *issuer = line(file), *audience = line(file);
  for (int algorithms = 0; algorithms < 6; algorithms++) {
    char algorithm[16], *tokens[1024];
    int count = 0;
    need(sscanf(line(file), "%15s %d", algorithm, &count) == 2 && count > 0 && count <= 1024, "a heading");
    mxauth_validator *validator = validator_for(issuer, audience, algorithm, line(file));
    for (int i = 0; i < count; i++) tokens[i] = line(file);
    for (int i = 0; i < 16; i++) judge(validator, tokens[i], 0);
    if (strncmp(algorithm, "ES", 2) == 0) settle(validator);
    CALLGRIND_START_INSTRUMENTATION;
    // What callgrind itself has to get used to is left out, as is what is set up once.
    for (int i = 0; i < 4; i++) judge(validator, tokens[i], MXAUTH_VERDICT_CACHED);
    seconds += 3;
    CALLGRIND_ZERO_STATS;
    for (int i = 0; i < count; i++) judge(validator, tokens[i], 0);
    dump("cold", algorithm, count);
    for (int i = 0; i < HITS; i++) judge(validator, tokens[0], MXAUTH_VERDICT_CACHED);
    dump("hit", algorithm, HITS);
    if (algorithms == 0) authorize(validator);
    CALLGRIND_STOP_INSTRUMENTATION;
    mxauth_validator_free(validator);
  }
  return 0;
}
