/* SPDX-License-Identifier: Apache-2.0
 *
 * What clients are told of each status: the body is JSON, the challenge is one, neither tells anything else.
 */
#include "helper.h"

static mxauth_validator *validator_with(const char *name, const char *value) {
  mxauth_config *config = mxauth_config_new();
  const char *options[][2] = {{"server_name", "matrix.example:8448"}, {"issuer", "https://CANARY.example/"},
                              {"issuer.audience", "https://CANARY.example"}, {name, value}};
  for (size_t i = 0; i < 4; i++)
    if (options[i][0] != NULL) need(mxauth_config_set(config, options[i][0], options[i][1], NULL) == MXAUTH_OK, options[i][0]);
  mxauth_validator *validator = NULL;
  need(mxauth_validator_new(config, &validator, NULL) == MXAUTH_OK, "a validator");
  mxauth_config_free(config);
  return validator;
}

static const char *member(const json_t *body, const char *name) {
  const char *text = json_string_value(json_object_get(body, name));
  return text != NULL ? text : "";
}

/** The value of a challenge's parameter, or "" if it is not there. */
static const char *parameter(const mxauth_reply *reply, const char *name) {
  static char value[1280];
  char start[40];
  snprintf(start, sizeof start, " %s=\"", name);
  const char *at = strstr(reply->www_authenticate, start);
  value[0] = 0;
  if (at != NULL) sscanf(at + strlen(start), "%1279[^\"]", value);
  return value;
}

static void every_status(mxauth_validator *validator, const char *realm, const char *resource) {
  for (size_t i = 0; i < mxauth_status_count(); i++) {
    mxauth_status_info row = {.struct_size = sizeof row};
    mxauth_status_at(i, &row);
    if (validator != NULL) mxauth_describe(validator, row.status, &row);
    mxauth_reply reply;
    memset(&reply, 0xA5, sizeof reply);
    reply.struct_size = sizeof reply;
    mxauth_status status = mxauth_error_response(validator, row.status, NULL, &reply);
    if (row.status == MXAUTH_OK) {
      check(status == MXAUTH_MISUSE && reply.http_status == 500, "a reply to MXAUTH_OK");
      continue;
    }
    check(status == MXAUTH_OK, "%s: %s", row.name, mxauth_status_name(status));
    check(reply.http_status == row.http_status, "%s: HTTP %u", row.name, (unsigned)reply.http_status);
    check(reply.body_length == strlen(reply.body) && reply.body_length > 0, "%s: body_length", row.name);
    check(reply.challenge_length == strlen(reply.www_authenticate), "%s: challenge_length", row.name);

    json_t *body = json_loadb(reply.body, reply.body_length, JSON_REJECT_DUPLICATES, NULL);
    check(json_is_object(body), "%s: body %s", row.name, reply.body);
    check(strcmp(member(body, "errcode"), row.errcode) == 0, "%s: errcode %s", row.name, reply.body);
    check(strcmp(member(body, "error"), row.sentence) == 0, "%s: error %s", row.name, reply.body);
    const json_t *soft = json_object_get(body, "soft_logout");
    int is_unknown_token = strcmp(row.errcode, "M_UNKNOWN_TOKEN") == 0;
    check(is_unknown_token ? json_is_boolean(soft) && json_is_true(soft) == (row.soft_logout == 1) : soft == NULL,
          "%s: soft_logout in %s", row.name, reply.body);
    check(json_object_size(body) == (is_unknown_token ? 3u : 2u), "%s: members of %s", row.name, reply.body);
    json_decref(body);

    const char *challenge = reply.www_authenticate;
    int is_challenged = row.http_status == 401 || row.http_status == 403;
    check(is_challenged == (challenge[0] != 0), "%s: challenge %s", row.name, challenge);
    check(strstr(reply.body, "CANARY") == NULL && strstr(challenge, "CANARY") == NULL, "%s tells of the issuer", row.name);
    if (!is_challenged) continue;
    check(strncmp(challenge, "Bearer ", 7) == 0 && strchr(challenge, '\\') == NULL, "%s: %s", row.name, challenge);
    check(strcmp(parameter(&reply, "error"), row.oauth_error) == 0, "%s: error in %s", row.name, challenge);
    check(strcmp(parameter(&reply, "error_description"), row.oauth_error[0] ? row.sentence : "") == 0, "%s: %s", row.name,
          challenge);
    check(strcmp(parameter(&reply, "realm"), row.oauth_error[0] ? "" : realm) == 0, "%s: realm in %s", row.name, challenge);
    int lacks_scope = strcmp(row.oauth_error, "insufficient_scope") == 0;
    check(strcmp(parameter(&reply, "scope"), lacks_scope ? "urn:matrix:client:api:*" : "") == 0, "%s: scope in %s", row.name,
          challenge);
    check(strcmp(parameter(&reply, "resource_metadata"), resource) == 0, "%s: resource in %s", row.name, challenge);
  }
}

static void written_out(mxauth_validator *named, mxauth_validator *synapse) {
  const struct {
    mxauth_validator *validator;
    mxauth_status status;
    const char *scope;
    unsigned http_status;
    const char *body, *challenge;
  } cases[] = {
      {NULL, MXAUTH_TOKEN_MISSING, NULL, 401, "{\"errcode\":\"M_MISSING_TOKEN\",\"error\":\"There is no token.\"}",
       "Bearer realm=\"Matrix\""},
      {named, MXAUTH_TOKEN_MISSING, NULL, 401, "{\"errcode\":\"M_MISSING_TOKEN\",\"error\":\"There is no token.\"}",
       "Bearer realm=\"matrix.example:8448\", resource_metadata=\"https://matrix.example/.well-known/oauth-protected-resource\""},
      {NULL, MXAUTH_EXPIRED, NULL, 401,
       "{\"errcode\":\"M_UNKNOWN_TOKEN\",\"error\":\"The token has expired.\",\"soft_logout\":true}",
       "Bearer error=\"invalid_token\", error_description=\"The token has expired.\""},
      {synapse, MXAUTH_EXPIRED, NULL, 401,
       "{\"errcode\":\"M_UNKNOWN_TOKEN\",\"error\":\"The token has expired.\",\"soft_logout\":false}",
       "Bearer error=\"invalid_token\", error_description=\"The token has expired.\""},
      {NULL, MXAUTH_SCOPE_INSUFFICIENT, "a b", 403,
       "{\"errcode\":\"M_FORBIDDEN\",\"error\":\"The token's scopes do not allow this.\"}",
       "Bearer error=\"insufficient_scope\", error_description=\"The token's scopes do not allow this.\", scope=\"a b\""},
      {synapse, MXAUTH_SCOPE_INSUFFICIENT, "a b", 401,
       "{\"errcode\":\"M_UNKNOWN_TOKEN\",\"error\":\"The token's scopes do not allow this.\",\"soft_logout\":false}",
       "Bearer error=\"invalid_token\", error_description=\"The token's scopes do not allow this.\""},
      {NULL, MXAUTH_USER_INVALID, NULL, 403,
       "{\"errcode\":\"M_FORBIDDEN\",\"error\":\"The token's user cannot be a Matrix user of this server.\"}",
       "Bearer realm=\"Matrix\""},
      {synapse, MXAUTH_USER_INVALID, NULL, 500,
       "{\"errcode\":\"M_FORBIDDEN\",\"error\":\"The token's user cannot be a Matrix user of this server.\"}", ""},
      {NULL, MXAUTH_BEARER_AMBIGUOUS, NULL, 401, "{\"errcode\":\"M_MISSING_TOKEN\",\"error\":\"There is more than one token.\"}",
       "Bearer error=\"invalid_request\", error_description=\"There is more than one token.\""},
      {named, MXAUTH_ISSUER_UNAVAILABLE, NULL, 503,
       "{\"errcode\":\"M_UNKNOWN\",\"error\":\"The issuer cannot be asked about the token at the moment.\"}", ""},
      {named, MXAUTH_SCOPE_WIDENED, NULL, 400,
       "{\"errcode\":\"M_INVALID_PARAM\",\"error\":\"More scopes are asked for than were granted.\"}", ""},
      {NULL, MXAUTH_GRANT_INVALID, NULL, 400,
       "{\"errcode\":\"M_INVALID_PARAM\",\"error\":\"The code or refresh token is not good, or not for this client.\"}", ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    mxauth_reply reply = MXAUTH_REPLY_INIT;
    mxauth_status status = mxauth_error_response(cases[i].validator, cases[i].status, cases[i].scope, &reply);
    check(status == MXAUTH_OK && reply.http_status == cases[i].http_status, "case %zu: %s, HTTP %u", i,
          mxauth_status_name(status), (unsigned)reply.http_status);
    check(strcmp(reply.body, cases[i].body) == 0, "case %zu: body %s", i, reply.body);
    check(strcmp(reply.www_authenticate, cases[i].challenge) == 0, "case %zu: challenge %s", i, reply.www_authenticate);
  }
}

static void misuse(void) {
  char scope[514];
  memset(scope, 'x', sizeof scope);
  scope[511] = 0;
  mxauth_reply reply = MXAUTH_REPLY_INIT;
  check(mxauth_error_response(NULL, MXAUTH_SCOPE_INSUFFICIENT, scope, &reply) == MXAUTH_OK, "a scope of 511 bytes");
  check(strlen(parameter(&reply, "scope")) == 511, "all of it");
  scope[511] = 'x';
  scope[512] = 0;
  const char *wrong[] = {" ", "a ", " a", "a  b", "a\"b", "a\\b", "a\nb", "a\r\nSet-Cookie: b=c", "\xc3\xa9", "a\tb", scope};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    reply = (mxauth_reply)MXAUTH_REPLY_INIT;
    check(mxauth_error_response(NULL, MXAUTH_SCOPE_INSUFFICIENT, wrong[i], &reply) == MXAUTH_MISUSE, "scope %zu", i);
    // Whoever does not look at the result sends an error all the same.
    check(reply.http_status == 500 && reply.body_length > 0 && reply.challenge_length == 0, "scope %zu: reply", i);
  }
  const mxauth_status none[] = {-1, 3, 99, 113, 9999, INT32_MAX, INT32_MIN};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
    reply = (mxauth_reply)MXAUTH_REPLY_INIT;
    check(mxauth_error_response(NULL, none[i], NULL, &reply) == MXAUTH_MISUSE && reply.http_status == 500, "status %d", (int)none[i]);
  }
  check(mxauth_error_response(NULL, MXAUTH_EXPIRED, NULL, NULL) == MXAUTH_MISUSE, "no reply");
  const uint32_t sizes[] = {0, 16, sizeof reply - 1};
  for (size_t i = 0; i < 3; i++) {
    mxauth_reply before;
    memset(&reply, 0x5A, sizeof reply);
    reply.struct_size = sizes[i];
    before = reply;
    check(mxauth_error_response(NULL, MXAUTH_EXPIRED, NULL, &reply) == MXAUTH_MISUSE, "a size of %u", (unsigned)sizes[i]);
    check(memcmp(&before, &reply, sizeof reply) == 0, "a reply of unknown size was written");
  }
  struct {
    mxauth_reply reply;
    char later[64];
  } larger;
  memset(&larger, 0x5A, sizeof larger);
  larger.reply.struct_size = sizeof larger;
  check(mxauth_error_response(NULL, MXAUTH_EXPIRED, NULL, &larger.reply) == MXAUTH_OK, "a larger reply");
  check(larger.later[0] == 0x5A && larger.reply.struct_size == sizeof larger, "wrote beyond its own struct");
}

static void resource_metadata(void) {
  const char *wrong[] = {"", "x", "/.well-known/oauth-protected-resource", "http://a.example/", "https://", "https://a b/",
                         "https://a.example/#f", "https://u@a.example/", "https://a.example/\"x", "https://a.example/\\x",
                         "https://a.example/\n", "https://a.example/\xc3\xa9", "ftp://a.example/"};
  mxauth_config *config = mxauth_config_new();
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    check(mxauth_config_set(config, "resource_metadata", wrong[i], NULL) == MXAUTH_OPTION_INVALID, "resource_metadata %s", wrong[i]);
  char url[513] = "https://a.example/";
  memset(url + 18, 'x', 494);
  check(mxauth_config_set(config, "resource_metadata", url, NULL) == MXAUTH_OPTION_INVALID, "512 bytes");
  url[511] = 0;
  check(mxauth_config_set(config, "resource_metadata", url, NULL) == MXAUTH_OK, "511 bytes");
  mxauth_config_free(config);
}

int main(void) {
  mxauth_validator *plain = validator_with(NULL, NULL), *synapse = validator_with("compat", "synapse");
  mxauth_validator *named = validator_with("resource_metadata", "https://matrix.example/.well-known/oauth-protected-resource");
  every_status(NULL, "Matrix", "");
  every_status(plain, "matrix.example:8448", "");
  every_status(synapse, "matrix.example:8448", "");
  every_status(named, "matrix.example:8448", "https://matrix.example/.well-known/oauth-protected-resource");
  written_out(named, synapse);
  misuse();
  resource_metadata();
  mxauth_validator_free(plain);
  mxauth_validator_free(synapse);
  mxauth_validator_free(named);
  return finish("reply");
}
