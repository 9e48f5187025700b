/* SPDX-License-Identifier: Apache-2.0
 *
 * What a validator has taken is given back when it is freed, its issuers and keys included: a hundred of them one after the
 * other leave no more memory in use than ten did. A leak that something still points to, as the list of validators for
 * fork(2) does, is none to valgrind.
 */
#define _GNU_SOURCE
#include <malloc.h>

#include "ec_keys.h"

static void live(const ec_key *key) {
  mxauth_validator *validator = VALIDATOR(EC_ISSUER, "key_tables", "0", "issuer.keys", key->jwk);
  need(wrongly_judged(validator, key, "k", 4) == 0, "a good token");
  mxauth_validator_free(validator);
}

static size_t in_use(void) {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

int main(void) {
  const ec_key key = p256_key("k");
  for (int i = 0; i < 10; i++) live(&key);
  const size_t before = in_use();
  for (int i = 0; i < 100; i++) live(&key);
  const size_t after = in_use();
  // Less than a hundredth of what one has at least: its tables and the keys of its hashes.
  check(after <= before + 100 * 1024, "a hundred validators left %zu bytes", after - before);
  EVP_PKEY_free(key.pair);
  return finish("lifetimes");
}
