/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MXAUTH_PLAIN_TEXT_H
#define MXAUTH_PLAIN_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* How many characters of `text` can be stepped over without a second look: ASCII that is no control, quote or backslash
 * (RFC 8259 section 7). Stops before one that cannot, or where fewer than eight are left. */
static inline size_t mxauth_plain_count(const uint8_t *text, size_t size) {
  size_t at = 0;
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(' ');
  for (; size - at >= 16; at += 16) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(text + at));
    /* As signed numbers, what is no ASCII is below zero. */
    __m128i special = _mm_or_si128(_mm_cmplt_epi8(bytes, space),
                                   _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
    int mask = _mm_movemask_epi8(special);
    if (mask != 0) return at + (size_t)__builtin_ctz((unsigned)mask);
  }
#endif
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
  for (; size - at >= 8; at += 8) {
    uint64_t word, quotes, backslashes, special;
    memcpy(&word, text + at, 8);
    quotes = word ^ ones * '"';
    backslashes = word ^ ones * '\\';
    /* The top bit of the first byte that is special, and maybe of later ones. */
    special = (((word - ones * ' ') & ~word) | ((quotes - ones) & ~quotes) | ((backslashes - ones) & ~backslashes) | word) & tops;
    if (special != 0) return at + (size_t)__builtin_ctzll(special) / 8;
  }
#endif
  return at;
}

#endif
