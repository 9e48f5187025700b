/* SPDX-License-Identifier: Apache-2.0
 *
 * A host that ends without freeing anything, while the transport is at work: by quick_exit, by exec and by _exit whatever
 * its threads are doing, and by exit, with which OpenSSL cleans up after itself. leaving URL TOKEN
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../abi/helper.h"

static const char *issuer, *token;
static mxauth_validator *validator;

static void *keep_waiting(void *unused) {
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  for (;;) mxauth_validate_wait(validator, token, strlen(token), 50, &verdict, NULL);
  return unused;
}

static void *keep_judging(void *unused) {
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  for (;;) mxauth_validate(validator, token, strlen(token), &verdict, NULL);
  return unused;
}

static void live(int round) {
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_config *config = mxauth_config_new();
  need(!mxauth_config_set(config, "server_name", "example.org", &error) &&
           !mxauth_config_set(config, "allow_http", "loopback", &error) &&
           !mxauth_config_set(config, "issuer", issuer, &error) &&
           !mxauth_config_set(config, "issuer.audience", "https://matrix.example.org/", &error) &&
           !mxauth_validator_new(config, &validator, &error) && !mxauth_transport_start(validator, &error),
       error.message);
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  // Has keys fetched, which takes some milliseconds.
  mxauth_validate(validator, token, strlen(token), &verdict, NULL);
  pthread_t thread;
  // After exit(3) the host's own threads must not validate any more.
  if (round % 4 != 0) {
    pthread_create(&thread, NULL, keep_waiting, NULL);
    pthread_create(&thread, NULL, keep_judging, NULL);
  }
  usleep((useconds_t)(round % 40) * 250);
}

int main(int argc, char **argv) {
  need(argc > 2, "usage: leaving URL TOKEN");
  issuer = argv[1];
  token = argv[2];
  static const char *const ends[] = {"exit", "quick_exit", "_exit", "exec"};
  for (int round = 0; round < 400; round++) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
      alarm(20);
      live(round);
      if (round % 4 == 0) exit(0);
      if (round % 4 == 1) quick_exit(0);
      if (round % 4 == 2) _exit(0);
      execl("/bin/true", "true", (char *)NULL);
      _exit(9);
    }
    int ending = -1;
    waitpid(child, &ending, 0);
    check(ending == 0, "round %d, by %s, ended with %x", round, ends[round % 4], (unsigned)ending);
  }
  return finish("leaving");
}
