/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls as they should not be: NULL, sizes, options out of range, configurations that lack something.
 */
#include "helper.h"

static json_t *corpus;
static mxauth_validator *good_validator;
static char *good_token;
static size_t good_length;

#define IS(call, status) is(call, status, #call)

static void is(mxauth_status found, mxauth_status expected, const char *call) {
  check(found == expected, "%s is %s, not %s", call, mxauth_status_name(found), mxauth_status_name(expected));
}

static void null_pointers(void) {
  mxauth_config *config = mxauth_config_new();
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_validator *validator = (mxauth_validator *)&error;
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  char buffer[16];
  size_t needed = 77;

  mxauth_config_free(NULL);
  mxauth_validator_free(NULL);
  IS(mxauth_config_set(NULL, "server_name", "x", &error), MXAUTH_MISUSE);
  check(error.status == MXAUTH_MISUSE && error.message[0] != 0, "misuse is told in the error");
  IS(mxauth_config_set(config, NULL, "x", &error), MXAUTH_MISUSE);
  IS(mxauth_config_set(config, "server_name", NULL, &error), MXAUTH_MISUSE);
  IS(mxauth_config_set(NULL, NULL, NULL, NULL), MXAUTH_MISUSE);
  IS(mxauth_config_set_clock(NULL, NULL, NULL), MXAUTH_MISUSE);
  IS(mxauth_config_set_clock(config, NULL, NULL), MXAUTH_OK);
  IS(mxauth_validator_new(NULL, &validator, &error), MXAUTH_MISUSE);
  check(validator == NULL, "a validator that failed is not NULL");
  IS(mxauth_validator_new(config, NULL, &error), MXAUTH_MISUSE);
  IS(mxauth_validator_new(NULL, NULL, NULL), MXAUTH_MISUSE);

  spoil(&verdict);
  IS(mxauth_validate(NULL, "a.b.c", 5, &verdict, &error), MXAUTH_MISUSE);
  check(is_refusal(&verdict, MXAUTH_MISUSE), "verdict of no validator");
  spoil(&verdict);
  IS(mxauth_validate(good_validator, NULL, 5, &verdict, &error), MXAUTH_MISUSE);
  check(is_refusal(&verdict, MXAUTH_MISUSE), "verdict of no token");
  IS(mxauth_validate(good_validator, good_token, good_length, NULL, &error), MXAUTH_MISUSE);
  IS(mxauth_validate(NULL, NULL, 0, NULL, NULL), MXAUTH_MISUSE);

  verdict = (mxauth_verdict)MXAUTH_VERDICT_INIT;
  IS(mxauth_validate_wait(NULL, "a.b.c", 5, 0, &verdict, &error), MXAUTH_MISUSE);
  check(is_refusal(&verdict, MXAUTH_MISUSE), "verdict of no validator");
  IS(mxauth_validate_wait(good_validator, NULL, 5, 0, &verdict, &error), MXAUTH_MISUSE);
  IS(mxauth_validate_wait(good_validator, good_token, good_length, 0, NULL, &error), MXAUTH_MISUSE);
  IS(mxauth_validate_wait(good_validator, good_token, good_length, INT64_MIN, &verdict, NULL), MXAUTH_OK);
  IS(mxauth_validate_wait(good_validator, good_token, good_length, INT64_MAX, &verdict, NULL), MXAUTH_OK);

  mxauth_exchange exchange = MXAUTH_EXCHANGE_INIT, no_exchange = {0};
  mxauth_response response = MXAUTH_RESPONSE_INIT, no_response = {0};
  mxauth_stats stats = MXAUTH_STATS_INIT, no_stats = {0};
  IS(mxauth_config_set_log(NULL, NULL, NULL), MXAUTH_MISUSE);
  IS(mxauth_next_exchange(NULL, &exchange), MXAUTH_MISUSE);
  IS(mxauth_next_exchange(good_validator, NULL), MXAUTH_MISUSE);
  IS(mxauth_next_exchange(good_validator, &no_exchange), MXAUTH_MISUSE);
  IS(mxauth_next_exchange(good_validator, &exchange), MXAUTH_IDLE);
  IS(mxauth_complete_exchange(NULL, 1, &response, &error), MXAUTH_MISUSE);
  IS(mxauth_complete_exchange(good_validator, 1, NULL, &error), MXAUTH_MISUSE);
  IS(mxauth_complete_exchange(good_validator, 1, &no_response, &error), MXAUTH_MISUSE);
  IS(mxauth_complete_exchange(good_validator, 1, &response, &error), MXAUTH_EXCHANGE_UNKNOWN);
  response.body_length = 1;
  IS(mxauth_complete_exchange(good_validator, 1, &response, &error), MXAUTH_MISUSE);
  IS(mxauth_transport_start(NULL, &error), MXAUTH_MISUSE);
  mxauth_transport_stop(NULL);
  mxauth_transport_stop(good_validator);
  mxauth_clear_events(NULL);
  mxauth_clear_events(good_validator);
  check(mxauth_event_fd(NULL) == -1 && mxauth_next_deadline(NULL) == -1, "nobody's descriptor and deadline");
  check(mxauth_next_deadline(good_validator) == -1, "keys that were given are never due");
  IS(mxauth_statistics(NULL, &stats), MXAUTH_MISUSE);
  IS(mxauth_statistics(good_validator, NULL), MXAUTH_MISUSE);
  IS(mxauth_statistics(good_validator, &no_stats), MXAUTH_MISUSE);
  IS(mxauth_metrics(NULL, buffer, 16, &needed, &error), MXAUTH_MISUSE);
  IS(mxauth_metrics(good_validator, NULL, 16, &needed, &error), MXAUTH_MISUSE);

  IS(mxauth_claims(NULL, "a", 1, buffer, 16, &needed, &error), MXAUTH_MISUSE);
  IS(mxauth_claims(good_validator, NULL, 1, buffer, 16, &needed, &error), MXAUTH_MISUSE);
  IS(mxauth_explain(NULL, "a", 1, buffer, 16, &needed, &error), MXAUTH_MISUSE);
  IS(mxauth_explain(good_validator, NULL, 1, buffer, 16, &needed, &error), MXAUTH_MISUSE);
  IS(mxauth_inspect_keys(NULL, 1, buffer, 16, &needed, &error), MXAUTH_MISUSE);
  // NULL is a buffer of no bytes and nothing else.
  IS(mxauth_claims(good_validator, good_token, good_length, NULL, 4096, &needed, &error), MXAUTH_MISUSE);
  IS(mxauth_explain(good_validator, good_token, good_length, NULL, 65536, &needed, &error), MXAUTH_MISUSE);
  IS(mxauth_inspect_keys("{\"keys\":[]}", 11, NULL, 4096, &needed, &error), MXAUTH_MISUSE);

  IS(mxauth_status_at(0, NULL), MXAUTH_MISUSE);
  IS(mxauth_status_describe(MXAUTH_OK, NULL), MXAUTH_MISUSE);
  IS(mxauth_option_at(0, NULL), MXAUTH_MISUSE);
  mxauth_config_free(config);
}

static void sizes(void) {
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_verdict verdict;
  char buffer[16];
  size_t needed;
  // An empty token is judged; whether it comes with a pointer does not matter.
  spoil(&verdict);
  IS(mxauth_validate(good_validator, good_token, 0, &verdict, &error), MXAUTH_TOKEN_MISSING);
  check(is_refusal(&verdict, MXAUTH_TOKEN_MISSING), "verdict of an empty token");
  IS(mxauth_validate(good_validator, NULL, 0, &verdict, &error), MXAUTH_TOKEN_MISSING);
  IS(mxauth_claims(good_validator, NULL, 0, NULL, 0, NULL, &error), MXAUTH_TOKEN_MISSING);
  IS(mxauth_inspect_keys(NULL, 0, NULL, 0, NULL, &error), MXAUTH_KEY_SET_INVALID);

  const size_t absurd[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2 + 1};
  for (size_t i = 0; i < 3; i++) {
    spoil(&verdict);
    mxauth_status status = mxauth_validate(good_validator, good_token, absurd[i], &verdict, &error);
    check(status == MXAUTH_MISUSE && is_refusal(&verdict, status), "validate with a length of %zx", absurd[i]);
    IS(mxauth_claims(good_validator, good_token, absurd[i], buffer, 16, &needed, &error), MXAUTH_MISUSE);
    IS(mxauth_explain(good_validator, good_token, absurd[i], buffer, 16, &needed, &error), MXAUTH_MISUSE);
    IS(mxauth_inspect_keys(good_token, absurd[i], buffer, 16, &needed, &error), MXAUTH_MISUSE);
  }
  IS(mxauth_validate(good_validator, good_token, SIZE_MAX / 2, &verdict, &error), MXAUTH_TOKEN_TOO_LARGE);
}

static void struct_sizes(void) {
  const uint32_t wrong[] = {0, 4, sizeof(mxauth_error) - 1};
  for (size_t i = 0; i < 3; i++) {
    mxauth_error error;
    memset(&error, 0xA5, sizeof error);
    error.struct_size = wrong[i];
    mxauth_error before = error;
    mxauth_config *config = mxauth_config_new();
    mxauth_validator *validator = (mxauth_validator *)&error;
    mxauth_verdict verdict;
    size_t needed;
    IS(mxauth_config_set(config, "server_name", "x", &error), MXAUTH_MISUSE);
    IS(mxauth_validator_new(config, &validator, &error), MXAUTH_MISUSE);
    check(validator == NULL, "a validator that failed is not NULL");
    // A verdict that began as MXAUTH_VERDICT_INIT says MXAUTH_OK until it is written.
    verdict = (mxauth_verdict)MXAUTH_VERDICT_INIT;
    IS(mxauth_validate(good_validator, good_token, good_length, &verdict, &error), MXAUTH_MISUSE);
    check(is_refusal(&verdict, MXAUTH_MISUSE), "verdict beside an error without struct_size");
    IS(mxauth_claims(good_validator, good_token, good_length, NULL, 0, &needed, &error), MXAUTH_MISUSE);
    IS(mxauth_explain(good_validator, good_token, good_length, NULL, 0, &needed, &error), MXAUTH_MISUSE);
    IS(mxauth_inspect_keys("{}", 2, NULL, 0, &needed, &error), MXAUTH_MISUSE);
    check(memcmp(&before, &error, sizeof error) == 0, "an error of unknown size was written");
    mxauth_config_free(config);
  }
  const uint32_t sizes[] = {0, 8, sizeof(mxauth_verdict) - 1};
  for (size_t i = 0; i < 3; i++) {
    mxauth_verdict verdict, before;
    mxauth_error error = MXAUTH_ERROR_INIT;
    spoil(&verdict);
    verdict.struct_size = sizes[i];
    before = verdict;
    IS(mxauth_validate(good_validator, good_token, good_length, &verdict, &error), MXAUTH_MISUSE);
    check(memcmp(&before, &verdict, sizeof verdict) == 0, "a verdict of unknown size was written");
  }
  mxauth_status_info status = {.struct_size = sizeof status - 1};
  IS(mxauth_status_at(0, &status), MXAUTH_MISUSE);
  IS(mxauth_status_describe(MXAUTH_OK, &status), MXAUTH_MISUSE);
  check(status.name == NULL, "a status row of unknown size was written");
  mxauth_option_info option = {.struct_size = sizeof option - 1};
  IS(mxauth_option_at(0, &option), MXAUTH_MISUSE);
  check(option.name == NULL, "an option row of unknown size was written");

  // A host built against a later header brings larger structs; what lies beyond ours is not touched.
  struct {
    mxauth_verdict verdict;
    char later[64];
  } verdict;
  struct {
    mxauth_error error;
    char later[64];
  } error;
  memset(&verdict, 0x5A, sizeof verdict);
  memset(&error, 0x5A, sizeof error);
  verdict.verdict.struct_size = sizeof verdict;
  error.error.struct_size = sizeof error;
  IS(mxauth_validate(good_validator, good_token, good_length, &verdict.verdict, &error.error), MXAUTH_OK);
  check(verdict.later[0] == 0x5A && error.later[0] == 0x5A, "wrote beyond its own struct");
  check(verdict.verdict.struct_size == sizeof verdict, "struct_size was changed");
}

/** Each text with every size of buffer around what it needs. */
static void buffers(void) {
  const char *keys = "{\"keys\":[{\"kty\":\"AKP\"}]}";
  for (int which = 0; which < 3; which++) {
    size_t full = 0;
    char buffer[8192];
    for (int round = 0; round < 5; round++) {
      mxauth_error error = MXAUTH_ERROR_INIT;
      size_t needed = 0;
      const size_t capacities[] = {0, 1, full - 1, full, full + 1};
      size_t capacity = round == 0 ? 0 : capacities[round];
      memset(buffer, '#', sizeof buffer);
      char *target = round == 0 ? NULL : buffer;
      mxauth_status status =
          which == 0   ? mxauth_claims(good_validator, good_token, good_length, target, capacity, &needed, &error)
          : which == 1 ? mxauth_explain(good_validator, good_token, good_length, target, capacity, &needed, &error)
                       : mxauth_inspect_keys(keys, strlen(keys), target, capacity, &needed, &error);
      if (round == 0) full = needed;
      need(full > 2 && full < sizeof buffer - 1, "a text of that size");
      check(needed == full, "text %d, round %d: needed", which, round);
      check(status == (round < 3 ? MXAUTH_BUFFER_TOO_SMALL : MXAUTH_OK), "text %d, round %d: %s", which, round,
            mxauth_status_name(status));
      check(error.status == status, "text %d, round %d: error", which, round);
      size_t written = 0;
      while (written < sizeof buffer && buffer[written] != '#') written++;
      size_t expected = round < 3 ? 0 : full;
      check(written == expected && (expected == 0 || buffer[full - 1] == 0), "text %d, round %d: %zu bytes written",
            which, round, written);
    }
  }
  size_t needed;
  IS(mxauth_claims(good_validator, good_token, good_length, NULL, 0, NULL, NULL), MXAUTH_BUFFER_TOO_SMALL);
  IS(mxauth_claims(good_validator, good_token, good_length, NULL, 0, &needed, NULL), MXAUTH_BUFFER_TOO_SMALL);
}

/** Whether the texts that are made of key material keep secrets to themselves. */
static void secrets(void) {
  const char *texts[] = {
      "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"good\",\"k\":\"Q0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZQ0FO\"}]}",
      "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"short\",\"k\":\"Q0FOQVJZ\"}]}",
      "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"lax\",\"k\":\"Q0FOQVJZ=\"}]}",
      "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"private\",\"d\":\"Q0FOQVJZ\",\"x\":\"Q0FOQVJZ\"}]}",
      "-----BEGIN PRIVATE KEY-----\nQ0FOQVJZ\n-----END PRIVATE KEY-----\n",
      "{\"keys\":[{\"kty\":\"oct\",\"k\":\"Q0FOQVJZ\"",
      "Q0FOQVJZ CANARY",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    mxauth_error error = MXAUTH_ERROR_INIT;
    char report[4096] = "";
    mxauth_inspect_keys(texts[i], strlen(texts[i]), report, sizeof report, NULL, &error);
    check(!strstr(report, "Q0FO") && !strstr(report, "CANARY"), "key report %zu tells a secret: %s", i, report);
    check(!strstr(error.message, "Q0FO") && !strstr(error.message, "CANARY"), "error %zu tells a secret", i);
    mxauth_config *config = mxauth_config_new();
    mxauth_config_set(config, "issuer", "https://issuer.example/", NULL);
    mxauth_status status = mxauth_config_set(config, "issuer.keys", texts[i], &error);
    check(status == (i == 0 ? MXAUTH_OK : MXAUTH_KEY_SET_INVALID), "key set %zu: %s", i, mxauth_status_name(status));
    check(!strstr(error.message, "Q0FO") && !strstr(error.message, "CANARY"), "config error %zu tells a secret", i);
    mxauth_config_free(config);
  }
}

int main(int argc, char **argv) {
  corpus = corpus_load(argc, argv);
  good_validator = validator_for(corpus, "default");
  good_token = token_of(case_named(corpus, "p-256: as signed"), &good_length);
  null_pointers();
  sizes();
  struct_sizes();
  buffers();
  secrets();
  free(good_token);
  mxauth_validator_free(good_validator);
  json_decref(corpus);
  return finish("misuse");
}
