// SPDX-License-Identifier: Apache-2.0

package mxauth

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func refusedWith(t *testing.T, what string, err error, status Status) {
	t.Helper()
	if !errors.Is(err, status) {
		t.Errorf("%s: %v, not %v", what, err, status)
	}
}

func equal[T comparable](t *testing.T, what string, err error, got, want T) {
	t.Helper()
	if err != nil || got != want {
		t.Errorf("%s: %v %v, not %v", what, err, got, want)
	}
}

func TestRequests(t *testing.T) {
	i := newIssuer(t)
	v := i.validator(t)
	alice, err := v.Validate(soon(t), i.sign(nil))
	if err != nil {
		t.Fatal(err)
	}
	guest, err := NewVerdict(KindNone, "@guest:example.org", "", GrantGuest)
	if err != nil || guest.UserID() != "@guest:example.org" || guest.Status() != StatusOK {
		t.Fatalf("%v %+v", err, guest)
	}
	service, err := NewVerdict(KindNone, "@bot:example.org", "BOT", GrantAppservice|GrantClientAPI)
	if err != nil || service.DeviceID() != "BOT" {
		t.Fatal(err)
	}
	if _, err := NewVerdict(KindNone, strings.Repeat("a", 256), "", 0); !errors.Is(err, StatusInputInvalid) {
		t.Error(err)
	}
	if _, err := NewVerdict(KindNone, "", strings.Repeat("a", 256), 0); !errors.Is(err, StatusInputInvalid) {
		t.Error(err)
	}
	upload, devices := "/_matrix/client/v3/keys/device_signing/upload", "/_matrix/client/v3/devices/ABC"
	send := "/_matrix/client/v3/rooms/!r:example.org/send/m.room.message/txn1"

	equal(t, "authorize", v.Authorize(&alice, "GET", whoami), 0, 0)
	equal(t, "no token", v.Authorize(nil, "GET", "/_matrix/client/versions"), 0, 0)
	refusedWith(t, "no token", v.Authorize(nil, "GET", whoami), StatusTokenMissing)
	refusedWith(t, "zero verdict", v.Authorize(&Verdict{}, "GET", whoami), StatusTokenMissing)
	refusedWith(t, "guest", v.Authorize(&guest, "POST", "/_matrix/client/v3/createRoom"), StatusGuestForbidden)
	refusedWith(t, "empty path", v.Authorize(&alice, "GET", ""), StatusEndpointUnknown)
	refusedWith(t, "NUL", v.Authorize(&alice, "GET", whoami+"\x00"), StatusEndpointUnknown)
	refusedWith(t, "method", v.Authorize(&alice, "get", whoami), StatusMethodUnknown)

	scope, err := v.RequiredScope("GET", whoami)
	equal(t, "required scope", err, scope, apiScope)
	scope, err = v.RequiredScope("GET", "/_matrix/client/versions")
	equal(t, "no scope", err, scope, "")
	_, err = v.RequiredScope("GET", "/")
	refusedWith(t, "no endpoint", err, StatusEndpointUnknown)

	key, err := v.TransactionKey(&alice, "PUT", send)
	equal(t, "key", err, key, "@alice:example.org ABCDEFGHIJ PUT "+send)
	_, err = v.TransactionKey(&alice, "GET", whoami)
	refusedWith(t, "no transaction", err, StatusInputInvalid)
	_, err = v.TransactionKey(nil, "PUT", send)
	refusedWith(t, "no verdict", err, StatusTokenMissing)
	long := "/_matrix/client/v3/rooms/!r:example.org/send/m/" + strings.Repeat("t", 5000)
	if key, err = v.TransactionKey(&alice, "PUT", long); err != nil || !strings.HasSuffix(key, long) {
		t.Errorf("%v, %d bytes", err, len(key))
	}

	need, action, err := v.InteractiveAuth(&alice, "POST", upload)
	equal(t, "cross-signing", err, need, InteractiveAuthCrossSigning)
	equal(t, "its action", err, action, "org.matrix.cross_signing_reset")
	need, _, err = v.InteractiveAuth(&alice, "DELETE", devices)
	equal(t, "devices", err, need, InteractiveAuthElsewhere)
	need, _, err = v.InteractiveAuth(&guest, "DELETE", devices)
	equal(t, "guest", err, need, InteractiveAuthLegacy)
	need, _, err = v.InteractiveAuth(&guest, "POST", upload)
	equal(t, "guest", err, need, InteractiveAuthLegacyCrossSigning)
	need, _, err = v.InteractiveAuth(&service, "POST", upload)
	equal(t, "service", err, need, InteractiveAuthNone)
	need, _, err = v.InteractiveAuth(nil, "POST", upload)
	refusedWith(t, "no token", err, StatusTokenMissing)
	equal(t, "nothing", nil, need, 0)

	for _, c := range []struct {
		verdict *Verdict
		method  string
		exists  bool
		want    DeviceDecision
	}{
		{&alice, "PUT", true, DeviceUpdate}, {&alice, "PUT", false, DeviceNotFound}, {&alice, "DELETE", true,
			DeviceElsewhere},
		{&service, "PUT", false, DeviceCreate}, {&service, "DELETE", false, DeviceDelete},
		{&guest, "DELETE", true, DeviceDeleteAfterUIA},
	} {
		decision, err := v.DeviceManagement(c.verdict, c.method, devices, c.exists)
		equal(t, c.method, err, decision, c.want)
	}
	_, err = v.DeviceManagement(&alice, "GET", whoami, false)
	refusedWith(t, "no devices", err, StatusInputInvalid)

	grants, err := v.ScopeGrants("openid " + apiScope + " unknown")
	equal(t, "grants", err, grants, GrantOpenID|GrantClientAPI)
	_, err = v.ScopeGrants("a\"b")
	refusedWith(t, "scope", err, StatusScopeMalformed)
	equal(t, "operator", nil, GrantOperator(31), 1<<63)
	equal(t, "describe", nil, v.Describe(StatusExpired).Name, "MXAUTH_EXPIRED")
}

func TestDocuments(t *testing.T) {
	keys, err := InspectKeys(newIssuer(t).keys())
	if err != nil || keys.Usable != 1 || keys.Skipped != 0 || keys.Keys[0].Curve != "P-256" ||
		keys.Keys[0].Thumbprint == "" {
		t.Errorf("%v %+v", err, keys)
	}
	_, err = InspectKeys("neither")
	refusedWith(t, "keys", err, StatusKeySetInvalid)

	registration, err := CheckRegistration([]byte(`{"client_uri":"https://app.example/",
		"redirect_uris":["https://app.example/cb"],
		"token_endpoint_auth_method":"none","grant_types":["authorization_code","refresh_token"],
		"response_types":["code"]}`))
	if err != nil || !registration.Valid || !json.Valid(registration.Metadata) || registration.Error != "" {
		t.Errorf("%v %+v", err, registration)
	}
	bad, err := CheckRegistration([]byte("{}"))
	if err != nil || bad.Valid || len(bad.Problems) == 0 || bad.Problems[0].Rule == "" || bad.Error == "" ||
		bad.Metadata != nil {
		t.Errorf("%v %+v", err, bad)
	}
	_, err = CheckRegistration(nil)
	refusedWith(t, "registration", err, StatusInputInvalid)

	report, err := CheckMetadata([]byte(`{"issuer":"https://a.example/"}`), "https://b.example/")
	if err != nil || report.Valid || len(report.Problems) == 0 {
		t.Errorf("%v %+v", err, report)
	}
	_, err = CheckMetadata([]byte("{}"), "a\x00")
	refusedWith(t, "issuer", err, StatusInputInvalid)
	merged, err := MergeMetadata([]byte("{}"), nil)
	if !errors.Is(err, StatusInputInvalid) || merged != nil {
		t.Errorf("%v %s", err, merged)
	}

	flows, err := LoginFlows(LoginSSO|LoginOAuthAwarePreferred, []byte(`[{"id":"a","name":"A"}]`))
	if err != nil || !strings.Contains(string(flows), "oauth_aware_preferred") || !strings.Contains(string(flows),
		`"A"`) {
		t.Errorf("%v %s", err, flows)
	}
	_, err = LoginFlows(1<<30, nil)
	refusedWith(t, "flows", err, StatusInputInvalid)
	wanted, err := ReadLoginAction("action=register")
	equal(t, "action", err, wanted, LoginActionRegister)
	wanted, err = ReadLoginAction("")
	equal(t, "action", err, wanted, LoginActionNone)
	_, err = ReadLoginAction(strings.Repeat("a", 70000))
	refusedWith(t, "action", err, StatusInputInvalid)

	link, err := AccountURL("https://a.example/account", "", "")
	equal(t, "account", err, link, "https://a.example/account")
	link, err = AccountURL("https://a.example/account", "org.matrix.device_view", "ABC")
	if err != nil || !strings.Contains(link, "device_id=ABC") {
		t.Errorf("%v %s", err, link)
	}
	_, err = AccountURL("https://a.example/account", "org.matrix.device_view", "")
	refusedWith(t, "device", err, StatusInputInvalid)
	_, err = AccountURL("no url", "", "")
	refusedWith(t, "target", err, StatusInputInvalid)
	_, err = AccountURL("https://a.example/", "a\x00", "")
	refusedWith(t, "NUL", err, StatusInputInvalid)
}

func TestCrossSigning(t *testing.T) {
	keys := []byte(`{"master_key":{"a":1}}`)
	for stored, want := range map[string]CrossSigning{
		string(keys): CrossSigningUnchanged, "{}": CrossSigningFirst, `{"master_key":{"a":2}}`: CrossSigningUIA,
	} {
		decision, err := CheckCrossSigning([]byte(stored), keys)
		equal(t, stored, err, decision, want)
	}
	for _, stored := range []string{"", "[]", "null", `{"other":{}}`, "{"} {
		_, err := CheckCrossSigning([]byte(stored), keys)
		refusedWith(t, stored, err, StatusInputInvalid)
	}
	stage, err := CrossSigningStage("https://a.example/account", "s1", false)
	if err != nil || !strings.Contains(string(stage), "m.oauth") || strings.Contains(string(stage), "M_FORBIDDEN") {
		t.Errorf("%v %s", err, stage)
	}
	if stage, err = CrossSigningStage("https://a.example/", "s1", true); err != nil ||
		!strings.Contains(string(stage), "M_FORBIDDEN") {
		t.Errorf("%v %s", err, stage)
	}
	for _, session := range []string{"", "a b", "a\x00", strings.Repeat("a", 256)} {
		_, err = CrossSigningStage("https://a.example/", session, false)
		refusedWith(t, "session", err, StatusInputInvalid)
	}
	session, err := CrossSigningRetry([]byte(`{"auth":{"session":"s1"}}`))
	equal(t, "retry", err, session, "s1")
	session, err = CrossSigningRetry([]byte("{}"))
	equal(t, "first", err, session, "")
	_, err = CrossSigningRetry([]byte(`{"auth":{}}`))
	refusedWith(t, "no session", err, StatusInputInvalid)
	decision, err := AppserviceRegistration([]byte(`{"inhibit_login":true}`))
	equal(t, "registers", err, decision, AppserviceRegisters)
	decision, err = AppserviceRegistration([]byte("{}"))
	equal(t, "logs in", err, decision, AppserviceLoginUnsupported)
	_, err = AppserviceRegistration(nil)
	refusedWith(t, "no body", err, StatusInputInvalid)
}

func TestScopes(t *testing.T) {
	old := "urn:matrix:org.matrix.msc2967.client:api:* openid"
	scope, err := NormaliseScope(old, false)
	equal(t, "stable", err, scope, apiScope+" openid")
	if scope, err = NormaliseScope(scope, true); err != nil || !strings.Contains(scope, "msc2967") {
		t.Errorf("%v %s", err, scope)
	}
	_, err = NormaliseScope("a\"b", false)
	refusedWith(t, "malformed", err, StatusScopeMalformed)
	scope, err = NarrowScope("a b", "b")
	equal(t, "narrow", err, scope, "b")
	scope, err = NarrowScope("a b", "")
	equal(t, "all", err, scope, "a b")
	_, err = NarrowScope("a b", "c")
	refusedWith(t, "wider", err, StatusScopeWidened)
	scope, err = MergeScopes("a b", "b c")
	equal(t, "merge", err, scope, "a b c")
	_, err = MergeScopes("urn:matrix:client:device:ABCDEFGHIJ", "urn:matrix:client:device:KLMNOPQRST")
	refusedWith(t, "devices", err, StatusDeviceAmbiguous)
	report, err := InspectScope(old+" x", false)
	if err != nil || !report.Valid || report.Grants != GrantClientAPI|GrantOpenID || !report.UnknownScopes ||
		len(report.Tokens) != 3 || report.Tokens[0].Spelling != "unstable" || !report.Tokens[0].Grants {
		t.Errorf("%v %+v", err, report)
	}
	if report, err = InspectScope(apiScope, true); err != nil || report.Valid || len(report.Problems) == 0 {
		t.Errorf("a login without a device: %v %+v", err, report)
	}
	_, err = InspectScope(strings.Repeat("a", 70000), false)
	refusedWith(t, "too large", err, StatusInputInvalid)
	if device, err := CheckDeviceID("ABCDEFGHIJ"); err != nil || !device.Valid || !device.LongEnough ||
		device.Length != 10 {
		t.Errorf("%v %+v", err, device)
	}
	if device, err := CheckDeviceID(""); err != nil || device.Valid || len(device.Problems) == 0 {
		t.Errorf("%v %+v", err, device)
	}
	one, err := GenerateDeviceID()
	other, _ := GenerateDeviceID()
	if err != nil || len(one) != 16 || one == other {
		t.Errorf("%v %s %s", err, one, other)
	}
}

func TestGrantTypes(t *testing.T) {
	// RFC 7636, appendix B.
	verifier, challenge := "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	made, err := PKCEChallenge(verifier)
	equal(t, "challenge", err, made, challenge)
	equal(t, "check", CheckPKCE(verifier, challenge, "S256"), 0, 0)
	refusedWith(t, "no method", CheckPKCE(verifier, challenge, ""), StatusInputInvalid)
	refusedWith(t, "plain", CheckPKCE(verifier, verifier, "plain"), StatusInputInvalid)
	refusedWith(t, "NUL", CheckPKCE(verifier, challenge, "S256\x00"), StatusInputInvalid)
	refusedWith(t, "another", CheckPKCE(challenge, challenge, "S256"), StatusGrantInvalid)
	_, err = PKCEChallenge("short")
	refusedWith(t, "short", err, StatusInputInvalid)
	report, err := CheckAuthorization("response_type=code", []byte("{}"), false)
	if err != nil || report.Valid || report.Error == "" || report.Redirect || report.Request != nil {
		t.Errorf("%v %+v", err, report)
	}
	_, err = CheckAuthorization("a=b", nil, true)
	refusedWith(t, "no client", err, StatusInputInvalid)

	session := NewRefreshState()
	outcome, err := session.Step(RefreshUseRefresh, 1)
	equal(t, "refresh", err, outcome, RefreshOutcome{Action: RefreshIssue, Issued: 2})
	equal(t, "state", nil, session, RefreshState{Newest: 2, Previous: 1})
	outcome, err = session.Step(RefreshUseAccess, 2)
	equal(t, "access", err, outcome, RefreshOutcome{Action: RefreshAllow, Retired: [2]uint64{1}})
	before := session
	_, err = session.Step(RefreshUseRefresh, 9)
	refusedWith(t, "never issued", err, StatusInputInvalid)
	equal(t, "unchanged", nil, session, before)
	outcome, err = session.Step(RefreshUseRefresh, 1)
	equal(t, "a thief", err, outcome.Action, RefreshRevokeSession)
	if outcome, err = session.Step(RefreshUseAccess, 2); err != nil || outcome.Action != RefreshRefuse ||
		!session.Revoked {
		t.Errorf("%v %+v %+v", err, outcome, session)
	}

	start := time.Unix(1000, 0)
	code := NewDeviceGrant(start.Add(time.Minute), 0)
	poll := func(after time.Duration, want DevicePoll, oauth string) {
		t.Helper()
		answer, err := code.Poll(start.Add(after))
		equal(t, "poll", err, answer, want)
		equal(t, "its error", nil, answer.OAuthError(), oauth)
	}
	poll(0, DevicePollPending, "authorization_pending")
	poll(time.Second, DevicePollSlowDown, "slow_down")
	_, err = code.Poll(time.Unix(-5, 0))
	refusedWith(t, "before 1970", err, StatusInputInvalid)
	denied := code
	denied.Decision = DeviceGrantDenied
	answer, err := denied.Poll(start.Add(30 * time.Second))
	equal(t, "denied", err, answer, DevicePollDenied)
	late := code
	answer, err = late.Poll(start.Add(time.Hour))
	equal(t, "late", err, answer, DevicePollExpired)
	code.Decision = DeviceGrantApproved
	poll(30*time.Second, DevicePollIssue, "")
	poll(40*time.Second, DevicePollRedeemed, "invalid_grant")
	if !code.Redeemed || !late.Expired || DevicePoll(77).OAuthError() != "" {
		t.Errorf("%+v", code)
	}
}
