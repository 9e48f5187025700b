/* SPDX-License-Identifier: Apache-2.0
 *
 * A keyed hash of 128 bits in the processor's own AES instructions.
 *
 * Each block of 16 bytes goes through four AES rounds under four keys of its own, and the results are added (XOR). Two
 * texts of one size collide with a probability of at most 2^-113 over the keys, the largest expected differential
 * probability of four rounds (Keliher and Sui, "Exact maximum expected differential and linear probability for two-round
 * AES", IET Information Security 1 (2), 2007); sums of this kind: Minematsu and Tsunoo, "Provably secure MACs from
 * differentially-uniform permutations and AES-based implementations", FSE 2006. The size is not part of the hash.
 */
#ifndef MXAUTH_AES_HASH_H
#define MXAUTH_AES_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that are read at a time; a shorter text is filled up with zeros. */
#define MXAUTH_AES_HASH_GROUP 128
/* Bytes of key for each byte of text, whose size counts in whole groups. */
#define MXAUTH_AES_HASH_KEY_FACTOR 4

/* Writes the hash of `size` bytes. `key` is aligned to 32 bytes. */
typedef void (*mxauth_aes_hash)(const void *key, const uint8_t *text, size_t size, uint64_t hash[2]);

/* With 16 or 32 bytes for an instruction; the result is the same. NULL if this processor has none such. */
MXAUTH_INTERNAL mxauth_aes_hash mxauth_aes_hash_narrow(void);
MXAUTH_INTERNAL mxauth_aes_hash mxauth_aes_hash_wide(void);

#endif
