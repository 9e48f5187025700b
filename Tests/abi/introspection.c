/* SPDX-License-Identifier: Apache-2.0
 *
 * A host that carries exchanges itself, without a network: what it is asked to do, what becomes of the answers, and what
 * becomes of tokens when there are none.
 */
#define _DEFAULT_SOURCE
#include <pthread.h>

#include "played.h"

#define GOOD "{\"active\":true,\"username\":\"alice\",\"sub\":\"01SUB\",\"client_id\":\"01CLIENT\",\"scope\":\"openid " \
             API_SCOPE " " DEVICE_SCOPE "DEVICE\",\"iat\":1789999000"
#define OPAQUE USERS, "issuer", ISSUER, "issuer.tokens", "opaque", ASKED

static int is(const mxauth_text *text, const char *expected) { return text_is(text, expected, strlen(expected)); }

static void exchange_is_complete(void) {
  mxauth_validator *validator = VALIDATOR(OPAQUE);
  mxauth_verdict verdict;
  check(judged(validator, "a+token/~._-=", &verdict) == MXAUTH_PENDING, "a new token is pending");
  uint64_t exchange = verdict.exchange;
  verdict.exchange = 0;
  check(exchange != 0 && is_refusal(&verdict, MXAUTH_PENDING), "a pending verdict has an exchange and nothing else");
  check(mxauth_next_deadline(validator) == 0, "what is queued is due at once");
  mxauth_exchange request = MXAUTH_EXCHANGE_INIT;
  check(mxauth_next_exchange(validator, &request) == MXAUTH_OK, "an exchange");
  check(request.id == exchange, "it is the one that the token waits for");
  check(strcmp(request.method, "POST") == 0, "method %s", request.method);
  check(strcmp(request.url, ISSUER "introspect") == 0, "url %s", request.url);
  check(request.timeout_ms == 10000, "timeout %u", request.timeout_ms);
  check(request.max_response == 65536, "max_response %zu", request.max_response);
  // "matrix:a secret" as RFC 6749 section 2.3.1 encodes it before Basic.
  const char *headers = "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n"
                        "X-MAS-Supports-Device-Id: 1\r\nAuthorization: Basic bWF0cml4OmElMjBzZWNyZXQ=\r\n";
  check(strcmp(request.headers, headers) == 0, "headers %s", request.headers);
  const char *body = "token=a%2Btoken%2F~._-%3D&token_type_hint=access_token";
  check(request.body != NULL && request.body_length == strlen(body) && memcmp(request.body, body, strlen(body)) == 0,
        "body %s", request.body);
  check(mxauth_next_exchange(validator, &request) == MXAUTH_IDLE, "there is no second one");
  check(mxauth_next_deadline(validator) == 10000, "next deadline %ld", (long)mxauth_next_deadline(validator));
  mxauth_exchange small = MXAUTH_EXCHANGE_INIT;
  small.struct_size -= 1;
  check(mxauth_next_exchange(validator, &small) == MXAUTH_MISUSE, "a struct_size too small");
  mxauth_validator_free(validator);
}

static void good_answer_is_a_verdict(void) {
  mxauth_validator *validator = VALIDATOR(OPAQUE);
  for (int round = 0; round < 2; round++) {
    mxauth_verdict verdict;
    mxauth_status status = asked(validator, "token", 200, GOOD ",\"exp\":1790000600}", &verdict);
    check(status == MXAUTH_OK && verdict.status == MXAUTH_OK, "status %d", status);
    check(verdict.kind == MXAUTH_KIND_INTROSPECTED, "kind %u", verdict.kind);
    // Even the first verdict comes from where the answer was left.
    check(verdict.flags == MXAUTH_VERDICT_CACHED, "flags %u", verdict.flags);
    check(verdict.grants == (MXAUTH_GRANT_CLIENT_API | MXAUTH_GRANT_OPENID), "grants %lx", (long)verdict.grants);
    check(verdict.expires_at == 1790000600 && verdict.issued_at == 1789999000, "times");
    check(is(&verdict.user_id, "@alice:matrix.example") && is(&verdict.device_id, "DEVICE"), "user and device");
    check(is(&verdict.subject, "01SUB") && is(&verdict.client_id, "01CLIENT"), "subject and client");
    check(verdict.issuer == 0 && verdict.exchange == 0, "issuer and exchange");
  }
  mxauth_stats stats = stats_of(validator);
  check(stats.introspections == 1 && stats.exchanges_ok == 1 && stats.exchanges_failed == 0, "one introspection");
  check(stats.validations == 3 && stats.accepted == 2 && stats.pending == 1, "three validations");
  check(stats.cache_hits == 2 && stats.cache_entries == 1, "two hits");
  mxauth_validator_free(validator);
}

static void claims_and_explanation(void) {
  mxauth_validator *validator = VALIDATOR(OPAQUE);
  char buffer[8192];
  size_t needed = 0;
  mxauth_error error = MXAUTH_ERROR_INIT;
  check(mxauth_claims(validator, "token", 5, buffer, sizeof buffer, &needed, &error) == MXAUTH_PENDING, "no claims yet");
  for (int state = 0; state < 4; state++) {
    static const char *const names[] = {"MXAUTH_PENDING", "MXAUTH_OK", "MXAUTH_TOKEN_INACTIVE", "MXAUTH_ISSUER_UNAVAILABLE"};
    const char *tokens[] = {"token", "token", "other", "third"};
    if (state == 1) check(asked(validator, "token", 200, GOOD ",\"x\":[{}]}", NULL) == MXAUTH_OK, "good");
    if (state == 2) check(asked(validator, "other", 200, "{\"active\":false}", NULL) == MXAUTH_TOKEN_INACTIVE, "inactive");
    if (state == 3) check(asked(validator, "third", 500, "", NULL) == MXAUTH_ISSUER_UNAVAILABLE, "failed");
    needed = 0;
    check(mxauth_explain(validator, tokens[state], 5, buffer, sizeof buffer, &needed, &error) == MXAUTH_OK, "explained");
    check(needed == strlen(buffer) + 1, "explanation of %zu bytes", needed);
    json_t *json = json_loads(buffer, JSON_REJECT_DUPLICATES, NULL);
    check(json != NULL, "explanation %s", buffer);
    const char *name = json_string_value(json_object_get(json, "name"));
    check(name != NULL && strcmp(name, names[state]) == 0, "explained as %s, not %s", name, names[state]);
    const json_t *checks = json_object_get(json, "checks");
    const json_t *last = json_array_get(checks, json_array_size(checks) - 1);
    check(json_is_true(json_object_get(last, "passed")) == (state == 1), "the last check says so: %s", buffer);
    check((json_object_get(json, "verdict") != NULL) == (state == 1), "a verdict only if it is good");
    json_decref(json);
  }
  check(mxauth_claims(validator, "token", 5, buffer, sizeof buffer, &needed, &error) == MXAUTH_OK, "claims");
  check(strcmp(buffer, GOOD ",\"x\":[{}]}") == 0 && needed == strlen(buffer) + 1, "claims %s", buffer);
  memset(buffer, 'x', sizeof buffer);
  check(mxauth_claims(validator, "token", 5, buffer, needed - 1, &needed, &error) == MXAUTH_BUFFER_TOO_SMALL &&
            buffer[0] == 'x' && needed == strlen(GOOD ",\"x\":[{}]}") + 1,
        "claims that do not fit");
  check(mxauth_claims(validator, "other", 5, buffer, sizeof buffer, &needed, &error) == MXAUTH_TOKEN_INACTIVE,
        "no claims of a token that is refused");
  mxauth_validator_free(validator);
}

enum { THREADS = 16 };

static pthread_barrier_t start;
static mxauth_validator *shared;

static void *ask(void *argument) {
  mxauth_verdict *verdict = argument;
  pthread_barrier_wait(&start);
  judged(shared, "everybody's token", verdict);
  judged(shared, "everybodys-token", verdict);
  return NULL;
}

static void many_threads_ask_once(void) {
  shared = VALIDATOR(OPAQUE);
  pthread_t threads[THREADS];
  mxauth_verdict verdicts[THREADS];
  need(pthread_barrier_init(&start, NULL, THREADS) == 0, "a barrier");
  for (int i = 0; i < THREADS; i++) need(pthread_create(&threads[i], NULL, ask, &verdicts[i]) == 0, "a thread");
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  pthread_barrier_destroy(&start);
  uint64_t exchange = taken(shared);
  check(exchange != 0 && taken(shared) == 0, "one exchange for all");
  for (int i = 0; i < THREADS; i++)
    check(verdicts[i].status == MXAUTH_PENDING && verdicts[i].exchange == exchange, "thread %d waits for it", i);
  check(judged(shared, "everybodys-token", &verdicts[0]) == MXAUTH_PENDING && verdicts[0].exchange == exchange,
        "it is also the one under way");
  mxauth_validator_free(shared);
}

static void too_many_are_busy(void) {
  mxauth_validator *validator = VALIDATOR(OPAQUE, "issuer.max_exchanges", "2");
  check(judged(validator, "one", NULL) == MXAUTH_PENDING && judged(validator, "two", NULL) == MXAUTH_PENDING, "two");
  check(judged(validator, "three", NULL) == MXAUTH_ISSUER_BUSY, "the third is told to come back");
  check(judged(validator, "one", NULL) == MXAUTH_PENDING, "the first still waits");
  uint64_t first = taken(validator);
  check(judged(validator, "three", NULL) == MXAUTH_ISSUER_BUSY, "also while one is under way");
  answered(validator, first, 200, "{\"active\":false}", 16);
  check(judged(validator, "three", NULL) == MXAUTH_PENDING, "then there is room");
  check(judged(validator, "four", NULL) == MXAUTH_ISSUER_BUSY, "for one");
  mxauth_validator_free(validator);
}

static void http_statuses(void) {
  static const struct {
    uint32_t http_status;
    mxauth_status status;
  } rows[] = {{0, MXAUTH_ISSUER_UNAVAILABLE},   {301, MXAUTH_ISSUER_UNAVAILABLE}, {302, MXAUTH_ISSUER_UNAVAILABLE},
              {400, MXAUTH_ISSUER_UNAVAILABLE}, {401, MXAUTH_ISSUER_REFUSES_US},  {403, MXAUTH_ISSUER_REFUSES_US},
              {404, MXAUTH_ISSUER_UNAVAILABLE}, {405, MXAUTH_ISSUER_UNAVAILABLE}, {410, MXAUTH_ISSUER_UNAVAILABLE},
              {429, MXAUTH_ISSUER_UNAVAILABLE}, {500, MXAUTH_ISSUER_UNAVAILABLE}, {503, MXAUTH_ISSUER_UNAVAILABLE},
              {201, MXAUTH_ANSWER_INVALID},     {204, MXAUTH_ANSWER_INVALID},     {206, MXAUTH_ANSWER_INVALID},
              {100, MXAUTH_ISSUER_UNAVAILABLE}, {999, MXAUTH_ISSUER_UNAVAILABLE}};
  mxauth_validator *validator = VALIDATOR(OPAQUE, "issuer.breaker_threshold", "1000");
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    // Even with a good answer in its body.
    mxauth_status status = asked(validator, "token", rows[i].http_status, GOOD "}", NULL);
    check(status == rows[i].status, "HTTP %u: %d", rows[i].http_status, status);
    check(judged(validator, "token", NULL) == status, "HTTP %u is remembered for retry_min", rows[i].http_status);
    pass(1);
    check(judged(validator, "token", NULL) == MXAUTH_PENDING, "and then the issuer is asked again");
    answered(validator, taken(validator), 200, "{\"active\":false}", 16);
    pass(10);
  }
  uint64_t exchange = judged(validator, "last", NULL) == MXAUTH_PENDING ? taken(validator) : 0;
  check(answered(validator, exchange, 1000, "", 0) == MXAUTH_MISUSE, "HTTP 1000 does not exist");
  check(answered(validator, exchange, 200, GOOD "}", strlen(GOOD "}")) == MXAUTH_OK, "the exchange is still there");
  check(judged(validator, "last", NULL) == MXAUTH_OK, "and does its work");
  mxauth_validator_free(validator);
}

static void content_types(void) {
  static const struct {
    const char *headers;
    mxauth_status status;
  } rows[] = {{"Content-Type: application/json\r\n", MXAUTH_OK},
              {"content-type:application/json; charset=utf-8\n", MXAUTH_OK},
              {"X: y\r\n", MXAUTH_OK},
              {"Content-Type: text/html\r\n", MXAUTH_ANSWER_INVALID},
              {"Content-Type: application/token-introspection+jwt\r\n", MXAUTH_ANSWER_INVALID}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    mxauth_validator *validator = VALIDATOR(OPAQUE);
    check(judged(validator, "token", NULL) == MXAUTH_PENDING, "pending");
    mxauth_response response = MXAUTH_RESPONSE_INIT;
    response.http_status = 200;
    response.headers = rows[i].headers;
    response.headers_length = strlen(rows[i].headers);
    response.body = GOOD "}";
    response.body_length = strlen(GOOD "}");
    check(mxauth_complete_exchange(validator, taken(validator), &response, NULL) == MXAUTH_OK, "completed");
    mxauth_status status = judged(validator, "token", NULL);
    check(status == rows[i].status, "%s: %d", rows[i].headers, status);
    mxauth_validator_free(validator);
  }
}

static void exchanges_are_completed_once(void) {
  mxauth_validator *validator = VALIDATOR(OPAQUE);
  judged(validator, "token", NULL);
  uint64_t exchange = taken(validator);
  check(answered(validator, exchange + 1, 200, "{}", 2) == MXAUTH_EXCHANGE_UNKNOWN, "a number that is none");
  check(answered(validator, 0, 200, "{}", 2) == MXAUTH_EXCHANGE_UNKNOWN, "number 0");
  check(answered(validator, exchange, 200, "{\"active\":false}", 16) == MXAUTH_OK, "the first time");
  check(answered(validator, exchange, 200, GOOD "}", strlen(GOOD "}")) == MXAUTH_EXCHANGE_UNKNOWN, "the second time");
  check(judged(validator, "token", NULL) == MXAUTH_TOKEN_INACTIVE, "the first answer counts");
  mxauth_validator_free(validator);
}

static void exchanges_run_out_of_time(void) {
  for (int is_taken = 0; is_taken < 2; is_taken++) {
    mxauth_validator *validator = VALIDATOR(OPAQUE, "exchange_timeout", "5");
    mxauth_verdict verdict;
    judged(validator, "token", &verdict);
    if (is_taken) check(taken(validator) == verdict.exchange, "taken");
    pass_milliseconds(4999);
    check(is_taken ? taken(validator) == 0 : judged(validator, "token", NULL) == MXAUTH_PENDING, "not yet");
    check(is_taken == 0 || mxauth_next_deadline(validator) == 1, "but soon");
    pass_milliseconds(1);
    check(mxauth_next_deadline(validator) == 0, "over");
    check(taken(validator) == 0, "nobody need do it any more");
    check(judged(validator, "token", NULL) == MXAUTH_ISSUER_UNAVAILABLE, "the token cannot be judged");
    check(answered(validator, verdict.exchange, 200, GOOD "}", strlen(GOOD "}")) == MXAUTH_EXCHANGE_UNKNOWN, "late");
    check(stats_of(validator).exchanges_failed == 1, "one failure");
    mxauth_validator_free(validator);
  }
  // Whoever does not look for more is late all the same.
  mxauth_validator *validator = VALIDATOR(OPAQUE, "exchange_timeout", "5");
  judged(validator, "token", NULL);
  uint64_t exchange = taken(validator);
  pass(5);
  check(answered(validator, exchange, 200, GOOD "}", strlen(GOOD "}")) == MXAUTH_EXCHANGE_UNKNOWN, "late as well");
  check(judged(validator, "token", NULL) == MXAUTH_ISSUER_UNAVAILABLE, "and of no effect");
  mxauth_validator_free(validator);
}

static void refusals_last_for_negative_ttl(void) {
  mxauth_validator *validator = VALIDATOR(OPAQUE, "issuer.negative_ttl", "7");
  check(asked(validator, "token", 200, "{\"active\":false}", NULL) == MXAUTH_TOKEN_INACTIVE, "inactive");
  pass_milliseconds(6999);
  check(judged(validator, "token", NULL) == MXAUTH_TOKEN_INACTIVE && taken(validator) == 0, "remembered");
  pass_milliseconds(1);
  check(asked(validator, "token", 200, GOOD "}", NULL) == MXAUTH_OK, "asked again");
  mxauth_validator_free(validator);
}

static void verdicts_last_for_cache_ttl(void) {
  mxauth_validator *validator = VALIDATOR(OPAQUE, "issuer.cache_ttl", "60");
  check(asked(validator, "token", 200, GOOD "}", NULL) == MXAUTH_OK, "good");
  pass_milliseconds(59999);
  check(judged(validator, "token", NULL) == MXAUTH_OK && taken(validator) == 0, "remembered");
  pass_milliseconds(1);
  check(judged(validator, "token", NULL) == MXAUTH_PENDING, "asked again");
  check(answered(validator, taken(validator), 200, "{\"active\":false}", 16) == MXAUTH_OK, "answered otherwise");
  check(judged(validator, "token", NULL) == MXAUTH_TOKEN_INACTIVE, "inactive by now");
  pass(10);
  check(judged(validator, "token", NULL) == MXAUTH_PENDING, "the good verdict does not come back");
  mxauth_validator_free(validator);
}

static void ends_of_tokens(void) {
  mxauth_validator *validator = VALIDATOR(OPAQUE, "issuer.cache_ttl", "86400", "issuer.leeway", "30");
  mxauth_verdict verdict;
  char body[600];
  // By exp, with leeway.
  snprintf(body, sizeof body, GOOD ",\"exp\":%lld}", (long long)now() + 100);
  check(asked(validator, "exp", 200, body, &verdict) == MXAUTH_OK && verdict.expires_at == now() + 100, "exp");
  // By expires_in, which needs none and says more than an exp that is wrong.
  check(asked(validator, "in", 200, GOOD ",\"exp\":1,\"expires_in\":100}", &verdict) == MXAUTH_OK &&
            verdict.expires_at == now() + 100,
        "expires_in");
  check(asked(validator, "never", 200, GOOD "}", &verdict) == MXAUTH_OK && verdict.expires_at == 0, "no end");
  check(asked(validator, "null", 200, GOOD ",\"expires_in\":0}", NULL) == MXAUTH_EXPIRED, "expires_in 0");
  check(asked(validator, "less", 200, GOOD ",\"expires_in\":-1}", NULL) == MXAUTH_ANSWER_INVALID, "expires_in -1");
  check(asked(validator, "past", 200, GOOD ",\"exp\":1789000000}", NULL) == MXAUTH_EXPIRED, "exp of the past");
  check(asked(validator, "text", 200, GOOD ",\"exp\":\"1890000000\"}", NULL) == MXAUTH_ANSWER_INVALID, "exp as text");
  pass(99);
  check(judged(validator, "in", NULL) == MXAUTH_OK && judged(validator, "exp", NULL) == MXAUTH_OK, "a second before");
  // A step of the wall clock is not the passing of time.
  atomic_fetch_add(&wall_seconds, 1);
  check(judged(validator, "in", NULL) == MXAUTH_OK, "expires_in does not go by wall time");
  atomic_fetch_sub(&wall_seconds, 1);
  pass(1);
  check(judged(validator, "in", NULL) == MXAUTH_EXPIRED, "expires_in is over");
  check(judged(validator, "exp", NULL) == MXAUTH_OK, "exp has its leeway");
  pass(29);
  check(judged(validator, "exp", NULL) == MXAUTH_OK, "up to its last second");
  pass(1);
  check(judged(validator, "exp", NULL) == MXAUTH_EXPIRED, "exp is over");
  check(judged(validator, "never", NULL) == MXAUTH_OK, "no end is no end");
  mxauth_validator_free(validator);
}

static void stale_verdicts_serve_while_the_issuer_is_away(void) {
  mxauth_validator *validator = VALIDATOR(OPAQUE, "issuer.cache_ttl", "60", "issuer.stale_if_error", "300");
  check(asked(validator, "token", 200, GOOD ",\"exp\":1890000000}", NULL) == MXAUTH_OK, "good");
  check(asked(validator, "short", 200, GOOD ",\"expires_in\":100}", NULL) == MXAUTH_OK, "good for 100 s");
  check(asked(validator, "ended", 200, GOOD ",\"expires_in\":1000}", NULL) == MXAUTH_OK, "to be revoked");
  pass(60);
  mxauth_verdict verdict;
  check(asked(validator, "token", 500, "", &verdict) == MXAUTH_OK, "served on");
  check(verdict.kind == MXAUTH_KIND_INTROSPECTED && verdict.flags == MXAUTH_VERDICT_CACHED &&
            verdict.expires_at == 1890000000 && is(&verdict.user_id, "@alice:matrix.example"),
        "with all that was known");
  mxauth_error error = MXAUTH_ERROR_INIT;
  check(mxauth_validate(validator, "token", 5, &verdict, &error) == MXAUTH_OK && error.status == MXAUTH_OK &&
            error.message[0] == 0 && error.subject[0] == 0,
        "without an error: %d %s", error.status, error.message);
  char buffer[8192];
  check(mxauth_claims(validator, "token", 5, buffer, sizeof buffer, NULL, &error) == MXAUTH_OK, "claims as well");
  check(mxauth_explain(validator, "token", 5, buffer, sizeof buffer, NULL, &error) == MXAUTH_OK, "explained");
  json_t *json = json_loads(buffer, JSON_REJECT_DUPLICATES, NULL);
  const char *name = json_string_value(json_object_get(json, "name"));
  check(name != NULL && strcmp(name, "MXAUTH_OK") == 0 && json_object_get(json, "verdict") != NULL, "%s", buffer);
  json_decref(json);
  check(asked(validator, "short", 500, "", NULL) == MXAUTH_OK, "so is the other");
  pass(40);
  check(asked(validator, "short", 500, "", NULL) == MXAUTH_EXPIRED, "but not beyond its end");
  check(mxauth_revoke(validator, MXAUTH_REVOKE_TOKEN, "ended", 0, NULL) == MXAUTH_OK, "revoked");
  check(asked(validator, "ended", 500, "", NULL) == MXAUTH_REVOKED, "nor beyond a revocation");
  // An answer that says no ends it at once.
  check(asked(validator, "token", 200, "{\"active\":false}", NULL) == MXAUTH_TOKEN_INACTIVE, "the issuer is back");
  pass(10);
  check(asked(validator, "token", 500, "", NULL) == MXAUTH_ISSUER_UNAVAILABLE, "and nothing is left of the verdict");
  pass(2);
  check(asked(validator, "token", 200, GOOD "}", NULL) == MXAUTH_OK, "good again");
  pass(359);
  check(asked(validator, "token", 0, "", NULL) == MXAUTH_OK, "the last second");
  pass(1);
  check(asked(validator, "token", 0, "", NULL) == MXAUTH_ISSUER_UNAVAILABLE, "over");
  mxauth_validator_free(validator);
}

static void breaker_opens_and_closes(void) {
  mxauth_validator *validator = VALIDATOR(OPAQUE, "issuer.breaker_threshold", "3", "issuer.retry_min", "4",
                                          "issuer.retry_max", "4", "issuer.max_exchanges", "8");
  char token[16];
  for (int i = 0; i < 3; i++) {
    snprintf(token, sizeof token, "token-%d", i);
    check(asked(validator, token, 500, "", NULL) == MXAUTH_ISSUER_UNAVAILABLE, "failure %d", i);
  }
  check(judged(validator, "new", NULL) == MXAUTH_ISSUER_UNAVAILABLE && taken(validator) == 0, "nobody is asked");
  pass_milliseconds(1999);
  check(judged(validator, "new", NULL) == MXAUTH_ISSUER_UNAVAILABLE, "nor for at least half of the pause");
  pass_milliseconds(2001);
  check(judged(validator, "probe", NULL) == MXAUTH_PENDING, "one is");
  check(judged(validator, "new", NULL) == MXAUTH_ISSUER_UNAVAILABLE, "but no other");
  check(judged(validator, "probe", NULL) == MXAUTH_PENDING, "it waits");
  answered(validator, taken(validator), 503, "", 0);
  check(judged(validator, "new", NULL) == MXAUTH_ISSUER_UNAVAILABLE, "another pause");
  pass(4);
  check(judged(validator, "new", NULL) == MXAUTH_PENDING, "the next one");
  answered(validator, taken(validator), 200, "{\"active\":false}", 16);
  check(judged(validator, "new", NULL) == MXAUTH_TOKEN_INACTIVE, "the issuer is back");
  check(judged(validator, "one", NULL) == MXAUTH_PENDING && judged(validator, "two", NULL) == MXAUTH_PENDING,
        "everybody asks again");
  mxauth_validator_free(validator);
  // A probe that never comes back does not close the way for good.
  validator = VALIDATOR(OPAQUE, "issuer.breaker_threshold", "1", "issuer.retry_min", "1", "issuer.retry_max", "1");
  check(asked(validator, "token", 500, "", NULL) == MXAUTH_ISSUER_UNAVAILABLE, "a failure");
  pass(1);
  check(judged(validator, "token", NULL) == MXAUTH_PENDING && taken(validator) != 0, "a probe");
  pass(10);
  check(taken(validator) == 0, "out of time");
  pass(1);
  check(asked(validator, "token", 200, GOOD "}", NULL) == MXAUTH_OK, "the next probe");
  mxauth_validator_free(validator);
}

static void implausible_tokens_are_not_asked_about(void) {
  mxauth_validator *validator = VALIDATOR(OPAQUE, "max_token_bytes", "256");
  char large[258];
  memset(large, 'x', 257);
  large[257] = 0;
  check(judged(validator, "", NULL) == MXAUTH_TOKEN_MISSING, "no token");
  check(judged(validator, large, NULL) == MXAUTH_TOKEN_TOO_LARGE, "too large");
  check(judged(validator, "two words", NULL) == MXAUTH_TOKEN_IMPLAUSIBLE, "a space");
  check(judged(validator, "=", NULL) == MXAUTH_TOKEN_IMPLAUSIBLE, "padding of nothing");
  check(judged(validator, "t\xC3\xB6ken", NULL) == MXAUTH_TOKEN_IMPLAUSIBLE, "a letter that is not ASCII");
  mxauth_verdict verdict = {0};
  check(mxauth_validate(validator, "a\0b", 3, &verdict, NULL) == MXAUTH_MISUSE, "no struct_size");
  spoil(&verdict);
  check(mxauth_validate(validator, "a\0b", 3, &verdict, NULL) == MXAUTH_TOKEN_IMPLAUSIBLE, "a NUL");
  check(taken(validator) == 0, "nobody was asked");
  mxauth_validator_free(validator);
}

static void validators_may_go_first(void) {
  mxauth_validator *validator = VALIDATOR(OPAQUE);
  char token[16];
  for (int i = 0; i < 64; i++) {
    snprintf(token, sizeof token, "token-%d", i);
    check(judged(validator, token, NULL) == MXAUTH_PENDING, "pending %d", i);
  }
  for (int i = 0; i < 32; i++) check(taken(validator) != 0, "taken %d", i);
  mxauth_validator_free(validator);
}

int main(void) {
  exchange_is_complete();
  good_answer_is_a_verdict();
  claims_and_explanation();
  many_threads_ask_once();
  too_many_are_busy();
  http_statuses();
  content_types();
  exchanges_are_completed_once();
  exchanges_run_out_of_time();
  refusals_last_for_negative_ttl();
  verdicts_last_for_cache_ttl();
  ends_of_tokens();
  stale_verdicts_serve_while_the_issuer_is_away();
  breaker_opens_and_closes();
  implausible_tokens_are_not_asked_about();
  validators_may_go_first();
  return finish("introspection");
}
