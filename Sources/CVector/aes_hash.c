/* SPDX-License-Identifier: Apache-2.0 */
#include "CVector.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "processor.h"

/* The key of a pair of blocks: the first round's of both, the second's of both, and so on, so that one wide
 * instruction finds its own side by side. The last round's key is the sum so far, which costs nothing to add. */

__attribute__((target("aes"))) static inline __m128i four_rounds(__m128i block, const __m128i *key, __m128i sum) {
  block = _mm_xor_si128(block, key[0]);
  block = _mm_aesenc_si128(block, key[2]);
  block = _mm_aesenc_si128(block, key[4]);
  block = _mm_aesenc_si128(block, key[6]);
  return _mm_aesenc_si128(block, sum);
}

__attribute__((target("vaes,avx2"))) static inline __m256i four_rounds_of_two(__m256i blocks, const __m256i *key,
                                                                              __m256i sum) {
  blocks = _mm256_xor_si256(blocks, key[0]);
  blocks = _mm256_aesenc_epi128(blocks, key[1]);
  blocks = _mm256_aesenc_epi128(blocks, key[2]);
  blocks = _mm256_aesenc_epi128(blocks, key[3]);
  return _mm256_aesenc_epi128(blocks, sum);
}

/* Four sums keep the units busy: a round takes several cycles, and two or more can be under way at once. */

__attribute__((target("aes"))) static inline void add_group(__m128i sums[4], const uint8_t *text, const __m128i *key) {
  for (int i = 0; i < 8; i++) {
    __m128i block = _mm_loadu_si128((const __m128i *)(text + 16 * i));
    sums[i & 3] = four_rounds(block, key + i / 2 * 8 + i % 2, sums[i & 3]);
  }
}

__attribute__((target("vaes,avx2"))) static inline void add_group_by_two(__m256i sums[4], const uint8_t *text,
                                                                         const __m256i *key) {
  for (int i = 0; i < 4; i++) {
    __m256i blocks = _mm256_loadu_si256((const __m256i *)(text + 32 * i));
    sums[i] = four_rounds_of_two(blocks, key + 4 * i, sums[i]);
  }
}

/* Calls `add(text, key)` for each group of the text. The last group ends with the text and may overlap the one before:
 * of texts of one size, which is all that the hash tells apart, each byte still counts. */
#define FOR_EACH_GROUP(text, size, key, add)                                                                          \
  do {                                                                                                                \
    if (size < MXAUTH_AES_HASH_GROUP) {                                                                               \
      uint8_t filled[MXAUTH_AES_HASH_GROUP] = {0};                                                                    \
      if (size) memcpy(filled, text, size);                                                                           \
      add(filled, key);                                                                                               \
    } else {                                                                                                          \
      const uint8_t *last = text + (size - MXAUTH_AES_HASH_GROUP);                                                    \
      for (; text < last; text += MXAUTH_AES_HASH_GROUP, key += MXAUTH_AES_HASH_GROUP * MXAUTH_AES_HASH_KEY_FACTOR)   \
        add(text, key);                                                                                               \
      add(last, key);                                                                                                 \
    }                                                                                                                 \
  } while (0)

__attribute__((target("aes"))) static void narrow(const void *keys, const uint8_t *text, size_t size,
                                                  uint64_t hash[2]) {
  const uint8_t *key = keys;
  __m128i sums[4] = {_mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128()};
#define ADD(text, key) add_group(sums, text, (const __m128i *)(key))
  FOR_EACH_GROUP(text, size, key, ADD);
#undef ADD
  __m128i sum = _mm_xor_si128(_mm_xor_si128(sums[0], sums[1]), _mm_xor_si128(sums[2], sums[3]));
  _mm_storeu_si128((__m128i *)hash, sum);
}

__attribute__((target("vaes,avx2"))) static void wide(const void *keys, const uint8_t *text, size_t size,
                                                      uint64_t hash[2]) {
  const uint8_t *key = keys;
  __m256i sums[4] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
#define ADD(text, key) add_group_by_two(sums, text, (const __m256i *)(key))
  FOR_EACH_GROUP(text, size, key, ADD);
#undef ADD
  __m256i sum = _mm256_xor_si256(_mm256_xor_si256(sums[0], sums[1]), _mm256_xor_si256(sums[2], sums[3]));
  _mm_storeu_si128((__m128i *)hash, _mm_xor_si128(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1)));
}

mxauth_aes_hash mxauth_aes_hash_narrow(void) {
  unsigned a, b, c, d;
  return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_AES) ? narrow : NULL;
}

mxauth_aes_hash mxauth_aes_hash_wide(void) {
  unsigned a, b, c, d;
  return mxauth_has_avx2() && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (c & bit_VAES) ? wide : NULL;
}

#else

mxauth_aes_hash mxauth_aes_hash_narrow(void) { return NULL; }
mxauth_aes_hash mxauth_aes_hash_wide(void) { return NULL; }

#endif
