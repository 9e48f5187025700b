/* SPDX-License-Identifier: Apache-2.0
 *
 * fork(2) before, while and after a table is made: parent and child go on as if nothing had happened. What the thread had
 * taken is lost in a child that has no such thread, so leaks are not looked for here.
 */
#define _DEFAULT_SOURCE
#include <sys/wait.h>
#include <unistd.h>

#include "ec_keys.h"

int main(void) {
  const ec_key key = p256_key("k");
  for (int i = 0; i < 10; i++) {
    mxauth_validator *validator = VALIDATOR(EC_ISSUER, "issuer.keys", key.jwk);
    check(wrongly_judged(validator, &key, "k", 8) == 0, "tokens before fork");
    for (int j = 0; j < i; j++) doze();
    pid_t child = fork();
    need(child >= 0, "a child");
    if (child == 0) {
      alarm(120);
      // The table, if the fork came first, is the child's own to make.
      int good = wrongly_judged(validator, &key, "k", 9) == 0 && has_tables(validator, 1) &&
                 wrongly_judged(validator, &key, "k", 9) == 0;
      mxauth_validator_free(validator);
      _exit(good ? 0 : 1);
    }
    check(has_tables(validator, 1), "the parent's table");
    int outcome = -1;
    waitpid(child, &outcome, 0);
    check(outcome == 0, "child %d ended with %x", i, (unsigned)outcome);
    mxauth_validator_free(validator);
  }
  EVP_PKEY_free(key.pair);
  return finish("key_table_forks");
}
