/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MXAUTH_BASE64URL_H
#define MXAUTH_BASE64URL_H

#include <stddef.h>
#include <stdint.h>

/* Decodes from the start of `text` to `output`, which has room for size / 4 * 3 bytes, as many characters as go in whole
 * vectors. Returns how many, a multiple of 4, or -1 if one of them is no base64url (RFC 4648 section 5). */
typedef ptrdiff_t (*mxauth_base64url)(const uint8_t *text, size_t size, uint8_t *output);

MXAUTH_INTERNAL mxauth_base64url mxauth_base64url_wide(void);

#endif
