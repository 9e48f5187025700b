/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions on documents: NULL, lengths, and buffers that are too small.
 */
#include "helper.h"

static const char registration[] =
    "{\"client_uri\": \"https://chat.example/\", \"redirect_uris\": [\"https://chat.example/cb\"],"
    " \"grant_types\": [\"authorization_code\", \"refresh_token\"], \"token_endpoint_auth_method\": \"none\"}";
static const char metadata[] =
    "{\"issuer\": \"https://auth.example/\", \"authorization_endpoint\": \"https://auth.example/a\","
    " \"token_endpoint\": \"https://auth.example/t\", \"revocation_endpoint\": \"https://auth.example/r\","
    " \"registration_endpoint\": \"https://auth.example/c\", \"response_types_supported\": [\"code\"],"
    " \"grant_types_supported\": [\"authorization_code\", \"refresh_token\"],"
    " \"response_modes_supported\": [\"query\", \"fragment\"], \"code_challenge_methods_supported\": [\"S256\"],"
    " \"account_management_uri\": \"https://auth.example/m\","
    " \"account_management_actions_supported\": [\"org.matrix.profile\"]}";

/** The functions that write text, each with an input of `length` bytes, so that all can be treated alike. */
enum { REGISTRATION, METADATA, MERGE, FLOWS, ACCOUNT, FUNCTIONS };
static const char *const names[FUNCTIONS] = {"registration", "metadata", "merge", "flows", "account"};
static const char *const inputs[FUNCTIONS] = {registration, metadata, metadata, "[{\"id\": \"a\", \"name\": \"A\"}]",
                                              metadata};

static mxauth_status call(int function, const char *text, size_t length, char *buffer, size_t capacity, size_t *needed,
                          mxauth_error *error) {
  switch (function) {
    case REGISTRATION: return mxauth_registration_check(text, length, buffer, capacity, needed, error);
    case METADATA: return mxauth_metadata_check(text, length, NULL, buffer, capacity, needed, error);
    case MERGE: return mxauth_metadata_merge(text, length, NULL, 0, buffer, capacity, needed, error);
    case FLOWS: return mxauth_login_flows(MXAUTH_LOGIN_SSO, text, length, buffer, capacity, needed, error);
    default: return mxauth_account_url(text, length, "org.matrix.profile", NULL, buffer, capacity, needed, error);
  }
}

static void is(mxauth_status found, mxauth_status expected, const char *what, const char *name) {
  check(found == expected, "%s, %s: %s, not %s", name, what, mxauth_status_name(found), mxauth_status_name(expected));
}

static void buffers(int function) {
  const char *name = names[function];
  size_t length = strlen(inputs[function]), needed = 0;
  char *input = block_of(inputs[function], length);  // without a NUL
  mxauth_error error = MXAUTH_ERROR_INIT;
  is(call(function, input, length, NULL, 0, &needed, &error), MXAUTH_BUFFER_TOO_SMALL, "no buffer", name);
  check(needed > 1 && needed < 65536 && error.status == MXAUTH_BUFFER_TOO_SMALL, "%s: needs %zu", name, needed);
  char *text = malloc(needed);
  need(text != NULL, "memory");
  memset(text, 'x', needed);
  size_t again = 0;
  is(call(function, input, length, text, needed - 1, &again, &error), MXAUTH_BUFFER_TOO_SMALL, "one byte less", name);
  check(again == needed, "%s: needs %zu, then %zu", name, needed, again);
  for (size_t i = 0; i < needed; i++)
    if (text[i] != 'x') {
      check(0, "%s: wrote a part", name);
      break;
    }
  is(call(function, input, length, text, needed, NULL, NULL), MXAUTH_OK, "what it needs, nothing else asked", name);
  is(call(function, input, length, text, needed, &again, &error), MXAUTH_OK, "what it needs", name);
  check(text[needed - 1] == 0 && strlen(text) == needed - 1, "%s: is not ended by a NUL", name);
  check(error.status == MXAUTH_OK && error.message[0] == 0 && error.subject[0] == 0, "%s: error after success", name);
  if (function != ACCOUNT) {
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    check(json_is_object(json), "%s: is not JSON: %s", name, text);
    json_t *valid = json_object_get(json, "valid");
    check(valid == NULL || json_is_true(valid), "%s: is not valid: %s", name, text);
    json_decref(json);
  }
  free(text);
  free(input);
}

static void misuse(int function) {
  const char *name = names[function];
  char buffer[16];
  size_t needed = 77;
  mxauth_error error = MXAUTH_ERROR_INIT, unset = {0};
  is(call(function, NULL, 1, buffer, 16, &needed, &error), MXAUTH_MISUSE, "NULL", name);
  check(error.status == MXAUTH_MISUSE && error.message[0] != 0, "%s: misuse is told in the error", name);
  is(call(function, inputs[function], strlen(inputs[function]), NULL, 16, &needed, &error), MXAUTH_MISUSE, "NULL buffer", name);
  is(call(function, inputs[function], strlen(inputs[function]), buffer, 16, &needed, &unset), MXAUTH_MISUSE,
     "an error without struct_size", name);
  const size_t absurd[] = {SIZE_MAX, SIZE_MAX / 2 + 1};
  for (size_t i = 0; i < 2; i++) {
    is(call(function, inputs[function], absurd[i], buffer, 16, &needed, &error), MXAUTH_MISUSE, "an absurd length", name);
    is(call(function, NULL, absurd[i], NULL, 0, NULL, NULL), MXAUTH_MISUSE, "NULL and an absurd length", name);
  }
  check(needed == 77, "%s: needed was set by a call that failed", name);
  mxauth_status nothing = call(function, NULL, 0, NULL, 0, &needed, &error);
  is(nothing, function == FLOWS ? MXAUTH_BUFFER_TOO_SMALL : MXAUTH_INPUT_INVALID, "NULL and 0", name);
}

static void refused(int function) {
  const char *name = names[function];
  char buffer[4096];
  mxauth_error error = MXAUTH_ERROR_INIT;
  const char *const bad[] = {"{", "7", "null", "{\"a\": 1, \"a\": 1}", "\xFF", "{\"\xC3\": 1}", "{} {}"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    memset(buffer, 'x', sizeof buffer);
    is(call(function, bad[i], strlen(bad[i]), buffer, sizeof buffer, NULL, &error), MXAUTH_INPUT_INVALID, bad[i], name);
    check(error.status == MXAUTH_INPUT_INVALID && error.message[0] != 0 && error.subject[0] != 0, "%s: says nothing", name);
    check(buffer[0] == 'x', "%s: wrote something of %s", name, bad[i]);
  }
  size_t size = 65537;
  char *large = malloc(size);
  need(large != NULL, "memory");
  memset(large, ' ', size);
  large[0] = '{', large[size - 1] = '}';
  is(call(function, large, size, buffer, sizeof buffer, NULL, &error), MXAUTH_INPUT_INVALID, "too large", name);
  memset(large, '[', size);
  is(call(function, large, size - 1, buffer, sizeof buffer, NULL, &error), MXAUTH_INPUT_INVALID, "deep", name);
  free(large);
}

static void parameters(void) {
  char buffer[8192];
  size_t needed, length = strlen(metadata);
  mxauth_error error = MXAUTH_ERROR_INIT;
  is(mxauth_metadata_check(metadata, length, "https://auth.example/", buffer, sizeof buffer, NULL, NULL), MXAUTH_OK, "its issuer", "metadata");
  check(strstr(buffer, "\"valid\": true") != NULL, "of its issuer: %s", buffer);
  is(mxauth_metadata_check(metadata, length, "https://auth.example", buffer, sizeof buffer, NULL, NULL), MXAUTH_OK, "another", "metadata");
  check(strstr(buffer, "\"valid\": false") != NULL && strstr(buffer, "byte for byte") != NULL, "of another: %s", buffer);

  is(mxauth_metadata_merge(metadata, length, NULL, 1, buffer, sizeof buffer, &needed, &error), MXAUTH_MISUSE, "NULL overrides", "merge");
  is(mxauth_metadata_merge(metadata, length, "{}", SIZE_MAX, buffer, sizeof buffer, &needed, &error), MXAUTH_MISUSE, "absurd", "merge");
  is(mxauth_metadata_merge(metadata, length, "[]", 2, buffer, sizeof buffer, &needed, &error), MXAUTH_INPUT_INVALID, "an array", "merge");
  check(strcmp(error.subject, "overrides") == 0, "merge is about %s", error.subject);
  is(mxauth_metadata_merge(metadata, length, "{\"issuer\":null}", 15, buffer, sizeof buffer, &needed, &error), MXAUTH_INPUT_INVALID,
     "no issuer", "merge");
  check(strcmp(error.subject, "issuer") == 0, "merge is about %s", error.subject);
  // So many problems that they do not fit the message.
  is(mxauth_metadata_merge("{}", 2, NULL, 0, buffer, sizeof buffer, &needed, &error), MXAUTH_INPUT_INVALID, "nothing", "merge");
  check(memchr(error.message, 0, sizeof error.message) != NULL, "the message has no end");

  uint32_t action = 77;
  is(mxauth_login_action(NULL, 1, &action, &error), MXAUTH_MISUSE, "NULL", "action");
  is(mxauth_login_action("action=login", 12, NULL, &error), MXAUTH_MISUSE, "NULL action", "action");
  is(mxauth_login_action("action=login", SIZE_MAX, &action, &error), MXAUTH_MISUSE, "absurd", "action");
  check(action == 77, "an action after a failure: %u", action);
  is(mxauth_login_action(NULL, 0, &action, NULL), MXAUTH_OK, "no query", "action");
  check(action == MXAUTH_LOGIN_ACTION_NONE, "no query: %u", action);
  is(mxauth_login_action("action=registerX", 15, &action, &error), MXAUTH_OK, "register", "action");
  check(action == MXAUTH_LOGIN_ACTION_REGISTER && error.status == MXAUTH_OK, "register: %u", action);
  is(mxauth_login_action("action=login", 12, &action, NULL), MXAUTH_OK, "login", "action");
  check(action == MXAUTH_LOGIN_ACTION_LOGIN, "login: %u", action);

  is(mxauth_login_flows(0, NULL, 0, buffer, sizeof buffer, &needed, &error), MXAUTH_INPUT_INVALID, "no flow", "flows");
  is(mxauth_login_flows(1u << 31, NULL, 0, buffer, sizeof buffer, &needed, &error), MXAUTH_INPUT_INVALID, "no such flag", "flows");
  is(mxauth_login_flows(MXAUTH_LOGIN_SSO | MXAUTH_LOGIN_OAUTH_AWARE_PREFERRED | MXAUTH_LOGIN_PASSWORD |
                            MXAUTH_LOGIN_APPLICATION_SERVICE | MXAUTH_LOGIN_GET_TOKEN,
                        NULL, 0, buffer, sizeof buffer, &needed, &error), MXAUTH_OK, "everything", "flows");
  check(strstr(buffer, "\"oauth_aware_preferred\": true") != NULL, "flows: %s", buffer);

  const char *uri = "https://auth.example/m";
  is(mxauth_account_url(uri, strlen(uri), NULL, NULL, buffer, sizeof buffer, &needed, &error), MXAUTH_OK, "front page", "account");
  check(strcmp(buffer, uri) == 0, "front page: %s", buffer);
  is(mxauth_account_url(uri, strlen(uri), "session_end", "A B", buffer, sizeof buffer, &needed, &error), MXAUTH_OK, "a device", "account");
  check(strcmp(buffer, "https://auth.example/m?action=org.matrix.device_delete&device_id=A%20B") == 0, "a device: %s", buffer);
  is(mxauth_account_url(uri, strlen(uri), "", NULL, buffer, sizeof buffer, &needed, &error), MXAUTH_INPUT_INVALID, "no action", "account");
  check(strcmp(error.subject, "action") == 0, "account is about %s", error.subject);
  is(mxauth_account_url(uri, strlen(uri), NULL, "A", buffer, sizeof buffer, &needed, &error), MXAUTH_INPUT_INVALID, "no action", "account");
  is(mxauth_account_url(metadata, length, "org.matrix.devices_list", NULL, buffer, sizeof buffer, &needed, &error),
     MXAUTH_INPUT_INVALID, "not advertised", "account");
}

int main(void) {
  for (int function = 0; function < FUNCTIONS; function++) {
    buffers(function);
    misuse(function);
    refused(function);
  }
  parameters();
  return finish("documents");
}
