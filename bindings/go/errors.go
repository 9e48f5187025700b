// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

import "fmt"

// Error is why a call failed or a token was refused. It is for the host's log: clients are told by Validator.Reply, or
// a Guard. No token, key or secret is in it.
//
// errors.Is compares it with a Status (StatusExpired), with a Band (ErrClaims), and with the context's error, if that
// ended the wait for an issuer; errors.As gets at the fields.
type Error struct {
	Status     Status
	Subject    string // The option, header parameter or claim at fault: "issuer.audience", "alg", "exp". May be empty.
	Message    string // What was wrong with which value, and what to do.
	HTTPStatus int    // The HTTP status that a resource server should answer with.
	Errcode    string // The Matrix errcode to answer with.
	SoftLogout bool   // The client should keep its encryption keys and log in again.

	cause error
}

// Error is the status's name, the subject and the message.
func (e *Error) Error() string {
	if e.Subject == "" {
		return fmt.Sprintf("mxauth: %v: %s", e.Status, e.Message)
	}
	return fmt.Sprintf("mxauth: %v (%s): %s", e.Status, e.Subject, e.Message)
}

// Is tells whether target is this error's Status, or the Band that it is in.
func (e *Error) Is(target error) bool {
	switch target := target.(type) {
	case Status:
		return target == e.Status
	case Band:
		return target.Holds(e.Status)
	}
	return false
}

// Unwrap is the context's error if that ended the wait for an issuer, ErrClosed after Close, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Band is a hundred of statuses that are of one kind, as an error for errors.Is.
type Band int32

// The bands of docs/status-codes.md.
const (
	ErrMisuse    Band = 100 // The caller's or the configuration's mistake, not the token's.
	ErrToken     Band = 200 // A malformed token.
	ErrSignature Band = 300 // Key and signature.
	ErrClaims    Band = 400 // Claims: issuer, audience, times, revocation.
	ErrScope     Band = 500 // Scopes and identity.
	ErrIssuer    Band = 600 // Issuer and network: the token may be good.
)

// Error says what is in the band.
func (b Band) Error() string {
	switch b {
	case ErrMisuse:
		return "mxauth: misuse"
	case ErrToken:
		return "mxauth: malformed token"
	case ErrSignature:
		return "mxauth: key or signature"
	case ErrClaims:
		return "mxauth: claims"
	case ErrScope:
		return "mxauth: scope or identity"
	case ErrIssuer:
		return "mxauth: issuer or network"
	}
	return "mxauth: no such band"
}

// Holds tells whether a status is in the band.
func (b Band) Holds(status Status) bool { return int32(status)/100*100 == int32(b) }

type closedError struct{}

func (closedError) Error() string { return "mxauth: the validator is closed" }

// ErrClosed is what errors.Is finds in the errors of calls after Close.
var ErrClosed error = closedError{}

// refusal is an error that the binding itself has found.
func refusal(status Status, subject, message string) *Error {
	return describe(common(), &Error{Status: status, Subject: subject, Message: message})
}

func fromC(status Status, why *C.mxauth_error) *Error {
	return describe(common(), &Error{
		Status: status, Subject: C.GoString(&why.subject[0]), Message: C.GoString(&why.message[0]),
	})
}

func describe(answers map[Status]StatusInfo, e *Error) *Error {
	info := answers[e.Status]
	e.HTTPStatus, e.Errcode, e.SoftLogout = info.HTTPStatus, info.Errcode, info.SoftLogout
	if e.Message == "" {
		e.Message = info.Sentence
	}
	return e
}
