/* SPDX-License-Identifier: Apache-2.0
 *
 * The host's OpenSSL error queue is the host's: no call adds to it or takes from it.
 */
#include <openssl/err.h>

#include "helper.h"

/** Whether the queue of this thread holds exactly the codes from 1 to `count`, which it then does in any case. */
static int queue_holds(unsigned long count) {
  unsigned long found = 0;
  int same = 1;
  for (unsigned long code; (code = ERR_get_error()) != 0; found++)
    same = same && ERR_GET_LIB(code) == ERR_LIB_USER && (unsigned long)ERR_GET_REASON(code) == found + 1;
  for (unsigned long i = 1; i <= count; i++) ERR_raise(ERR_LIB_USER, (int)i);
  return same && found == count;
}

static void fill_queue(unsigned long count) {
  ERR_clear_error();
  for (unsigned long i = 1; i <= count; i++) ERR_raise(ERR_LIB_USER, (int)i);
}

static void tokens(const json_t *corpus, unsigned long held) {
  validators all = {.corpus = corpus};
  const json_t *cases = json_object_get(corpus, "cases");
  for (size_t i = 0; i < json_array_size(cases); i++) {
    const json_t *test = json_array_get(cases, i);
    size_t length;
    char *token = token_of(test, &length);
    mxauth_validator *validator = validators_get(&all, text_of(test, "profile"));
    check(queue_holds(held), "profile %s changed the queue of %lu", text_of(test, "profile"), held);
    mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
    mxauth_validate(validator, token, length, &verdict, NULL);
    check(queue_holds(held), "%s: validate changed the queue of %lu", text_of(test, "name"), held);
    if (i % 8 == 0) {
      mxauth_explain(validator, token, length, NULL, 0, NULL, NULL);
      check(queue_holds(held), "%s: explain changed the queue of %lu", text_of(test, "name"), held);
    }
    free(token);
  }
  validators_free(&all);
  check(queue_holds(held), "freeing changed the queue");
}

static void keys(unsigned long held) {
  static const char *texts[] = {
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
      "{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AA\",\"y\":\"AA\"}",
      "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
      "{\"kty\":\"RSA\",\"n\":\"AQAC\",\"e\":\"Ag\"}",
      "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}",
      "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
      "-----BEGIN PUBLIC KEY-----\n*\n-----END PUBLIC KEY-----\n",
      "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
      "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
      "-----BEGIN PUBLIC KEY-----\nMIIB",
      "neither",
      "",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    char report[2048];
    mxauth_inspect_keys(texts[i], strlen(texts[i]), report, sizeof report, NULL, NULL);
    check(queue_holds(held), "key text %zu, inspected, changed the queue of %lu", i, held);
    mxauth_config *config = mxauth_config_new();
    mxauth_config_set(config, "issuer", "https://issuer.example/", NULL);
    mxauth_status status = mxauth_config_set(config, "issuer.keys", texts[i], NULL);
    check(status == MXAUTH_KEY_SET_INVALID, "key text %zu: %s", i, mxauth_status_name(status));
    mxauth_config_free(config);
    check(queue_holds(held), "key text %zu, set, changed the queue of %lu", i, held);
  }
}

/** Sets with more bad entries than the queue has room for: their errors must not push the host's out at the other end. */
static void many_keys(unsigned long held) {
  static const struct {
    const char *before, *one, *after;
  } texts[] = {
      {"{\"keys\":[",
       "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"y\":\"AAAAAAAAAAAAAAAAAAAA"
       "AAAAAAAAAAAAAAAAAAAAAAA\"},",
       "null]}"},
      {"{\"keys\":[", "{\"kty\":\"oct\",\"k\":\"MAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"},", "null]}"},
      {"", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", ""},
      {"", "-----BEGIN PUBLIC KEY-----\n*\n-----END PUBLIC KEY-----\n", ""},
      {"", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", ""},
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    char text[12000];
    strcpy(text, texts[i].before);
    for (int j = 0; j < 40; j++) strcat(text, texts[i].one);
    strcat(text, texts[i].after);
    mxauth_inspect_keys(text, strlen(text), NULL, 0, NULL, NULL);
    check(queue_holds(held), "40 bad keys of kind %zu, inspected, changed the queue of %lu", i, held);
    mxauth_config *config = mxauth_config_new();
    mxauth_config_set(config, "issuer", "https://issuer.example/", NULL);
    mxauth_config_set(config, "issuer.keys", text, NULL);
    mxauth_config_free(config);
    check(queue_holds(held), "40 bad keys of kind %zu, set, changed the queue of %lu", i, held);
  }
}

int main(int argc, char **argv) {
  json_t *corpus = corpus_load(argc, argv);
  // OpenSSL keeps 16 errors at most; a host whose queue is half full still has room for what we take back.
  for (unsigned long held = 0; held <= 6; held += 3) {
    fill_queue(held);
    tokens(corpus, held);
    keys(held);
    many_keys(held);
  }
  ERR_clear_error();
  json_decref(corpus);
  return finish("openssl");
}
