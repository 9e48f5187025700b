/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MXAUTH_B64TOKEN_H
#define MXAUTH_B64TOKEN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t mxauth_sixteen __attribute__((vector_size(16)));

/* Whether all of sixteen characters are those of a b64token before its padding (RFC 6750 section 2.1). */
static inline int mxauth_b64token_sixteen(const uint8_t *text) {
  mxauth_sixteen bytes, good;
  uint64_t halves[2];
  memcpy(&bytes, text, 16);
  /* Letters of either case; - . / and digits, which follow one another; the other three. */
  good = (mxauth_sixteen)((bytes | 0x20) - 'a' <= 25) | (mxauth_sixteen)(bytes - '-' <= '9' - '-') |
         (mxauth_sixteen)(bytes == '+') | (mxauth_sixteen)(bytes == '_') | (mxauth_sixteen)(bytes == '~');
  memcpy(halves, &good, 16);
  return (halves[0] & halves[1]) == UINT64_MAX;
}

/* How many characters from the start of `text` on are such, as far as sixteen at a time can tell: all of them, or fewer
 * than there are by up to sixteen. */
static inline size_t mxauth_b64token_count(const uint8_t *text, size_t size) {
  size_t at = 0;
  while (size - at >= 16 && mxauth_b64token_sixteen(text + at)) at += 16;
  return size >= 16 && size - at < 16 && mxauth_b64token_sixteen(text + size - 16) ? size : at;
}

#endif
