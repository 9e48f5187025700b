// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

import (
	"context"
	"time"
)

// RevokeKind says what is revoked.
type RevokeKind uint32

// What can be revoked, and the value that names it.
const (
	RevokeToken   RevokeKind = C.MXAUTH_REVOKE_TOKEN   // The token itself.
	RevokeJTI     RevokeKind = C.MXAUTH_REVOKE_JTI     // The token with that `jti`.
	RevokeSession RevokeKind = C.MXAUTH_REVOKE_SESSION // All tokens with that `sid`.
	RevokeDevice  RevokeKind = C.MXAUTH_REVOKE_DEVICE  // All tokens of a device: the user ID, a space, the device ID.
	RevokeUser    RevokeKind = C.MXAUTH_REVOKE_USER    // All tokens of a Matrix user ID.
	RevokeSubject RevokeKind = C.MXAUTH_REVOKE_SUBJECT // All tokens with that `sub`.
	RevokeIssuer  RevokeKind = C.MXAUTH_REVOKE_ISSUER  // All tokens of an issuer, by its name.
)

// Revoke refuses tokens from the next call on, on every goroutine, whether they have been seen before or not: those
// that kind and value describe and that were issued at notBefore or earlier. The zero time means, for a token, jti or
// session, whenever it was issued; for the others, up to now.
func (v *Validator) Revoke(kind RevokeKind, value string, notBefore time.Time) error {
	if err := v.enter(); err != nil {
		return err
	}
	defer v.leave()
	seconds := C.int64_t(0)
	if !notBefore.IsZero() {
		seconds = C.int64_t(notBefore.Unix())
	}
	return v.rejudge(terminated("value", value, func(text *C.char) error {
		why := newError()
		if status := C.mxauth_revoke(v.c, C.uint32_t(kind), text, seconds, &why); status != C.MXAUTH_OK {
			return fromC(Status(status), &why)
		}
		return nil
	}))
}

// TokenHint is what kind of token is logged out.
type TokenHint uint32

// The hints of RFC 7009.
const (
	TokenHintNone    TokenHint = C.MXAUTH_TOKEN_HINT_NONE
	TokenHintAccess  TokenHint = C.MXAUTH_TOKEN_HINT_ACCESS
	TokenHintRefresh TokenHint = C.MXAUTH_TOKEN_HINT_REFRESH
)

// RevokeAtIssuer logs out: it refuses the token here from now on, and asks its issuer to revoke it and the other token
// of the pair (RFC 7009, MSC4254). Issuer and clientID are those of the token's verdict; an empty clientID sends this
// server's own credentials for the issuer, if it has any. It waits for the issuer until the context is done.
func (v *Validator) RevokeAtIssuer(ctx context.Context, issuer int, token string, hint TokenHint,
	clientID string) error {
	return v.await(ctx, func() error {
		return terminatedOrNil("client_id", clientID, func(client *C.char) error {
			text, length := bytesOf(token)
			why := newError()
			status := C.mxauth_revoke_at_issuer(v.c, C.uint32_t(issuer), text, length, C.uint32_t(hint), client, 0,
				&why)
			if status != C.MXAUTH_OK {
				return fromC(Status(status), &why)
			}
			return nil
		})
	})
}

// RevokeSigned takes a notice that an issuer has signed, and revokes what it says: a back-channel logout token of
// OpenID Connect, or a security event token with CAEP's session-revoked. It waits for the issuer's keys until the
// context is done.
func (v *Validator) RevokeSigned(ctx context.Context, notice string) error {
	return v.await(ctx, func() error {
		text, length := bytesOf(notice)
		why := newError()
		if status := C.mxauth_revoke_signed(v.c, text, length, &why); status != C.MXAUTH_OK {
			return fromC(Status(status), &why)
		}
		return nil
	})
}
