/* SPDX-License-Identifier: Apache-2.0
 *
 * A host that uses libcurl itself, with an allocator of its own: the transport starts and stops before, between and after
 * curl_global_init and curl_global_cleanup of the host's, and both carry requests at the same time. curl URL TOKEN
 */
#include <curl/curl.h>
#include <pthread.h>

#include "../abi/helper.h"

static const char *issuer, *token;
static long allocated;

static void *own_malloc(size_t size) {
  allocated++;
  return malloc(size);
}
static void *own_calloc(size_t count, size_t size) {
  allocated++;
  return calloc(count, size);
}
static void *own_realloc(void *block, size_t size) {
  allocated++;
  return realloc(block, size);
}
static char *own_strdup(const char *text) {
  allocated++;
  return strcpy(malloc(strlen(text) + 1), text);
}

static mxauth_validator *made(void) {
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_validator *validator = NULL;
  mxauth_config *config = mxauth_config_new();
  need(!mxauth_config_set(config, "server_name", "example.org", &error) &&
           !mxauth_config_set(config, "allow_http", "loopback", &error) &&
           !mxauth_config_set(config, "issuer", issuer, &error) &&
           !mxauth_config_set(config, "issuer.audience", "https://matrix.example.org/", &error) &&
           !mxauth_validator_new(config, &validator, &error),
       error.message);
  mxauth_config_free(config);
  return validator;
}

/** Whether a new validator fetches its keys and judges the token. */
static int judges(void) {
  mxauth_validator *validator = made();
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  int good = mxauth_transport_start(validator, &error) == MXAUTH_OK &&
             mxauth_validate_wait(validator, token, strlen(token), 5000, &verdict, &error) == MXAUTH_OK;
  if (!good) fprintf(stderr, "%s\n", error.message);
  mxauth_validator_free(validator);
  return good;
}

static size_t drop(char *data, size_t size, size_t count, void *user) {
  (void)data;
  *(size_t *)user += size * count;
  return size * count;
}

/** Whether the host's own request is answered. */
static int fetches(void) {
  size_t bytes = 0;
  char url[256];
  snprintf(url, sizeof url, "%sjwks.json", issuer);
  CURL *easy = curl_easy_init();
  if (easy == NULL) return 0;
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &bytes);
  CURLcode code = curl_easy_perform(easy);
  curl_easy_cleanup(easy);
  return code == CURLE_OK && bytes > 100;
}

static void *fetch_often(void *unused) {
  intptr_t good = 0;
  for (int i = 0; i < 30; i++) good += fetches();
  (void)unused;
  return (void *)good;
}

int main(int argc, char **argv) {
  need(argc > 2, "usage: curl URL TOKEN");
  issuer = argv[1];
  token = argv[2];
  need(curl_global_init_mem(CURL_GLOBAL_ALL, own_malloc, free, own_realloc, own_strdup, own_calloc) == CURLE_OK, "curl");
  check(fetches(), "the host alone");
  long before = allocated;
  check(judges() && allocated > before, "the transport, with the host's allocator");

  pthread_t thread;
  void *good = NULL;
  need(pthread_create(&thread, NULL, fetch_often, NULL) == 0, "a thread");
  int judged = 0;
  for (int i = 0; i < 10; i++) judged += judges();
  pthread_join(thread, &good);
  check(judged == 10 && (intptr_t)good == 30, "at the same time: %d judged, %ld fetched", judged, (long)(intptr_t)good);

  // A transport that goes on while the host is through with libcurl.
  mxauth_validator *lasting = made();
  check(mxauth_transport_start(lasting, NULL) == MXAUTH_OK, "a transport");
  curl_global_cleanup();
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  check(mxauth_validate_wait(lasting, token, strlen(token), 5000, &verdict, NULL) == MXAUTH_OK, "after the host's cleanup: %s",
        mxauth_status_name(verdict.status));
  check(judges(), "another one after that");
  mxauth_validator_free(lasting);

  need(curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK, "curl again");
  check(fetches() && judges() && fetches(), "both again");
  curl_global_cleanup();
  return finish("curl");
}
