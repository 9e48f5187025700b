// SPDX-License-Identifier: Apache-2.0

package mxauth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestValidateWithKeysOfTheIssuer(t *testing.T) {
	i := newIssuer(t)
	v := i.validator(t)
	verdict, err := v.Validate(soon(t), i.sign(nil))
	if err != nil || verdict.UserID() != "@alice:example.org" || verdict.DeviceID() != "ABCDEFGHIJ" ||
		verdict.Subject() != "01SUBJECT" || verdict.ClientID() != "01CLIENT" || verdict.Kind() != KindJWT ||
		!verdict.Grants().Has(GrantClientAPI|GrantOpenID) || verdict.Grants().Has(GrantSynapseAdmin) {
		t.Fatalf("%v %+v", err, verdict)
	}
	if left := time.Until(verdict.ExpiresAt()); left < 4*time.Minute || left > 6*time.Minute {
		t.Errorf("expires in %v", left)
	}
	asked := i.requests.Load()
	if _, err := v.Validate(soon(t), i.sign(nil)); err != nil || i.requests.Load() != asked {
		t.Errorf("%v, after %d requests", err, i.requests.Load())
	}
}

func TestRefusals(t *testing.T) {
	i, stranger := newIssuer(t), newIssuer(t)
	stranger.Server.URL = i.URL
	v := i.validator(t)
	parts := strings.Split(i.sign(nil), ".")
	changed := parts[0] + "." + strings.Split(i.sign(map[string]any{"username": "eve"}), ".")[1] + "." + parts[2]
	for what, c := range map[string]struct {
		token   string
		status  Status
		band    Band
		subject string
		http    int
	}{
		"nothing":         {"", StatusTokenMissing, ErrToken, "", 401},
		"a NUL":           {"\x00", StatusTokenImplausible, ErrToken, "", 401},
		"too long":        {strings.Repeat("a", 20000), StatusTokenTooLarge, ErrToken, "", 401},
		"another key":     {stranger.sign(nil), StatusSignatureInvalid, ErrSignature, "", 401},
		"expired":         {i.sign(map[string]any{"exp": 1000}), StatusExpired, ErrClaims, "exp", 401},
		"no audience":     {i.sign(map[string]any{"aud": nil}), StatusClaimMissing, ErrClaims, "aud", 401},
		"other audience":  {i.sign(map[string]any{"aud": "x"}), StatusAudienceMismatch, ErrClaims, "aud", 401},
		"other issuer":    {i.sign(map[string]any{"iss": "https://x/"}), StatusIssuerUnknown, ErrClaims, "iss", 401},
		"no scope":        {i.sign(map[string]any{"scope": "openid"}), StatusScopeInsufficient, ErrScope, "scope", 403},
		"an ID token":     {i.signTyped("JWT", i.claims(nil)), StatusTypeNotAccepted, ErrToken, "typ", 401},
		"no user":         {i.sign(map[string]any{"username": nil}), StatusUserMissing, ErrScope, "username", 403},
		"a changed token": {changed, StatusSignatureInvalid, ErrSignature, "", 401},
		"unknown, opaque": {"never-issued", StatusTokenInactive, ErrClaims, "", 401},
	} {
		verdict, err := v.Validate(soon(t), c.token)
		var why *Error
		if !errors.As(err, &why) || why.Status != c.status || c.subject != "" && why.Subject != c.subject {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if verdict.Status() != c.status || verdict.UserID() != "" || verdict.Grants() != 0 {
			t.Errorf("%s: %+v", what, verdict)
		}
		for _, band := range []Band{ErrMisuse, ErrToken, ErrSignature, ErrClaims, ErrScope, ErrIssuer} {
			if errors.Is(err, band) != (band == c.band) {
				t.Errorf("%s: %v: %v", what, err, band)
			}
		}
		if !errors.Is(err, c.status) || errors.Is(err, StatusOK) || errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v", what, err)
		}
		if why.HTTPStatus != c.http || why.Errcode == "" || why.SoftLogout != (c.status == StatusExpired) {
			t.Errorf("%s: %+v", what, why)
		}
		if len(c.token) > 10 && strings.Contains(err.Error(), c.token) || why.Message == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestCompat(t *testing.T) {
	i := newIssuer(t)
	options := i.options()
	options.Compat = "synapse"
	_, err := mustNew(t, options).Validate(soon(t), i.sign(map[string]any{"exp": 1000}))
	var why *Error
	if !errors.As(err, &why) || why.SoftLogout || why.Status != StatusExpired {
		t.Errorf("%+v", err)
	}
}

func TestOpaqueTokens(t *testing.T) {
	i := newIssuer(t)
	v := i.validator(t)
	token := i.issue("opaque-token", map[string]any{"username": "bob"})
	verdict, err := v.Validate(soon(t), token)
	if err != nil || verdict.UserID() != "@bob:example.org" || verdict.Kind() != KindIntrospected {
		t.Fatalf("%v %+v", err, verdict)
	}
	asked := i.requests.Load()
	if verdict, err = v.Validate(soon(t), token); err != nil || !verdict.Cached() || i.requests.Load() != asked {
		t.Errorf("%v %v", err, verdict.Cached())
	}
	claims, err := v.Claims(soon(t), token)
	var answered map[string]any
	if err != nil || json.Unmarshal(claims, &answered) != nil || answered["username"] != "bob" {
		t.Errorf("%v %s", err, claims)
	}
	if claims, err := v.Claims(soon(t), "unknown"); !errors.Is(err, StatusTokenInactive) || claims != nil {
		t.Errorf("%v %s", err, claims)
	}
}

func TestClaimsAndExplainWaitForKeys(t *testing.T) {
	i := newIssuer(t)
	if claims, err := i.validator(t).Claims(soon(t), i.sign(nil)); err != nil || !strings.Contains(string(claims),
		"alice") {
		t.Errorf("%v %s", err, claims)
	}
	v := i.validator(t)
	explanation, err := v.Explain(soon(t), i.sign(nil))
	if err != nil || explanation.Status != StatusOK || len(explanation.Checks) < 10 || !explanation.Checks[0].Passed {
		t.Errorf("%v %+v", err, explanation)
	}
	explanation, err = v.Explain(soon(t), i.sign(map[string]any{"exp": 1000}))
	if last := len(explanation.Checks) - 1; err != nil || explanation.Status != StatusExpired ||
		explanation.Name != "MXAUTH_EXPIRED" || explanation.Checks[last].Passed ||
		explanation.Checks[last].Subject != "exp" {
		t.Errorf("%v %+v", err, explanation)
	}
}

// TestContexts: a context ends the wait for the issuer, and nothing else.
func TestContexts(t *testing.T) {
	i := newIssuer(t)
	i.hold()
	v := i.validator(t)
	over, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err := v.Validate(over, i.sign(nil))
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, StatusTimedOut) || !errors.Is(err, ErrIssuer) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	failed := make(chan error)
	go func() {
		_, err := v.Validate(ctx, i.sign(nil))
		failed <- err
	}()
	eventually(t, "the token waits", func() bool { return v.Statistics().Pending >= 2 })
	cancel()
	err = <-failed
	var why *Error
	if !errors.As(err, &why) || !errors.Is(err, context.Canceled) || why.HTTPStatus != 503 {
		t.Errorf("%+v", err)
	}
	i.release()
	if _, err := v.Validate(soon(t), i.sign(nil)); err != nil {
		t.Errorf("later: %v", err)
	}
	if _, err := v.Validate(ctx, i.sign(nil)); err != nil {
		t.Errorf("what is known needs no time: %v", err)
	}
}

func TestAllWhoWaitAreTold(t *testing.T) {
	i := newIssuer(t)
	i.hold()
	v := i.validator(t)
	var waiting sync.WaitGroup
	errs := make(chan error, 100)
	for n := 0; n < 100; n++ {
		token := i.sign(map[string]any{"jti": strconv.Itoa(n)})
		waiting.Add(1)
		go func() {
			defer waiting.Done()
			_, err := v.Validate(soon(t), token)
			errs <- err
		}()
	}
	eventually(t, "a hundred wait", func() bool { return v.Statistics().Pending >= 100 })
	i.release()
	waiting.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	if i.requests.Load() > 4 {
		t.Errorf("%d requests", i.requests.Load())
	}
}

func TestIssuerAway(t *testing.T) {
	i := newIssuer(t)
	token := i.sign(nil)
	i.Server.Close()
	v := i.validator(t)
	_, err := v.Validate(soon(t), token)
	var why *Error
	if !errors.As(err, &why) || why.Status != StatusKeysUnavailable || why.HTTPStatus != 503 {
		t.Errorf("%v", err)
	}
}

func TestOffline(t *testing.T) {
	i := newIssuer(t)
	options := i.options()
	options.Offline = true
	v := mustNew(t, options)
	if _, err := v.Validate(soon(t), i.sign(nil)); !errors.Is(err, StatusPending) {
		t.Errorf("%v", err)
	}
	if _, err := v.Claims(soon(t), i.sign(nil)); !errors.Is(err, StatusPending) {
		t.Errorf("%v", err)
	}
	if explanation, err := v.Explain(soon(t), i.sign(nil)); err != nil || explanation.Status != StatusPending {
		t.Errorf("%v %v", err, explanation.Status)
	}
	if i.requests.Load() != 0 {
		t.Error("the issuer was asked")
	}
	options.Issuers[0].Keys, options.Issuers[0].Tokens = i.keys(), nil
	if _, err := mustNew(t, options).Validate(soon(t), i.sign(nil)); err != nil {
		t.Error(err)
	}
}

func TestTime(t *testing.T) {
	i := newIssuer(t)
	options := i.options()
	options.Offline, options.Issuers[0].Keys, options.Time = true, i.keys(), time.Unix(1000, 0)
	options.Issuers[0].Tokens = nil
	options.Issuers[0].Leeway = Ptr(time.Duration(0))
	v := mustNew(t, options)
	token := i.sign(map[string]any{"iat": 1000, "exp": 1010})
	if _, err := v.Validate(soon(t), token); err != nil {
		t.Error(err)
	}
	v.SetTime(time.Unix(1009, 0))
	if _, err := v.Validate(soon(t), token); err != nil {
		t.Error(err)
	}
	v.SetTime(time.Unix(1010, 0))
	if _, err := v.Validate(soon(t), token); !errors.Is(err, StatusExpired) {
		t.Error(err)
	}
	v.SetTime(time.Unix(900, 0))
	if _, err := v.Validate(soon(t), i.sign(map[string]any{"iat": 1000, "exp": 1010, "jti": "2"})); !errors.Is(err,
		StatusIssuedInFuture) {
		t.Error(err)
	}
	if err := i.validator(t).SetTime(time.Unix(1000, 0)); !errors.Is(err, StatusMisuse) {
		t.Error(err)
	}
}

// countingTransport is somebody's RoundTripper.
type countingTransport struct {
	mutex sync.Mutex
	paths []string
	fail  error
}

func (c *countingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.paths = append(c.paths, r.Method+" "+r.URL.Path)
	if c.fail != nil {
		return nil, c.fail
	}
	return http.DefaultTransport.RoundTrip(r)
}

func TestRoundTripper(t *testing.T) {
	i := newIssuer(t)
	options, transport := i.options(), &countingTransport{}
	options.RoundTripper = transport
	v := mustNew(t, options)
	if _, err := v.Validate(soon(t), i.sign(nil)); err != nil {
		t.Error(err)
	}
	if _, err := v.Validate(soon(t), i.issue("opaque", nil)); err != nil {
		t.Error(err)
	}
	if err := v.RevokeAtIssuer(soon(t), 0, "opaque", TokenHintAccess, "01CLIENT"); err != nil {
		t.Error(err)
	}
	want := []string{"GET /.well-known/oauth-authorization-server", "GET /jwks", "POST /introspect", "POST /revoke"}
	if !reflect.DeepEqual(transport.paths, want) {
		t.Errorf("%q", transport.paths)
	}
	options.RoundTripper = &countingTransport{fail: errors.New("no network")}
	if _, err := mustNew(t, options).Validate(soon(t), i.sign(nil)); !errors.Is(err, StatusKeysUnavailable) {
		t.Error(err)
	}
}

func TestRoundTripperThatNeverAnswers(t *testing.T) {
	i := newIssuer(t)
	i.hold()
	options := i.options()
	options.RoundTripper, options.ExchangeTimeout = http.DefaultTransport, time.Second
	v := mustNew(t, options)
	if _, err := v.Validate(soon(t), i.sign(nil)); !errors.Is(err, StatusKeysUnavailable) {
		t.Error(err)
	}
}

// grow calls itself in small steps, so that with some depth the stack is moved just before a call of C.
//
//go:noinline
func grow(depth int, judge func() bool) bool {
	if depth > 0 {
		return grow(depth-1, judge) && depth > 0
	}
	return judge()
}

// TestVerdictsOnMovingStacks: what C fills on a stack is there however the stack has come about.
func TestVerdictsOnMovingStacks(t *testing.T) {
	i := newIssuer(t)
	v := i.validator(t)
	token := i.sign(nil)
	if _, err := v.Validate(soon(t), token); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for n := 0; n < 1500; n++ {
		all.Add(1)
		go func(depth int) {
			defer all.Done()
			if !grow(depth, func() bool {
				verdict, err := v.Validate(context.Background(), token)
				return err == nil && verdict.UserID() == "@alice:example.org"
			}) {
				t.Errorf("depth %d", depth)
			}
		}(n)
	}
	all.Wait()
}

// TestAllocations: a hit allocates nothing, nor does a comparison of its text, nor the permission for a request.
func TestAllocations(t *testing.T) {
	i := newIssuer(t)
	v := i.validator(t)
	token, ctx := i.sign(nil), context.Background()
	if _, err := v.Validate(soon(t), token); err != nil {
		t.Fatal(err)
	}
	var again Verdict
	for what, work := range map[string]func() bool{
		"Validate": func() bool {
			verdict, err := v.Validate(ctx, token)
			return err == nil && verdict.UserID() == "@alice:example.org"
		},
		"ValidateInto": func() bool { return v.ValidateInto(ctx, token, &again) == nil },
		"a verdict of its own": func() bool {
			var own Verdict
			return v.ValidateInto(ctx, token, &own) == nil && own.DeviceID() == "ABCDEFGHIJ"
		},
	} {
		good := true
		if allocated := testing.AllocsPerRun(1000, func() { good = good && work() }); allocated != 0 || !good {
			t.Errorf("%s: %v allocations, %v", what, allocated, good)
		}
	}
}
