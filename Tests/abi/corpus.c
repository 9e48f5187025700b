/* SPDX-License-Identifier: Apache-2.0
 *
 * Every case of the corpus through mxauth_validate, mxauth_explain and mxauth_claims. With a number N as second
 * argument every Nth case only, for slow tools.
 */
#define _DEFAULT_SOURCE
#include <unistd.h>

#include "helper.h"

static const char *name;

static int has(const char *text, const char *part, size_t size) {
  for (size_t length = strlen(text), at = 0; at + size <= length; at++)
    if (memcmp(text + at, part, size) == 0) return 1;
  return 0;
}

/** No text for people or logs may hold a token or one of its parts. Parts of a few letters are in any text. */
static int leaks(const char *text, const char *token, size_t length) {
  for (size_t start = 0, at = 0; at <= length; at++) {
    if (at < length && token[at] != '.') continue;
    if (at - start >= 16 && has(text, token + start, at - start < 400 ? at - start : 400)) return 1;
    start = at + 1;
  }
  return 0;
}

static void check_verdict(const mxauth_verdict *verdict, const json_t *test) {
  check(verdict->struct_size == sizeof *verdict, "%s: struct_size", name);
  check(verdict->kind == MXAUTH_KIND_JWT, "%s: kind %u", name, verdict->kind);
  check((verdict->flags & ~MXAUTH_VERDICT_CACHED) == (uint32_t)number_of(test, "flags"), "%s: flags %u", name, verdict->flags);
  check(verdict->grants == (uint64_t)number_of(test, "grants"), "%s: grants %llu", name,
        (unsigned long long)verdict->grants);
  check(verdict->expires_at == number_of(test, "expires_at"), "%s: expires_at %lld", name,
        (long long)verdict->expires_at);
  check(verdict->issued_at == number_of(test, "issued_at"), "%s: issued_at %lld", name, (long long)verdict->issued_at);
  check(verdict->issuer == (uint32_t)number_of(test, "issuer"), "%s: issuer %u", name, verdict->issuer);
  const struct {
    const char *field;
    const mxauth_text *text;
  } texts[] = {{"user_id", &verdict->user_id},
               {"device_id", &verdict->device_id},
               {"subject", &verdict->subject},
               {"client_id", &verdict->client_id}};
  for (size_t i = 0; i < 4; i++) {
    const json_t *expected = json_object_get(test, texts[i].field);
    check(text_is(texts[i].text, json_string_value(expected), json_string_length(expected)), "%s: %s is \"%.*s\"", name,
          texts[i].field, (int)texts[i].text->length, texts[i].text->bytes);
  }
}

static void check_error(const mxauth_error *error, mxauth_status status, const char *token, size_t length) {
  check(error->struct_size == sizeof *error, "%s: error's struct_size", name);
  check(error->status == status, "%s: error says %s", name, mxauth_status_name(error->status));
  int ended = memchr(error->subject, 0, sizeof error->subject) && memchr(error->message, 0, sizeof error->message);
  check(ended, "%s: error texts without NUL", name);
  if (!ended) return;
  if (status == MXAUTH_OK) {
    check(error->subject[0] == 0 && error->message[0] == 0, "%s: error texts of a good token", name);
  } else {
    check(error->message[0] != 0, "%s: no message", name);
    check(!leaks(error->message, token, length), "%s: message holds a part of the token", name);
    for (const char *at = error->message; *at != 0; at++)
      if ((unsigned char)*at < 0x20) check(0, "%s: control character in message", name);
  }
}

static void check_explanation(mxauth_validator *validator, const char *token, size_t length, mxauth_status status,
                              const json_t *test) {
  mxauth_error error = MXAUTH_ERROR_INIT;
  size_t needed = 0;
  mxauth_status first = mxauth_explain(validator, token, length, NULL, 0, &needed, &error);
  check(first == MXAUTH_BUFFER_TOO_SMALL && error.status == first && needed > 1, "%s: explain's size", name);
  char *text = malloc(needed);
  need(text != NULL, "memory");
  first = mxauth_explain(validator, token, length, text, needed, NULL, &error);
  check(first == MXAUTH_OK && error.status == MXAUTH_OK, "%s: explain says %s", name, mxauth_status_name(first));
  json_t *explanation = first == MXAUTH_OK ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
  check(explanation != NULL, "%s: explanation is no JSON", name);
  if (explanation != NULL) {
    check(number_of(explanation, "status") == status, "%s: explanation has another status", name);
    check(strcmp(text_of(explanation, "name"), mxauth_status_name(status)) == 0, "%s: explanation's name", name);
    check(!leaks(text, token, length), "%s: explanation holds a part of the token", name);
    const json_t *checks = json_object_get(explanation, "checks");
    size_t count = json_array_size(checks);
    check(count > 0, "%s: explanation without checks", name);
    for (size_t i = 0; i < count; i++) {
      const json_t *one = json_array_get(checks, i);
      int stopped = status != MXAUTH_OK && i == count - 1;
      check(json_is_boolean(json_object_get(one, "passed")) && json_is_true(json_object_get(one, "passed")) == !stopped,
            "%s: check %zu of %zu passed or not", name, i + 1, count);
      int told = *text_of(one, "check") && *text_of(one, "expected") && *text_of(one, "found") && *text_of(one, "source");
      check(told && text_of(one, "subject") != NULL, "%s: check %zu says too little", name, i + 1);
    }
    const json_t *verdict = json_object_get(explanation, "verdict");
    check((verdict != NULL) == (status == MXAUTH_OK), "%s: explanation's verdict", name);
    if (verdict != NULL && json_object_get(test, "user_id") != NULL) {
      const char *same[] = {"user_id", "device_id", "subject", "client_id", "grants", "expires_at", "issued_at"};
      for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        check(json_equal(json_object_get(verdict, same[i]), json_object_get(test, same[i])), "%s: explanation's %s",
              name, same[i]);
    }
  }
  json_decref(explanation);
  free(text);
}

/** Base64url as the generator wrote it. */
static size_t decode(const char *text, size_t length, char *output) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  size_t written = 0;
  uint32_t bits = 0;
  for (size_t i = 0; i < length; i++) {
    bits = bits << 6 | (uint32_t)(strchr(alphabet, text[i]) - alphabet);
    if (i % 4 > 0) output[written++] = (char)(bits >> (6 - 2 * (i % 4)) & 0xFF);
  }
  return written;
}

static void check_claims(mxauth_validator *validator, const char *token, size_t length, mxauth_status status) {
  mxauth_error error = MXAUTH_ERROR_INIT;
  size_t needed = 0;
  char *buffer = malloc(length + 1);
  need(buffer != NULL, "memory");
  memset(buffer, '#', length + 1);
  mxauth_status outcome = mxauth_claims(validator, token, length, buffer, length + 1, &needed, &error);
  check(outcome == status && error.status == status, "%s: claims says %s", name, mxauth_status_name(outcome));
  if (status != MXAUTH_OK) {
    size_t untouched = 0;
    while (untouched <= length && buffer[untouched] == '#') untouched++;
    check(untouched == length + 1, "%s: claims of a refused token", name);
  } else {
    const char *payload = (const char *)memchr(token, '.', length) + 1;
    size_t size = (size_t)((const char *)memchr(payload, '.', length - (size_t)(payload - token)) - payload);
    char *expected = malloc(size);
    need(expected != NULL, "memory");
    size_t count = decode(payload, size, expected);
    check(needed == count + 1 && memcmp(buffer, expected, count) == 0 && buffer[count] == 0, "%s: claims differ", name);
    free(expected);
  }
  free(buffer);
}

static void run(validators *all, const json_t *test) {
  name = text_of(test, "name");
  mxauth_validator *validator = validators_get(all, text_of(test, "profile"));
  size_t length;
  char *token = token_of(test, &length);
  const char *expected = text_of(test, "status");

  mxauth_verdict verdict;
  mxauth_error error = MXAUTH_ERROR_INIT;
  memset(error.message, 'x', sizeof error.message);
  spoil(&verdict);
  mxauth_status status = mxauth_validate(validator, token, length, &verdict, &error);
  int as_expected = strcmp(mxauth_status_name(status), expected) == 0;
  check(as_expected, "%s (%s): %s, not %s: %s", name, text_of(test, "group"), mxauth_status_name(status), expected,
        error.message);
  check(verdict.status == status, "%s: verdict says %s", name, mxauth_status_name(verdict.status));
  if (status == MXAUTH_OK && as_expected) check_verdict(&verdict, test);
  if (status != MXAUTH_OK) check(is_refusal(&verdict, status), "%s: refusal says more than why", name);
  check_error(&error, status, token, length);

  mxauth_verdict silent;
  spoil(&silent);
  mxauth_verdict loud;
  spoil(&loud);
  mxauth_status again = mxauth_validate(validator, token, length, &silent, NULL);
  mxauth_validate(validator, token, length, &loud, &error);
  check(again == status && memcmp(&silent, &loud, sizeof silent) == 0, "%s: differs without error", name);

  check_explanation(validator, token, length, status, test);
  check_claims(validator, token, length, status);
  free(token);
}

int main(int argc, char **argv) {
  json_t *corpus = corpus_load(argc, argv);
  const json_t *cases = json_object_get(corpus, "cases");
  size_t step = argc > 2 ? (size_t)atoi(argv[2]) : 1;
  validators all = {.corpus = corpus};

  // While the cases run, stdout and stderr are a file, which has to stay empty. A sanitizer needs its stderr.
  FILE *caught = tmpfile();
  int kept[] = {dup(STDOUT_FILENO), dup(STDERR_FILENO)};
  report = fdopen(dup(STDERR_FILENO), "w");
  need(caught != NULL && report != NULL, "a temporary file");
  dup2(fileno(caught), STDOUT_FILENO);
  if (getenv("TEST_KEEP_STDERR") == NULL) dup2(fileno(caught), STDERR_FILENO);
  for (size_t i = 0; i < json_array_size(cases); i += step) run(&all, json_array_get(cases, i));
  fflush(NULL);
  check(lseek(fileno(caught), 0, SEEK_END) == 0, "the library wrote to stdout or stderr");
  for (int i = 0; i < 2; i++) {
    dup2(kept[i], STDOUT_FILENO + i);
    close(kept[i]);
  }
  fclose(caught);
  fclose(report);
  report = NULL;

  validators_free(&all);
  json_decref(corpus);
  return finish("corpus");
}
