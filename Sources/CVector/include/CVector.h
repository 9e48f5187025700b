/* SPDX-License-Identifier: Apache-2.0
 *
 * What Swift has no words for: instructions on whole vectors. Each function is NULL where the processor lacks them, and
 * does nothing that Swift does not do as well, only faster.
 */
#ifndef MXAUTH_VECTOR_H
#define MXAUTH_VECTOR_H

/* The library exports what mxauth.h declares and nothing else. */
#define MXAUTH_INTERNAL __attribute__((visibility("hidden")))

#include "aes_hash.h"
#include "b64token.h"
#include "base64url.h"
#include "plain_text.h"

#endif
