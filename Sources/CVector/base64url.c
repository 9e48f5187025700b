/* SPDX-License-Identifier: Apache-2.0 */
#include "CVector.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "processor.h"

/* The way of Mula and Lemire ("Faster Base64 encoding and decoding using AVX2 instructions", ACM Transactions on the Web
 * 12 (3), 2018), with tables for the URL alphabet. The upper half of a character's byte says which of these it may be: */
enum { DASH = 1 << 0, DIGIT = 1 << 1, A_TO_O = 1 << 2, P_TO_Z = 1 << 3, P_TO_Z_SMALL = 1 << 4, NONE = 1 << 5 };

/* sixteen bytes, in both halves of a vector. */
#define TWICE(...) _mm256_broadcastsi128_si256(_mm_setr_epi8(__VA_ARGS__))
#define HALF(vector) _mm256_castsi256_si128(vector)

__attribute__((target("avx2"))) static ptrdiff_t wide(const uint8_t *text, size_t size, uint8_t *output) {
  /* By the upper half of a byte: its kind, and what makes a value of it. */
  const __m256i kinds = TWICE(NONE, NONE, DASH, DIGIT, A_TO_O, P_TO_Z, A_TO_O, P_TO_Z_SMALL, NONE, NONE, NONE, NONE, NONE,
                              NONE, NONE, NONE);
  const __m256i offsets =
      TWICE(0, 0, 62 - '-', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0);
  /* By the lower half: the kinds that have no such character. `_` is 5F and takes an offset of its own. */
  enum { ALWAYS = NONE, LATE = DASH | DIGIT | P_TO_Z | P_TO_Z_SMALL | NONE };
  const __m256i misfits =
      TWICE(DASH | A_TO_O | ALWAYS, DASH | ALWAYS, DASH | ALWAYS, DASH | ALWAYS, DASH | ALWAYS, DASH | ALWAYS, DASH | ALWAYS,
            DASH | ALWAYS, DASH | ALWAYS, DASH | ALWAYS, DASH | DIGIT | ALWAYS, LATE, LATE, LATE & ~DASH, LATE, LATE & ~P_TO_Z);
  const __m256i half = _mm256_set1_epi8(0x0F), underscore = _mm256_set1_epi8('_');
  const __m256i underscore_offset = _mm256_set1_epi8(63 - '_' + 'A');
  const __m256i order = TWICE(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
  const __m256i close = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7);
  __m256i wrong = _mm256_setzero_si256();
  size_t at = 0;
  /* 24 bytes of 32 characters, but 32 are written: as long as what follows makes 8 more. */
  for (; size - at >= 44; at += 32, output += 24) {
    __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + at));
    __m256i upper = _mm256_and_si256(_mm256_srli_epi32(bytes, 4), half);
    wrong = _mm256_or_si256(wrong, _mm256_and_si256(_mm256_shuffle_epi8(kinds, upper),
                                                    _mm256_shuffle_epi8(misfits, _mm256_and_si256(bytes, half))));
    __m256i offset = _mm256_add_epi8(
        _mm256_shuffle_epi8(offsets, upper), _mm256_and_si256(_mm256_cmpeq_epi8(bytes, underscore), underscore_offset));
    __m256i values = _mm256_add_epi8(bytes, offset);
    /* Pairs of 6 bits to 12, pairs of those to 24. */
    __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
    __m256i triples = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
    __m256i packed = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(triples, order), close);
    _mm256_storeu_si256((__m256i *)output, packed);
  }
  /* The same with halves: 12 bytes of 16 characters, but 16 are written. */
  for (; size - at >= 24; at += 16, output += 12) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(text + at));
    __m128i upper = _mm_and_si128(_mm_srli_epi32(bytes, 4), HALF(half));
    __m128i misfit = _mm_and_si128(_mm_shuffle_epi8(HALF(kinds), upper),
                                   _mm_shuffle_epi8(HALF(misfits), _mm_and_si128(bytes, HALF(half))));
    wrong = _mm256_or_si256(wrong, _mm256_zextsi128_si256(misfit));
    __m128i offset = _mm_add_epi8(_mm_shuffle_epi8(HALF(offsets), upper),
                                  _mm_and_si128(_mm_cmpeq_epi8(bytes, HALF(underscore)), HALF(underscore_offset)));
    __m128i pairs = _mm_maddubs_epi16(_mm_add_epi8(bytes, offset), _mm_set1_epi32(0x01400140));
    __m128i triples = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00011000));
    _mm_storeu_si128((__m128i *)output, _mm_shuffle_epi8(triples, HALF(order)));
  }
  return _mm256_testz_si256(wrong, wrong) ? (ptrdiff_t)at : -1;
}

mxauth_base64url mxauth_base64url_wide(void) { return mxauth_has_avx2() ? wide : NULL; }

#else

mxauth_base64url mxauth_base64url_wide(void) { return NULL; }

#endif
