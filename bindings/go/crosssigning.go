// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

import "encoding/json"

// CrossSigning is what an upload of cross-signing keys needs.
type CrossSigning uint32

// What it may need.
const (
	// Nothing in it is new: answer 200 and store nothing.
	CrossSigningUnchanged CrossSigning = C.MXAUTH_CROSS_SIGNING_UNCHANGED
	CrossSigningFirst     CrossSigning = C.MXAUTH_CROSS_SIGNING_FIRST // No master key is stored: store the keys.
	CrossSigningUIA       CrossSigning = C.MXAUTH_CROSS_SIGNING_UIA   // User-interactive authentication first.
)

// CheckCrossSigning says whether POST /keys/device_signing/upload needs user-interactive authentication (MSC3967).
// Stored is an object of the keys that the user has, under the names of the body; "{}" if there are none. Upload is the
// body.
func CheckCrossSigning(stored, upload []byte) (CrossSigning, error) {
	storedText, storedLength := bytesOf(string(stored))
	uploadText, uploadLength := bytesOf(string(upload))
	decision, err := decide(func(decision *C.uint32_t, why *C.mxauth_error) C.mxauth_status {
		return C.mxauth_cross_signing_check(storedText, storedLength, uploadText, uploadLength, decision, why)
	})
	return CrossSigning(decision), err
}

// CrossSigningStage is the body of the 401 response that sends the user of an OAuth client to approve a reset of
// cross-signing keys (MSC4312). Target is as for AccountURL; session is the host's, of 1 to 255 characters of visible
// ASCII; repeated says that the client has come back and its user has not approved.
func CrossSigningStage(target, session string, repeated bool) (json.RawMessage, error) {
	flags := C.uint32_t(0)
	if repeated {
		flags = C.MXAUTH_STAGE_REPEATED
	}
	text, length := bytesOf(target)
	var stage string
	err := terminated("session", session, func(session *C.char) (err error) {
		stage, err = produce(func(out *output) C.mxauth_status {
			return C.mxauth_cross_signing_stage(text, length, session, flags, out.buffer, out.capacity, &out.needed,
				&out.why)
		})
		return err
	})
	return rawMessage(stage), err
}

// CrossSigningRetry is the session that the body of an upload goes on with, auth.session; "" for a first request.
func CrossSigningRetry(body []byte) (string, error) {
	text, length := bytesOf(string(body))
	return produce(func(out *output) C.mxauth_status {
		return C.mxauth_cross_signing_retry(text, length, out.buffer, out.capacity, &out.needed, &out.why)
	})
}

// AppserviceDecision is what comes of an application service's POST /register.
type AppserviceDecision uint32

// What may come of it.
const (
	// A user is made, and nobody logged in.
	AppserviceRegisters AppserviceDecision = C.MXAUTH_APPSERVICE_REGISTERS
	// 400 M_APPSERVICE_LOGIN_UNSUPPORTED
	AppserviceLoginUnsupported AppserviceDecision = C.MXAUTH_APPSERVICE_LOGIN_UNSUPPORTED
)

// AppserviceRegistration says what comes of an application service's POST /register on a server without the older login
// API (MSC4190).
func AppserviceRegistration(body []byte) (AppserviceDecision, error) {
	text, length := bytesOf(string(body))
	decision, err := decide(func(decision *C.uint32_t, why *C.mxauth_error) C.mxauth_status {
		return C.mxauth_appservice_registration(text, length, decision, why)
	})
	return AppserviceDecision(decision), err
}
