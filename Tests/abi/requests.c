/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions on requests and devices: every kind of verdict, NULL, lengths, and buffers that are too small.
 */
#include "played.h"

#define P "/_matrix/client/v3/"
#define SEND P "sendToDevice/m.x/t%201"

static mxauth_validator *validator;

static void is(mxauth_status found, mxauth_status expected, const char *what) {
  check(found == expected, "%s: %s, not %s", what, mxauth_status_name(found), mxauth_status_name(expected));
}

static mxauth_verdict own(uint32_t kind, uint64_t grants, const char *user, const char *device) {
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  verdict.status = MXAUTH_OK;
  verdict.kind = kind;
  verdict.grants = grants;
  verdict.user_id.length = (uint16_t)strlen(user);
  memcpy(verdict.user_id.bytes, user, strlen(user));
  verdict.device_id.length = (uint16_t)strlen(device);
  memcpy(verdict.device_id.bytes, device, strlen(device));
  return verdict;
}

static mxauth_status key(const mxauth_verdict *verdict, const char *method, const char *path, char *buffer, size_t capacity,
                         size_t *needed, mxauth_error *error) {
  return mxauth_transaction_key(validator, verdict, method, strlen(method), path, strlen(path), buffer, capacity, needed, error);
}

static void keys(void) {
  char buffer[2048];
  size_t needed = 0;
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_verdict alice = own(MXAUTH_KIND_JWT, MXAUTH_GRANT_CLIENT_API, "@alice:example.org", "DEV");
  static const char expected[] = "@alice:example.org DEV PUT " SEND;
  is(key(&alice, "PUT", SEND, buffer, sizeof buffer, &needed, &error), MXAUTH_OK, "a key");
  check(strcmp(buffer, expected) == 0 && needed == sizeof expected && error.message[0] == 0, "the key: %s", buffer);
  is(key(&alice, "PUT", P "%73endToDevice/m%2Ex/%74%201?x", buffer, sizeof expected, NULL, NULL), MXAUTH_OK, "just enough room");
  check(strcmp(buffer, expected) == 0, "the same key: %s", buffer);
  memset(buffer, 'x', sizeof buffer);
  is(key(&alice, "PUT", SEND, buffer, sizeof expected - 1, &needed, &error), MXAUTH_BUFFER_TOO_SMALL, "one byte less");
  check(needed == sizeof expected && buffer[0] == 'x', "needs %zu", needed);
  is(key(&alice, "PUT", SEND, NULL, 0, &needed, NULL), MXAUTH_BUFFER_TOO_SMALL, "no buffer");
  is(key(&alice, "PUT", SEND, NULL, 1, &needed, NULL), MXAUTH_MISUSE, "NULL buffer");

  is(key(&alice, "PUT", P "sendToDevice/m.x/..", buffer, sizeof buffer, NULL, &error), MXAUTH_ENDPOINT_UNKNOWN, "dots");
  is(key(&alice, "POST", SEND, buffer, sizeof buffer, NULL, &error), MXAUTH_ENDPOINT_UNKNOWN, "another method");
  is(key(&alice, "OPTIONS", SEND, buffer, sizeof buffer, NULL, &error), MXAUTH_ENDPOINT_UNKNOWN, "OPTIONS");
  is(key(&alice, "GET", P "sync", buffer, sizeof buffer, NULL, &error), MXAUTH_INPUT_INVALID, "no transaction ID");
  check(strcmp(error.subject, "path") == 0 && error.message[0] != 0, "about %s", error.subject);
  is(key(NULL, "PUT", SEND, buffer, sizeof buffer, NULL, &error), MXAUTH_TOKEN_MISSING, "no verdict");
  is(key(NULL, "GET", P "sync", buffer, sizeof buffer, NULL, &error), MXAUTH_INPUT_INVALID, "no verdict and no transaction ID");

  mxauth_verdict none = own(MXAUTH_KIND_JWT, MXAUTH_GRANT_CLIENT_API, "@alice:example.org", "");
  is(key(&none, "PUT", SEND, buffer, sizeof buffer, NULL, &error), MXAUTH_INPUT_INVALID, "no device");
  check(strcmp(error.subject, "device_id") == 0, "about %s", error.subject);
  none.grants = MXAUTH_GRANT_GUEST;
  is(key(&none, "PUT", SEND, buffer, sizeof buffer, NULL, &error), MXAUTH_OK, "a guest");
  check(strcmp(buffer, "@alice:example.org  PUT " SEND) == 0, "a guest's key: %s", buffer);
  none.grants = MXAUTH_GRANT_CLIENT_API | MXAUTH_GRANT_APPSERVICE;
  is(key(&none, "PUT", SEND, buffer, sizeof buffer, NULL, &error), MXAUTH_OK, "an application service");
  none = own(MXAUTH_KIND_JWT, MXAUTH_GRANT_CLIENT_API, "", "DEV");
  is(key(&none, "PUT", SEND, buffer, sizeof buffer, NULL, &error), MXAUTH_INPUT_INVALID, "no user");
  check(strcmp(error.subject, "user_id") == 0, "about %s", error.subject);

  // The longest texts that a verdict can hold, and longer ones than that.
  memset(alice.user_id.bytes, 0xFF, sizeof alice.user_id.bytes);
  memset(alice.device_id.bytes, 0xFF, sizeof alice.device_id.bytes);
  alice.user_id.length = alice.device_id.length = 255;
  is(key(&alice, "PUT", SEND, buffer, sizeof buffer, &needed, &error), MXAUTH_OK, "long texts");
  check(needed == 2 * 3 * 255 + strlen("  PUT " SEND) + 1, "long texts need %zu", needed);
  alice.device_id.length = 256;
  is(key(&alice, "PUT", SEND, buffer, sizeof buffer, &needed, &error), MXAUTH_MISUSE, "a device of 256 bytes");
  alice.device_id.length = 3, alice.user_id.length = 65535;
  is(key(&alice, "PUT", SEND, buffer, sizeof buffer, &needed, &error), MXAUTH_MISUSE, "a user of 65535 bytes");

  mxauth_verdict bad = own(0, MXAUTH_GRANT_CLIENT_API, "@a:b", "D");
  static const mxauth_status statuses[] = {MXAUTH_EXPIRED, MXAUTH_PENDING, MXAUTH_ISSUER_UNAVAILABLE, MXAUTH_TOKEN_MISSING, MXAUTH_MISUSE};
  for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
    bad.status = statuses[i];
    is(key(&bad, "PUT", SEND, buffer, sizeof buffer, NULL, &error), statuses[i], "a refused verdict");
    is(key(&bad, "PUT", P "nothing", buffer, sizeof buffer, NULL, &error), MXAUTH_ENDPOINT_UNKNOWN, "a refused verdict at no endpoint");
  }
  bad.status = 999;
  is(key(&bad, "PUT", SEND, buffer, sizeof buffer, NULL, &error), MXAUTH_MISUSE, "no status");
  bad.status = MXAUTH_OK, bad.struct_size -= 1;
  is(key(&bad, "PUT", SEND, buffer, sizeof buffer, NULL, &error), MXAUTH_MISUSE, "a short verdict");
}

static void scopes(void) {
  char buffer[64];
  size_t needed = 0;
  mxauth_error error = MXAUTH_ERROR_INIT;
#define SCOPE(method, path) mxauth_required_scope(validator, method, strlen(method), path, strlen(path), buffer, sizeof buffer, &needed, &error)
  is(SCOPE("GET", P "sync"), MXAUTH_OK, "sync");
  check(strcmp(buffer, "urn:matrix:client:api:*") == 0 && needed == strlen(buffer) + 1, "sync needs %s", buffer);
  is(SCOPE("GET", P "login"), MXAUTH_OK, "login");
  check(buffer[0] == 0 && needed == 1, "login needs %s", buffer);
  is(SCOPE("GET", P "nothing"), MXAUTH_ENDPOINT_UNKNOWN, "nothing");
  is(mxauth_required_scope(validator, "GET", 3, P "sync", strlen(P "sync"), buffer, 23, &needed, NULL), MXAUTH_BUFFER_TOO_SMALL, "a byte less");
  is(mxauth_required_scope(NULL, "GET", 3, P "sync", 5, buffer, 23, &needed, NULL), MXAUTH_MISUSE, "no validator");
  is(mxauth_required_scope(validator, NULL, 3, P "sync", 5, buffer, 23, &needed, NULL), MXAUTH_MISUSE, "no method");
  is(mxauth_required_scope(validator, "GET", 3, NULL, 5, buffer, 23, &needed, NULL), MXAUTH_MISUSE, "no path");
  is(mxauth_required_scope(validator, "GET", 3, P "sync", SIZE_MAX, buffer, 23, &needed, NULL), MXAUTH_MISUSE, "an absurd length");
  is(mxauth_required_scope(validator, "GET", 3, P "sync", 5, NULL, 23, &needed, NULL), MXAUTH_MISUSE, "NULL buffer");
}

static uint32_t uia(const mxauth_verdict *verdict, const char *method, const char *path, const char *action) {
  uint32_t need = 0, again = 0;
  const char *found = NULL;
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_status status = mxauth_interactive_auth(validator, verdict, method, strlen(method), path, strlen(path), &need, &found, &error);
  mxauth_status same = mxauth_interactive_auth(validator, verdict, method, strlen(method), path, strlen(path), &again, NULL, NULL);
  check(status == same && need == again && error.status == status, "%s: %s, then %s", path, mxauth_status_name(status), mxauth_status_name(same));
  if (status != MXAUTH_OK) {
    check(need == 0 && found == NULL, "%s: written though it failed", path);
    return (uint32_t)status;
  }
  check(found != NULL && strcmp(found, action) == 0, "%s: action %s", path, found != NULL ? found : "NULL");
  return need;
}

static void authentication(void) {
  mxauth_verdict jwt = own(MXAUTH_KIND_JWT, MXAUTH_GRANT_CLIENT_API, "@a:b", "D"), opaque = jwt, legacy = jwt, guest = jwt, service = jwt;
  opaque.kind = MXAUTH_KIND_INTROSPECTED;
  legacy.kind = MXAUTH_KIND_NONE;
  guest.grants = MXAUTH_GRANT_GUEST | MXAUTH_GRANT_APPSERVICE;
  service.kind = MXAUTH_KIND_NONE, service.grants = MXAUTH_GRANT_CLIENT_API | MXAUTH_GRANT_APPSERVICE;
  mxauth_verdict expired = MXAUTH_VERDICT_INIT, strange = jwt;
  expired.status = MXAUTH_EXPIRED, strange.kind = 77;
  static const char upload[] = P "keys/device_signing/upload", device[] = P "devices/D";
  const struct {
    const char *what;
    const mxauth_verdict *verdict;
    uint32_t upload, device, password;
  } cases[] = {
      {"no token", NULL, MXAUTH_TOKEN_MISSING, MXAUTH_TOKEN_MISSING, MXAUTH_UIA_LEGACY},
      {"expired", &expired, MXAUTH_EXPIRED, MXAUTH_EXPIRED, MXAUTH_EXPIRED},
      {"a JWT", &jwt, MXAUTH_UIA_CROSS_SIGNING, MXAUTH_UIA_ELSEWHERE, MXAUTH_UIA_ELSEWHERE},
      {"an opaque token", &opaque, MXAUTH_UIA_CROSS_SIGNING, MXAUTH_UIA_ELSEWHERE, MXAUTH_UIA_ELSEWHERE},
      {"a kind of later", &strange, MXAUTH_UIA_CROSS_SIGNING, MXAUTH_UIA_ELSEWHERE, MXAUTH_UIA_ELSEWHERE},
      {"the host's", &legacy, MXAUTH_UIA_LEGACY_CROSS_SIGNING, MXAUTH_UIA_LEGACY, MXAUTH_UIA_LEGACY},
      {"a guest", &guest, MXAUTH_UIA_LEGACY_CROSS_SIGNING, MXAUTH_UIA_LEGACY, MXAUTH_UIA_LEGACY},
      {"an application service", &service, MXAUTH_UIA_NONE, MXAUTH_UIA_NONE, MXAUTH_UIA_LEGACY},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int isNone = cases[i].upload == MXAUTH_UIA_NONE;
    uint32_t found[3] = {uia(cases[i].verdict, "POST", upload, isNone ? "" : "org.matrix.cross_signing_reset"),
                         uia(cases[i].verdict, "DELETE", device, isNone ? "" : "org.matrix.device_delete"),
                         uia(cases[i].verdict, "POST", P "account/password", "")};
    check(found[0] == cases[i].upload && found[1] == cases[i].device && found[2] == cases[i].password, "%s: %u %u %u",
          cases[i].what, found[0], found[1], found[2]);
    check(uia(cases[i].verdict, "GET", P "sync", "") == MXAUTH_UIA_NONE, "%s: sync", cases[i].what);
    check(uia(cases[i].verdict, "OPTIONS", device, "") == MXAUTH_UIA_NONE, "%s: OPTIONS", cases[i].what);
    check(uia(cases[i].verdict, "DELETE", P "devices/..", "") == MXAUTH_ENDPOINT_UNKNOWN, "%s: dots", cases[i].what);
  }
  uint32_t number = 0;
  is(mxauth_interactive_auth(NULL, &jwt, "GET", 3, "/", 1, &number, NULL, NULL), MXAUTH_MISUSE, "no validator");
  is(mxauth_interactive_auth(validator, &jwt, "GET", 3, "/", 1, NULL, NULL, NULL), MXAUTH_MISUSE, "no need");
  is(mxauth_interactive_auth(validator, &jwt, NULL, 3, "/", 1, &number, NULL, NULL), MXAUTH_MISUSE, "no method");
  is(mxauth_interactive_auth(validator, &jwt, "GET", 3, NULL, 1, &number, NULL, NULL), MXAUTH_MISUSE, "no path");

  const struct {
    const mxauth_verdict *verdict;
    const char *method, *path;
    int exists;
    uint32_t expected;
  } devices[] = {
      {&jwt, "PUT", device, 1, MXAUTH_DEVICE_UPDATE},        {&jwt, "PUT", device, 0, MXAUTH_DEVICE_NOT_FOUND},
      {&legacy, "PUT", device, 1, MXAUTH_DEVICE_UPDATE},     {&legacy, "PUT", device, 0, MXAUTH_DEVICE_NOT_FOUND},
      {&guest, "PUT", device, 0, MXAUTH_DEVICE_NOT_FOUND},   {&service, "PUT", device, -1, MXAUTH_DEVICE_UPDATE},
      {&service, "PUT", device, 0, MXAUTH_DEVICE_CREATE},    {&service, "DELETE", device, 0, MXAUTH_DEVICE_DELETE},
      {&opaque, "DELETE", device, 1, MXAUTH_DEVICE_ELSEWHERE}, {&legacy, "DELETE", device, 1, MXAUTH_DEVICE_DELETE_AFTER_UIA},
      {&opaque, "POST", P "delete_devices", 0, MXAUTH_DEVICE_ELSEWHERE},
      {&service, "POST", P "delete_devices", 0, MXAUTH_DEVICE_DELETE},
  };
  for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
    number = 0;
    is(mxauth_device_management(validator, devices[i].verdict, devices[i].method, strlen(devices[i].method), devices[i].path,
                                strlen(devices[i].path), devices[i].exists, &number, NULL), MXAUTH_OK, devices[i].path);
    check(number == devices[i].expected, "device %zu: %u", i, number);
  }
  mxauth_error error = MXAUTH_ERROR_INIT;
  number = 0;
  is(mxauth_device_management(validator, NULL, "PUT", 3, device, strlen(device), 0, &number, &error), MXAUTH_TOKEN_MISSING, "no token");
  is(mxauth_device_management(validator, &expired, "PUT", 3, device, strlen(device), 0, &number, &error), MXAUTH_EXPIRED, "expired");
  is(mxauth_device_management(validator, &jwt, "GET", 3, device, strlen(device), 0, &number, &error), MXAUTH_INPUT_INVALID, "reading");
  check(strcmp(error.subject, "path") == 0, "about %s", error.subject);
  is(mxauth_device_management(validator, &jwt, "PUT", 3, "/", 1, 0, &number, &error), MXAUTH_ENDPOINT_UNKNOWN, "no endpoint");
  is(mxauth_device_management(validator, &jwt, "PUT", 3, device, strlen(device), 0, NULL, &error), MXAUTH_MISUSE, "no decision");
  is(mxauth_device_management(NULL, &jwt, "PUT", 3, device, strlen(device), 0, &number, &error), MXAUTH_MISUSE, "no validator");
  check(number == 0, "written though it failed");
}

int main(void) {
  validator = VALIDATOR(USERS, "issuer", ISSUER, SIGNED, "issuer.any_audience", "true");
  keys();
  scopes();
  authentication();
  mxauth_validator_free(validator);
  return finish("requests");
}
