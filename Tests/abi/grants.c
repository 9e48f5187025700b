/* SPDX-License-Identifier: Apache-2.0
 *
 * Grants: PKCE and authorization requests.
 */
#include "helper.h"

// RFC 7636 appendix B.
static const char verifier[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
static const char challenge[] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

static void is(mxauth_status found, mxauth_status expected, const char *what) {
  check(found == expected, "%s: %s, not %s", what, mxauth_status_name(found), mxauth_status_name(expected));
}

static void about(const mxauth_error *error, mxauth_status status, const char *subject) {
  check(error->status == status && strcmp(error->subject, subject) == 0 && error->message[0] != 0, "%s: error %d about %s",
        subject, (int)error->status, error->subject);
  check(strstr(error->message, "dBjft") == NULL, "an error tells a verifier: %s", error->message);
}

static void pkce(void) {
  mxauth_error error = MXAUTH_ERROR_INIT, unset = {0};
  size_t length = strlen(verifier), size = strlen(challenge);
  char *v = block_of(verifier, length), *c = block_of(challenge, size);  // without a NUL
  is(mxauth_pkce_check(v, length, c, size, "S256", &error), MXAUTH_OK, "the RFC's example");
  check(error.status == MXAUTH_OK && error.message[0] == 0, "error after success");
  is(mxauth_pkce_check(v, length, c, size, "S256", NULL), MXAUTH_OK, "without an error");
  is(mxauth_pkce_check(v, length, c, size, NULL, &error), MXAUTH_INPUT_INVALID, "no method");
  about(&error, MXAUTH_INPUT_INVALID, "code_challenge_method");
  is(mxauth_pkce_check(v, length, c, size, "plain", &error), MXAUTH_INPUT_INVALID, "plain");
  about(&error, MXAUTH_INPUT_INVALID, "code_challenge_method");
  is(mxauth_pkce_check(v, length, v, length, "plain", &error), MXAUTH_INPUT_INVALID, "plain, and equal");
  is(mxauth_pkce_check(v, length, c, size - 1, "S256", &error), MXAUTH_INPUT_INVALID, "a short challenge");
  about(&error, MXAUTH_INPUT_INVALID, "code_challenge");
  is(mxauth_pkce_check(v, length - 1, c, size, "S256", &error), MXAUTH_INPUT_INVALID, "a short verifier");
  about(&error, MXAUTH_INPUT_INVALID, "code_verifier");
  is(mxauth_pkce_check(NULL, 0, c, size, "S256", &error), MXAUTH_INPUT_INVALID, "no verifier");
  about(&error, MXAUTH_INPUT_INVALID, "code_verifier");
  is(mxauth_pkce_check(v, length, NULL, 0, "S256", &error), MXAUTH_INPUT_INVALID, "no challenge");
  about(&error, MXAUTH_INPUT_INVALID, "code_challenge");
  is(mxauth_pkce_check(c, size, c, size, "S256", &error), MXAUTH_GRANT_INVALID, "another verifier");
  about(&error, MXAUTH_GRANT_INVALID, "code_verifier");
  is(mxauth_pkce_check(NULL, length, c, size, "S256", &error), MXAUTH_MISUSE, "NULL verifier");
  is(mxauth_pkce_check(v, length, NULL, size, "S256", &error), MXAUTH_MISUSE, "NULL challenge");
  is(mxauth_pkce_check(v, SIZE_MAX, c, size, "S256", &error), MXAUTH_MISUSE, "an absurd length");
  is(mxauth_pkce_check(v, length, c, SIZE_MAX, "S256", &error), MXAUTH_MISUSE, "an absurd length");
  is(mxauth_pkce_check(v, length, c, size, "S256", &unset), MXAUTH_MISUSE, "an error without struct_size");

  char text[44] = "x";
  size_t needed = 0;
  is(mxauth_pkce_challenge(v, length, NULL, 0, &needed, &error), MXAUTH_BUFFER_TOO_SMALL, "no buffer");
  check(needed == 44, "a challenge needs %zu", needed);
  is(mxauth_pkce_challenge(v, length, text, 43, &needed, &error), MXAUTH_BUFFER_TOO_SMALL, "one byte less");
  check(text[0] == 'x', "wrote a part: %s", text);
  is(mxauth_pkce_challenge(v, length, text, 44, NULL, NULL), MXAUTH_OK, "what it needs");
  check(strcmp(text, challenge) == 0, "challenge %s", text);
  is(mxauth_pkce_challenge(v, length, NULL, 44, &needed, &error), MXAUTH_MISUSE, "NULL buffer");
  is(mxauth_pkce_challenge(NULL, 1, text, 44, &needed, &error), MXAUTH_MISUSE, "NULL verifier");
  is(mxauth_pkce_challenge(v, length - 1, text, 44, &needed, &error), MXAUTH_INPUT_INVALID, "a short verifier");
  about(&error, MXAUTH_INPUT_INVALID, "code_verifier");
  free(v);
  free(c);
}

static const char query[] =
    "client_id=abc&response_type=code&response_mode=query&redirect_uri=http%3A%2F%2F127.0.0.1%3A9000%2Fcb&state=s"
    "&scope=urn%3Amatrix%3Aclient%3Aapi%3A%2A+urn%3Amatrix%3Aclient%3Adevice%3AAABBCCDDEE&prompt=create"
    "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
static const char client[] =
    "{\"application_type\": \"native\", \"redirect_uris\": [\"http://127.0.0.1/cb\"], \"response_types\": [\"code\"],"
    " \"grant_types\": [\"authorization_code\", \"refresh_token\"]}";

static void authorization(void) {
  mxauth_error error = MXAUTH_ERROR_INIT, unset = {0};
  size_t length = strlen(query), size = strlen(client), needed = 0;
  char *q = block_of(query, length), *c = block_of(client, size);  // without a NUL
  uint32_t create = MXAUTH_AUTHORIZATION_PROMPT_CREATE;
  is(mxauth_authorization_check(q, length, c, size, create, NULL, 0, &needed, &error), MXAUTH_BUFFER_TOO_SMALL, "no buffer");
  char *text = malloc(needed);
  need(text != NULL, "memory");
  text[0] = 'x';
  is(mxauth_authorization_check(q, length, c, size, create, text, needed - 1, NULL, &error), MXAUTH_BUFFER_TOO_SMALL, "one byte less");
  check(text[0] == 'x', "wrote a part");
  is(mxauth_authorization_check(q, length, c, size, create, text, needed, NULL, NULL), MXAUTH_OK, "what it needs");
  check(strlen(text) == needed - 1, "%zu bytes, not %zu", strlen(text) + 1, needed);
  json_t *report = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
  json_t *request = json_object_get(report, "request");
  check(json_is_true(json_object_get(report, "valid")) && json_is_object(request), "report %s", text);
  check(strcmp(text_of(request, "device_id"), "AABBCCDDEE") == 0 && json_object_size(request) == 10, "request of %s", text);
  check(strcmp(text_of(request, "redirect_uri"), "http://127.0.0.1:9000/cb") == 0, "redirect_uri of %s", text);
  json_decref(report);
  free(text);

  char buffer[8192];
  is(mxauth_authorization_check(q, length, c, size, 0, buffer, sizeof buffer, NULL, &error), MXAUTH_OK, "create, not offered");
  report = json_loads(buffer, JSON_REJECT_DUPLICATES, NULL);
  check(json_is_false(json_object_get(report, "valid")) && json_array_size(json_object_get(report, "problems")) == 1 &&
            json_is_true(json_object_get(report, "redirect")) && json_is_object(json_object_get(report, "reply")) &&
            strcmp(text_of(report, "error"), "invalid_request") == 0 && json_object_get(report, "request") == NULL,
        "report %s", buffer);
  json_decref(report);
  is(mxauth_authorization_check(NULL, 0, c, size, 0, buffer, sizeof buffer, NULL, &error), MXAUTH_OK, "an empty query");
  check(strstr(buffer, "\"redirect\": false") != NULL, "report %s", buffer);

  // What registration gives is what is taken here.
  static const char registration[] =
      "{\"client_uri\": \"https://chat.example/\", \"redirect_uris\": [\"http://127.0.0.1/cb\"], \"application_type\": \"native\","
      " \"grant_types\": [\"authorization_code\", \"refresh_token\"]}";
  is(mxauth_registration_check(registration, strlen(registration), buffer, sizeof buffer, NULL, &error), MXAUTH_OK, "registration");
  report = json_loads(buffer, JSON_REJECT_DUPLICATES, NULL);
  char *metadata = json_dumps(json_object_get(report, "metadata"), 0);
  need(metadata != NULL, "metadata");
  is(mxauth_authorization_check(q, length, metadata, strlen(metadata), create, buffer, sizeof buffer, NULL, &error), MXAUTH_OK, "registered");
  check(strstr(buffer, "\"valid\": true") != NULL, "report %s", buffer);
  free(metadata);
  json_decref(report);

  is(mxauth_authorization_check(NULL, 1, c, size, 0, buffer, sizeof buffer, NULL, &error), MXAUTH_MISUSE, "NULL query");
  is(mxauth_authorization_check(q, length, NULL, 1, 0, buffer, sizeof buffer, NULL, &error), MXAUTH_MISUSE, "NULL client");
  is(mxauth_authorization_check(q, SIZE_MAX, c, size, 0, buffer, sizeof buffer, NULL, &error), MXAUTH_MISUSE, "an absurd length");
  is(mxauth_authorization_check(q, length, c, SIZE_MAX, 0, buffer, sizeof buffer, NULL, &error), MXAUTH_MISUSE, "an absurd length");
  is(mxauth_authorization_check(q, length, c, size, 2, buffer, sizeof buffer, NULL, &error), MXAUTH_MISUSE, "no such flag");
  is(mxauth_authorization_check(q, length, c, size, 0, NULL, 1, NULL, &error), MXAUTH_MISUSE, "NULL buffer");
  is(mxauth_authorization_check(q, length, c, size, 0, buffer, sizeof buffer, NULL, &unset), MXAUTH_MISUSE, "an error without struct_size");
  is(mxauth_authorization_check(q, length, NULL, 0, 0, buffer, sizeof buffer, NULL, &error), MXAUTH_INPUT_INVALID, "no client");
  about(&error, MXAUTH_INPUT_INVALID, "client");
  is(mxauth_authorization_check(q, length, "{\"redirect_uris\": 1}", 20, 0, buffer, sizeof buffer, NULL, &error), MXAUTH_INPUT_INVALID, "bad metadata");
  about(&error, MXAUTH_INPUT_INVALID, "client.redirect_uris");
  char *large = malloc(65537);
  need(large != NULL, "memory");
  memset(large, 'a', 65537);
  is(mxauth_authorization_check(large, 65537, c, size, 0, buffer, sizeof buffer, NULL, &error), MXAUTH_INPUT_INVALID, "too large");
  about(&error, MXAUTH_INPUT_INVALID, "query");
  is(mxauth_authorization_check(large, 65536, c, size, 0, buffer, sizeof buffer, NULL, &error), MXAUTH_OK, "large");
  memset(large, '&', 65536);
  is(mxauth_authorization_check(large, 65536, c, size, 0, buffer, sizeof buffer, NULL, &error), MXAUTH_OK, "nothing but ampersands");
  for (size_t i = 0; i < 65536; i += 2) large[i] = 'a';
  is(mxauth_authorization_check(large, 65536, c, size, 0, buffer, sizeof buffer, NULL, &error), MXAUTH_INPUT_INVALID, "too many");
  about(&error, MXAUTH_INPUT_INVALID, "query");
  free(large);
  free(q);
  free(c);
}

int main(void) {
  pkce();
  authorization();
  return finish("grants");
}
