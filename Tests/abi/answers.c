/* SPDX-License-Identifier: Apache-2.0
 *
 * What an issuer may answer about a token: nothing but a JSON object whose `active` is true makes one good. A good
 * answer is damaged in every place, and whatever the library still takes has to be good in the eyes of another reader.
 */
#include "played.h"

#define MEMBERS "\"username\":\"alice\",\"scope\":\"" API_SCOPE "\""
#define INACTIVE "{\"active\":false}"

static mxauth_validator *validator;
static unsigned number;

/** What becomes of a new token about which the issuer answers that. */
static mxauth_status outcome(const char *body, size_t length) {
  char token[32];
  snprintf(token, sizeof token, "token-%u", ++number);
  mxauth_status status = judged(validator, token, NULL);
  need(status == MXAUTH_PENDING, "a pending token");
  char *block = block_of(body, length);
  need(answered(validator, taken(validator), 200, block, length) == MXAUTH_OK, "an answer");
  free(block);
  status = judged(validator, token, NULL);
  // Whatever it was, the circuit breaker is closed again.
  pass(400);
  return status;
}

static void active_is_a_boolean(void) {
  static const struct {
    const char *active;
    mxauth_status status;
  } rows[] = {
      {"\"active\":true,", MXAUTH_OK},
      {" \"\\u0061ctive\" : true ,", MXAUTH_OK},
      {"\"active\":false,", MXAUTH_TOKEN_INACTIVE},
      {"", MXAUTH_ANSWER_INVALID},
      {"\"active\":null,", MXAUTH_ANSWER_INVALID},
      {"\"active\":\"true\",", MXAUTH_ANSWER_INVALID},
      {"\"active\":\"false\",", MXAUTH_ANSWER_INVALID},
      {"\"active\":\"\",", MXAUTH_ANSWER_INVALID},
      {"\"active\":1,", MXAUTH_ANSWER_INVALID},
      {"\"active\":0,", MXAUTH_ANSWER_INVALID},
      {"\"active\":-1,", MXAUTH_ANSWER_INVALID},
      {"\"active\":1e0,", MXAUTH_ANSWER_INVALID},
      {"\"active\":[],", MXAUTH_ANSWER_INVALID},
      {"\"active\":[true],", MXAUTH_ANSWER_INVALID},
      {"\"active\":{},", MXAUTH_ANSWER_INVALID},
      {"\"active\":{\"active\":true},", MXAUTH_ANSWER_INVALID},
      {"\"active\":True,", MXAUTH_ANSWER_INVALID},
      {"\"active\":TRUE,", MXAUTH_ANSWER_INVALID},
      {"\"active\":tru,", MXAUTH_ANSWER_INVALID},
      {"\"active\":truee,", MXAUTH_ANSWER_INVALID},
      {"\"active\":yes,", MXAUTH_ANSWER_INVALID},
      {"\"active\":,", MXAUTH_ANSWER_INVALID},
      {"\"active\",", MXAUTH_ANSWER_INVALID},
      {"active:true,", MXAUTH_ANSWER_INVALID},
      {"'active':true,", MXAUTH_ANSWER_INVALID},
      {"\"Active\":true,", MXAUTH_ANSWER_INVALID},
      {"\"active \":true,", MXAUTH_ANSWER_INVALID},
      {"\"active\\u0000\":true,", MXAUTH_ANSWER_INVALID},
      {"\"activ\xD0\xB5\":true,", MXAUTH_ANSWER_INVALID},
      {"\"x\":{\"active\":true},", MXAUTH_ANSWER_INVALID},
      {"\"active\":true,\"active\":true,", MXAUTH_ANSWER_INVALID},
      {"\"active\":false,\"active\":true,", MXAUTH_ANSWER_INVALID},
      {"\"active\":true,\"active\":false,", MXAUTH_ANSWER_INVALID},
      {"\"active\":true,\"\\u0061ctive\":false,", MXAUTH_ANSWER_INVALID},
      {"\"active\":true,,", MXAUTH_ANSWER_INVALID},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char body[256];
    snprintf(body, sizeof body, "{%s" MEMBERS "}", rows[i].active);
    mxauth_status status = outcome(body, strlen(body));
    check(status == rows[i].status, "%s: %d, not %d", body, status, rows[i].status);
  }
}

static void the_whole_is_one_object(void) {
  static const char *const bodies[] = {
      "", " ", "\n", "null", "true", "1", "\"active\"", "[]", "[{\"active\":true," MEMBERS "}]", "{}", "{",
      "{\"active\":true", "{\"active\":true," MEMBERS, "{\"active\":true," MEMBERS "}}",
      "{\"active\":true," MEMBERS "}{\"active\":true," MEMBERS "}", "{\"active\":true," MEMBERS ",}",
      "\xEF\xBB\xBF{\"active\":true," MEMBERS "}", "active=true&username=alice", "<html>active</html>",
      "{\"active\":true," MEMBERS "}\n\xC2\xA0", "{\"active\":true," MEMBERS "} // active",
      "\"{\\\"active\\\":true}\"", "eyJhY3RpdmUiOnRydWV9"};
  for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
    mxauth_status status = outcome(bodies[i], strlen(bodies[i]));
    check(status == MXAUTH_ANSWER_INVALID, "%s: %d", bodies[i], status);
  }
  static const char with_nul[] = "{\"active\":true," MEMBERS "}\0";
  check(outcome(with_nul, sizeof with_nul - 1) == MXAUTH_ANSWER_INVALID, "a NUL behind it");
  // A body of 64 KiB is read, a longer one is not.
  static char large[65538];
  memset(large, ' ', sizeof large);
  memcpy(large, "{\"active\":true," MEMBERS "}", strlen("{\"active\":true," MEMBERS "}"));
  check(outcome(large, 65536) == MXAUTH_OK, "65536 bytes");
  check(outcome(large, 65537) == MXAUTH_ANSWER_INVALID, "65537 bytes");
  // Nesting without end.
  memset(large, '[', sizeof large);
  memcpy(large, "{\"active\":true,\"x\":", strlen("{\"active\":true,\"x\":"));
  check(outcome(large, 65536) == MXAUTH_ANSWER_INVALID, "deep nesting");
}

static void other_members_count(void) {
  static const struct {
    const char *members;
    mxauth_status status;
  } rows[] = {
      {"\"username\":\"alice\"", MXAUTH_SCOPE_INSUFFICIENT},
      {"\"scope\":\"" API_SCOPE "\"", MXAUTH_USER_MISSING},
      {"\"username\":7,\"scope\":\"" API_SCOPE "\"", MXAUTH_ANSWER_INVALID},
      {"\"username\":\"Alice\",\"scope\":\"" API_SCOPE "\"", MXAUTH_USER_INVALID},
      {"\"username\":\"@alice:elsewhere.example\",\"scope\":\"" API_SCOPE "\"", MXAUTH_USER_INVALID},
      {"\"username\":\"alice\",\"scope\":7", MXAUTH_ANSWER_INVALID},
      {"\"username\":\"alice\",\"scope\":\"a  b\"", MXAUTH_ANSWER_INVALID},
      {MEMBERS ",\"iss\":\"" ISSUER "\"", MXAUTH_OK},
      {MEMBERS ",\"iss\":\"https://other.example/\"", MXAUTH_ANSWER_INVALID},
      {MEMBERS ",\"iss\":7", MXAUTH_ANSWER_INVALID},
      {MEMBERS ",\"token_type\":\"access_token\"", MXAUTH_OK},
      {MEMBERS ",\"token_type\":\"Bearer\"", MXAUTH_OK},
      {MEMBERS ",\"token_type\":\"refresh_token\"", MXAUTH_NOT_ACCESS_TOKEN},
      {MEMBERS ",\"token_type\":\"Refresh_Token\"", MXAUTH_NOT_ACCESS_TOKEN},
      {MEMBERS ",\"iat\":1990000000", MXAUTH_ISSUED_IN_FUTURE},
      {MEMBERS ",\"nbf\":1990000000", MXAUTH_NOT_YET_VALID},
      {MEMBERS ",\"iat\":\"1789000000\"", MXAUTH_ANSWER_INVALID},
      {MEMBERS ",\"iat\":-1", MXAUTH_ANSWER_INVALID},
      {MEMBERS ",\"exp\":null", MXAUTH_ANSWER_INVALID},
      {MEMBERS ",\"exp\":1e99", MXAUTH_ANSWER_INVALID},
      {MEMBERS ",\"expires_in\":\"600\"", MXAUTH_ANSWER_INVALID},
      {MEMBERS ",\"expires_in\":1e300", MXAUTH_ANSWER_INVALID},
      {MEMBERS ",\"expires_in\":253402300799", MXAUTH_OK},
      {MEMBERS ",\"sub\":7", MXAUTH_ANSWER_INVALID},
      {MEMBERS ",\"sid\":7", MXAUTH_ANSWER_INVALID},
      {MEMBERS ",\"jti\":[]", MXAUTH_ANSWER_INVALID},
      {MEMBERS ",\"client_id\":{}", MXAUTH_ANSWER_INVALID},
      {MEMBERS ",\"device_id\":\"A device\"", MXAUTH_OK},
      {MEMBERS ",\"device_id\":\"\"", MXAUTH_DEVICE_INVALID},
      {MEMBERS ",\"device_id\":7", MXAUTH_ANSWER_INVALID},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char body[256];
    snprintf(body, sizeof body, "{\"active\":true,%s}", rows[i].members);
    mxauth_status status = outcome(body, strlen(body));
    check(status == rows[i].status, "%s: %d, not %d", body, status, rows[i].status);
    // An inactive token is inactive whatever else is said about it.
    snprintf(body, sizeof body, "{\"active\":false,%s}", rows[i].members);
    status = outcome(body, strlen(body));
    check(status == MXAUTH_TOKEN_INACTIVE, "%s: %d", body, status);
  }
}

/** A time that does not keep a token from being good: absent, or a number within the years that there are. */
static int is_time(const json_t *object, const char *name, double latest) {
  const json_t *member = json_object_get(object, name);
  return member == NULL || (json_is_number(member) && json_number_value(member) >= 0 && json_number_value(member) <= latest);
}

static int is_text_or_absent(const json_t *object, const char *name) {
  const json_t *member = json_object_get(object, name);
  return member == NULL || (json_is_string(member) && json_string_length(member) <= 255);
}

static int is_local_part(const json_t *member) {
  const char *text = json_string_value(member);
  return text != NULL && *text != 0 && json_string_length(member) == strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._=-/+");
}

/** One device at most, single spaces, and the scope without which nothing goes. */
static int is_scope(const json_t *member) {
  if (!json_is_string(member)) return 0;
  const char *text = json_string_value(member);
  if (strlen(text) != json_string_length(member)) return 0;
  int grants = 0, devices = 0;
  while (1) {
    size_t length = strcspn(text, " ");
    if (length == 0) return 0;
    for (size_t i = 0; i < length; i++)
      if (text[i] <= 0x20 || text[i] > 0x7E || text[i] == '"' || text[i] == '\\') return 0;
    grants |= length == strlen(API_SCOPE) && strncmp(text, API_SCOPE, length) == 0;
    if (strncmp(text, DEVICE_SCOPE, strlen(DEVICE_SCOPE)) == 0) {
      if (length == strlen(DEVICE_SCOPE)) return 0;
      devices++;
    }
    if (text[length] == 0) return grants && devices < 2;
    text += length + 1;
  }
}

/** Another reader's opinion of an answer. */
static int is_good(const char *body, size_t length) {
  // A NUL behind a number is overlooked by libjansson.
  if (memchr(body, 0, length) != NULL) return 0;
  json_t *answer = json_loadb(body, length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
  const char *type = json_string_value(json_object_get(answer, "token_type"));
  const json_t *issuer = json_object_get(answer, "iss"), *end = json_object_get(answer, "exp");
  int good = json_is_object(answer) && json_is_true(json_object_get(answer, "active")) &&
             is_local_part(json_object_get(answer, "username")) && is_scope(json_object_get(answer, "scope")) &&
             is_time(answer, "iat", (double)now() + 30.9999) && is_time(answer, "exp", 253402300799.9) &&
             (end == NULL || json_number_value(end) >= (double)now() - 29) && is_text_or_absent(answer, "sub") &&
             is_text_or_absent(answer, "client_id") && is_text_or_absent(answer, "token_type") &&
             (type == NULL || strcmp(type, "refresh_token") != 0) &&
             (issuer == NULL || (json_is_string(issuer) && json_string_length(issuer) == strlen(ISSUER) &&
                                 strcmp(json_string_value(issuer), ISSUER) == 0));
  json_decref(answer);
  return good;
}

static long good_ones;

static void compare(const char *body, size_t length) {
  int expected = is_good(body, length);
  mxauth_status status = outcome(body, length);
  good_ones += expected;
  check((status == MXAUTH_OK) == expected, "%.*s: %d, another reader says %d", (int)length, body, status, expected);
}

static void damaged_answers(void) {
  static const char body[] = "{\"active\":true,\"username\":\"alice\",\"scope\":\"openid " API_SCOPE " " DEVICE_SCOPE
                             "ABC\",\"sub\":\"01S\",\"iat\":1790000000,\"exp\":1990000000,\"token_type\":\"access_token\","
                             "\"iss\":\"" ISSUER "\"}";
  const size_t length = sizeof body - 1;
  const char *step = getenv("CORPUS_STEP");
  const int every = SANITIZED ? 16 : step != NULL ? 64 : 1;
  char changed[2 * sizeof body];
  check(is_good(body, length), "the other reader takes it");
  compare(body, length);
  for (size_t i = 0; i < length; i++) {
    // Cut off, cut out, doubled.
    compare(body, i);
    memcpy(changed, body, i);
    memcpy(changed + i, body + i + 1, length - i - 1);
    compare(changed, length - 1);
    memcpy(changed + i, body + i, 1);
    memcpy(changed + i + 1, body + i, length - i);
    compare(changed, length + 1);
    // Every other byte in its place.
    memcpy(changed, body, length);
    for (int byte = (int)(i % (size_t)every); byte < 256; byte += every) {
      changed[i] = (char)byte;
      compare(changed, length);
    }
  }
  // Damaged in several places.
  uint64_t random = 88172645463325252u;
  for (int round = 0; round < 100000 / every; round++) {
    memcpy(changed, body, length);
    for (int change = 0; change < 3; change++)
      changed[random_of(&random) % length] = "\"{}[],:\\ 0tfn\n"[random_of(&random) % 14];
    compare(changed, length);
  }
  check(good_ones > 500 / every, "only %ld damaged answers were still good", good_ones);
}

int main(void) {
  validator = VALIDATOR(USERS, "issuer", ISSUER, "issuer.tokens", "opaque", ASKED, "cache_entries", "1024",
                        "issuer.breaker_threshold", "1000");
  active_is_a_boolean();
  the_whole_is_one_object();
  other_members_count();
  atomic_store(&wall_seconds, beginning);
  damaged_answers();
  mxauth_validator_free(validator);
  return finish("answers");
}
