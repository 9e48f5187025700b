/* SPDX-License-Identifier: Apache-2.0
 *
 * A host that exports a json_loadb of its own, which then stands before libjansson's for the library too. Linked with
 * -rdynamic; must be told so instead of being misunderstood.
 */
#include <stdio.h>
#include <string.h>

#include "mxauth.h"

int host_was_called;

void *json_loadb(const char *buffer, size_t length, size_t flags, void *error);

void *json_loadb(const char *buffer, size_t length, size_t flags, void *error) {
  (void)buffer, (void)length, (void)flags, (void)error;
  host_was_called = 1;
  return NULL;
}

int main(void) {
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_config *config = mxauth_config_new();
  mxauth_validator *validator = (mxauth_validator *)config;
  mxauth_config_set(config, "server_name", "matrix.example", NULL);
  mxauth_config_set(config, "issuer", "https://issuer.example/", NULL);
  mxauth_config_set(config, "issuer.audience", "https://matrix.example", NULL);
  mxauth_status status = mxauth_validator_new(config, &validator, &error);
  mxauth_config_free(config);
  mxauth_status document = mxauth_registration_check("{}", 2, NULL, 0, NULL, NULL);
  int holds[] = {document == MXAUTH_HOST_CONFLICT && !host_was_called, status == MXAUTH_HOST_CONFLICT,
                 validator == NULL, error.status == MXAUTH_HOST_CONFLICT,
                 strstr(error.message, "json_") != NULL};
  int passed = 0;
  for (int i = 0; i < 5; i++) passed += holds[i];
  if (passed < 5) fprintf(stderr, "FAILED: %s: %s\n", mxauth_status_name(status), error.message);
  printf("hijack: %d passed, %d failed\n", passed, 5 - passed);
  return passed < 5;
}
