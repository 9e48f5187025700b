// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

import (
	"context"
	"net/http"
	"strconv"
	"time"
	"unsafe"
)

// Guard lets through the requests that may be made, and answers the others as Matrix has it: an errcode, and a
// WWW-Authenticate header where one belongs.
//
// As it is, each request is judged by its token, method and path against the table of the Client-Server API, which
// knows endpoints that need no token, endpoints for application services and so on (docs/matrix.md). Preflight requests
// (OPTIONS) always pass.
type Guard struct {
	Validator *Validator

	// AnyPath is for what is not the Client-Server API: whoever has a good token may do anything.
	AnyPath bool
	// Optional is AnyPath, and requests without a token pass, too. A bad token is refused all the same.
	Optional bool
	// QueryToken lets the parameter access_token count, as the Matrix specification allowed up to version 1.19.
	QueryToken bool
	// Timeout is how long a request may wait for an issuer, besides the time that its own context has; 0 for that
	// alone.
	Timeout time.Duration
	// Refused is told of each request that is refused, and why, for the host's log. May be nil.
	Refused func(*http.Request, *Error)
}

type verdictKey struct{}

// FromContext is the verdict on the token of a request that a Guard has let through. False if it had none, or one that
// the endpoint does not look at.
func FromContext(ctx context.Context) (*Verdict, bool) {
	verdict, ok := ctx.Value(verdictKey{}).(*Verdict)
	return verdict, ok
}

// Wrap is a handler that hands on the requests that may be made, with the verdict in their context.
func (g Guard) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		verdict := new(Verdict)
		if err := g.judge(r, verdict); err != nil {
			g.refuse(w, r, err)
			return
		}
		if verdict.c.status == C.MXAUTH_OK {
			r = r.WithContext(context.WithValue(r.Context(), verdictKey{}, verdict))
		}
		next.ServeHTTP(w, r)
	})
}

// judge asks the library all at once, and again if the issuer has to answer first.
func (g *Guard) judge(r *http.Request, verdict *Verdict) error {
	v := g.Validator
	if err := v.enter(); err != nil {
		return err
	}
	outcome := g.ask(r, verdict)
	v.leave()
	if outcome.status == C.MXAUTH_OK {
		return nil
	}
	if outcome.status != C.MXAUTH_PENDING {
		return v.fail(outcome.status, outcome.why)
	}
	ctx := r.Context()
	if g.Timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, g.Timeout)
		defer cancel()
		ctx = limited
	}
	return v.wait(ctx, func() (C.mxauth_status, *C.mxauth_error) {
		outcome := g.ask(r, verdict)
		return outcome.status, outcome.why
	})
}

func (g *Guard) ask(r *http.Request, verdict *Verdict) C.go_outcome {
	how := C.uint32_t(0)
	if g.AnyPath {
		how |= C.GO_JUDGE_ANY_PATH
	}
	if g.Optional {
		how |= C.GO_JUDGE_OPTIONAL
	}
	if g.QueryToken {
		how |= C.GO_JUDGE_QUERY
	}
	var authorization *C.char
	var authorizationLength C.size_t
	if value, found := authorizationOf(r); found {
		authorization, authorizationLength = bytesOf(value)
	}
	query, queryLength := bytesOf(r.URL.RawQuery)
	method, methodLength := bytesOf(r.Method)
	// The path that handlers act on, with the percent-encoding that was sent.
	path, pathLength := bytesOf(r.URL.EscapedPath())
	return C.go_judge(g.Validator.handle(), how, authorization, authorizationLength, query, queryLength, method,
		methodLength,
		path, pathLength, (*C.mxauth_verdict)(unsafe.Pointer(&verdict.c)))
}

func (g *Guard) refuse(w http.ResponseWriter, r *http.Request, err error) {
	why := err.(*Error)
	if g.Refused != nil {
		g.Refused(r, why)
	}
	var scope *string
	if why.Status == StatusScopeInsufficient && !g.AnyPath && !g.Optional {
		if required, err := g.Validator.RequiredScope(r.Method, r.URL.EscapedPath()); err == nil {
			scope = &required
		}
	}
	g.Validator.Reply(why.Status, scope).Write(w)
}

// Write sends the reply.
func (reply Reply) Write(w http.ResponseWriter) {
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(reply.Body)))
	if reply.Challenge != "" {
		header.Set("WWW-Authenticate", reply.Challenge)
	}
	w.WriteHeader(reply.HTTPStatus)
	w.Write(reply.Body)
}
