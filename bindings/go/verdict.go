// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

import (
	"time"
	"unsafe"
)

// Verdict is the answer for one token. It is flat: copying it copies all of it, and text is made into a string when it
// is asked for. The zero Verdict is one on no token.
type Verdict struct {
	c C.mxauth_verdict
}

// Kind is how a token was judged.
type Kind uint32

// The kinds of Verdict.Kind.
const (
	KindNone         Kind = C.MXAUTH_KIND_NONE         // Refused, or made by the host.
	KindJWT          Kind = C.MXAUTH_KIND_JWT          // By its signature and claims.
	KindIntrospected Kind = C.MXAUTH_KIND_INTROSPECTED // By what its issuer has answered (RFC 7662).
)

// NewVerdict is a verdict on a token that the host knows by itself, for the functions that take one: of a guest with
// GrantGuest, of an application service with GrantAppservice and GrantClientAPI. It has KindNone; a host that is its
// own authorization server gives KindIntrospected. User or device may be empty.
func NewVerdict(kind Kind, userID, deviceID string, grants Grants) (Verdict, error) {
	verdict := Verdict{C.mxauth_verdict{
		struct_size: C.sizeof_mxauth_verdict, kind: C.uint32_t(kind), grants: C.uint64_t(grants),
	}}
	if !setText(&verdict.c.user_id, userID) {
		return Verdict{}, refusal(StatusInputInvalid, "user_id", "It is longer than 255 bytes.")
	}
	if !setText(&verdict.c.device_id, deviceID) {
		return Verdict{}, refusal(StatusInputInvalid, "device_id", "It is longer than 255 bytes.")
	}
	return verdict, nil
}

// Status is StatusOK, or why the token is refused; for the zero Verdict StatusTokenMissing.
func (v *Verdict) Status() Status {
	if v.c.struct_size == 0 {
		return StatusTokenMissing
	}
	return Status(v.c.status)
}

// Kind says how the token was judged.
func (v *Verdict) Kind() Kind { return Kind(v.c.kind) }

// Grants is what the token's scopes allow.
func (v *Verdict) Grants() Grants { return Grants(v.c.grants) }

// Cached tells whether the verdict is from the cache, as also one that the issuer has just answered.
func (v *Verdict) Cached() bool { return v.c.flags&C.MXAUTH_VERDICT_CACHED != 0 }

// UnknownScopes tells whether there were scopes that grant nothing here.
func (v *Verdict) UnknownScopes() bool { return v.c.flags&C.MXAUTH_VERDICT_UNKNOWN_SCOPES != 0 }

// ExpiresAt is when the token expires, without the leeway; zero for an introspected token that does not.
func (v *Verdict) ExpiresAt() time.Time { return unixTime(v.c.expires_at) }

// IssuedAt is when the token was issued, or zero if it does not say.
func (v *Verdict) IssuedAt() time.Time { return unixTime(v.c.issued_at) }

// Issuer is which issuer's the token is: a position in Options.Issuers.
func (v *Verdict) Issuer() int { return int(v.c.issuer) }

// UserID is the full Matrix user ID; empty only where the option issuer.require_user is false.
func (v *Verdict) UserID() string { return string(textOf(&v.c.user_id)) }

// DeviceID is the device that a scope names, or empty.
func (v *Verdict) DeviceID() string { return string(textOf(&v.c.device_id)) }

// Subject is `sub`; may be empty.
func (v *Verdict) Subject() string { return string(textOf(&v.c.subject)) }

// ClientID is `client_id` (RFC 9068), else `azp`; may be empty.
func (v *Verdict) ClientID() string { return string(textOf(&v.c.client_id)) }

// pointer is what C functions take of a verdict: nil for none.
func (v *Verdict) pointer() *C.mxauth_verdict {
	if v == nil || v.c.struct_size == 0 {
		return nil
	}
	return (*C.mxauth_verdict)(hidden(unsafe.Pointer(&v.c)))
}

func textOf(text *C.mxauth_text) []byte {
	return (*[len(text.bytes)]byte)(unsafe.Pointer(&text.bytes))[:text.length]
}

func setText(text *C.mxauth_text, value string) bool {
	if len(value) >= len(text.bytes) {
		return false
	}
	text.length = C.uint16_t(len(value))
	copy((*[len(text.bytes)]byte)(unsafe.Pointer(&text.bytes))[:], value)
	return true
}

func unixTime(seconds C.int64_t) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}
