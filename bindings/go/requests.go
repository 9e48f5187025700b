// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

import "unsafe"

// request is a request's method and path as C takes them, with the verdict on its token: nil if it has none.
type request struct {
	verdict      *C.mxauth_verdict
	method       *C.char
	methodLength C.size_t
	path         *C.char
	pathLength   C.size_t
}

// endpoint asks something about a request.
func (v *Validator) endpoint(verdict *Verdict, method, path string, ask func(r *request) error) error {
	if err := v.enter(); err != nil {
		return err
	}
	defer v.leave()
	r := request{verdict: verdict.pointer()}
	r.method, r.methodLength = bytesOf(method)
	r.path, r.pathLength = bytesOf(path)
	return v.rejudge(ask(&r))
}

// Authorize tells whether whoever sends a request may send it: nil, or why not. Verdict is nil, or zero, if the request
// came without a token; method and path, with or without a query, are as they were sent. docs/matrix.md describes the
// table of endpoints.
func (v *Validator) Authorize(verdict *Verdict, method, path string) error {
	return v.endpoint(verdict, method, path, func(r *request) error {
		why := newError()
		status := C.mxauth_authorize(v.c, r.verdict, r.method, r.methodLength, r.path, r.pathLength, &why)
		if status != C.MXAUTH_OK {
			return fromC(Status(status), &why)
		}
		return nil
	})
}

// RequiredScope is a scope that is enough for requests with that method and path: all scopes that are needed together,
// or the first of those that are enough alone. Empty if no scope is needed, or none helps.
func (v *Validator) RequiredScope(method, path string) (scope string, err error) {
	err = v.endpoint(nil, method, path, func(r *request) (err error) {
		scope, err = produce(func(out *output) C.mxauth_status {
			return C.mxauth_required_scope(v.c, r.method, r.methodLength, r.path, r.pathLength,
				out.buffer, out.capacity, &out.needed, &out.why)
		})
		return err
	})
	return scope, err
}

// TransactionKey is what a repetition of a request is known by (MSC3970): two requests with the same text are one,
// which is answered again as it was the first time. Ask Authorize first.
func (v *Validator) TransactionKey(verdict *Verdict, method, path string) (key string, err error) {
	err = v.endpoint(verdict, method, path, func(r *request) (err error) {
		key, err = produce(func(out *output) C.mxauth_status {
			return C.mxauth_transaction_key(v.c, r.verdict, r.method, r.methodLength, r.path, r.pathLength,
				out.buffer, out.capacity, &out.needed, &out.why)
		})
		return err
	})
	return key, err
}

// InteractiveAuth is what a request needs besides its token. The zero value is none of the constants, and decides
// nothing.
type InteractiveAuth uint32

// What a request may need.
const (
	InteractiveAuthNone InteractiveAuth = C.MXAUTH_UIA_NONE // Nothing.
	// Ask CheckCrossSigning; the stage is CrossSigningStage's.
	InteractiveAuthCrossSigning InteractiveAuth = C.MXAUTH_UIA_CROSS_SIGNING
	// Not with this token: where the account is managed.
	InteractiveAuthElsewhere InteractiveAuth = C.MXAUTH_UIA_ELSEWHERE
	// The host's own stages; 404 M_UNRECOGNIZED if it has none.
	InteractiveAuthLegacy InteractiveAuth = C.MXAUTH_UIA_LEGACY
	// Ask CheckCrossSigning; the stages are the host's own.
	InteractiveAuthLegacyCrossSigning InteractiveAuth = C.MXAUTH_UIA_LEGACY_CROSS_SIGNING
)

// InteractiveAuth says which user-interactive authentication a request needs, and the action that AccountURL takes to
// link to where the account's owner can do the same (MSC4191): "" for the front page. Ask Authorize first.
func (v *Validator) InteractiveAuth(verdict *Verdict, method, path string) (need InteractiveAuth, action string,
	err error) {
	err = v.endpoint(verdict, method, path, func(r *request) error {
		number, err := decide(func(number *C.uint32_t, why *C.mxauth_error) C.mxauth_status {
			var where *C.char
			status := C.mxauth_interactive_auth(v.c, r.verdict, r.method, r.methodLength, r.path, r.pathLength,
				number, &where, why)
			action = C.GoString(where)
			return status
		})
		need = InteractiveAuth(number)
		return err
	})
	return need, action, err
}

// DeviceDecision is what comes of a request that changes devices.
type DeviceDecision uint32

// What may come of it.
const (
	DeviceUpdate   DeviceDecision = C.MXAUTH_DEVICE_UPDATE    // Do it: 200.
	DeviceCreate   DeviceDecision = C.MXAUTH_DEVICE_CREATE    // Make the device: 201.
	DeviceNotFound DeviceDecision = C.MXAUTH_DEVICE_NOT_FOUND // 404 M_NOT_FOUND
	// Do it: 200, also for devices that there are not.
	DeviceDelete         DeviceDecision = C.MXAUTH_DEVICE_DELETE
	DeviceDeleteAfterUIA DeviceDecision = C.MXAUTH_DEVICE_DELETE_AFTER_UIA // The same after the host's own stages.
	// Not with this token: where the account is managed.
	DeviceElsewhere DeviceDecision = C.MXAUTH_DEVICE_ELSEWHERE
)

// DeviceManagement says what comes of PUT or DELETE /devices/{deviceId} and of POST /delete_devices (MSC4190). Exists,
// for PUT, is whether the user has the device that the path names.
func (v *Validator) DeviceManagement(
	verdict *Verdict, method, path string, exists bool) (decision DeviceDecision, err error) {
	err = v.endpoint(verdict, method, path, func(r *request) error {
		number, err := decide(func(number *C.uint32_t, why *C.mxauth_error) C.mxauth_status {
			known := C.int(0)
			if exists {
				known = 1
			}
			return C.mxauth_device_management(v.c, r.verdict, r.method, r.methodLength, r.path, r.pathLength,
				known, number, why)
		})
		decision = DeviceDecision(number)
		return err
	})
	return decision, err
}

// Reply is an HTTP response that refuses a request.
type Reply struct {
	HTTPStatus int
	Body       []byte // JSON, for application/json: errcode, error and, for M_UNKNOWN_TOKEN, soft_logout.
	Challenge  string // The value of WWW-Authenticate; "": leave the header out.
}

// Reply is what a client is told of a status, with the answers that the option compat asks for. Scope is the one that a
// challenge for insufficient scope names, such as RequiredScope's; nil for urn:matrix:client:api:*, and empty for none.
// What is not a status that refuses is answered with 500.
func (v *Validator) Reply(status Status, scope *string) Reply {
	if err := v.enter(); err != nil {
		return replyOf(nil, status, scope)
	}
	defer v.leave()
	return replyOf(v.c, status, scope)
}

func replyOf(validator *C.mxauth_validator, status Status, scope *string) Reply {
	reply := C.mxauth_reply{struct_size: C.sizeof_mxauth_reply}
	if scope == nil {
		C.mxauth_error_response(validator, C.mxauth_status(status), nil, &reply)
	} else if terminated("scope", *scope, func(text *C.char) error {
		C.mxauth_error_response(validator, C.mxauth_status(status), text, &reply)
		return nil
	}) != nil {
		C.mxauth_error_response(validator, C.MXAUTH_OK, nil, &reply)
	}
	return Reply{
		HTTPStatus: int(reply.http_status),
		Body:       C.GoBytes(unsafe.Pointer(&reply.body[0]), C.int(reply.body_length)),
		Challenge:  C.GoStringN(&reply.www_authenticate[0], C.int(reply.challenge_length)),
	}
}

// Describe is the row of a status with the answers that the option compat asks for.
func (v *Validator) Describe(status Status) StatusInfo { return v.answers[status] }
