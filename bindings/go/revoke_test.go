// SPDX-License-Identifier: Apache-2.0

package mxauth

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"
)

// TestRevocation: what is revoked is refused on the very next call, and nothing else is.
func TestRevocation(t *testing.T) {
	i := newIssuer(t)
	changes := map[string]any{"jti": "t1", "sid": "s1"}
	for what, c := range map[string]struct {
		kind  RevokeKind
		value func(token string) string
	}{
		"token":   {RevokeToken, func(token string) string { return token }},
		"jti":     {RevokeJTI, func(string) string { return "t1" }},
		"session": {RevokeSession, func(string) string { return "s1" }},
		"device":  {RevokeDevice, func(string) string { return "@alice:example.org ABCDEFGHIJ" }},
		"user":    {RevokeUser, func(string) string { return "@alice:example.org" }},
		"subject": {RevokeSubject, func(string) string { return "01SUBJECT" }},
	} {
		v := i.validator(t)
		token := i.sign(changes)
		other := i.sign(map[string]any{"jti": "t2", "sid": "s2", "username": "bob", "sub": "02"})
		for _, each := range []string{token, other, token} {
			if _, err := v.Validate(soon(t), each); err != nil {
				t.Fatal(err)
			}
		}
		if err := v.Revoke(c.kind, c.value(token), time.Time{}); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := v.Validate(soon(t), token); !errors.Is(err, StatusRevoked) {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := v.Validate(soon(t), other); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if v.Statistics().Revocations != 1 {
			t.Errorf("%s: %+v", what, v.Statistics())
		}
	}
}

func TestRevocationsThatAreNone(t *testing.T) {
	i := newIssuer(t)
	v := i.validator(t)
	for what, err := range map[string]error{
		"no kind":        v.Revoke(0, "x", time.Time{}),
		"no issuer":      v.Revoke(RevokeIssuer, "https://x.example/", time.Time{}),
		"no user":        v.Revoke(RevokeUser, "", time.Time{}),
		"a NUL":          v.Revoke(RevokeSubject, "a\x00b", time.Time{}),
		"no such issuer": v.RevokeAtIssuer(soon(t), 7, "token", TokenHintNone, ""),
		"no such hint":   v.RevokeAtIssuer(soon(t), 0, "token", 9, ""),
		"a client's NUL": v.RevokeAtIssuer(soon(t), 0, "token", TokenHintNone, "a\x00"),
		"no notice":      v.RevokeSigned(soon(t), "x"),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	before := i.sign(map[string]any{"iat": time.Now().Unix() - 100})
	after := i.sign(nil)
	if err := v.Revoke(RevokeUser, "@alice:example.org", time.Now().Add(-50*time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Validate(soon(t), before); !errors.Is(err, StatusRevoked) {
		t.Error(err)
	}
	if _, err := v.Validate(soon(t), after); err != nil {
		t.Error(err)
	}
}

func TestLogOutAtTheIssuer(t *testing.T) {
	i := newIssuer(t)
	v := i.validator(t)
	token := i.issue("opaque", nil)
	verdict, err := v.Validate(soon(t), token)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.RevokeAtIssuer(soon(t), verdict.Issuer(), token, TokenHintAccess, verdict.ClientID()); err != nil {
		t.Error(err)
	}
	if want := []string{"opaque access_token 01CLIENT"}; !reflect.DeepEqual(i.revocations(), want) {
		t.Errorf("%q", i.revocations())
	}
	if _, err := v.Validate(soon(t), token); !errors.Is(err, StatusRevoked) {
		t.Error(err)
	}
	i.hold()
	over, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := v.RevokeAtIssuer(over, 0, "other", TokenHintNone, ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if _, err := v.Validate(soon(t), "other"); !errors.Is(err, StatusRevoked) {
		t.Errorf("the issuer has not answered, but here it is refused: %v", err)
	}
}

// TestBackChannelLogout: a notice is taken once, after its issuer's keys have been fetched.
func TestBackChannelLogout(t *testing.T) {
	i := newIssuer(t)
	v := i.validator(t)
	notice := func(jti string) string {
		claims := i.claims(map[string]any{"aud": "homeserver", "sid": "s1", "jti": jti, "scope": nil, "username": nil,
			"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}})
		return i.signTyped("logout+jwt", claims)
	}
	first := notice("n1")
	if err := v.RevokeSigned(soon(t), first); err != nil {
		t.Fatal(err)
	}
	if err := v.RevokeSigned(soon(t), first); !errors.Is(err, StatusNoticeReplayed) {
		t.Error(err)
	}
	if err := v.RevokeSigned(soon(t), i.sign(map[string]any{"aud": "homeserver"})); !errors.Is(err, ErrClaims) &&
		!errors.Is(err, ErrToken) {
		t.Error(err)
	}
	if _, err := v.Validate(soon(t), i.sign(map[string]any{"sid": "s1"})); !errors.Is(err, StatusRevoked) {
		t.Error(err)
	}
	if _, err := v.Validate(soon(t), i.sign(map[string]any{"sid": "s2"})); err != nil {
		t.Error(err)
	}
}
