/* SPDX-License-Identifier: Apache-2.0
 *
 * A host that gave jansson an allocator and a seed of its own: the library's JSON goes through that allocator, each block
 * back to where it came from, and none outlives the call that made it.
 */
#include "../abi/played.h"

/* Every block has a mark before it that free looks for. */
enum { MARK = 16 };
static const char mark[MARK] = "this host's own";
static long made, freed, foreign;

static void *own_malloc(size_t size) {
  char *block = malloc(size + MARK);
  if (block == NULL) return NULL;
  memcpy(block, mark, MARK);
  made++;
  return block + MARK;
}

static void own_free(void *block) {
  if (block == NULL) return;
  char *whole = (char *)block - MARK;
  if (memcmp(whole, mark, MARK) != 0) {
    foreign++;
    return;
  }
  memset(whole, 0, MARK);
  freed++;
  free(whole);
}

static void *no_malloc(size_t size) {
  (void)size;
  return NULL;
}

#define KEYS "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\"},{\"kty\":\"RSA\"},5]}"

/** Each function that reads or writes documents; how many of them came to a result. */
static int documents(void) {
  static char buffer[8192];
  uint32_t number;
  long held = made - freed;
  mxauth_status statuses[] = {
      mxauth_inspect_keys(KEYS, strlen(KEYS), buffer, sizeof buffer, NULL, NULL),
      mxauth_registration_check("{\"client_name\":\"x\"}", 19, buffer, sizeof buffer, NULL, NULL),
      mxauth_metadata_check("{\"issuer\":\"https://a.example/\"}", 31, NULL, buffer, sizeof buffer, NULL, NULL),
      mxauth_metadata_merge("{\"a\":[1,2,{}]}", 14, "{}", 2, buffer, sizeof buffer, NULL, NULL),
      mxauth_login_flows(MXAUTH_LOGIN_SSO, NULL, 0, buffer, sizeof buffer, NULL, NULL),
      mxauth_cross_signing_check("{}", 2, "{\"master_key\":{}}", 17, &number, NULL),
      mxauth_scope_inspect("openid", 6, 0, buffer, sizeof buffer, NULL, NULL),
      mxauth_appservice_registration("{\"inhibit_login\":true}", 22, &number, NULL),
      mxauth_registration_check("{\"a\":", 5, buffer, sizeof buffer, NULL, NULL),
  };
  int good = 0;
  for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
    good += statuses[i] == MXAUTH_OK;
  check(made - freed == held, "documents left %ld blocks behind", made - freed - held);
  return good;
}

static void introspection(void) {
  mxauth_validator *validator = VALIDATOR(USERS, "issuer", ISSUER, "issuer.tokens", "opaque", ASKED);
  mxauth_verdict verdict;
  check(asked(validator, "opaque", 200, "{\"active\":true,\"username\":\"alice\",\"scope\":\"" API_SCOPE "\",\"more\":[{}]}",
              &verdict) == MXAUTH_OK,
        "an introspected token: %s", mxauth_status_name(verdict.status));
  check(made == freed, "an answer: %ld blocks made, %ld freed", made, freed);
  check(judged(validator, "opaque", &verdict) == MXAUTH_OK, "from the cache");
  mxauth_validator_free(validator);
}

int main(void) {
  int usual = documents();
  check(usual > 5 && made == 0, "%d documents with the usual allocator", usual);
  mxauth_validator *older = VALIDATOR(USERS, "issuer", ISSUER, "issuer.tokens", "opaque", ASKED);
  json_t *hosts = json_pack("{s:[i,i]}", "numbers", 1, 2);
  json_decref(hosts);

  json_set_alloc_funcs(own_malloc, own_free);
  json_object_seed(42);
  check(documents() == usual && made > 50, "%ld blocks through the host's allocator", made);
  introspection();
  json_malloc_t host_malloc;
  json_free_t host_free;
  json_get_alloc_funcs(&host_malloc, &host_free);
  check(host_malloc == own_malloc && host_free == own_free, "the allocator is not the host's any more");
  hosts = json_pack("{s:s}", "host", "document");
  check(documents() == usual && strcmp(json_string_value(json_object_get(hosts, "host")), "document") == 0, "its own");
  json_decref(hosts);
  check(made == freed && foreign == 0, "%ld blocks made, %ld freed, %ld of somebody else's", made, freed, foreign);

  // An allocator that has nothing to give: a status, and no crash.
  json_set_alloc_funcs(no_malloc, own_free);
  check(documents() < usual, "documents without memory");

  // And back, with a validator from before.
  json_set_alloc_funcs(malloc, free);
  mxauth_verdict verdict;
  check(asked(older, "opaque", 200, "{\"active\":false}", &verdict) == MXAUTH_TOKEN_INACTIVE, "an older validator");
  mxauth_validator_free(older);
  check(documents() == usual && made == freed, "back to the usual allocator");
  return finish("jansson");
}
