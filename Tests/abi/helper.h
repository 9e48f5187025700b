/* SPDX-License-Identifier: Apache-2.0
 *
 * What the test programs share: counting checks, and reading Tests/corpus/tokens.json.
 */
#ifndef HELPER_H
#define HELPER_H

#include <jansson.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mxauth.h"

static long passed, failed;
/** Where failures are told; stderr if NULL. */
static FILE *report;

/** Counts one check and says what was wrong if it failed. One thread only. */
static inline void check(int holds, const char *format, ...) {
  if (holds) {
    passed += 1;
    return;
  }
  failed += 1;
  va_list arguments;
  va_start(arguments, format);
  FILE *to = report != NULL ? report : stderr;
  fputs("FAILED: ", to);
  vfprintf(to, format, arguments);
  fputc('\n', to);
  va_end(arguments);
}

/** The last line of each program; its result is the exit status. */
static inline int finish(const char *program) {
  printf("%s: %ld passed, %ld failed\n", program, passed, failed);
  return failed == 0 ? 0 : 1;
}

/** What a test cannot go on without. */
static inline void need(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "cannot go on: %s\n", what);
  exit(2);
}

static inline json_t *corpus_load(int argc, char **argv) {
  need(argc > 1, "usage: PROGRAM tokens.json");
  json_error_t error;
  json_t *corpus = json_load_file(argv[1], JSON_ALLOW_NUL, &error);
  need(corpus != NULL, error.text);
  return corpus;
}

static inline const char *text_of(const json_t *object, const char *name) {
  const char *text = json_string_value(json_object_get(object, name));
  need(text != NULL, name);
  return text;
}

static inline int64_t number_of(const json_t *object, const char *name) {
  return (int64_t)json_integer_value(json_object_get(object, name));
}

/** A block of exactly `size` bytes, so that reading beyond it is noticed by the sanitizers. */
static inline char *block_of(const char *bytes, size_t size) {
  char *block = malloc(size > 0 ? size : 1);
  need(block != NULL, "memory");
  if (size > 0) memcpy(block, bytes, size);
  return block;
}

/** The token of a case, without a NUL behind it; free it. */
static inline char *token_of(const json_t *test, size_t *length) {
  const json_t *plain = json_object_get(test, "token");
  if (plain != NULL) {
    *length = json_string_length(plain);
    return block_of(json_string_value(plain), *length);
  }
  const json_t *repeat = json_object_get(test, "token_repeat");
  const char *prefix = text_of(repeat, "prefix"), *unit = text_of(repeat, "unit"), *suffix = text_of(repeat, "suffix");
  size_t count = (size_t)number_of(repeat, "count"), size = strlen(unit), at = strlen(prefix);
  *length = at + count * size + strlen(suffix);
  char *token = malloc(*length);
  need(token != NULL, "memory");
  memcpy(token, prefix, at);
  for (size_t i = 0; i < count; i++, at += size) memcpy(token + at, unit, size);
  memcpy(token + at, suffix, *length - at);
  return token;
}

static inline const json_t *case_named(const json_t *corpus, const char *name) {
  const json_t *cases = json_object_get(corpus, "cases");
  for (size_t i = 0; i < json_array_size(cases); i++)
    if (strcmp(text_of(json_array_get(cases, i), "name"), name) == 0) return json_array_get(cases, i);
  need(0, name);
  return NULL;
}

/** Clocks that stand still: `user` is the Unix time. */
static inline int64_t fixed_clock(void *user, uint32_t clock) {
  need(clock == MXAUTH_CLOCK_WALL || clock == MXAUTH_CLOCK_MONOTONIC, "an unknown clock was asked");
  return *(const int64_t *)user * 1000000000;
}

/** The time of fixed_clock; outlives every validator. */
static int64_t corpus_now;

/** Makes a validator of one of the corpus's profiles; exits if the library does not take it. */
static inline mxauth_validator *validator_for(const json_t *corpus, const char *profile) {
  corpus_now = number_of(corpus, "now");
  mxauth_config *config = mxauth_config_new();
  mxauth_error error = MXAUTH_ERROR_INIT;
  const json_t *options = json_object_get(json_object_get(corpus, "profiles"), profile);
  need(json_is_array(options), profile);
  for (size_t i = 0; i < json_array_size(options); i++) {
    const char *name = json_string_value(json_array_get(json_array_get(options, i), 0));
    const char *value = json_string_value(json_array_get(json_array_get(options, i), 1));
    need(name != NULL && value != NULL, profile);
    char *made = NULL;
    if (value[0] == '@') {
      const json_t *keys = json_object_get(json_object_get(corpus, "keys"), value + 1);
      if (json_is_object(keys)) value = made = json_dumps(keys, JSON_COMPACT);
      if (json_is_string(keys)) value = json_string_value(keys);
    }
    mxauth_status status = mxauth_config_set(config, name, value, &error);
    free(made);
    need(status == MXAUTH_OK, error.message);
  }
  need(mxauth_config_set_clock(config, fixed_clock, &corpus_now) == MXAUTH_OK, "a clock");
  mxauth_validator *validator = NULL;
  mxauth_status status = mxauth_validator_new(config, &validator, &error);
  mxauth_config_free(config);
  need(status == MXAUTH_OK && validator != NULL, error.message);
  return validator;
}

/** One validator for each profile, made when it is first asked for. */
typedef struct validators {
  const json_t *corpus;
  size_t count;
  const char *names[128];
  mxauth_validator *made[128];
} validators;

static inline mxauth_validator *validators_get(validators *all, const char *profile) {
  for (size_t i = 0; i < all->count; i++)
    if (strcmp(all->names[i], profile) == 0) return all->made[i];
  need(all->count < sizeof all->names / sizeof all->names[0], "too many profiles");
  all->names[all->count] = profile;
  all->made[all->count] = validator_for(all->corpus, profile);
  return all->made[all->count++];
}

static inline void validators_free(validators *all) {
  for (size_t i = 0; i < all->count; i++) mxauth_validator_free(all->made[i]);
  all->count = 0;
}

static inline int text_is(const mxauth_text *text, const char *bytes, size_t size) {
  return text->length == size && size < sizeof text->bytes && memcmp(text->bytes, bytes, size) == 0 &&
         text->bytes[size] == 0;
}

/** Whether a verdict says nothing but why the token is refused. */
static inline int is_refusal(const mxauth_verdict *verdict, mxauth_status status) {
  return verdict->struct_size == sizeof *verdict && verdict->status == status && verdict->kind == MXAUTH_KIND_NONE &&
         verdict->flags == 0 && verdict->grants == 0 && verdict->expires_at == 0 && verdict->issued_at == 0 &&
         verdict->issuer == 0 && text_is(&verdict->user_id, "", 0) && text_is(&verdict->device_id, "", 0) &&
         text_is(&verdict->subject, "", 0) && text_is(&verdict->client_id, "", 0);
}

/** A verdict full of rubbish, as a caller's stack may be. */
static inline void spoil(mxauth_verdict *verdict) {
  memset(verdict, 0xA5, sizeof *verdict);
  verdict->struct_size = sizeof *verdict;
}

#endif
