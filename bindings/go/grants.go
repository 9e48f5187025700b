// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

// Grants is what the scopes of a token allow, as bits.
type Grants uint64

// The bits of Grants.
const (
	GrantClientAPI            Grants = 1 << 0 // urn:matrix:client:api:* (MSC2967), either spelling.
	GrantOpenID               Grants = 1 << 1 // openid. Grants nothing on the Client-Server API.
	GrantSynapseAdmin         Grants = 1 << 2 // urn:synapse:admin:*
	GrantMASAdmin             Grants = 1 << 3 // urn:mas:admin
	GrantGuest                Grants = 1 << 4 // Set by hosts only, in verdicts on their guests.
	GrantAppservice           Grants = 1 << 5 // Set by hosts only, in verdicts on an as_token.
	GrantServerAdministration Grants = 1 << 6 // MSC4484; with Options.DraftScopes only.
	GrantRoomsIsJoined        Grants = 1 << 7 // MSC4502; with Options.DraftScopes only.
)

// GrantOperator is the bit of the scope of Options.ScopeRules that was named as number n, from 0 to 31.
func GrantOperator(n int) Grants { return 1 << (32 + n) }

// Has tells whether all of the wanted bits are there.
func (g Grants) Has(wanted Grants) bool { return g&wanted == wanted }

// ScopeGrants is what a scope grants here (RFC 6749 section 3.3), for tokens that the host knows by itself. Unknown
// scopes grant nothing.
func (v *Validator) ScopeGrants(scope string) (Grants, error) {
	if err := v.enter(); err != nil {
		return 0, err
	}
	defer v.leave()
	text, length := bytesOf(scope)
	grants, why := C.uint64_t(0), newError()
	if status := C.mxauth_scope_grants(v.c, text, length, &grants, &why); status != C.MXAUTH_OK {
		return 0, v.rejudge(fromC(Status(status), &why))
	}
	return Grants(grants), nil
}
