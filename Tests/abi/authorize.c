/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may do what, through the header alone: every row of the table, rules of the operator's with tokens that really have
 * such scopes, hosts' own verdicts, and paths that end where their memory does.
 */
#include "played.h"

#define P "/_matrix/client/v3/"
#define RULE "urn:example:read : GET /_matrix/client/*/rooms/*/**"

static mxauth_status ask(mxauth_validator *validator, const mxauth_verdict *verdict, const char *method, const char *path) {
  size_t sizes[2] = {strlen(method), strlen(path)};
  char *own_method = block_of(method, sizes[0]), *own_path = block_of(path, sizes[1]);
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_status with = mxauth_authorize(validator, verdict, own_method, sizes[0], own_path, sizes[1], &error);
  mxauth_status without = mxauth_authorize(validator, verdict, own_method, sizes[0], own_path, sizes[1], NULL);
  check(with == without, "%s %s: %s with an error, %s without", method, path, mxauth_status_name(with),
        mxauth_status_name(without));
  check(error.status == with && (error.message[0] != 0) == (with != MXAUTH_OK), "%s %s: the error", method, path);
  check(strstr(error.message, "example") == NULL, "%s %s: an error repeats the path", method, path);
  free(own_method);
  free(own_path);
  return with;
}

static void is(mxauth_validator *validator, const mxauth_verdict *verdict, const char *method, const char *path,
               mxauth_status expected) {
  mxauth_status found = ask(validator, verdict, method, path);
  check(found == expected, "%s %s: %s, not %s", method, path, mxauth_status_name(found), mxauth_status_name(expected));
}

static mxauth_verdict own(mxauth_status status, uint64_t grants) {
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  verdict.status = status;
  verdict.grants = grants;
  return verdict;
}

/** Every row of packaging/endpoints.tsv, for five who ask. */
static void table(mxauth_validator *validator, int drafts) {
  FILE *file = fopen("../../packaging/endpoints.tsv", "r");
  need(file != NULL, "packaging/endpoints.tsv");
  mxauth_verdict guest = own(MXAUTH_OK, MXAUTH_GRANT_GUEST), full = own(MXAUTH_OK, MXAUTH_GRANT_CLIENT_API);
  mxauth_verdict little = own(MXAUTH_OK, MXAUTH_GRANT_OPENID), expired = own(MXAUTH_EXPIRED, 0);
  char line[512];
  long rows = 0, counts[5][3] = {{0}};
  need(fgets(line, sizeof line, file) != NULL, "a heading");
  while (fgets(line, sizeof line, file) != NULL) {
    char *cells[9], *rest = line;
    for (int i = 0; i < 9; i++) {
      cells[i] = rest;
      rest += strcspn(rest, "\t\n");
      *rest++ = 0;
    }
    char path[512];
    size_t length = 0;
    for (const char *at = cells[1]; *at != 0; at++) {
      if (*at == '{') {
        const char *name = strncmp(at, "{keyName}", 9) == 0 ? "displayname" : "x%2Fy";
        length += (size_t)sprintf(path + length, "%s", name);
        at = strchr(at, '}');
      } else {
        path[length++] = *at;
      }
    }
    path[length] = 0;
    const char *auth = cells[3], *demand = drafts ? cells[6] : cells[5];
    int open = strcmp(auth, "none") == 0, optional = strcmp(auth, "optional") == 0, any = strcmp(demand, "any") == 0;
    int unknown = strcmp(demand, "never") == 0, guests = strcmp(cells[4], "no") != 0;
    mxauth_status expected[5] = {
        unknown ? MXAUTH_ENDPOINT_UNKNOWN : open || optional ? MXAUTH_OK : MXAUTH_TOKEN_MISSING,
        unknown ? MXAUTH_ENDPOINT_UNKNOWN : open || guests ? MXAUTH_OK : MXAUTH_GUEST_FORBIDDEN,
        unknown ? MXAUTH_ENDPOINT_UNKNOWN : open || any || strcmp(demand, "api") == 0 ? MXAUTH_OK : MXAUTH_SCOPE_INSUFFICIENT,
        unknown ? MXAUTH_ENDPOINT_UNKNOWN : open || any ? MXAUTH_OK : MXAUTH_SCOPE_INSUFFICIENT,
        unknown ? MXAUTH_ENDPOINT_UNKNOWN : open ? MXAUTH_OK : MXAUTH_EXPIRED};
    const mxauth_verdict *verdicts[5] = {NULL, &guest, &full, &little, &expired};
    for (int i = 0; i < 5; i++) {
      is(validator, verdicts[i], cells[0], path, expected[i]);
      counts[i][expected[i] == MXAUTH_OK ? 0 : unknown ? 2 : 1] += 1;
    }
    rows += 1;
  }
  fclose(file);
  check(rows == 172, "%ld rows", rows);
  static const char *names[5] = {"no token", "a guest", "a full token", "a token without API scope", "an expired token"};
  for (int i = 0; i < 5; i++)
    printf("authorize: %s%s: %ld allowed, %ld refused, %ld unknown\n", names[i], drafts ? " (draft_scopes)" : "", counts[i][0],
           counts[i][1], counts[i][2]);
}

static void verdicts(mxauth_validator *validator) {
  mxauth_error error = MXAUTH_ERROR_INIT;
  static const mxauth_status bad[] = {MXAUTH_PENDING, MXAUTH_MISUSE, MXAUTH_TOKEN_MALFORMED, MXAUTH_REVOKED, MXAUTH_SCOPE_INSUFFICIENT,
                                      MXAUTH_ISSUER_UNAVAILABLE, MXAUTH_INTERNAL};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    // What a refused verdict says besides is not looked at.
    mxauth_verdict verdict = own(bad[i], UINT64_MAX);
    is(validator, &verdict, "GET", P "sync", bad[i]);
    is(validator, &verdict, "GET", "/_matrix/client/versions", bad[i]);
    is(validator, &verdict, "GET", P "login", MXAUTH_OK);
    is(validator, &verdict, "GET", P "nothing", MXAUTH_ENDPOINT_UNKNOWN);
    is(validator, &verdict, "POST", P "sync", MXAUTH_METHOD_UNKNOWN);
    is(validator, &verdict, "get", P "sync", MXAUTH_METHOD_UNKNOWN);
    is(validator, &verdict, "OPTIONS", P "sync", MXAUTH_OK);
  }
  mxauth_verdict verdict = own(MXAUTH_TOKEN_MISSING, UINT64_MAX);
  is(validator, &verdict, "GET", P "sync", MXAUTH_TOKEN_MISSING);
  is(validator, &verdict, "GET", "/_matrix/client/versions", MXAUTH_OK);
  verdict = (mxauth_verdict)MXAUTH_VERDICT_INIT;
  is(validator, &verdict, "GET", P "sync", MXAUTH_MISUSE);
  is(validator, &verdict, "GET", P "login", MXAUTH_OK);
  verdict = own(MXAUTH_OK, 0);
  is(validator, &verdict, "GET", P "sync", MXAUTH_SCOPE_INSUFFICIENT);
  verdict = own(MXAUTH_OK, MXAUTH_GRANT_CLIENT_API | MXAUTH_GRANT_APPSERVICE);
  is(validator, &verdict, "POST", "/_matrix/client/v1/appservice/a/ping", MXAUTH_OK);
  is(validator, &verdict, "GET", P "sync", MXAUTH_OK);
  verdict.grants |= MXAUTH_GRANT_GUEST;
  is(validator, &verdict, "POST", "/_matrix/client/v1/appservice/a/ping", MXAUTH_GUEST_FORBIDDEN);

  verdict = own(MXAUTH_OK, MXAUTH_GRANT_OPENID);
  check(mxauth_authorize(validator, &verdict, "GET", 3, P "sync", 23, &error) == MXAUTH_SCOPE_INSUFFICIENT &&
            strcmp(error.subject, "scope") == 0 && strstr(error.message, API_SCOPE ", found openid") != NULL,
        "the message: %s", error.message);
}

static void misuse(mxauth_validator *validator) {
  mxauth_error error = MXAUTH_ERROR_INIT, no_error = {0};
  mxauth_verdict good = own(MXAUTH_OK, MXAUTH_GRANT_CLIENT_API), small = good, strange = good;
  small.struct_size = (uint32_t)(sizeof small - 1);
  const char *path = P "sync";
  size_t size = strlen(path);
  check(mxauth_authorize(validator, &good, "GET", 3, path, size, &error) == MXAUTH_OK, "a good call");
  check(mxauth_authorize(NULL, &good, "GET", 3, path, size, &error) == MXAUTH_MISUSE && error.message[0] != 0, "no validator");
  check(mxauth_authorize(validator, &small, "GET", 3, path, size, &error) == MXAUTH_MISUSE, "a small verdict");
  check(mxauth_authorize(validator, &good, NULL, 3, path, size, &error) == MXAUTH_MISUSE, "no method");
  check(mxauth_authorize(validator, &good, "GET", 3, NULL, size, &error) == MXAUTH_MISUSE, "no path");
  check(mxauth_authorize(validator, &good, "GET", SIZE_MAX, path, size, &error) == MXAUTH_MISUSE, "an impossible length");
  check(mxauth_authorize(validator, &good, "GET", 3, path, SIZE_MAX, &error) == MXAUTH_MISUSE, "an impossible length");
  check(mxauth_authorize(validator, &good, "GET", 3, path, size, &no_error) == MXAUTH_MISUSE, "an error without size");
  check(mxauth_authorize(validator, NULL, NULL, 0, NULL, 0, &error) == MXAUTH_ENDPOINT_UNKNOWN, "nothing at all");
  static const mxauth_status none[] = {-1, 3, 99, 699, INT32_MAX, INT32_MIN};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
    strange.status = none[i];
    check(mxauth_authorize(validator, &strange, "GET", 3, path, size, &error) == MXAUTH_MISUSE, "status %d", (int)none[i]);
  }

  uint64_t grants = 77;
  check(mxauth_scope_grants(NULL, "openid", 6, &grants, &error) == MXAUTH_MISUSE, "grants of no validator");
  check(mxauth_scope_grants(validator, NULL, 6, &grants, &error) == MXAUTH_MISUSE, "grants of no scope");
  check(mxauth_scope_grants(validator, "openid", 6, NULL, &error) == MXAUTH_MISUSE, "no grants");
  check(mxauth_scope_grants(validator, "a  b", 4, &grants, &error) == MXAUTH_SCOPE_MALFORMED && grants == 77, "two spaces");
  check(mxauth_scope_grants(validator, DEVICE_SCOPE "A " DEVICE_SCOPE "B", 53, &grants, &error) == MXAUTH_DEVICE_AMBIGUOUS, "devices");
  check(mxauth_scope_grants(validator, NULL, 0, &grants, &error) == MXAUTH_OK && grants == 0, "an empty scope");
  check(mxauth_scope_grants(validator, "openid x", 8, &grants, NULL) == MXAUTH_OK && grants == MXAUTH_GRANT_OPENID, "openid");
}

#define CLAIMS(scope) \
  "{\"iss\":\"" ISSUER "\",\"aud\":\"x\",\"username\":\"alice\",\"exp\":1990000000,\"scope\":\"" scope "\"}"

static mxauth_status signed_with(mxauth_validator *validator, const char *claims, mxauth_verdict *verdict) {
  char token[TOKEN_SIZE];
  sign(claims, token);
  return judged(validator, token, verdict);
}

/** Tokens whose only scopes are the operator's, or a draft's. */
static void scopes(void) {
  mxauth_validator *plain = VALIDATOR(USERS, "issuer", ISSUER, SIGNED, "issuer.any_audience", "true");
  mxauth_validator *ruled = VALIDATOR("scope_rule", RULE, "scope_rule", "urn:example:out : POST " P "logout", USERS, "issuer",
                                      ISSUER, SIGNED, "issuer.any_audience", "true");
  mxauth_validator *drafts = VALIDATOR(USERS, "issuer", ISSUER, SIGNED, "issuer.any_audience", "true", "draft_scopes", "true");
  mxauth_verdict verdict;
  const char *reading = CLAIMS("urn:example:read openid"), *leaving = CLAIMS("urn:example:out");
  const char *admin = CLAIMS("urn:matrix:client:server_administration"), *joined = CLAIMS("urn:matrix:client:rooms:is_joined");
  check(signed_with(plain, reading, &verdict) == MXAUTH_SCOPE_INSUFFICIENT, "no rule, no access");
  check(signed_with(plain, admin, &verdict) == MXAUTH_SCOPE_INSUFFICIENT, "no drafts, no access");
  check(signed_with(ruled, CLAIMS("urn:example:readx"), &verdict) == MXAUTH_SCOPE_INSUFFICIENT, "another scope");
  check(signed_with(ruled, CLAIMS("openid"), &verdict) == MXAUTH_SCOPE_INSUFFICIENT, "openid alone");
  check(signed_with(ruled, admin, &verdict) == MXAUTH_SCOPE_INSUFFICIENT, "rules are no drafts");
  check(signed_with(ruled, reading, &verdict) == MXAUTH_OK && verdict.flags == 0 &&
            verdict.grants == (MXAUTH_GRANT_OPENID | MXAUTH_GRANT_OPERATOR(0)), "a scope of the operator's");
  for (int cached = 0; cached < 2; cached++) {
    is(ruled, &verdict, "GET", P "rooms/!a:example/state?at=x", MXAUTH_OK);
    is(ruled, &verdict, "HEAD", "/_matrix/client/r0/rooms/%21a/members", MXAUTH_OK);
    is(ruled, &verdict, "GET", P "sync", MXAUTH_SCOPE_INSUFFICIENT);
    is(ruled, &verdict, "POST", P "rooms/!a:example/ban", MXAUTH_SCOPE_INSUFFICIENT);
    is(ruled, &verdict, "POST", P "logout", MXAUTH_SCOPE_INSUFFICIENT);
    is(ruled, &verdict, "GET", P "rooms/../sync", MXAUTH_ENDPOINT_UNKNOWN);
    is(ruled, &verdict, "GET", P "rooms/a/%2e%2e/state", MXAUTH_ENDPOINT_UNKNOWN);
    is(ruled, &verdict, "GET", "/_matrix/client/versions", MXAUTH_OK);
    is(ruled, &verdict, "PUT", P "directory/list/appservice/a/b", MXAUTH_SCOPE_INSUFFICIENT);
    check(signed_with(ruled, reading, &verdict) == MXAUTH_OK && (verdict.flags & MXAUTH_VERDICT_CACHED) != 0, "from the cache");
  }
  check(signed_with(ruled, leaving, &verdict) == MXAUTH_OK && verdict.grants == MXAUTH_GRANT_OPERATOR(1), "the second scope");
  is(ruled, &verdict, "POST", P "logout", MXAUTH_OK);
  is(ruled, &verdict, "GET", P "rooms/a/state", MXAUTH_SCOPE_INSUFFICIENT);

  check(signed_with(drafts, admin, &verdict) == MXAUTH_OK && verdict.grants == MXAUTH_GRANT_SERVER_ADMINISTRATION, "MSC4484");
  is(drafts, &verdict, "PUT", "/_matrix/client/v1/admin/lock/@a:example", MXAUTH_OK);
  is(drafts, &verdict, "GET", P "sync", MXAUTH_SCOPE_INSUFFICIENT);
  check(signed_with(drafts, joined, &verdict) == MXAUTH_OK && verdict.grants == MXAUTH_GRANT_ROOMS_IS_JOINED, "MSC4502");
  is(drafts, &verdict, "GET", P "rooms/a/is_joined", MXAUTH_OK);
  is(drafts, &verdict, "GET", P "rooms/a/joined_members", MXAUTH_SCOPE_INSUFFICIENT);
  check(signed_with(drafts, CLAIMS(API_SCOPE), &verdict) == MXAUTH_OK, "the whole API");
  is(drafts, &verdict, "PUT", "/_matrix/client/v1/admin/lock/@a:example", MXAUTH_SCOPE_INSUFFICIENT);
  is(drafts, &verdict, "GET", P "rooms/a/is_joined", MXAUTH_SCOPE_INSUFFICIENT);
  is(plain, &verdict, "PUT", "/_matrix/client/v1/admin/lock/@a:example", MXAUTH_OK);
  is(plain, &verdict, "GET", P "rooms/a/is_joined", MXAUTH_ENDPOINT_UNKNOWN);

  table(plain, 0);
  table(ruled, 0);
  table(drafts, 1);
  verdicts(plain);
  misuse(plain);
  mxauth_validator_free(plain);
  mxauth_validator_free(ruled);
  mxauth_validator_free(drafts);
}

/** Random bytes at the end of their memory, and random ends of a good path. */
static void noise(void) {
  mxauth_validator *validator = VALIDATOR(USERS, "issuer", ISSUER, SIGNED, "issuer.any_audience", "true", "scope_rule", RULE);
  mxauth_verdict full = own(MXAUTH_OK, MXAUTH_GRANT_CLIENT_API), limited = own(MXAUTH_OK, MXAUTH_GRANT_OPERATOR(0));
  static const char letters[] = "/%.2eE5cC0aArooms\\?#;\xc3\xa9\xff";
  const char *start = P "rooms/!a:example/state/m.room.name/%41";
  uint64_t state = 4;
  long wrong = 0;
  for (int i = 0; i < (SANITIZED ? 20000 : 200000); i++) {
    size_t kept = random_of(&state) % (strlen(start) + 1), more = random_of(&state) % 12;
    char *path = malloc(kept + more + (kept + more == 0));
    need(path != NULL, "memory");
    memcpy(path, start, kept);
    for (size_t j = kept; j < kept + more; j++) path[j] = letters[random_of(&state) % (sizeof letters - 1)];
    mxauth_status a = mxauth_authorize(validator, &limited, "GET", 3, path, kept + more, NULL);
    mxauth_status b = mxauth_authorize(validator, &full, "GET", 3, path, kept + more, NULL);
    // Whatever little opens, all opens; and what all does not open is nothing.
    wrong += (a == MXAUTH_OK && b != MXAUTH_OK) || (b != MXAUTH_OK && b != MXAUTH_ENDPOINT_UNKNOWN && b != MXAUTH_METHOD_UNKNOWN);
    free(path);
  }
  check(wrong == 0, "%ld random paths", wrong);
  mxauth_validator_free(validator);
}

int main(void) {
  scopes();
  noise();
  return finish("authorize");
}
