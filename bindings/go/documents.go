// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

import "encoding/json"

// InspectKeys reads a JWKS, a JWK or PEM text as the option issuer.keys would, and tells what each entry is or why it
// is skipped.
func InspectKeys(text string) (report KeyReport, err error) {
	keys, length := bytesOf(text)
	found, err := produce(func(out *output) C.mxauth_status {
		return C.mxauth_inspect_keys(keys, length, out.buffer, out.capacity, &out.needed, &out.why)
	})
	if err != nil {
		return report, err
	}
	return report, decode(found, &report)
}

// CheckRegistration checks a client's request to be registered (RFC 7591 section 3.1, MSC2966).
func CheckRegistration(document []byte) (report RegistrationReport, err error) {
	text, length := bytesOf(string(document))
	found, err := produce(func(out *output) C.mxauth_status {
		return C.mxauth_registration_check(text, length, out.buffer, out.capacity, &out.needed, &out.why)
	})
	if err != nil {
		return report, err
	}
	return report, decode(found, &report)
}

// CheckMetadata checks an auth_metadata document (MSC2965, RFC 8414). Issuer is what its member of that name has to be,
// byte for byte; "" for any.
func CheckMetadata(document []byte, issuer string) (report Report, err error) {
	text, length := bytesOf(string(document))
	err = terminatedOrNil("issuer", issuer, func(issuer *C.char) error {
		found, err := produce(func(out *output) C.mxauth_status {
			return C.mxauth_metadata_check(text, length, issuer, out.buffer, out.capacity, &out.needed, &out.why)
		})
		if err != nil {
			return err
		}
		return decode(found, &report)
	})
	return report, err
}

// MergeMetadata is the auth_metadata document of a homeserver, from its issuer's discovery document and from overrides
// (nil: none), whose members win; null there takes a member away.
func MergeMetadata(discovery, overrides []byte) (json.RawMessage, error) {
	text, length := bytesOf(string(discovery))
	over, overLength := charsOf(overrides)
	merged, err := produce(func(out *output) C.mxauth_status {
		return C.mxauth_metadata_merge(text, length, over, overLength, out.buffer, out.capacity, &out.needed, &out.why)
	})
	return rawMessage(merged), err
}

// LoginFlow is a set of ways to log in.
type LoginFlow uint32

// The ways to log in.
const (
	// m.login.sso, with the m.login.token that ends it.
	LoginSSO                LoginFlow = C.MXAUTH_LOGIN_SSO
	LoginPassword           LoginFlow = C.MXAUTH_LOGIN_PASSWORD            // m.login.password
	LoginApplicationService LoginFlow = C.MXAUTH_LOGIN_APPLICATION_SERVICE // m.login.application_service
	// m.login.sso is what OAuth-aware clients should use.
	LoginOAuthAwarePreferred LoginFlow = C.MXAUTH_LOGIN_OAUTH_AWARE_PREFERRED
	LoginGetToken            LoginFlow = C.MXAUTH_LOGIN_GET_TOKEN // m.login.token with get_login_token.
)

// LoginFlows is the answer to GET /_matrix/client/v3/login (MSC3824). IdentityProviders is a JSON array for
// m.login.sso, or nil.
func LoginFlows(flows LoginFlow, identityProviders []byte) (json.RawMessage, error) {
	text, length := charsOf(identityProviders)
	answer, err := produce(func(out *output) C.mxauth_status {
		return C.mxauth_login_flows(C.uint32_t(flows), text, length, out.buffer, out.capacity, &out.needed, &out.why)
	})
	return rawMessage(answer), err
}

// LoginAction is what the user of an SSO redirect wants.
type LoginAction uint32

// What the user may want.
const (
	LoginActionNone     LoginAction = C.MXAUTH_LOGIN_ACTION_NONE // Not said, or something else.
	LoginActionLogin    LoginAction = C.MXAUTH_LOGIN_ACTION_LOGIN
	LoginActionRegister LoginAction = C.MXAUTH_LOGIN_ACTION_REGISTER
)

// ReadLoginAction reads from the query of GET /_matrix/client/v3/login/sso/redirect what its user wants (MSC3824).
func ReadLoginAction(query string) (LoginAction, error) {
	text, length := bytesOf(query)
	action, err := decide(func(action *C.uint32_t, why *C.mxauth_error) C.mxauth_status {
		return C.mxauth_login_action(text, length, action, why)
	})
	return LoginAction(action), err
}

// AccountURL is the link to where an account is managed (MSC4191). Target is a metadata document, or the URL alone;
// action "" is the front page; deviceID is for the actions about a device.
func AccountURL(target, action, deviceID string) (link string, err error) {
	text, length := bytesOf(target)
	err = terminatedOrNil("action", action, func(action *C.char) error {
		return terminatedOrNil("device_id", deviceID, func(deviceID *C.char) (err error) {
			link, err = produce(func(out *output) C.mxauth_status {
				return C.mxauth_account_url(text, length, action, deviceID, out.buffer, out.capacity, &out.needed,
					&out.why)
			})
			return err
		})
	})
	return link, err
}

func rawMessage(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}
