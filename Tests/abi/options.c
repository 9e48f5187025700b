/* SPDX-License-Identifier: Apache-2.0
 *
 * Options, configurations and the tables: what is taken, what is refused, and that a refusal changes nothing.
 */
#include "helper.h"

static json_t *corpus;
static char *token;
static size_t length;
static char *keys;
static const char *issuer_name = "https://issuer.example/";

static mxauth_status set(mxauth_config *config, const char *name, const char *value) {
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_status status = mxauth_config_set(config, name, value, &error);
  check(error.status == status, "%s: error says %s", name, mxauth_status_name(error.status));
  if (status != MXAUTH_OK) {
    check(error.message[0] != 0, "%s: refused without a message", name);
    check(strcmp(error.subject, name) == 0 || strlen(name) > 60 || status == MXAUTH_OPTION_UNKNOWN,
          "%s: error is about %s", name, error.subject);
  }
  return status;
}

static void takes(mxauth_config *config, const char *name, const char *value) {
  mxauth_status status = set(config, name, value);
  check(status == MXAUTH_OK, "%s \"%.40s\": %s", name, value, mxauth_status_name(status));
}

static void refuses(mxauth_config *config, const char *name, const char *value, mxauth_status expected) {
  mxauth_status status = set(config, name, value);
  check(status == expected, "%s \"%.40s\": %s, not %s", name, value, mxauth_status_name(status),
        mxauth_status_name(expected));
}

static mxauth_status judge(mxauth_validator *validator) {
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  mxauth_status status = mxauth_validate(validator, token, length, &verdict, NULL);
  check(verdict.status == status, "verdict and status differ");
  return status;
}

/** Makes a validator and frees it; returns what became of it. */
static mxauth_status build(const mxauth_config *config, const char *subject) {
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_validator *validator = NULL;
  mxauth_status status = mxauth_validator_new(config, &validator, &error);
  check((validator != NULL) == (status == MXAUTH_OK) && error.status == status, "validator_new's outcome");
  if (subject != NULL) check(strcmp(error.subject, subject) == 0, "it is about %s, not %s", subject, error.subject);
  mxauth_validator_free(validator);
  return status;
}

static mxauth_config *complete(void) {
  mxauth_config *config = mxauth_config_new();
  takes(config, "server_name", "matrix.example");
  takes(config, "issuer", issuer_name);
  takes(config, "issuer.audience", "https://matrix.example");
  takes(config, "issuer.keys", keys);
  mxauth_config_set_clock(config, fixed_clock, &corpus_now);
  return config;
}

static char *repeated(char letter, size_t count) {
  char *text = malloc(count + 1);
  need(text != NULL, "memory");
  memset(text, letter, count);
  text[count] = 0;
  return text;
}

static void names(void) {
  mxauth_config *config = complete();
  const char *unknown[] = {"",         " ",          "issuer ",        "Issuer",         "ISSUER.KEYS", "issuer.",
                           "issuer.x", "issuerkeys", "server-name",    "issuer.keys.x",  "*",           "%s%n",
                           "leeway",   "\xff\xfe",   "issuer.user_required", "max_token_byte"};
  for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
    refuses(config, unknown[i], "1", MXAUTH_OPTION_UNKNOWN);
  char *long_name = repeated('x', 100000);
  refuses(config, long_name, long_name, MXAUTH_OPTION_UNKNOWN);
  free(long_name);
  mxauth_config_free(config);
}

/** Whether a configuration is still the one of complete(): every token by default is judged as the corpus says. */
static void judges_by_default(const mxauth_config *config) {
  mxauth_validator *validator = NULL;
  mxauth_status status = mxauth_validator_new(config, &validator, NULL);
  check(status == MXAUTH_OK, "configuration after refused values: %s", mxauth_status_name(status));
  const json_t *cases = json_object_get(corpus, "cases");
  for (size_t i = 0; status == MXAUTH_OK && i < json_array_size(cases); i++) {
    const json_t *test = json_array_get(cases, i);
    if (strcmp(text_of(test, "profile"), "default") != 0) continue;
    mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
    size_t size;
    char *text = token_of(test, &size);
    const char *found = mxauth_status_name(mxauth_validate(validator, text, size, &verdict, NULL));
    check(strcmp(found, text_of(test, "status")) == 0, "after refused values, %s: %s", text_of(test, "name"), found);
    free(text);
  }
  mxauth_validator_free(validator);
}

/** Values outside the range of each option; after all of them the configuration is what it was. */
static void ranges(void) {
  mxauth_config *config = complete();
  const struct {
    const char *name, *values[12];
  } wrong[] = {
      {"server_name", {"", " ", "a b", "a/b", "a:", "a:x", "a:123456", ":1", "[::1", "[]", "\xc3\xa9", "a_b"}},
      {"max_token_bytes", {"", "0", "255", "1048577", "-1", "+512", " 512", "512 ", "0x200", "1e3", "512.0", "99999999999999999999"}},
      {"max_key_set_bytes", {"", "1023", "67108865", "-1", "1 MiB", "true", "9223372036854775807", "18446744073709552640"}},
      {"issuer", {"", " ", "https://a b", "https://a\n", "\t", "https://a\x7f", issuer_name}},
      {"issuer.audience", {"", " ", "\t\n"}},
      {"issuer.any_audience", {"", "True", "TRUE", "yes", "1", "0", "true ", " false", "no", "on"}},
      {"issuer.algorithms", {"", " ", "none", "RS256 none", "rs256", "RS256,ES256", "HS", "A256KW", "*"}},
      {"issuer.types", {"", " "}},
      {"issuer.leeway", {"", "-1", "301", "1.5", "30s", "3O", "0x1", "1 "}},
      {"issuer.max_lifetime", {"", "-1", "31536001", "1y", "600s"}},
      {"issuer.required_claims", {"", " "}},
      {"issuer.rsa_min_bits", {"", "0", "1024", "2047", "8193", "2048 "}},
      {"issuer.user_claim", {""}},
      {"issuer.require_user", {"", "False", "0", "maybe"}},
      {"issuer.require_api_scope", {"", "False", "0", "maybe"}},
      {"key_tables", {"", "-1", "1025", "8 ", "0x8", "true", "auto"}},
      {"libsodium", {"", "Auto", "AUTO", "yes", "always", "auto ", "libcrypto", "true", "0"}},
      {"allow_http", {"", "true", "No", "localhost", "yes "}},
      {"exchange_timeout", {"", "0", "121", "-1", "1s"}},
      {"ca_file", {""}},
      {"state_dir", {""}},
      {"scope_rule", {"", "a", "a : GET", "openid : GET /_matrix/client/v3/sync", "a : get /_matrix/client/v3/sync", "a : GET sync",
                      "a : GET /_matrix/client/v3/%73ync", "a : GET /_matrix/client/v3/../v3/sync", "a : GET /_matrix/client/v*/sync",
                      "a : GET /_matrix/**/sync", "a : GET /_synapse/**", "a : POST /_matrix/client/v1/appservice/*/ping"}},
      {"draft_scopes", {"", "True", "1", "yes", "true "}},
      {"issuer.keys_file", {""}},
      {"issuer.jwks_uri", {"", "a.example/jwks", "ftp://a.example/", "https://", "https://u:p@a.example/", "https://a.example/#f",
                           "https://a.example:0/", "https://a.example:65536/", "file:///etc/passwd", "https://a b/"}},
      {"issuer.metadata_uri", {"", "/auth_metadata", "https://a.example\\@b.example/"}},
      {"issuer.refresh_default", {"", "0", "604801"}},
      {"issuer.refresh_min", {"", "0", "604801"}},
      {"issuer.refresh_max", {"", "0", "604801"}},
      {"issuer.stale_limit", {"", "-1", "2592001"}},
      {"issuer.retry_min", {"", "0", "3601"}},
      {"issuer.retry_max", {"", "0", "86401"}},
      {"issuer.unknown_key_cooldown", {"", "0", "3601"}},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    for (size_t j = 0; j < 12 && wrong[i].values[j] != NULL; j++)
      refuses(config, wrong[i].name, wrong[i].values[j], MXAUTH_OPTION_INVALID);
  const char *bad_keys[] = {"", " ", "{}", "{\"keys\":{}}", "{\"keys\":[]}", "[]", "null", "{\"keys\":[{}]}", "{\"kty\":\"oct\",\"k\":\"\"}",
                            "{\"keys\":[],\"keys\":[]}", "{\"keys\":[]}x", "<html></html>", "-----BEGIN PUBLIC KEY-----\n"};
  for (size_t i = 0; i < sizeof bad_keys / sizeof bad_keys[0]; i++)
    refuses(config, "issuer.keys", bad_keys[i], MXAUTH_KEY_SET_INVALID);
  char *large = repeated(' ', 1048577);
  refuses(config, "issuer.keys", large, MXAUTH_OPTION_INVALID);
  free(large);
  char *words = repeated(' ', 514);
  for (size_t i = 0; i < 514; i += 2) words[i] = 'x';
  refuses(config, "issuer.audience", words, MXAUTH_OPTION_INVALID);
  free(words);
  const size_t too_long[] = {256, 2049};
  const char *bounded[] = {"issuer.user_claim", "issuer"};
  for (size_t i = 0; i < 2; i++) {
    char *text = repeated('x', too_long[i]);
    refuses(config, bounded[i], text, MXAUTH_OPTION_INVALID);
    free(text);
  }

  judges_by_default(config);

  takes(config, "key_tables", "0");
  takes(config, "key_tables", "1024");
  takes(config, "libsodium", "never");
  takes(config, "libsodium", "auto");
  takes(config, "max_token_bytes", "256");
  takes(config, "max_token_bytes", "1048576");
  takes(config, "max_key_set_bytes", "1024");
  takes(config, "max_key_set_bytes", "67108864");
  takes(config, "issuer.leeway", "0");
  takes(config, "issuer.leeway", "300");
  takes(config, "issuer.max_lifetime", "31536000");
  takes(config, "issuer.rsa_min_bits", "8192");
  takes(config, "issuer.types", "absent");
  takes(config, "issuer.algorithms", "HS256 RS256\tES256\nEdDSA");
  takes(config, "server_name", "[2001:db8::1]:8448");
  takes(config, "server_name", "192.0.2.1:80");
  mxauth_config_free(config);
}

/** An issuer without keys has to be one that can be asked, and plain http has to be allowed. */
static void sources(void) {
  const struct {
    const char *issuer, *name, *value, *allow_http, *at_fault;
  } cases[] = {
      {"accounts", NULL, NULL, "yes", "issuer.keys"},
      {"http://issuer.example/", NULL, NULL, "no", "issuer"},
      {"http://issuer.example/", NULL, NULL, "loopback", "issuer"},
      {"http://127.0.0.1.example/", NULL, NULL, "loopback", "issuer"},
      {"https://a.example", "issuer.jwks_uri", "http://localhost/jwks", "no", "issuer.jwks_uri"},
      {"https://a.example", "issuer.metadata_uri", "http://a.example/m", "loopback", "issuer.metadata_uri"},
      {"http://127.0.0.1:8080/", NULL, NULL, "loopback", NULL},
      {"http://issuer.example/", NULL, NULL, "yes", NULL},
      {"accounts", "issuer.jwks_uri", "https://a.example/jwks", "no", NULL},
      {"accounts", "issuer.keys_file", "/nonexistent/keys.json", "no", NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    mxauth_config *config = mxauth_config_new();
    takes(config, "allow_http", cases[i].allow_http);
    takes(config, "issuer", cases[i].issuer);
    takes(config, "issuer.any_audience", "true");
    takes(config, "issuer.require_user", "false");
    if (cases[i].name != NULL) takes(config, cases[i].name, cases[i].value);
    mxauth_status expected = cases[i].at_fault != NULL ? MXAUTH_CONFIG_INCOMPLETE : MXAUTH_OK;
    check(build(config, cases[i].at_fault) == expected, "source %zu", i);
    mxauth_config_free(config);
  }
}

static void order(void) {
  mxauth_config *config = mxauth_config_new();
  mxauth_option_info option = {.struct_size = sizeof option};
  for (size_t i = 0; mxauth_option_at(i, &option) == MXAUTH_OK; i++) {
    if (strncmp(option.name, "issuer.", 7) != 0) continue;
    const char *value = strcmp(option.type, "boolean") == 0                ? "true"
                        : strcmp(option.name, "issuer.keys") == 0          ? keys
                        : strcmp(option.name, "issuer.algorithms") == 0    ? "ES256"
                        : strcmp(option.name, "issuer.rsa_min_bits") == 0  ? "2048"
                        : strcmp(option.type, "duration") == 0             ? "1"
                                                                           : "x";
    refuses(config, option.name, value, MXAUTH_OPTION_INVALID);
  }
  check(build(config, "issuer") == MXAUTH_CONFIG_INCOMPLETE, "nothing set");
  sources();
  takes(config, "issuer", issuer_name);
  check(build(config, "issuer.audience") == MXAUTH_CONFIG_INCOMPLETE, "no audience");
  takes(config, "issuer.audience", "https://matrix.example");
  check(build(config, "server_name") == MXAUTH_CONFIG_INCOMPLETE, "no server name");
  takes(config, "issuer.require_user", "false");
  check(build(config, NULL) == MXAUTH_OK, "an issuer with an https URL is asked for its keys");
  takes(config, "issuer.keys", keys);
  refuses(config, "issuer.jwks_uri", "https://issuer.example/jwks", MXAUTH_OPTION_INVALID);
  refuses(config, "issuer.keys_file", "keys.json", MXAUTH_OPTION_INVALID);
  check(build(config, "") == MXAUTH_OK, "no server name needed");
  takes(config, "issuer.any_audience", "true");
  check(build(config, "issuer.any_audience") == MXAUTH_CONFIG_INCOMPLETE, "any audience and one");
  takes(config, "issuer.any_audience", "false");
  takes(config, "issuer.algorithms", "HS256");
  check(build(config, "issuer.keys") == MXAUTH_CONFIG_INCOMPLETE, "no key for the only algorithm");
  takes(config, "issuer.algorithms", "RS256");
  takes(config, "issuer.rsa_min_bits", "4096");
  check(build(config, "issuer.keys") == MXAUTH_CONFIG_INCOMPLETE, "no RSA key of that size");
  takes(config, "issuer.rsa_min_bits", "2048");
  takes(config, "issuer", "https://other.example/");
  check(build(config, "issuer.audience") == MXAUTH_CONFIG_INCOMPLETE, "the second issuer is incomplete");
  mxauth_config_free(config);

  config = mxauth_config_new();
  takes(config, "max_key_set_bytes", "1024");
  takes(config, "issuer", issuer_name);
  refuses(config, "issuer.keys", keys, MXAUTH_OPTION_INVALID);
  takes(config, "max_key_set_bytes", "65536");
  takes(config, "issuer.keys", keys);
  mxauth_config_free(config);
}

/** Validators are snapshots: neither the configuration nor the tokens that they judge can change them. */
static void snapshots(void) {
  mxauth_config *config = complete();
  mxauth_validator *first = NULL, *second = NULL;
  mxauth_validator_new(config, &first, NULL);
  takes(config, "issuer.audience", "https://elsewhere.example");
  mxauth_validator_new(config, &second, NULL);
  mxauth_config_free(config);
  need(first != NULL && second != NULL, "two validators");
  check(judge(first) == MXAUTH_OK, "the first validator has the first audience");
  check(judge(second) == MXAUTH_AUDIENCE_MISMATCH, "the second validator has the second audience");
  mxauth_validator_free(second);
  check(judge(first) == MXAUTH_OK, "the first validator outlives the second");

  // One odd token once switched off a peer's checks for those after it.
  const json_t *cases = json_object_get(corpus, "cases");
  size_t forged_length;
  char *forged = token_of(case_named(corpus, "p-256: another payload"), &forged_length);
  for (size_t i = 0; i < json_array_size(cases); i++) {
    size_t size;
    char *odd = token_of(json_array_get(cases, i), &size);
    mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
    mxauth_validate(first, odd, size, &verdict, NULL);
    mxauth_status status = mxauth_validate(first, forged, forged_length, &verdict, NULL);
    check(status == MXAUTH_SIGNATURE_INVALID, "forged token after \"%s\": %s",
          text_of(json_array_get(cases, i), "name"), mxauth_status_name(status));
    free(odd);
  }
  free(forged);
  check(judge(first) == MXAUTH_OK, "the first validator after all tokens");
  mxauth_validator_free(first);
}

static void notes(void) {
  mxauth_config *config = mxauth_config_new();
  mxauth_error error = MXAUTH_ERROR_INIT;
  takes(config, "issuer", issuer_name);
  json_t *some = json_object_get(json_object_get(corpus, "keys"), "some of no use");
  char *text = json_dumps(some, JSON_COMPACT);
  check(mxauth_config_set(config, "issuer.keys", text, &error) == MXAUTH_OK, "a set with bad entries");
  check(error.status == MXAUTH_OK && error.message[0] != 0, "a note about the bad entries");
  free(text);
  check(mxauth_config_set(config, "issuer.keys", keys, &error) == MXAUTH_OK && error.message[0] == 0, "no note");
  mxauth_config_free(config);
}

static void tables(void) {
  static const struct {
    mxauth_status status;
    const char *name;
  } statuses[] = {
#include "statuses.inc"
  };
  size_t count = sizeof statuses / sizeof statuses[0];
  check(mxauth_status_count() == count, "%zu statuses, the header has %zu", mxauth_status_count(), count);
  for (size_t i = 0; i < count; i++) {
    check(strcmp(mxauth_status_name(statuses[i].status), statuses[i].name) == 0, "%s is called %s", statuses[i].name,
          mxauth_status_name(statuses[i].status));
    mxauth_status_info row = {.struct_size = sizeof row};
    check(mxauth_status_describe(statuses[i].status, &row) == MXAUTH_OK, "%s: describe", statuses[i].name);
    check(row.status == statuses[i].status && strcmp(row.name, statuses[i].name) == 0, "%s: row", statuses[i].name);
    int good = row.status == MXAUTH_OK;
    check(row.sentence[0] != 0 && (row.remedy[0] != 0) == !good, "%s: texts", row.name);
    check(good ? row.http_status == 200 : row.http_status >= 400 && row.http_status < 600, "%s: HTTP", row.name);
    check((row.errcode[0] != 0) == !good, "%s: errcode", row.name);
    int is_notices_fault = row.status == MXAUTH_NOTICE_INVALID || row.status == MXAUTH_NOTICE_REPLAYED;
    int is_requests_fault = row.status == MXAUTH_INPUT_INVALID || row.status == MXAUTH_GRANT_INVALID ||
                            row.status == MXAUTH_SCOPE_WIDENED;
    int is_tokens_fault = row.status >= 200 && row.status < 600 && !is_notices_fault && !is_requests_fault;
    check(!is_notices_fault || row.http_status == 400, "%s: a notice's fault", row.name);
    int is_nowhere = row.status == MXAUTH_ENDPOINT_UNKNOWN || row.status == MXAUTH_METHOD_UNKNOWN;
    check(!is_tokens_fault || row.http_status == 401 || row.http_status == 403 || (is_nowhere && row.http_status >= 404 && row.http_status <= 405),
          "%s: a token's fault", row.name);
    check(!is_requests_fault || row.http_status == 400, "%s: a request's fault", row.name);
    check(is_tokens_fault || is_notices_fault || is_requests_fault || good || row.http_status >= 500, "%s: not the token's fault", row.name);
    check(row.soft_logout == (row.status == MXAUTH_EXPIRED), "%s: soft_logout", row.name);
    mxauth_status_info at = {.struct_size = sizeof at};
    check(mxauth_status_at(i, &at) == MXAUTH_OK, "row %zu", i);
  }
  mxauth_status_info row = {.struct_size = sizeof row};
  const mxauth_status none[] = {-1, 3, 99, 113, 199, 213, 304, 414, 510, 606, INT32_MAX, INT32_MIN};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
    check(strcmp(mxauth_status_name(none[i]), "MXAUTH_UNASSIGNED") == 0, "%d has a name", (int)none[i]);
    check(mxauth_status_describe(none[i], &row) == MXAUTH_MISUSE, "%d has a row", (int)none[i]);
  }
  check(mxauth_status_at(count, &row) == MXAUTH_MISUSE && mxauth_status_at(SIZE_MAX, &row) == MXAUTH_MISUSE, "no row");

  mxauth_option_info option = {.struct_size = sizeof option};
  check(mxauth_option_count() > 10, "%zu options", mxauth_option_count());
  for (size_t i = 0; i < mxauth_option_count(); i++) {
    check(mxauth_option_at(i, &option) == MXAUTH_OK, "option %zu", i);
    check(option.name[0] && option.range[0] && option.meaning[0] && option.default_value && option.unit, "option %zu", i);
    check(strstr("text list boolean integer duration", option.type) != NULL, "%s: type %s", option.name, option.type);
    // Defaults are "as it would be set".
    if (option.default_value[0] == 0) continue;
    mxauth_config *config = mxauth_config_new();
    takes(config, "issuer", issuer_name);
    takes(config, option.name, option.default_value);
    mxauth_config_free(config);
  }
  check(mxauth_option_at(mxauth_option_count(), &option) == MXAUTH_MISUSE, "one option too many");
  check(mxauth_option_at(SIZE_MAX, &option) == MXAUTH_MISUSE, "far too many options");

  char version[32];
  snprintf(version, sizeof version, "%d.%d.%d", MXAUTH_VERSION_MAJOR, MXAUTH_VERSION_MINOR, MXAUTH_VERSION_PATCH);
  check(strcmp(mxauth_version(), version) == 0, "version %s", mxauth_version());
  check(mxauth_version_number() == MXAUTH_VERSION_NUMBER, "version number %x", (unsigned)mxauth_version_number());
}

int main(int argc, char **argv) {
  corpus = corpus_load(argc, argv);
  corpus_now = number_of(corpus, "now");
  token = token_of(case_named(corpus, "p-256: as signed"), &length);
  keys = json_dumps(json_object_get(json_object_get(corpus, "keys"), "main"), JSON_COMPACT);
  names();
  ranges();
  order();
  snapshots();
  notes();
  tables();
  free(keys);
  free(token);
  json_decref(corpus);
  return finish("options");
}
