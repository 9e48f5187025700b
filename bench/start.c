/* SPDX-License-Identifier: Apache-2.0
 *
 * Loads the library that its argument names into a process that has nothing of it, and judges one token. Reads algorithm,
 * issuer, audience, key set and token, a line each; writes the milliseconds until dlopen returned and until the verdict.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mxauth.h"

static double milliseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

static void need(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "start: %s\n", what);
  exit(1);
}

static char *line(void) {
  char *text = NULL;
  size_t capacity = 0;
  ssize_t size = getline(&text, &capacity, stdin);
  need(size > 0, "five lines are needed");
  text[strcspn(text, "\n")] = 0;
  return text;
}

#define FUNCTION(name) __typeof__(&name) name##_ = (__typeof__(&name))dlsym(library, #name)

int main(int argc, char **argv) {
  need(argc == 2, "usage: start LIBRARY <lines");
  char *algorithm = line(), *issuer = line(), *audience = line(), *keys = line(), *token = line();
  const char *const options[][2] = {{"server_name", "example.org"}, {"issuer", issuer},       {"issuer.algorithms", algorithm},
                                    {"issuer.keys", keys},          {"issuer.audience", audience}};
  double start = milliseconds();
  void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  need(library != NULL, "the library cannot be loaded");
  double opened = milliseconds();
  FUNCTION(mxauth_config_new);
  FUNCTION(mxauth_config_set);
  FUNCTION(mxauth_validator_new);
  FUNCTION(mxauth_validate);
  need(mxauth_config_new_ && mxauth_config_set_ && mxauth_validator_new_ && mxauth_validate_, "a function is missing");
  mxauth_config *config = mxauth_config_new_();
  for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
    need(mxauth_config_set_(config, options[i][0], options[i][1], NULL) == MXAUTH_OK, options[i][0]);
  mxauth_validator *validator = NULL;
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  need(mxauth_validator_new_(config, &validator, NULL) == MXAUTH_OK, "no validator");
  need(mxauth_validate_(validator, token, strlen(token), &verdict, NULL) == MXAUTH_OK, "the token is refused");
  double judged = milliseconds();
  printf("%.4f %.4f\n", opened - start, judged - start);
  return 0;
}
