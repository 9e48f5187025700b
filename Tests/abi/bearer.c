/* SPDX-License-Identifier: Apache-2.0
 *
 * The token of a request, scopes and device IDs through the C interface: NULL, lengths, buffers.
 */
#include "helper.h"

typedef struct text {
  const char *bytes;
  size_t length;
} text;

#define TEXT(literal) ((text){literal, sizeof(literal) - 1})
#define NONE ((text){NULL, 0})

static mxauth_status extract(text header, text query, uint32_t flags, const char *expected) {
  // Blocks without a NUL behind them, so that reading on is noticed.
  char *header_block = header.bytes ? block_of(header.bytes, header.length) : NULL;
  char *query_block = query.bytes ? block_of(query.bytes, query.length) : NULL;
  char buffer[64];
  size_t needed = 77;
  mxauth_error error = MXAUTH_ERROR_INIT;
  memset(buffer, '#', sizeof buffer);
  mxauth_status status = mxauth_bearer_extract(header_block, header.length, query_block, query.length, flags, buffer,
                                               sizeof buffer, &needed, &error);
  check(error.status == status, "error says %s, not %s", mxauth_status_name(error.status), mxauth_status_name(status));
  if (status == MXAUTH_OK) {
    check(expected != NULL && strcmp(buffer, expected) == 0 && needed == strlen(expected) + 1, "token %.40s", buffer);
    check(error.message[0] == 0, "a message beside a token");
  } else {
    check(expected == NULL, "%s refused: %s", expected ? expected : "", mxauth_status_name(status));
    check(buffer[0] == '#' && needed == 77, "%s: something was written", mxauth_status_name(status));
    check(error.message[0] != 0, "%s without a message", mxauth_status_name(status));
    check(strstr(error.message, "CANARY") == NULL && strstr(error.subject, "CANARY") == NULL, "a token is told");
  }
  free(header_block);
  free(query_block);
  return status;
}

static void bearers(void) {
  const struct {
    text header, query;
    uint32_t flags;
    mxauth_status status;
    const char *token;
  } cases[] = {
      {TEXT("Bearer abc"), NONE, 0, MXAUTH_OK, "abc"},
      {TEXT("bEARER   abc="), NONE, 0, MXAUTH_OK, "abc="},
      {TEXT("Bearer abc"), TEXT(""), 0, MXAUTH_OK, "abc"},
      {TEXT("Bearer abc"), TEXT("since=s1&filter=%7B%7D"), 0, MXAUTH_OK, "abc"},
      {NONE, TEXT("access_token=abc"), 0, MXAUTH_OK, "abc"},
      {NONE, TEXT("since=1&access%5Ftoken=a%2Bb"), 0, MXAUTH_OK, "a+b"},
      {TEXT("Bearer a,b!"), NONE, MXAUTH_BEARER_ANY_CHARACTERS, MXAUTH_OK, "a,b!"},
      {NONE, TEXT("access_token=%21%22"), MXAUTH_BEARER_ANY_CHARACTERS, MXAUTH_OK, "!\""},
      {NONE, NONE, 0, MXAUTH_TOKEN_MISSING, NULL},
      {NONE, TEXT(""), 0, MXAUTH_TOKEN_MISSING, NULL},
      {NONE, TEXT("a=b"), 0, MXAUTH_TOKEN_MISSING, NULL},
      {NONE, NONE, MXAUTH_BEARER_ANY_CHARACTERS, MXAUTH_TOKEN_MISSING, NULL},
      // A header that is there and empty is not the same as none.
      {TEXT(""), NONE, 0, MXAUTH_BEARER_MALFORMED, NULL},
      {TEXT("Bearer"), NONE, 0, MXAUTH_BEARER_MALFORMED, NULL},
      {TEXT("Bearer "), NONE, 0, MXAUTH_BEARER_MALFORMED, NULL},
      {TEXT("Bearer CANARY CANARY"), NONE, 0, MXAUTH_BEARER_MALFORMED, NULL},
      {TEXT("Bearer CANARY\0"), NONE, 0, MXAUTH_BEARER_MALFORMED, NULL},
      {TEXT("Bearer CANARY\0"), NONE, MXAUTH_BEARER_ANY_CHARACTERS, MXAUTH_BEARER_MALFORMED, NULL},
      {TEXT("Bearer \xff"), NONE, 0, MXAUTH_BEARER_MALFORMED, NULL},
      {TEXT("Basic CANARY"), NONE, 0, MXAUTH_BEARER_MALFORMED, NULL},
      {TEXT("CANARY"), NONE, 0, MXAUTH_BEARER_MALFORMED, NULL},
      {NONE, TEXT("access_token=CANARY%"), 0, MXAUTH_BEARER_MALFORMED, NULL},
      {NONE, TEXT("access_token=CANARY%4"), 0, MXAUTH_BEARER_MALFORMED, NULL},
      {NONE, TEXT("access_token=CANARY!"), 0, MXAUTH_BEARER_MALFORMED, NULL},
      {NONE, TEXT("access_token="), 0, MXAUTH_BEARER_MALFORMED, NULL},
      {NONE, TEXT("access_token"), 0, MXAUTH_BEARER_MALFORMED, NULL},
      {TEXT("Bearer CANARY, Bearer CANARY"), NONE, 0, MXAUTH_BEARER_AMBIGUOUS, NULL},
      {TEXT("Bearer CANARY"), TEXT("access_token=CANARY"), 0, MXAUTH_BEARER_AMBIGUOUS, NULL},
      {TEXT(""), TEXT("access_token=CANARY"), 0, MXAUTH_BEARER_AMBIGUOUS, NULL},
      {NONE, TEXT("access_token=CANARY&access_token=CANARY"), 0, MXAUTH_BEARER_AMBIGUOUS, NULL},
      {NONE, TEXT("access_token=CANARY&%61ccess_token="), 0, MXAUTH_BEARER_AMBIGUOUS, NULL},
      {TEXT("Bearer abc"), NONE, 2, MXAUTH_MISUSE, NULL},
      {TEXT("Bearer abc"), NONE, UINT32_MAX, MXAUTH_MISUSE, NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    mxauth_status status = extract(cases[i].header, cases[i].query, cases[i].flags, cases[i].token);
    check(status == cases[i].status, "bearer case %zu: %s, not %s", i, mxauth_status_name(status),
          mxauth_status_name(cases[i].status));
  }
}

enum { FUNCTIONS = 7 };

/** Function `which`, all of whose texts are the `length` bytes at `bytes`. */
static mxauth_status call(int which, const char *bytes, size_t length, char *buffer, size_t capacity, size_t *needed,
                          mxauth_error *error) {
  switch (which) {
    case 0: return mxauth_bearer_extract(bytes, length, NULL, 0, 0, buffer, capacity, needed, error);
    case 1: return mxauth_scope_inspect(bytes, length, 0, buffer, capacity, needed, error);
    case 2: return mxauth_scope_normalise(bytes, length, 0, buffer, capacity, needed, error);
    case 3: return mxauth_scope_narrow(bytes, length, bytes, length, buffer, capacity, needed, error);
    case 4: return mxauth_scope_merge(bytes, length, bytes, length, buffer, capacity, needed, error);
    case 5: return mxauth_device_id_check(bytes, length, buffer, capacity, needed, error);
    default: return mxauth_device_id_generate(buffer, capacity, needed, error);
  }
}

static const char *good_input(int which) { return which == 0 ? "Bearer abc" : which == 5 ? "ABCDEFGHIJ" : "openid email"; }

static void buffers(void) {
  for (int which = 0; which < FUNCTIONS; which++) {
    const char *input = good_input(which);
    size_t full = 0;
    char buffer[4096];
    for (int round = 0; round < 6; round++) {
      const size_t capacities[] = {0, 1, full - 1, full, full + 1, SIZE_MAX};
      size_t needed = 0;
      mxauth_error error = MXAUTH_ERROR_INIT;
      memset(buffer, '#', sizeof buffer);
      mxauth_status status =
          call(which, input, strlen(input), round == 0 ? NULL : buffer, capacities[round], &needed, &error);
      if (round == 0) full = needed;
      need(full > 3 && full < sizeof buffer - 1, "a text of that size");
      check(needed == full, "function %d, round %d: needed %zu", which, round, needed);
      check(status == (round < 3 ? MXAUTH_BUFFER_TOO_SMALL : MXAUTH_OK) && error.status == status,
            "function %d, round %d: %s", which, round, mxauth_status_name(status));
      size_t written = 0;
      while (written < sizeof buffer && buffer[written] != '#') written++;
      check(written == (round < 3 ? 0 : full) && (round < 3 || buffer[full - 1] == 0), "function %d, round %d: %zu bytes",
            which, round, written);
    }
    char small[4];
    check(call(which, input, strlen(input), NULL, 1, NULL, NULL) == MXAUTH_MISUSE, "function %d: NULL buffer", which);
    check(call(which, input, strlen(input), small, 1, NULL, NULL) == MXAUTH_BUFFER_TOO_SMALL, "function %d: no needed", which);
    mxauth_error unsized = {0};
    check(call(which, input, strlen(input), buffer, sizeof buffer, NULL, &unsized) == MXAUTH_MISUSE, "function %d: error", which);
    check(unsized.message[0] == 0, "function %d: an error of unknown size was written", which);
    if (which == 6) continue;
    const size_t absurd[] = {SIZE_MAX, SIZE_MAX / 2 + 1};
    for (size_t i = 0; i < 2; i++)
      check(call(which, input, absurd[i], buffer, sizeof buffer, NULL, NULL) == MXAUTH_MISUSE, "function %d: length", which);
    check(call(which, NULL, 1, buffer, sizeof buffer, NULL, NULL) == MXAUTH_MISUSE, "function %d: NULL of a byte", which);
  }
}

static void scopes(void) {
  static const char api[] = "urn:matrix:client:api:*", old[] = "urn:matrix:org.matrix.msc2967.client:api:*";
  static const char device[] = "urn:matrix:client:device:A", other[] = "urn:matrix:client:device:B";
  char buffer[4096];
  mxauth_error error = MXAUTH_ERROR_INIT;
#define SCOPE(expected, call)                                                                    \
  do {                                                                                           \
    mxauth_status status = (call);                                                               \
    check(status == (expected), "%s: %s", #call, mxauth_status_name(status));                    \
    check(error.status == status && (status == MXAUTH_OK) == (error.message[0] == 0), "%s: error", #call); \
  } while (0)
#define OUT buffer, sizeof buffer, NULL, &error
  SCOPE(MXAUTH_OK, mxauth_scope_normalise(old, strlen(old), 0, OUT));
  check(strcmp(buffer, api) == 0, "normalised: %s", buffer);
  SCOPE(MXAUTH_OK, mxauth_scope_normalise(old, strlen(old), MXAUTH_SCOPE_BOTH_SPELLINGS, OUT));
  check(strlen(buffer) == strlen(api) + 1 + strlen(old), "both: %s", buffer);
  SCOPE(MXAUTH_MISUSE, mxauth_scope_normalise(old, strlen(old), 2, OUT));
  SCOPE(MXAUTH_OK, mxauth_scope_normalise(NULL, 0, 0, OUT));
  check(buffer[0] == 0, "nothing normalised: %s", buffer);
  SCOPE(MXAUTH_SCOPE_MALFORMED, mxauth_scope_normalise("a  b", 4, 0, OUT));
  SCOPE(MXAUTH_SCOPE_MALFORMED, mxauth_scope_normalise("a\0b", 3, 0, OUT));
  SCOPE(MXAUTH_OK, mxauth_scope_narrow(api, strlen(api), old, strlen(old), OUT));
  check(strcmp(buffer, old) == 0, "narrowed: %s", buffer);
  SCOPE(MXAUTH_OK, mxauth_scope_narrow(api, strlen(api), NULL, 0, OUT));
  check(strcmp(buffer, api) == 0, "narrowed to nothing in particular: %s", buffer);
  SCOPE(MXAUTH_SCOPE_WIDENED, mxauth_scope_narrow(device, strlen(device), api, strlen(api), OUT));
  check(strstr(error.message, api) != NULL && strcmp(error.subject, "scope") == 0, "widened: %s", error.message);
  SCOPE(MXAUTH_SCOPE_WIDENED, mxauth_scope_narrow(NULL, 0, "openid", 6, OUT));
  SCOPE(MXAUTH_DEVICE_AMBIGUOUS, mxauth_scope_merge(device, strlen(device), other, strlen(other), OUT));
  SCOPE(MXAUTH_OK, mxauth_scope_merge(device, strlen(device), api, strlen(api), OUT));
  SCOPE(MXAUTH_DEVICE_INVALID, mxauth_scope_merge(device, strlen(device) - 1, NULL, 0, OUT));
  SCOPE(MXAUTH_OK, mxauth_scope_inspect("\xff \"", 3, 0, OUT));
  json_t *report = json_loads(buffer, 0, NULL);
  check(json_is_false(json_object_get(report, "valid")) && json_array_size(json_object_get(report, "problems")) == 2,
        "report: %s", buffer);
  json_decref(report);
  SCOPE(MXAUTH_OK, mxauth_scope_inspect(api, strlen(api), MXAUTH_SCOPE_OF_LOGIN, OUT));
  report = json_loads(buffer, 0, NULL);
  check(json_is_false(json_object_get(report, "valid")), "a login without a device: %s", buffer);
  json_decref(report);
  SCOPE(MXAUTH_MISUSE, mxauth_scope_inspect(api, strlen(api), 2, OUT));
  char *large = malloc(65537);
  need(large != NULL, "memory");
  memset(large, 'x', 65537);
  SCOPE(MXAUTH_INPUT_INVALID, mxauth_scope_inspect(large, 65537, 0, OUT));
  SCOPE(MXAUTH_INPUT_INVALID, mxauth_scope_normalise(large, 65537, 0, OUT));
  SCOPE(MXAUTH_INPUT_INVALID, mxauth_scope_narrow("x", 1, large, 65537, OUT));
  SCOPE(MXAUTH_INPUT_INVALID, mxauth_scope_merge(large, 65537, "x", 1, OUT));
  SCOPE(MXAUTH_INPUT_INVALID, mxauth_device_id_check(large, 65537, OUT));
  SCOPE(MXAUTH_OK, mxauth_device_id_check(large, 65536, OUT));
  free(large);

  // Drawn, not made up: 300 IDs of 80 bits do not meet.
  enum { IDS = 300 };
  static char ids[IDS][17];
  for (int i = 0; i < IDS; i++) {
    check(mxauth_device_id_generate(ids[i], sizeof ids[i], NULL, NULL) == MXAUTH_OK && strlen(ids[i]) == 16, "a device ID");
    check(strspn(ids[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == 16, "device ID %s", ids[i]);
    for (int j = 0; j < i; j++)
      if (strcmp(ids[i], ids[j]) == 0) check(0, "device ID %s twice", ids[i]);
  }
}

int main(void) {
  bearers();
  buffers();
  scopes();
  return finish("bearer");
}
