// SPDX-License-Identifier: Apache-2.0

package mxauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// guarded is a server over real HTTP that says who asks.
func guarded(t *testing.T, guard Guard) *httptest.Server {
	server := httptest.NewServer(guard.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if verdict, ok := FromContext(r.Context()); ok {
			fmt.Fprint(w, verdict.UserID())
		} else {
			fmt.Fprint(w, "nobody")
		}
	})))
	t.Cleanup(server.Close)
	return server
}

type response struct {
	status          int
	challenge, body string
	errcode         string
	softLogout      bool
}

func ask(t *testing.T, server *httptest.Server, method, path string, authorization ...string) (found response) {
	t.Helper()
	request, err := http.NewRequest(method, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header["Authorization"] = authorization
	answer, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	var document struct {
		Errcode    string
		SoftLogout bool `json:"soft_logout"`
	}
	if answer.StatusCode >= 400 && method != "HEAD" {
		if json.Unmarshal(body, &document) != nil || answer.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: %s", method, path, body)
		}
	}
	return response{answer.StatusCode, answer.Header.Get("WWW-Authenticate"), string(body), document.Errcode,
		document.SoftLogout}
}

func TestGuardByEndpoint(t *testing.T) {
	i := newIssuer(t)
	v := i.validator(t)
	var refused []Status
	server := guarded(t, Guard{Validator: v, Refused: func(r *http.Request, why *Error) {
		refused = append(refused,
			why.Status)
	}})
	good := "Bearer " + i.sign(nil)
	limited := "Bearer " + i.sign(map[string]any{"scope": "openid"})
	expired := "Bearer " + i.sign(map[string]any{"exp": 1000})
	for _, c := range []struct {
		what, method, path, header string
		status                     int
		errcode, challenge         string
	}{
		{"good", "GET", whoami, good, 200, "", ""},
		{"a query", "GET", whoami + "?a=%20b", good, 200, "", ""},
		{"lower case", "GET", whoami, "bearer" + good[6:], 200, "", ""},
		{"HEAD", "HEAD", whoami, good, 200, "", ""},
		{"none", "GET", whoami, "", 401, "M_MISSING_TOKEN", `realm="example.org"`},
		{"expired", "GET", whoami, expired, 401, "M_UNKNOWN_TOKEN", `error="invalid_token"`},
		{"no scope", "GET", whoami, limited, 403, "M_FORBIDDEN", `scope="urn:matrix:client:api:*"`},
		{"basic", "GET", whoami, "Basic abc", 401, "M_MISSING_TOKEN", ""},
		{"no token", "GET", whoami, "Bearer", 401, "M_MISSING_TOKEN", ""},
		{"two tokens", "GET", whoami, good + " x", 401, "M_MISSING_TOKEN", ""},
		{"no endpoint", "GET", "/nowhere", good, 404, "M_UNRECOGNIZED", ""},
		{"the wrong method", "DELETE", whoami, good, 405, "M_UNRECOGNIZED", ""},
		{"dots", "GET", "/_matrix/client/v3/x/%2e%2e/account/whoami", good, 404, "M_UNRECOGNIZED", ""},
		{"encoded slash", "GET", "/_matrix/client/v3/account%2Fwhoami", good, 404, "M_UNRECOGNIZED", ""},
		{"in the query", "GET", whoami + "?access_token=" + good[7:], "", 401, "M_MISSING_TOKEN", ""},
		{"an appservice's", "POST", "/_matrix/client/v1/appservice/x/ping", good, 403, "M_FORBIDDEN", ""},
		{"public", "GET", "/_matrix/client/versions", "", 200, "", ""},
		{"public, a bad token", "GET", "/_matrix/client/v3/login", expired, 200, "", ""},
		{"public, a bad header", "GET", "/_matrix/client/v3/login", "Basic x", 200, "", ""},
		{"preflight", "OPTIONS", whoami, "", 200, "", ""},
	} {
		headers := []string{c.header}
		if c.header == "" {
			headers = nil
		}
		got := ask(t, server, c.method, c.path, headers...)
		if got.status != c.status || c.method != "HEAD" && got.errcode != c.errcode ||
			!strings.Contains(got.challenge, c.challenge) ||
			got.softLogout != (c.header == expired && c.status == 401) {
			t.Errorf("%s: %+v", c.what, got)
		}
		if c.status >= 400 && len(c.header) > 20 && strings.Contains(got.body+got.challenge, c.header[7:]) {
			t.Errorf("%s: the token comes back", c.what)
		}
	}
	if got := ask(t, server, "GET", whoami, good); got.body != "@alice:example.org" {
		t.Errorf("%+v", got)
	}
	if got := ask(t, server, "GET", "/_matrix/client/v3/login", expired); got.body != "nobody" {
		t.Errorf("a token that is not looked at gives a verdict: %+v", got)
	}
	if got := ask(t, server, "GET", whoami, good, good); got.status != 401 {
		t.Errorf("two headers: %+v", got)
	}
	if got := ask(t, server, "GET", whoami, ""); got.status != 401 || got.errcode != "M_MISSING_TOKEN" {
		t.Errorf("an empty header: %+v", got)
	}
	if len(refused) != 14 || refused[0] != StatusTokenMissing || refused[1] != StatusExpired {
		t.Errorf("%v", refused)
	}
}

func TestGuardOfAnyPath(t *testing.T) {
	i := newIssuer(t)
	v := i.validator(t)
	good, bad := "Bearer "+i.sign(nil), "Bearer "+i.sign(map[string]any{"exp": 1000})
	strict := guarded(t, Guard{Validator: v, AnyPath: true})
	lenient := guarded(t, Guard{Validator: v, Optional: true})
	for _, c := range []struct {
		server  *httptest.Server
		method  string
		headers []string
		status  int
		body    string
	}{
		{strict, "GET", []string{good}, 200, "@alice:example.org"},
		{strict, "GET", []string{bad}, 401, ""},
		{strict, "GET", nil, 401, ""},
		{strict, "OPTIONS", nil, 200, "nobody"},
		{lenient, "GET", []string{good}, 200, "@alice:example.org"},
		{lenient, "GET", []string{bad}, 401, ""},
		{lenient, "GET", []string{"Basic x"}, 401, ""},
		{lenient, "GET", []string{""}, 401, ""},
		{lenient, "GET", nil, 200, "nobody"},
	} {
		got := ask(t, c.server, c.method, "/_example/admin", c.headers...)
		if got.status != c.status || c.body != "" && got.body != c.body {
			t.Errorf("%s %v: %+v", c.method, c.headers, got)
		}
	}
}

func TestGuardWithTokensInTheQuery(t *testing.T) {
	i := newIssuer(t)
	server := guarded(t, Guard{Validator: i.validator(t), QueryToken: true})
	token := i.sign(nil)
	if got := ask(t, server, "GET", whoami+"?access_token="+token); got.status != 200 {
		t.Errorf("%+v", got)
	}
	if got := ask(t, server, "GET", whoami+"?access_token="+token, "Bearer "+token); got.status != 401 {
		t.Errorf("in both: %+v", got)
	}
	if got := ask(t, server, "GET", whoami+"?access_token="); got.status != 401 {
		t.Errorf("empty: %+v", got)
	}
}

// TestGuardWaits for the issuer, but no longer than its timeout; what needs no token does not wait at all.
func TestGuardWaits(t *testing.T) {
	i := newIssuer(t)
	i.hold()
	v := i.validator(t)
	server := guarded(t, Guard{Validator: v, Timeout: 30 * time.Millisecond})
	token := "Bearer " + i.sign(nil)
	if got := ask(t, server, "GET", whoami, token); got.status != 503 || got.errcode != "M_UNKNOWN" {
		t.Errorf("%+v", got)
	}
	if got := ask(t, server, "GET", "/_matrix/client/v3/login", token); got.status != 200 {
		t.Errorf("%+v", got)
	}
	patient := guarded(t, Guard{Validator: v})
	answered := make(chan response)
	go func() { answered <- ask(t, patient, "GET", whoami, token) }()
	eventually(t, "the request waits", func() bool { return v.Statistics().Pending >= 4 })
	i.release()
	if got := <-answered; got.status != 200 {
		t.Errorf("%+v", got)
	}
}

func TestBearerToken(t *testing.T) {
	request := func(query string, headers ...string) *http.Request {
		r := httptest.NewRequest("GET", "/x"+query, nil)
		if headers != nil {
			r.Header["Authorization"] = headers
		}
		return r
	}
	for what, c := range map[string]struct {
		request *http.Request
		options BearerOption
		token   string
		status  Status
	}{
		"header":           {request("", "Bearer abc"), 0, "abc", StatusOK},
		"query":            {request("?a=b&access_token=a%62c"), BearerInQuery, "abc", StatusOK},
		"long":             {request("", "Bearer "+strings.Repeat("a", 5000)), 0, strings.Repeat("a", 5000), StatusOK},
		"any":              {request("", "Bearer a{b"), BearerAnyCharacters, "a{b", StatusOK},
		"not any":          {request("", "Bearer a{b"), 0, "", StatusBearerMalformed},
		"none":             {request(""), BearerInQuery, "", StatusTokenMissing},
		"query, unwanted":  {request("?access_token=abc"), 0, "", StatusTokenMissing},
		"both":             {request("?access_token=abc", "Bearer abc"), BearerInQuery, "", StatusBearerAmbiguous},
		"two":              {request("", "Bearer a", "Bearer b"), 0, "", StatusBearerAmbiguous},
		"empty":            {request("", ""), 0, "", StatusBearerMalformed},
		"another scheme":   {request("", "Basic abc"), 0, "", StatusBearerMalformed},
		"much too long":    {request("", "Bearer "+strings.Repeat("a", 1<<20)), 0, "", StatusTokenTooLarge},
		"twice in a query": {request("?access_token=a&access_token=a"), BearerInQuery, "", StatusBearerAmbiguous},
	} {
		token, err := BearerToken(c.request, c.options)
		if token != c.token || (c.status == StatusOK) != (err == nil) || err != nil && !errors.Is(err, c.status) {
			t.Errorf("%s: %q %v", what, token, err)
		}
	}
}

func TestReply(t *testing.T) {
	v := newIssuer(t).validator(t)
	scope, none, bad := "a b", "", "a\x00b"
	for what, c := range map[string]struct {
		status    Status
		scope     *string
		http      int
		challenge string
	}{
		"expired":      {StatusExpired, nil, 401, "invalid_token"},
		"insufficient": {StatusScopeInsufficient, nil, 403, `scope="urn:matrix:client:api:*"`},
		"a scope":      {StatusScopeInsufficient, &scope, 403, `scope="a b"`},
		"no scope":     {StatusScopeInsufficient, &none, 403, "insufficient_scope"},
		"a bad scope":  {StatusScopeInsufficient, &bad, 500, ""},
		"away":         {StatusKeysUnavailable, nil, 503, ""},
		"good":         {StatusOK, nil, 500, ""},
		"unknown":      {9999, nil, 500, ""},
	} {
		reply := v.Reply(c.status, c.scope)
		if reply.HTTPStatus != c.http || !strings.Contains(reply.Challenge, c.challenge) || !json.Valid(reply.Body) {
			t.Errorf("%s: %d %s %s", what, reply.HTTPStatus, reply.Challenge, reply.Body)
		}
	}
	if strings.Contains(v.Reply(StatusScopeInsufficient, &none).Challenge, "scope=") {
		t.Error("an empty scope is named")
	}
}

// TestGuardNamesTheScope that would do, which is not always the same.
func TestGuardNamesTheScope(t *testing.T) {
	i := newIssuer(t)
	options := i.options()
	options.DraftScopes = true
	server := guarded(t, Guard{Validator: mustNew(t, options)})
	got := ask(t, server, "GET", "/_matrix/client/v1/admin/lock/@a:example.org", "Bearer "+i.sign(nil))
	if got.status != 403 || !strings.Contains(got.challenge, `scope="urn:matrix:client:server_administration"`) {
		t.Errorf("%+v", got)
	}
}
