// SPDX-License-Identifier: Apache-2.0

package mxauth

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	serverName = "example.org"
	audience   = "https://matrix.example.org/"
	apiScope   = "urn:matrix:client:api:*"
	whoami     = "/_matrix/client/v3/account/whoami"
)

// issuer is an authorization server over real HTTP: an ES256 key, and opaque tokens that it answers about.
type issuer struct {
	*httptest.Server
	key      *ecdsa.PrivateKey
	requests atomic.Int64

	mutex   sync.Mutex
	opaque  map[string]map[string]any
	revoked []string
	held    chan struct{} // While not nil, answers wait until it is closed.
	name    string        // What the metadata calls the issuer, if not by its name.
}

func newIssuer(t testing.TB) *issuer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key, opaque: map[string]map[string]any{}}
	i.Server = httptest.NewUnstartedServer(http.HandlerFunc(i.serve))
	i.Server.Start()
	t.Cleanup(func() {
		i.release()
		i.Server.Close()
	})
	return i
}

func (i *issuer) serve(w http.ResponseWriter, r *http.Request) {
	i.requests.Add(1)
	i.mutex.Lock()
	held := i.held
	i.mutex.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-r.Context().Done():
			return
		}
	}
	i.mutex.Lock()
	defer i.mutex.Unlock()
	switch r.URL.Path {
	case "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration":
		name := i.URL + "/"
		if i.name != "" {
			name = i.name
		}
		answer(w, map[string]any{"issuer": name, "jwks_uri": i.URL + "/jwks",
			"introspection_endpoint": i.URL + "/introspect",
			"revocation_endpoint":    i.URL + "/revoke"})
	case "/jwks":
		answer(w, json.RawMessage(i.keys()))
	case "/introspect":
		if user, secret, _ := r.BasicAuth(); user != "homeserver" || secret != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if known := i.opaque[r.FormValue("token")]; known != nil {
			answer(w, known)
		} else {
			answer(w, map[string]any{"active": false})
		}
	case "/revoke":
		i.revoked = append(i.revoked,
			r.FormValue("token")+" "+r.FormValue("token_type_hint")+" "+r.FormValue("client_id"))
		delete(i.opaque, r.FormValue("token"))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func answer(w http.ResponseWriter, document any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(document)
}

// hold makes the issuer keep its answers back until release.
func (i *issuer) hold() {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.held = make(chan struct{})
}

func (i *issuer) release() {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.held != nil {
		close(i.held)
		i.held = nil
	}
}

func (i *issuer) keys() string {
	x, y := make([]byte, 32), make([]byte, 32)
	i.key.X.FillBytes(x)
	i.key.Y.FillBytes(y)
	return fmt.Sprintf(`{"keys":[{"kty":"EC","crv":"P-256","kid":"1","x":"%s","y":"%s"}]}`, encode(x), encode(y))
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// claims are good ones with changes; a change to nil takes the claim away.
func (i *issuer) claims(changes map[string]any) map[string]any {
	now := time.Now().Unix()
	claims := map[string]any{"iss": i.URL + "/", "aud": audience, "sub": "01SUBJECT", "client_id": "01CLIENT",
		"username": "alice", "iat": now, "exp": now + 300,
		"scope": "openid " + apiScope + " urn:matrix:client:device:ABCDEFGHIJ"}
	for name, value := range changes {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	return claims
}

func (i *issuer) sign(changes map[string]any) string {
	return i.signTyped("at+jwt", i.claims(changes))
}

func (i *issuer) signTyped(typ string, claims map[string]any) string {
	header, _ := json.Marshal(map[string]string{"alg": "ES256", "typ": typ, "kid": "1"})
	payload, _ := json.Marshal(claims)
	text := encode(header) + "." + encode(payload)
	digest := sha256.Sum256([]byte(text))
	der, err := i.key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		panic(err)
	}
	return text + "." + encode(fixedLength(der))
}

// fixedLength is an ECDSA signature of JWS made from one of ASN.1.
func fixedLength(der []byte) []byte {
	signature, rest := make([]byte, 64), der[2:]
	for half := 0; half < 2; half++ {
		length := int(rest[1])
		number := rest[2 : 2+length]
		for len(number) > 32 {
			number = number[1:]
		}
		copy(signature[32*half+32-len(number):], number)
		rest = rest[2+length:]
	}
	return signature
}

// issue makes an opaque token that the issuer calls active, with changes to its answer.
func (i *issuer) issue(token string, changes map[string]any) string {
	claims := i.claims(changes)
	claims["active"] = true
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.opaque[token] = claims
	return token
}

// call gives the issuer another name in its metadata.
func (i *issuer) call(name string) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.name = name
}

// revocations are what the issuer was asked to revoke: token, hint and client.
func (i *issuer) revocations() []string {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	return append([]string(nil), i.revoked...)
}

// forget makes the issuer call a token inactive.
func (i *issuer) forget(token string) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	delete(i.opaque, token)
}

// options are those of a homeserver that trusts the issuer, for JWTs and opaque tokens.
func (i *issuer) options() Options {
	return Options{
		ServerName: serverName,
		AllowHTTP:  "loopback",
		Issuers: []Issuer{{
			Name: i.URL + "/", Audience: []string{audience}, Tokens: []string{"jwt", "opaque"},
			ClientID: "homeserver", ClientSecret: "secret",
		}},
	}
}

func (i *issuer) validator(t testing.TB) *Validator { return mustNew(t, i.options()) }

func mustNew(t testing.TB, options Options) *Validator {
	t.Helper()
	validator, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { validator.Close() })
	return validator
}

// soon is a context that ends a test that hangs.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// eventually polls for what is to come true.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}
