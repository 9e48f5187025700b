// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

import "time"

// CheckPKCE checks the code_verifier that a client redeems a code with against the code_challenge and
// code_challenge_method of its authorization request (RFC 7636 section 4.6), in constant time. Only the method S256
// will do; "" is that there was none.
func CheckPKCE(verifier, challenge, method string) error {
	text, length := bytesOf(verifier)
	challengeText, challengeLength := bytesOf(challenge)
	return terminatedOrNil("code_challenge_method", method, func(method *C.char) error {
		why := newError()
		if status := C.mxauth_pkce_check(text, length, challengeText, challengeLength, method,
			&why); status != C.MXAUTH_OK {
			return fromC(Status(status), &why)
		}
		return nil
	})
}

// PKCEChallenge is the S256 code_challenge of a code_verifier (RFC 7636 section 4.2).
func PKCEChallenge(verifier string) (string, error) {
	text, length := bytesOf(verifier)
	return produce(func(out *output) C.mxauth_status {
		return C.mxauth_pkce_challenge(text, length, out.buffer, out.capacity, &out.needed, &out.why)
	})
}

// CheckAuthorization checks a request to the authorization endpoint (RFC 6749 section 4.1.1, MSC2964). Client is the
// client's metadata as RegistrationReport has it; promptCreate says that the server lists create in
// prompt_values_supported.
func CheckAuthorization(query string, client []byte, promptCreate bool) (report AuthorizationReport, err error) {
	flags := C.uint32_t(0)
	if promptCreate {
		flags = C.MXAUTH_AUTHORIZATION_PROMPT_CREATE
	}
	text, length := bytesOf(query)
	metadata, metadataLength := bytesOf(string(client))
	found, err := produce(func(out *output) C.mxauth_status {
		return C.mxauth_authorization_check(text, length, metadata, metadataLength, flags, out.buffer, out.capacity,
			&out.needed, &out.why)
	})
	if err != nil {
		return report, err
	}
	return report, decode(found, &report)
}

// RefreshState is what a server keeps of a session for its refresh tokens to rotate (MSC2964). A session begins with
// NewRefreshState.
type RefreshState struct {
	Revoked  bool   // The session has ended.
	Newest   uint64 // The generation that was issued last.
	Previous uint64 // The generation whose refresh token got it, while that is still usable; else 0.
}

// NewRefreshState is that of a session whose first tokens, generation 1, have just been issued.
func NewRefreshState() RefreshState { return RefreshState{Newest: 1} }

// RefreshEvent is what happens to a session.
type RefreshEvent uint32

// What may happen to it.
const (
	// A client presents the refresh token of the generation.
	RefreshUseRefresh RefreshEvent = C.MXAUTH_REFRESH_USE_REFRESH
	// A request comes with the access token of the generation.
	RefreshUseAccess RefreshEvent = C.MXAUTH_REFRESH_USE_ACCESS
	RefreshRevoke    RefreshEvent = C.MXAUTH_REFRESH_REVOKE // The session is ended; of no generation.
)

// RefreshAction is what is to be done.
type RefreshAction uint32

// What may be to be done.
const (
	RefreshRefuse RefreshAction = C.MXAUTH_REFRESH_REFUSE // The token is not good.
	// The access token is good, as far as rotation is concerned.
	RefreshAllow         RefreshAction = C.MXAUTH_REFRESH_ALLOW
	RefreshIssue         RefreshAction = C.MXAUTH_REFRESH_ISSUE          // Issue tokens of the generation Issued.
	RefreshRevokeSession RefreshAction = C.MXAUTH_REFRESH_REVOKE_SESSION // Delete all tokens of the session.
)

// RefreshOutcome is what comes of an event.
type RefreshOutcome struct {
	Action  RefreshAction
	Issued  uint64    // With RefreshIssue the new generation; else 0.
	Retired [2]uint64 // Generations whose tokens are not good from now on, both of them; 0 for none.
}

// Step decides about an event and changes the state accordingly. Read, step and store within one transaction of the
// database, in which the new pair is stored, too.
func (s *RefreshState) Step(event RefreshEvent, generation uint64) (RefreshOutcome, error) {
	state := C.mxauth_refresh_state{
		struct_size: C.sizeof_mxauth_refresh_state, newest: C.uint64_t(s.Newest), previous: C.uint64_t(s.Previous),
	}
	if s.Revoked {
		state.flags = C.MXAUTH_REFRESH_REVOKED
	}
	outcome := C.mxauth_refresh_outcome{struct_size: C.sizeof_mxauth_refresh_outcome}
	why := newError()
	status := C.mxauth_refresh_step(&state, C.uint32_t(event), C.uint64_t(generation), &outcome, &why)
	if status != C.MXAUTH_OK {
		return RefreshOutcome{}, fromC(Status(status), &why)
	}
	s.Revoked = state.flags&C.MXAUTH_REFRESH_REVOKED != 0
	s.Newest, s.Previous = uint64(state.newest), uint64(state.previous)
	return RefreshOutcome{
		RefreshAction(outcome.action), uint64(outcome.issued),
		[2]uint64{uint64(outcome.retired[0]), uint64(outcome.retired[1])},
	}, nil
}

// DeviceGrant is what a server keeps of a device code (MSC4341, RFC 8628). It begins with NewDeviceGrant.
type DeviceGrant struct {
	Decision  DeviceGrantDecision // The user's, set by the caller.
	Interval  uint32              // Seconds to wait between polls, as the client was told; 0: not told, which means 5.
	LastPoll  int64               // Unix seconds; -1: none so far.
	ExpiresAt int64               // Unix seconds: from then on the code is not good.
	Redeemed  bool                // Tokens have been issued.
	Expired   bool                // The client has been told that the code has expired.
}

// NewDeviceGrant is that of a new code.
func NewDeviceGrant(expiresAt time.Time, interval uint32) DeviceGrant {
	return DeviceGrant{Interval: interval, LastPoll: -1, ExpiresAt: expiresAt.Unix()}
}

// DeviceGrantDecision is what the user has decided about a device code.
type DeviceGrantDecision uint32

// What the user may have decided.
const (
	DeviceGrantPending  DeviceGrantDecision = C.MXAUTH_DEVICE_GRANT_PENDING
	DeviceGrantApproved DeviceGrantDecision = C.MXAUTH_DEVICE_GRANT_APPROVED
	DeviceGrantDenied   DeviceGrantDecision = C.MXAUTH_DEVICE_GRANT_DENIED
)

// DevicePoll is what a client is answered that polls for tokens.
type DevicePoll uint32

// What it may be answered.
const (
	DevicePollIssue    DevicePoll = C.MXAUTH_DEVICE_POLL_ISSUE     // Issue tokens, now and never again.
	DevicePollPending  DevicePoll = C.MXAUTH_DEVICE_POLL_PENDING   // authorization_pending
	DevicePollSlowDown DevicePoll = C.MXAUTH_DEVICE_POLL_SLOW_DOWN // slow_down
	DevicePollDenied   DevicePoll = C.MXAUTH_DEVICE_POLL_DENIED    // access_denied
	DevicePollExpired  DevicePoll = C.MXAUTH_DEVICE_POLL_EXPIRED   // expired_token
	DevicePollRedeemed DevicePoll = C.MXAUTH_DEVICE_POLL_REDEEMED  // invalid_grant
)

// OAuthError is the error to answer with HTTP status 400: "" for DevicePollIssue and for what is none.
func (p DevicePoll) OAuthError() string {
	return C.GoString(C.mxauth_device_grant_error(C.uint32_t(p)))
}

// Poll decides what a client is answered that polls for tokens (RFC 8628 section 3.5), and changes the grant
// accordingly. Read, poll and store within one transaction of the database, in which the tokens are stored, too.
func (g *DeviceGrant) Poll(now time.Time) (DevicePoll, error) {
	grant := C.mxauth_device_grant{
		struct_size: C.sizeof_mxauth_device_grant, decision: C.uint32_t(g.Decision), interval: C.uint32_t(g.Interval),
		last_poll: C.int64_t(g.LastPoll), expires_at: C.int64_t(g.ExpiresAt),
	}
	if g.Redeemed {
		grant.flags |= C.MXAUTH_DEVICE_GRANT_REDEEMED
	}
	if g.Expired {
		grant.flags |= C.MXAUTH_DEVICE_GRANT_EXPIRED
	}
	outcome, err := decide(func(outcome *C.uint32_t, why *C.mxauth_error) C.mxauth_status {
		return C.mxauth_device_grant_poll(&grant, C.int64_t(now.Unix()), outcome, why)
	})
	if err != nil {
		return 0, err
	}
	g.Interval, g.LastPoll = uint32(grant.interval), int64(grant.last_poll)
	g.Redeemed = grant.flags&C.MXAUTH_DEVICE_GRANT_REDEEMED != 0
	g.Expired = grant.flags&C.MXAUTH_DEVICE_GRANT_EXPIRED != 0
	return DevicePoll(outcome), nil
}
