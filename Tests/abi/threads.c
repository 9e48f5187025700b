/* SPDX-License-Identifier: Apache-2.0
 *
 * Eight threads on one validator, good and bad tokens mixed: each sees what a single thread sees.
 */
#define _DEFAULT_SOURCE
#include <pthread.h>

#include "helper.h"

enum { THREADS = 8, ROUNDS = 4, MOST = 4096 };

static mxauth_validator *validator;
static size_t count;
static char *tokens[MOST];
static size_t lengths[MOST];
static mxauth_verdict verdicts[MOST];
static pthread_barrier_t start;

typedef struct worker {
  pthread_t thread;
  size_t number;
  long same, different;
} worker;

static void *run(void *argument) {
  worker *self = argument;
  pthread_barrier_wait(&start);
  for (size_t i = 0; i < count * ROUNDS; i++) {
    // Each thread begins elsewhere, so that unlike tokens meet.
    size_t at = (i + self->number * count / THREADS) % count;
    mxauth_verdict verdict;
    mxauth_error error = MXAUTH_ERROR_INIT;
    spoil(&verdict);
    mxauth_status status = mxauth_validate(validator, tokens[at], lengths[at], &verdict, i % 2 == 0 ? &error : NULL);
    verdict.flags &= ~MXAUTH_VERDICT_CACHED;
    int same = status == verdicts[at].status && memcmp(&verdict, &verdicts[at], sizeof verdict) == 0;
    if (same) self->same++;
    else self->different++;
    // Whoever makes a configuration or an explanation meanwhile disturbs nobody.
    if (i % 97 == 0) {
      mxauth_config *config = mxauth_config_new();
      mxauth_config_set(config, "issuer", "https://issuer.example/", &error);
      mxauth_config_set(config, "issuer.keys", "{\"keys\":[{\"kty\":\"EC\"}]}", &error);
      mxauth_config_free(config);
      mxauth_explain(validator, tokens[at], lengths[at], NULL, 0, NULL, &error);
    }
  }
  return NULL;
}

int main(int argc, char **argv) {
  json_t *corpus = corpus_load(argc, argv);
  const json_t *cases = json_object_get(corpus, "cases");
  validator = validator_for(corpus, "default");
  for (size_t i = 0; i < json_array_size(cases); i++) {
    const json_t *test = json_array_get(cases, i);
    if (strcmp(text_of(test, "profile"), "default") != 0 || json_object_get(test, "token") == NULL) continue;
    need(count < MOST, "fewer cases");
    tokens[count] = token_of(test, &lengths[count]);
    spoil(&verdicts[count]);
    mxauth_validate(validator, tokens[count], lengths[count], &verdicts[count], NULL);
    // Some cases share a token.
    verdicts[count].flags &= ~MXAUTH_VERDICT_CACHED;
    count++;
  }
  worker workers[THREADS] = {0};
  need(pthread_barrier_init(&start, NULL, THREADS) == 0, "a barrier");
  for (size_t i = 0; i < THREADS; i++) {
    workers[i].number = i;
    need(pthread_create(&workers[i].thread, NULL, run, &workers[i]) == 0, "a thread");
  }
  for (size_t i = 0; i < THREADS; i++) {
    pthread_join(workers[i].thread, NULL);
    passed += workers[i].same;
    check(workers[i].different == 0, "thread %zu: %ld verdicts differ", i, workers[i].different);
  }
  pthread_barrier_destroy(&start);
  for (size_t i = 0; i < count; i++) free(tokens[i]);
  mxauth_validator_free(validator);
  json_decref(corpus);
  return finish("threads");
}
