/* SPDX-License-Identifier: Apache-2.0
 * Reads lines of "label<TAB>token"; writes label, status, user, device, grants and reason of each, tabs between. */
#include <mxauth.h>
#include <stdio.h>
#include <string.h>

static char key_set[1 << 20], line[1 << 15];

static int complain(const char *about, const char *message) {
  fprintf(stderr, "%s: %s\n", about, message);
  return 2;
}

static int read_key_set(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return 0;
  int is_whole = fread(key_set, 1, sizeof key_set - 1, file) < sizeof key_set - 1 && !ferror(file);
  fclose(file);
  return is_whole;
}

static mxauth_validator *make_validator(const char *issuer, const char *audience, const char *server_name) {
  const char *options[][2] = {{"server_name", server_name}, {"issuer", issuer},
                              {"issuer.audience", audience}, {"issuer.keys", key_set}};
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_validator *validator = NULL;
  mxauth_config *config = mxauth_config_new();
  mxauth_status status = MXAUTH_OK;
  for (size_t i = 0; i < sizeof options / sizeof options[0] && status == MXAUTH_OK; i++) {
    status = mxauth_config_set(config, options[i][0], options[i][1], &error);
    if (status == MXAUTH_OK && error.message[0]) complain("note", error.message); /* some keys were skipped */
  }
  if (status == MXAUTH_OK) status = mxauth_validator_new(config, &validator, &error);
  if (status != MXAUTH_OK) complain(error.subject, error.message);
  mxauth_config_free(config);
  return validator;
}

static void print_row(const mxauth_validator *validator, const char *label, const char *token) {
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_status status = mxauth_validate(validator, token, strlen(token), &verdict, &error);
  const char *grants = verdict.grants & MXAUTH_GRANT_CLIENT_API ? "client-api" : "";
  printf("%s\t%s\t%s\t%s\t%s\t%s\n", label, mxauth_status_name(status), verdict.user_id.bytes,
         verdict.device_id.bytes, grants, error.message);
}

int main(int argc, char *argv[]) {
  if (argc != 5) return complain("usage", "validate KEY_SET_FILE ISSUER AUDIENCE SERVER_NAME < TOKENS");
  if (!read_key_set(argv[1])) return complain(argv[1], "cannot be read, or is too large");
  mxauth_validator *validator = make_validator(argv[2], argv[3], argv[4]);
  if (!validator) return 2;
  while (fgets(line, sizeof line, stdin)) {
    const char *label = strtok(line, "\t\n"), *token = strtok(NULL, "\t\n");
    if (label) print_row(validator, label, token ? token : "");
  }
  mxauth_validator_free(validator);
  return ferror(stdin) || fflush(stdout) != 0;
}
