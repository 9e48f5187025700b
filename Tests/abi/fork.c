/* SPDX-License-Identifier: Apache-2.0
 *
 * A validator made and used before fork is as good in every child, also while the parent has threads of its own.
 */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper.h"

enum { CHILDREN = 20, TOKENS = 100 };

static mxauth_validator *validator;
static char *tokens[TOKENS];
static size_t lengths[TOKENS];
static mxauth_verdict verdicts[TOKENS];
static size_t count;
static atomic_int stop;

/** How many tokens are judged otherwise than before. */
static int differences(void) {
  int different = 0;
  for (size_t i = 0; i < count; i++) {
    mxauth_verdict verdict;
    mxauth_error error = MXAUTH_ERROR_INIT;
    spoil(&verdict);
    mxauth_validate(validator, tokens[i], lengths[i], &verdict, &error);
    // The first time it was not.
    verdict.flags &= ~MXAUTH_VERDICT_CACHED;
    different += memcmp(&verdict, &verdicts[i], sizeof verdict) != 0;
  }
  return different;
}

static void *keep_busy(void *unused) {
  while (!stop) differences();
  return unused;
}

int main(int argc, char **argv) {
  json_t *corpus = corpus_load(argc, argv);
  const json_t *cases = json_object_get(corpus, "cases");
  validator = validator_for(corpus, "default");
  for (size_t i = 0; i < json_array_size(cases) && count < TOKENS; i += 7) {
    const json_t *test = json_array_get(cases, i);
    if (strcmp(text_of(test, "profile"), "default") != 0) continue;
    tokens[count] = token_of(test, &lengths[count]);
    spoil(&verdicts[count]);
    mxauth_validate(validator, tokens[count], lengths[count], &verdicts[count], NULL);
    count++;
  }
  pthread_t thread;
  for (int round = 0; round < 2; round++) {
    int threaded = round == 1;
    if (threaded) need(pthread_create(&thread, NULL, keep_busy, NULL) == 0, "a thread");
    pid_t children[CHILDREN];
    for (int i = 0; i < CHILDREN; i++) {
      children[i] = fork();
      need(children[i] >= 0, "a child");
      if (children[i] == 0) {
        alarm(120);
        // Even a validator of the child's own.
        mxauth_validator *own = validator_for(corpus, "two issuers");
        mxauth_validator_free(own);
        _exit(differences() == 0 ? 0 : 1);
      }
    }
    check(differences() == 0, "the parent judges otherwise after fork");
    for (int i = 0; i < CHILDREN; i++) {
      int outcome = -1;
      waitpid(children[i], &outcome, 0);
      check(outcome == 0, "child %d%s ended with %x", i, threaded ? ", of a parent with threads," : "",
            (unsigned)outcome);
    }
    if (threaded) {
      stop = 1;
      pthread_join(thread, NULL);
    }
  }
  for (size_t i = 0; i < count; i++) free(tokens[i]);
  mxauth_validator_free(validator);
  json_decref(corpus);
  return finish("fork");
}
