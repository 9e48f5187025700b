/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions on uploads of cross-signing keys and on registrations: NULL, lengths, and buffers that are too small.
 */
#include "helper.h"

static void is(mxauth_status found, mxauth_status expected, const char *what) {
  check(found == expected, "%s: %s, not %s", what, mxauth_status_name(found), mxauth_status_name(expected));
}

static void decisions(void) {
  uint32_t number = 0;
  mxauth_error error = MXAUTH_ERROR_INIT, unset = {0};
  static const char stored[] = "{\"master_key\": {\"a\": 1, \"b\": 2}}", other[] = "{\"master_key\": {\"b\": 3, \"a\": 1}}";
  static const char same[] = "{\"master_key\": {\"b\": 2, \"a\": 1}}";
#define CHECK(a, b) mxauth_cross_signing_check(a, strlen(a), b, strlen(b), &number, &error)
  is(CHECK(stored, same), MXAUTH_OK, "the same");
  check(number == MXAUTH_CROSS_SIGNING_UNCHANGED, "the same: %u", number);
  is(CHECK(stored, other), MXAUTH_OK, "another");
  check(number == MXAUTH_CROSS_SIGNING_UIA, "another: %u", number);
  is(CHECK("{}", other), MXAUTH_OK, "the first");
  check(number == MXAUTH_CROSS_SIGNING_FIRST, "the first: %u", number);
  number = 77;
  is(CHECK("{\"a\": 1}", other), MXAUTH_INPUT_INVALID, "a strange member");
  check(strcmp(error.subject, "stored") == 0 && error.message[0] != 0, "about %s", error.subject);
  is(CHECK("{}", "{\"user_signing_key\": 1}"), MXAUTH_INPUT_INVALID, "no key");
  check(strcmp(error.subject, "upload.user_signing_key") == 0, "about %s", error.subject);
  // No store that failed passes for an empty one.
  is(mxauth_cross_signing_check(NULL, 0, same, strlen(same), &number, &error), MXAUTH_INPUT_INVALID, "nothing stored");
  is(mxauth_cross_signing_check(stored, strlen(stored), NULL, 0, &number, &error), MXAUTH_INPUT_INVALID, "nothing sent");
  is(mxauth_cross_signing_check(NULL, 1, same, strlen(same), &number, &error), MXAUTH_MISUSE, "NULL");
  is(mxauth_cross_signing_check(stored, 5, same, SIZE_MAX, &number, &error), MXAUTH_MISUSE, "an absurd length");
  is(mxauth_cross_signing_check(stored, 5, same, 5, NULL, &error), MXAUTH_MISUSE, "no decision");
  is(mxauth_cross_signing_check(stored, 5, same, 5, &number, &unset), MXAUTH_MISUSE, "an error without struct_size");
  is(mxauth_appservice_registration("{", 1, &number, &error), MXAUTH_INPUT_INVALID, "no JSON");
  is(mxauth_appservice_registration(NULL, 1, &number, &error), MXAUTH_MISUSE, "NULL");
  is(mxauth_appservice_registration("{}", 2, NULL, &error), MXAUTH_MISUSE, "no decision");
  check(number == 77, "written though it failed");
  is(mxauth_appservice_registration("{}", 2, &number, &error), MXAUTH_OK, "with a login");
  check(number == MXAUTH_APPSERVICE_LOGIN_UNSUPPORTED, "with a login: %u", number);
  is(mxauth_appservice_registration("{\"inhibit_login\":true}!", 22, &number, NULL), MXAUTH_OK, "without a login");
  check(number == MXAUTH_APPSERVICE_REGISTERS, "without a login: %u", number);
}

static void stage(void) {
  char buffer[1024];
  size_t needed = 77;
  mxauth_error error = MXAUTH_ERROR_INIT;
  static const char uri[] = "https://a.example/m";
#define STAGE(session, flags, room) mxauth_cross_signing_stage(uri, strlen(uri), session, flags, buffer, room, &needed, &error)
  memset(buffer, 'x', sizeof buffer);
  is(STAGE("abc", 0, 1), MXAUTH_BUFFER_TOO_SMALL, "no room");
  check(buffer[0] == 'x' && needed > 100 && needed < sizeof buffer, "the stage needs %zu", needed);
  size_t size = needed;
  is(STAGE("abc", 0, size), MXAUTH_OK, "enough room");
  check(strlen(buffer) == size - 1, "the stage has %zu bytes, not %zu", strlen(buffer), size - 1);
  json_t *body = json_loads(buffer, JSON_REJECT_DUPLICATES, NULL);
  json_t *flow = json_array_get(json_object_get(json_array_get(json_object_get(body, "flows"), 0), "stages"), 0);
  json_t *url = json_object_get(json_object_get(json_object_get(body, "params"), "m.oauth"), "url");
  check(json_is_string(flow) && strcmp(json_string_value(flow), "m.oauth") == 0, "the stage: %s", buffer);
  check(json_is_string(url) && strcmp(json_string_value(url), "https://a.example/m?action=org.matrix.cross_signing_reset") == 0, "its URL: %s", buffer);
  check(json_object_get(body, "errcode") == NULL, "an error: %s", buffer);
  json_decref(body);
  is(STAGE("abc", MXAUTH_STAGE_REPEATED, sizeof buffer), MXAUTH_OK, "repeated");
  check(strstr(buffer, "M_FORBIDDEN") != NULL, "repeated: %s", buffer);
  is(STAGE("abc", 2, sizeof buffer), MXAUTH_MISUSE, "a strange flag");
  is(STAGE(NULL, 0, sizeof buffer), MXAUTH_MISUSE, "no session");
  is(STAGE("", 0, sizeof buffer), MXAUTH_INPUT_INVALID, "an empty session");
  check(strcmp(error.subject, "session") == 0, "about %s", error.subject);
  is(mxauth_cross_signing_stage(NULL, 1, "a", 0, buffer, sizeof buffer, NULL, NULL), MXAUTH_MISUSE, "NULL target");
  is(mxauth_cross_signing_stage(NULL, 0, "a", 0, buffer, sizeof buffer, NULL, NULL), MXAUTH_INPUT_INVALID, "no target");
  is(mxauth_cross_signing_stage(uri, strlen(uri), "a", 0, NULL, 9, NULL, NULL), MXAUTH_MISUSE, "NULL buffer");

  static const char retry[] = "{\"auth\": {\"session\": \"abc\"}}";
  is(mxauth_cross_signing_retry(retry, strlen(retry), buffer, 3, &needed, &error), MXAUTH_BUFFER_TOO_SMALL, "a byte less");
  check(needed == 4, "the session needs %zu", needed);
  is(mxauth_cross_signing_retry(retry, strlen(retry), buffer, 4, NULL, NULL), MXAUTH_OK, "a retry");
  check(strcmp(buffer, "abc") == 0, "the session: %s", buffer);
  is(mxauth_cross_signing_retry("{}", 2, buffer, 4, &needed, NULL), MXAUTH_OK, "a first request");
  check(buffer[0] == 0 && needed == 1, "its session: %s", buffer);
  is(mxauth_cross_signing_retry("{\"auth\": 1}", 11, buffer, 4, &needed, &error), MXAUTH_INPUT_INVALID, "no auth");
  check(strcmp(error.subject, "auth") == 0, "about %s", error.subject);
  is(mxauth_cross_signing_retry(NULL, 1, buffer, 4, &needed, NULL), MXAUTH_MISUSE, "NULL");
  is(mxauth_cross_signing_retry(retry, SIZE_MAX, buffer, 4, &needed, NULL), MXAUTH_MISUSE, "an absurd length");
  is(mxauth_cross_signing_retry(retry, strlen(retry), NULL, 4, &needed, NULL), MXAUTH_MISUSE, "NULL buffer");
}

int main(void) {
  decisions();
  stage();
  return finish("cross_signing");
}
