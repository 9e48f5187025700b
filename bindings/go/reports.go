// SPDX-License-Identifier: Apache-2.0

package mxauth

import "encoding/json"

// Explanation is what was checked of a token.
type Explanation struct {
	Status   Status  `json:"status"`
	Name     string  `json:"name"` // The status's, as "MXAUTH_EXPIRED".
	Sentence string  `json:"sentence"`
	Remedy   string  `json:"remedy"`
	Checks   []Check `json:"checks"`
}

// Check is one thing that was checked of a token.
type Check struct {
	Check    string `json:"check"`
	Passed   bool   `json:"passed"`
	Subject  string `json:"subject"`
	Expected string `json:"expected"`
	Found    string `json:"found"`
	Source   string `json:"source"` // The section of the specification, or the option.
}

// Problem is a rule that a document breaks.
type Problem struct {
	Member string `json:"member"` // As "redirect_uris[1]".
	Rule   string `json:"rule"`
	Source string `json:"source"`
}

// Note is what else is to be said of a document.
type Note struct {
	Member string `json:"member"`
	Note   string `json:"note"`
	Source string `json:"source"`
}

// Report is what is to be said of a document.
type Report struct {
	Valid    bool      `json:"valid"`
	Problems []Problem `json:"problems"`
	Notes    []Note    `json:"notes"`
	Error    string    `json:"error"` // The OAuth error to answer with, for requests that are not valid.
}

// RegistrationReport is a Report on a client's request to be registered.
type RegistrationReport struct {
	Report
	// Of a valid request: what to register, and to echo beside the client_id.
	Metadata json.RawMessage `json:"metadata"`
}

// AuthorizationReport is a Report on a request to the authorization endpoint.
type AuthorizationReport struct {
	Report
	Request  json.RawMessage `json:"request"`  // Of a valid request: its parameters, decoded.
	Redirect bool            `json:"redirect"` // The error may be sent to the redirect_uri.
	Reply    json.RawMessage `json:"reply"`    // With Redirect: redirect_uri, response_mode and state to send it with.
}

// KeyReport is what is in a key set.
type KeyReport struct {
	Usable  int   `json:"usable"`
	Skipped int   `json:"skipped"`
	Keys    []Key `json:"keys"`
}

// Key is an entry of a key set. Of one that is skipped only Index, KeyID and Problem are known.
type Key struct {
	Index      int      `json:"index"`
	Usable     bool     `json:"usable"`
	KeyID      string   `json:"kid"`
	Type       string   `json:"kty"`
	Curve      string   `json:"crv"`
	Bits       int      `json:"bits"`
	Algorithms []string `json:"algorithms"`
	Thumbprint string   `json:"thumbprint"` // RFC 7638.
	Problem    string   `json:"problem"`    // Why it is skipped.
}

// ScopeReport is what is in a scope.
type ScopeReport struct {
	Valid         bool         `json:"valid"`
	Grants        Grants       `json:"grants"`
	DeviceID      string       `json:"device_id"`
	UnknownScopes bool         `json:"unknown_scopes"`
	Tokens        []ScopeToken `json:"tokens"`
	Problems      []Problem    `json:"problems"`
}

// ScopeToken is a word of a scope.
type ScopeToken struct {
	Scope    string `json:"scope"`
	Kind     string `json:"kind"`     // api, device, openid, synapse_admin, mas_admin, draft, unknown or malformed.
	Spelling string `json:"spelling"` // stable, unstable, or "" where there is only one.
	DeviceID string `json:"device_id"`
	Grants   bool   `json:"grants"` // It grants something.
}

// DeviceIDReport is what is to be said of a device ID.
type DeviceIDReport struct {
	Valid      bool      `json:"valid"`
	Length     int       `json:"length"`
	Unreserved bool      `json:"unreserved"`  // Only RFC 3986's unreserved characters, as MSC2967 advises.
	LongEnough bool      `json:"long_enough"` // 10 characters or more, as it advises too.
	MAS        bool      `json:"mas"`         // Matrix Authentication Service takes it.
	Problems   []Problem `json:"problems"`
}

func decode(report string, into any) error {
	if err := json.Unmarshal([]byte(report), into); err != nil {
		return refusal(StatusInternal, "", "The report cannot be read: "+err.Error())
	}
	return nil
}
