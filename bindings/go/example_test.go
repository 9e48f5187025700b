// SPDX-License-Identifier: Apache-2.0

package mxauth_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"mxauth"
)

// The tokens of the examples are those of Tests/cli/fixture, at the time at which they are good.
var (
	theirTime = time.Unix(1800000000, 0)
	keys      = fixture("key.pem")
	token     = fixture("good.jwt")
)

func fixture(name string) string {
	text, err := os.ReadFile("../../Tests/cli/fixture/" + name)
	if err != nil {
		log.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// options are those of a homeserver that was given its issuer's keys, at a time that stands still.
func options() mxauth.Options {
	return mxauth.Options{
		ServerName: "example.org",
		Issuers: []mxauth.Issuer{{
			Name:     "https://auth.example.org/",
			Audience: []string{"https://matrix.example.org"},
			Keys:     keys,
		}},
		Offline: true,
		Time:    theirTime,
	}
}

func newValidator() *mxauth.Validator {
	validator, err := mxauth.New(options())
	if err != nil {
		log.Fatal(err)
	}
	return validator
}

func ExampleNew() {
	validator, err := mxauth.New(options())
	if err != nil {
		log.Fatal(err)
	}
	defer validator.Close()
	verdict, err := validator.Validate(context.Background(), token)
	fmt.Println(verdict.UserID(), verdict.DeviceID(), err)
	// Output: @alice:example.org AABBCCDDEE <nil>
}

func ExampleNew_refused() {
	wrong := options()
	wrong.More = []mxauth.Option{{Name: "issuer.audiance", Value: "https://matrix.example.org"}}
	_, err := mxauth.New(wrong)
	var why *mxauth.Error
	fmt.Println(errors.As(err, &why), why.Status, why.Subject)
	// Output: true MXAUTH_OPTION_UNKNOWN issuer.audiance
}

func ExampleValidator_Validate() {
	validator := newValidator()
	defer validator.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	verdict, err := validator.Validate(ctx, token)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(verdict.UserID(), verdict.Grants().Has(mxauth.GrantClientAPI), verdict.ExpiresAt().UTC())
	// Output: @alice:example.org true 2027-01-15 08:05:00 +0000 UTC
}

func ExampleError() {
	validator := newValidator()
	defer validator.Close()
	validator.SetTime(theirTime.Add(time.Hour))
	_, err := validator.Validate(context.Background(), token)
	fmt.Println(errors.Is(err, mxauth.StatusExpired), errors.Is(err, mxauth.ErrClaims), errors.Is(err,
		mxauth.ErrIssuer))
	var why *mxauth.Error
	if errors.As(err, &why) {
		fmt.Println(why.HTTPStatus, why.Errcode, why.SoftLogout, why.Subject)
	}
	// Output:
	// true true false
	// 401 M_UNKNOWN_TOKEN true exp
}

func ExampleGuard() {
	validator := newValidator()
	defer validator.Close()
	homeserver := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if verdict, ok := mxauth.FromContext(r.Context()); ok {
			fmt.Fprint(w, verdict.UserID())
		}
	})
	guarded := mxauth.Guard{Validator: validator}.Wrap(homeserver)
	for _, header := range []string{"Bearer " + token, ""} {
		request := httptest.NewRequest("GET", "/_matrix/client/v3/account/whoami", nil)
		if header != "" {
			request.Header.Set("Authorization", header)
		}
		response := httptest.NewRecorder()
		guarded.ServeHTTP(response, request)
		fmt.Println(response.Code, response.Body)
	}
	// Output:
	// 200 @alice:example.org
	// 401 {"errcode":"M_MISSING_TOKEN","error":"There is no token."}
}

func ExampleValidator_Revoke() {
	validator := newValidator()
	defer validator.Close()
	verdict, err := validator.Validate(context.Background(), token)
	fmt.Println(verdict.Status(), err)
	validator.Revoke(mxauth.RevokeDevice, verdict.UserID()+" "+verdict.DeviceID(), time.Time{})
	verdict, err = validator.Validate(context.Background(), token)
	fmt.Println(verdict.Status(), errors.Is(err, mxauth.StatusRevoked))
	// Output:
	// MXAUTH_OK <nil>
	// MXAUTH_REVOKED true
}

func ExampleValidator_Authorize() {
	validator := newValidator()
	defer validator.Close()
	guest, _ := mxauth.NewVerdict(mxauth.KindNone, "@guest:example.org", "", mxauth.GrantGuest)
	fmt.Println(validator.Authorize(&guest, "GET", "/_matrix/client/v3/account/whoami"))
	err := validator.Authorize(&guest, "POST", "/_matrix/client/v3/createRoom")
	fmt.Println(errors.Is(err, mxauth.StatusGuestForbidden))
	// Output:
	// <nil>
	// true
}

func ExampleCheckCrossSigning() {
	upload := []byte(`{"master_key": {"user_id": "@alice:example.org"}}`)
	decision, err := mxauth.CheckCrossSigning([]byte("{}"), upload)
	fmt.Println(decision == mxauth.CrossSigningFirst, err)
	// Output: true <nil>
}

func ExampleRefreshState_Step() {
	session := mxauth.NewRefreshState()
	outcome, err := session.Step(mxauth.RefreshUseRefresh, 1)
	fmt.Println(outcome.Action == mxauth.RefreshIssue, outcome.Issued, err)
	// Output: true 2 <nil>
}

func ExampleNarrowScope() {
	scope, err := mxauth.NarrowScope("openid urn:matrix:client:api:*", "openid")
	fmt.Println(scope, err)
	_, err = mxauth.NarrowScope("openid", "openid urn:matrix:client:api:*")
	fmt.Println(errors.Is(err, mxauth.StatusScopeWidened))
	// Output:
	// openid <nil>
	// true
}
