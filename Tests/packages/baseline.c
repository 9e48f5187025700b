/* SPDX-License-Identifier: Apache-2.0
 *
 * A program of the days of the baseline header, run with the newest library: baseline KEYS TOKEN. Its structs are as large
 * as they were then; one that is larger, as a later program's, is filled as far as it is known, and one that is smaller than
 * any there ever was is refused and left alone. */
#include <mxauth-1.0.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned passed, failed;

static void check(int holds, const char *what, const char *of) {
  if (holds) {
    passed++;
    return;
  }
  failed++;
  fprintf(stderr, "FAILED: %s: %s\n", of, what);
}

/* The tokens of the fixture are good at that time. */
static int64_t fixture_time(void *user, uint32_t clock) {
  (void)user, (void)clock;
  return INT64_C(1800000000) * 1000000000;
}

static mxauth_validator *validator;
static const char *token;

static mxauth_status call_error(void *error) { return mxauth_device_id_generate((char[32]){0}, 32, NULL, error); }
static mxauth_status call_verdict(void *verdict) { return mxauth_validate(validator, token, strlen(token), verdict, NULL); }
static mxauth_status call_status_info(void *info) { return mxauth_status_describe(MXAUTH_EXPIRED, info); }
static mxauth_status call_described(void *info) { return mxauth_describe(validator, MXAUTH_EXPIRED, info); }
static mxauth_status call_option_info(void *info) { return mxauth_option_at(0, info); }
static mxauth_status call_stats(void *stats) { return mxauth_statistics(validator, stats); }
static mxauth_status call_reply(void *reply) { return mxauth_error_response(NULL, MXAUTH_EXPIRED, NULL, reply); }

static mxauth_status call_exchange(void *exchange) {
  mxauth_status status = mxauth_next_exchange(validator, exchange);
  return status == MXAUTH_IDLE ? MXAUTH_OK : status;
}

static mxauth_status call_response(void *response) {
  mxauth_status status = mxauth_complete_exchange(validator, 1, response, NULL);
  return status == MXAUTH_EXCHANGE_UNKNOWN ? MXAUTH_OK : status;
}

static mxauth_status call_refresh_outcome(void *outcome) {
  mxauth_refresh_state state = MXAUTH_REFRESH_STATE_INIT;
  return mxauth_refresh_step(&state, MXAUTH_REFRESH_USE_ACCESS, 1, outcome, NULL);
}

static mxauth_status call_refresh_state(void *state) {
  mxauth_refresh_outcome outcome = MXAUTH_REFRESH_OUTCOME_INIT;
  return mxauth_refresh_step(state, MXAUTH_REFRESH_USE_ACCESS, 1, &outcome, NULL);
}

static mxauth_status call_device_grant(void *grant) {
  uint32_t outcome;
  return mxauth_device_grant_poll(grant, 1, &outcome, NULL);
}

static mxauth_status call_authorize(void *verdict) {
  static const char path[] = "/_matrix/client/v3/sync";
  return mxauth_authorize(validator, verdict, "GET", 3, path, sizeof path - 1, NULL);
}

#define TAIL 64

/* `initial` has struct_size first; `call` is good with it. Every function that takes the struct goes through here. */
static void sized(const char *name, const void *initial, size_t size, mxauth_status (*call)(void *)) {
  unsigned char *memory = malloc(size + TAIL);
  unsigned char *before = malloc(size + TAIL);
  unsigned char tail[TAIL];
  if (!memory || !before) abort();
  memset(tail, 0xA5, TAIL);

  memcpy(memory, initial, size);
  memcpy(memory + size, tail, TAIL);
  check(call(memory) == MXAUTH_OK, "refused at its own size", name);
  check(memcmp(memory + size, tail, TAIL) == 0, "written beyond its size", name);
  check(*(uint32_t *)memory == size, "struct_size was changed", name);

  uint32_t larger = (uint32_t)size + TAIL;
  memcpy(memory, initial, size);
  memcpy(memory, &larger, sizeof larger);
  memcpy(memory + size, tail, TAIL);
  check(call(memory) == MXAUTH_OK, "refused from a later program", name);
  check(memcmp(memory + size, tail, TAIL) == 0, "what the library does not know was written", name);

  const uint32_t smaller[] = { 0, 4, (uint32_t)size / 2, (uint32_t)size - 1 };
  for (size_t index = 0; index < sizeof smaller / sizeof *smaller; index++) {
    memcpy(memory, initial, size);
    memcpy(memory, &smaller[index], sizeof smaller[index]);
    memcpy(before, memory, size);
    check(call(memory) == MXAUTH_MISUSE, "accepted when too small", name);
    check(memcmp(before, memory, size) == 0, "written when too small", name);
  }
  free(memory);
  free(before);
}

#define SIZED(type, call, ...)                                        \
  do {                                                                \
    const type initial = __VA_ARGS__;                                 \
    sized(#type " in " #call, &initial, sizeof initial, call);        \
  } while (0)

int main(int argc, char **argv) {
  mxauth_config *config = mxauth_config_new();
  mxauth_error error = MXAUTH_ERROR_INIT;
  if (argc != 3) return 2;
  token = argv[2];
  if (mxauth_config_set(config, "server_name", "example.org", &error)
      || mxauth_config_set(config, "issuer", "https://auth.example.org/", &error)
      || mxauth_config_set(config, "issuer.keys", argv[1], &error)
      || mxauth_config_set(config, "issuer.audience", "https://matrix.example.org", &error)
      || mxauth_config_set_clock(config, fixture_time, NULL) || mxauth_validator_new(config, &validator, &error)) {
    fprintf(stderr, "FAILED: %s: %s\n", error.subject, error.message);
    return 1;
  }
  check(mxauth_version_number() >= MXAUTH_VERSION_NUMBER, "older than the baseline", "mxauth_version_number");

  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  check(call_verdict(&verdict) == MXAUTH_OK && !strcmp(verdict.user_id.bytes, "@alice:example.org"), "verdict", "mxauth_validate");
  check(verdict.expires_at == 1800000300 && verdict.kind == MXAUTH_KIND_JWT, "its members", "mxauth_validate");
  check(call_authorize(&verdict) == MXAUTH_OK, "refused", "mxauth_authorize");

  const mxauth_verdict good = verdict;
  sized("mxauth_verdict in mxauth_authorize", &good, sizeof good, call_authorize);
  SIZED(mxauth_error, call_error, MXAUTH_ERROR_INIT);
  SIZED(mxauth_verdict, call_verdict, MXAUTH_VERDICT_INIT);
  SIZED(mxauth_status_info, call_status_info, { .struct_size = sizeof(mxauth_status_info) });
  SIZED(mxauth_status_info, call_described, { .struct_size = sizeof(mxauth_status_info) });
  SIZED(mxauth_option_info, call_option_info, { .struct_size = sizeof(mxauth_option_info) });
  SIZED(mxauth_exchange, call_exchange, MXAUTH_EXCHANGE_INIT);
  SIZED(mxauth_response, call_response, MXAUTH_RESPONSE_INIT);
  SIZED(mxauth_stats, call_stats, MXAUTH_STATS_INIT);
  SIZED(mxauth_reply, call_reply, MXAUTH_REPLY_INIT);
  SIZED(mxauth_refresh_state, call_refresh_state, MXAUTH_REFRESH_STATE_INIT);
  SIZED(mxauth_refresh_outcome, call_refresh_outcome, MXAUTH_REFRESH_OUTCOME_INIT);
  SIZED(mxauth_device_grant, call_device_grant, MXAUTH_DEVICE_GRANT_INIT(100, 5));

  mxauth_validator_free(validator);
  mxauth_config_free(config);
  printf("baseline: %u passed, %u failed\n", passed, failed);
  return failed != 0;
}
