// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

import (
	"net/http"
	"strings"
)

// BearerOption says where tokens count, and which. They can be joined with |.
type BearerOption uint32

// The options of BearerToken.
const (
	// BearerInQuery lets a token in the query count, as the Matrix specification allowed up to version 1.19.
	BearerInQuery BearerOption = 1 << 31
	// BearerAnyCharacters takes any visible ASCII, for static tokens that an administrator has chosen.
	BearerAnyCharacters BearerOption = C.MXAUTH_BEARER_ANY_CHARACTERS
)

// BearerToken is the access token of a request (RFC 6750 section 2), for hosts that need it themselves: to log out, or
// to compare it with their own.
func BearerToken(r *http.Request, options BearerOption) (string, error) {
	var query, authorization *C.char
	var queryLength, authorizationLength C.size_t
	if value, found := authorizationOf(r); found {
		authorization, authorizationLength = bytesOf(value)
	}
	if options&BearerInQuery != 0 {
		query, queryLength = bytesOf(r.URL.RawQuery)
	}
	return produce(func(out *output) C.mxauth_status {
		return C.mxauth_bearer_extract(authorization, authorizationLength, query, queryLength,
			C.uint32_t(options&^BearerInQuery), out.buffer, out.capacity, &out.needed, &out.why)
	})
}

// authorizationOf joins several headers with commas (RFC 9110 section 5.3), which are then refused.
func authorizationOf(r *http.Request) (value string, found bool) {
	switch values := r.Header["Authorization"]; len(values) {
	case 0:
		return "", false
	case 1:
		return values[0], true
	default:
		return strings.Join(values, ", "), true
	}
}
