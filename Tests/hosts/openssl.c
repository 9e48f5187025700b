/* SPDX-License-Identifier: Apache-2.0
 *
 * A host with an OpenSSL configuration of its own: default properties, providers and library contexts are its to choose,
 * are left as they are, and can make tokens refused but never accepted. Its error queue: Tests/abi/openssl.c.
 */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

#include "../abi/helper.h"

static const json_t *cases;

/** A validator of the corpus's first profile; NULL if its keys cannot be used here. */
static mxauth_validator *made(const json_t *corpus) {
  corpus_now = number_of(corpus, "now");
  const json_t *options = json_object_get(json_object_get(corpus, "profiles"), "default");
  mxauth_config *config = mxauth_config_new();
  mxauth_validator *validator = NULL;
  mxauth_status status = mxauth_config_set_clock(config, fixed_clock, &corpus_now);
  for (size_t i = 0; i < json_array_size(options) && status == MXAUTH_OK; i++) {
    const char *name = json_string_value(json_array_get(json_array_get(options, i), 0));
    const char *value = json_string_value(json_array_get(json_array_get(options, i), 1));
    char *keys = value[0] == '@' ? json_dumps(json_object_get(json_object_get(corpus, "keys"), value + 1), 0) : NULL;
    status = mxauth_config_set(config, name, keys ? keys : value, NULL);
    free(keys);
  }
  if (status == MXAUTH_OK) mxauth_validator_new(config, &validator, NULL);
  mxauth_config_free(config);
  return validator;
}

/** How many tokens are judged otherwise than the corpus says, and how many of those are accepted. */
typedef struct judgement {
  long same, refused, accepted;
} judgement;

static judgement judge(mxauth_validator *validator) {
  judgement found = {0, 0, 0};
  for (size_t i = 0; i < json_array_size(cases); i += 3) {
    const json_t *test = json_array_get(cases, i);
    if (strcmp(text_of(test, "profile"), "default") != 0) continue;
    size_t length;
    char *token = token_of(test, &length);
    mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
    mxauth_status status = mxauth_validate(validator, token, length, &verdict, NULL);
    int as_usual = strcmp(mxauth_status_name(status), text_of(test, "status")) == 0;
    found.same += as_usual;
    found.refused += !as_usual && status != MXAUTH_OK;
    found.accepted += !as_usual && status == MXAUTH_OK;
    free(token);
  }
  return found;
}

static void as_usual(mxauth_validator *validator, const char *where) {
  need(validator != NULL, where);
  judgement found = judge(validator);
  check(found.same > 100 && found.refused == 0 && found.accepted == 0, "%s: %ld as usual, %ld refused, %ld accepted", where,
        found.same, found.refused, found.accepted);
}

static int works_for_host(const char *properties) {
  EVP_MD *digest = EVP_MD_fetch(NULL, "SHA256", properties);
  EVP_MD_free(digest);
  return digest != NULL;
}

int main(int argc, char **argv) {
  json_t *corpus = corpus_load(argc, argv);
  cases = json_object_get(corpus, "cases");
  mxauth_validator *before = made(corpus);
  as_usual(before, "a host that chooses nothing");

  check(EVP_set_default_properties(NULL, "?fips=yes") == 1, "preferred properties");
  mxauth_validator *preferring = made(corpus);
  as_usual(preferring, "properties that are preferred");
  check(EVP_set_default_properties(NULL, "fips=yes") == 1, "demanded properties");
  check(made(corpus) == NULL, "keys are usable though no provider has the properties that the host demands");
  judgement found = judge(before);
  check(found.accepted == 0 && found.same + found.refused > 100, "%ld accepted", found.accepted);
  check(!works_for_host(NULL) && works_for_host("fips=no"), "the host's properties are not what they were");
  check(EVP_set_default_properties(NULL, "") == 1, "no properties");
  ERR_clear_error();
  as_usual(before, "the same validator afterwards");

  OSSL_LIB_CTX *own = OSSL_LIB_CTX_new(), *usual = OSSL_LIB_CTX_set0_default(own);
  as_usual(before, "a validator in another library context than it was made in");
  mxauth_validator *inside = made(corpus);
  as_usual(inside, "a validator in a library context of the host's");
  check(OSSL_LIB_CTX_set0_default(NULL) == own, "the thread's context is not the host's any more");
  OSSL_LIB_CTX_set0_default(usual);
  as_usual(inside, "that validator outside");

  OSSL_LIB_CTX *empty = OSSL_LIB_CTX_new();
  OSSL_PROVIDER *null = OSSL_PROVIDER_load(empty, "null");
  need(null != NULL, "the null provider");
  OSSL_LIB_CTX_set0_default(empty);
  check(made(corpus) == NULL, "keys are usable in a context without algorithms");
  check(judge(before).accepted == 0, "something is accepted in a context without algorithms");
  OSSL_LIB_CTX_set0_default(usual);

  check(!OSSL_PROVIDER_available(NULL, "legacy"), "a provider was loaded behind the host's back");
  OSSL_PROVIDER *legacy = OSSL_PROVIDER_load(NULL, "legacy");
  if (legacy != NULL) {
    as_usual(before, "with the legacy provider as well");
    check(OSSL_PROVIDER_available(NULL, "legacy"), "the host's provider was unloaded");
    OSSL_PROVIDER_unload(legacy);
  }

  mxauth_validator_free(before);
  mxauth_validator_free(preferring);
  // Before the context that its keys are in.
  mxauth_validator_free(inside);
  OSSL_PROVIDER_unload(null);
  OSSL_LIB_CTX_free(empty);
  OSSL_LIB_CTX_free(own);
  check(ERR_peek_error() == 0, "there is something in the error queue");
  check(works_for_host(NULL), "the host's OpenSSL works no longer");
  json_decref(corpus);
  return finish("openssl");
}
