/* SPDX-License-Identifier: Apache-2.0
 * revoke ISSUER SECRET: opaque tokens of an issuer like Matrix Authentication Service. Reads lines of
 * "label<TAB>token". A token that is good is judged again, then revoked here, and judged once more. Writes for each
 * verdict: label, status, user, device, how often the issuer has been asked so far, and reason, with tabs between. */
#include <inttypes.h>
#include <mxauth.h>
#include <stdio.h>
#include <string.h>

static char line[1 << 15];

static mxauth_validator *make_validator(const char *issuer, const char *secret) {
  const char *const options[][2] = {
      {"server_name", "example.org"},
      {"allow_http", "loopback"}, /* for this example only */
      {"issuer", issuer},         /* its metadata says where to ask */
      {"issuer.tokens", "opaque"},
      {"issuer.opaque_form", "mas"}, /* what cannot be such a token is refused without asking */
      {"issuer.client_auth", "bearer"},
      {"issuer.client_secret", secret},
      {"issuer.any_audience", "true"}, /* it names no audience */
  };
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_validator *validator = NULL;
  mxauth_config *config = mxauth_config_new();
  mxauth_status status = MXAUTH_OK;
  for (size_t i = 0; i < sizeof options / sizeof options[0] && status == MXAUTH_OK; i++)
    status = mxauth_config_set(config, options[i][0], options[i][1], &error);
  if (status == MXAUTH_OK) status = mxauth_validator_new(config, &validator, &error);
  if (status == MXAUTH_OK) status = mxauth_transport_start(validator, &error);
  if (status != MXAUTH_OK) fprintf(stderr, "%s: %s\n", error.subject, error.message);
  mxauth_config_free(config);
  if (status == MXAUTH_OK) return validator;
  mxauth_validator_free(validator);
  return NULL;
}

static uint64_t questions(mxauth_validator *validator) {
  mxauth_stats stats = MXAUTH_STATS_INIT;
  mxauth_statistics(validator, &stats);
  return stats.introspections;
}

static mxauth_status judge(mxauth_validator *validator, const char *label, const char *when, const char *token) {
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_status status = mxauth_validate_wait(validator, token, strlen(token), 5000, &verdict, &error);
  printf("%s%s\t%s\t%s\t%s\tasked: %" PRIu64 "\t%s\n", label, when, mxauth_status_name(status),
         verdict.user_id.bytes, verdict.device_id.bytes, questions(validator), error.message);
  return status;
}

int main(int argc, char *argv[]) {
  mxauth_validator *validator = argc == 3 ? make_validator(argv[1], argv[2]) : NULL;
  if (!validator) return 2;
  while (fgets(line, sizeof line, stdin)) {
    const char *label = strtok(line, "\t\n"), *token = strtok(NULL, "\t\n");
    if (!label || !token) continue;
    if (judge(validator, label, "", token) != MXAUTH_OK) continue;
    judge(validator, label, "-again", token);
    mxauth_revoke(validator, MXAUTH_REVOKE_TOKEN, token, 0, NULL);
    judge(validator, label, "-revoked", token);
  }
  printf("asked\t%" PRIu64 "\t\t\t\tquestions to the authorization server in all\n", questions(validator));
  mxauth_validator_free(validator);
  return ferror(stdin) || fflush(stdout) != 0;
}
