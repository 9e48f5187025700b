/* SPDX-License-Identifier: Apache-2.0
 * validate NAME=VALUE... sets the options, lets the library fetch the issuers' keys, reads lines of "label<TAB>token"
 * and writes for each: label, status, user, device, grants and reason, with tabs between. */
#include <mxauth.h>
#include <stdio.h>
#include <string.h>

static char line[1 << 15];

static int complain(const char *about, const char *message) {
  fprintf(stderr, "%s: %s\n", about, message);
  return 2;
}

static mxauth_validator *make_validator(char *options[], int count) {
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_validator *validator = NULL;
  mxauth_config *config = mxauth_config_new();
  mxauth_status status = MXAUTH_OK;
  for (int i = 0; i < count && status == MXAUTH_OK; i++) {
    const char *name = strtok(options[i], "="), *value = strtok(NULL, "");
    status = mxauth_config_set(config, name ? name : "", value ? value : "", &error);
    if (status == MXAUTH_OK && error.message[0]) complain("note", error.message); /* some keys were skipped */
  }
  if (status == MXAUTH_OK) status = mxauth_validator_new(config, &validator, &error);
  if (status == MXAUTH_OK) status = mxauth_transport_start(validator, &error);
  if (status != MXAUTH_OK) complain(error.subject, error.message);
  mxauth_config_free(config);
  if (status == MXAUTH_OK) return validator;
  mxauth_validator_free(validator);
  return NULL;
}

static void print_row(mxauth_validator *validator, const char *label, const char *token) {
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_status status = mxauth_validate_wait(validator, token, strlen(token), 5000, &verdict, &error);
  const char *admin = verdict.grants & MXAUTH_GRANT_SYNAPSE_ADMIN ? " synapse-admin" : "";
  const char *grants = verdict.grants & MXAUTH_GRANT_CLIENT_API ? "client-api" : "";
  printf("%s\t%s\t%s\t%s\t%s%s\t%s\n", label, mxauth_status_name(status), verdict.user_id.bytes,
         verdict.device_id.bytes, grants, admin, error.message);
}

int main(int argc, char *argv[]) {
  mxauth_validator *validator = make_validator(argv + 1, argc - 1);
  if (!validator) return 2;
  while (fgets(line, sizeof line, stdin)) {
    const char *label = strtok(line, "\t\n"), *token = strtok(NULL, "\t\n");
    if (label) print_row(validator, label, token ? token : "");
  }
  mxauth_validator_free(validator);
  return ferror(stdin) || fflush(stdout) != 0;
}
