// SPDX-License-Identifier: Apache-2.0

package mxauth

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestEveryOptionHasAField: by its name, with a type that fits.
func TestEveryOptionHasAField(t *testing.T) {
	fields := map[string]reflect.Type{}
	for _, kind := range []reflect.Type{reflect.TypeOf(Options{}), reflect.TypeOf(Issuer{})} {
		for n := 0; n < kind.NumField(); n++ {
			if name := kind.Field(n).Tag.Get("option"); name != "" {
				fields[name] = kind.Field(n).Type
			}
		}
	}
	types := map[string]string{"text": "string", "list": "[]string", "boolean": "bool", "integer": "int",
		"duration": "time.Duration"}
	for _, option := range OptionTable() {
		found := fields[option.Name]
		if found == nil {
			t.Errorf("%s has no field", option.Name)
			continue
		}
		if got := strings.TrimPrefix(found.String(), "*"); got != types[option.Type] && option.Name != "scope_rule" {
			t.Errorf("%s: %s is %s", option.Name, option.Type, got)
		}
		delete(fields, option.Name)
	}
	if len(fields) != 0 {
		t.Errorf("no options: %v", fields)
	}
}

// TestEveryOptionIsSet: with its default, or something of its range, each field gets as far as the library.
func TestEveryOptionIsSet(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	i := newIssuer(t)
	options := Options{
		ServerName: serverName, MaxTokenBytes: 512, MaxKeySetBytes: 4096, AllowHTTP: "loopback",
		ExchangeTimeout: time.Second,
		StateDir:        t.TempDir(), CacheEntries: 2048, CacheBytes: 1048576, RevocationBytes: 65536,
		RevocationLifetime: time.Hour,
		Compat:             "synapse", KeyTables: Ptr(0), Libsodium: "never",
		ScopeRules:  []string{"a : GET /_matrix/client/v3/sync"},
		DraftScopes: true, ResourceMetadata: "https://example.org/metadata",
		Issuers: []Issuer{{
			Name: "https://a.example/", Keys: i.keys(), RefreshDefault: time.Minute, RefreshMin: time.Minute,
			RefreshMax: time.Hour,
			StaleLimit: Ptr(time.Duration(0)), RetryMin: time.Second, RetryMax: time.Minute,
			UnknownKeyCooldown: time.Minute,
			Audience:           []string{"a", "b"},
			Algorithms:         []string{"ES256", "RS256"}, Types: []string{"JWT", "absent"},
			Leeway: Ptr(time.Duration(0)), MaxLifetime: time.Hour, RequiredClaims: []string{"sub"}, RSAMinBits: 3072,
			UserClaim: "sub", RequireUser: Ptr(false), HistoricalUsers: true, RequireAPIScope: Ptr(false),
		}, {
			Name: "https://b.example/", JWKSURI: "https://b.example/jwks", AnyAudience: true, Tokens: []string{"jwt",
				"opaque"},
			IntrospectJWTs: true, OpaqueForm: "mas", IntrospectionURI: "https://b.example/introspect",
			RevocationURI: "https://b.example/revoke", ClientAuth: "client_secret_post", ClientID: "c",
			ClientSecretFile:    file,
			SignedIntrospection: "never", CacheTTL: time.Minute, NegativeTTL: time.Minute, StaleIfError: time.Minute,
			MaxExchanges: 1, BreakerThreshold: 1,
		}},
		Offline: true,
	}
	mustNew(t, options)
	list, err := options.list()
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]string{}
	for _, option := range list {
		set[option.Name] = option.Value
	}
	for name, value := range map[string]string{
		"issuer.audience": "a b", "issuer.leeway": "0", "issuer.require_user": "false", "issuer.max_lifetime": "3600",
		"key_tables": "0", "max_token_bytes": "512", "draft_scopes": "true",
	} {
		if set[name] != value {
			t.Errorf("%s = %q, not %q", name, set[name], value)
		}
	}
	// What cannot stand beside the above.
	other := map[string]bool{"ca_file": true, "issuer.keys_file": true, "issuer.metadata_uri": true,
		"issuer.client_secret": true,
		"issuer.client_key":    true, "issuer.client_key_file": true, "issuer.client_key_id": true}
	for _, option := range OptionTable() {
		if _, found := set[option.Name]; found == other[option.Name] {
			t.Errorf("%s: %v", option.Name, found)
		}
	}
}

func TestOptionsThatAreRefused(t *testing.T) {
	good := func(change func(*Options, *Issuer)) Options {
		o := Options{ServerName: serverName, Offline: true}
		i := Issuer{Name: "https://a.example/", Audience: []string{"a"}}
		change(&o, &i)
		o.Issuers = append(o.Issuers, i)
		return o
	}
	mustNew(t, good(func(o *Options, i *Issuer) {}))
	for what, c := range map[string]struct {
		change  func(*Options, *Issuer)
		status  Status
		subject string
	}{
		"unknown": {func(o *Options, i *Issuer) { o.More = []Option{{"issuer.audiences", "a"}} },
			StatusOptionUnknown, "issuer.audiences"},
		"no name": {func(o *Options, i *Issuer) { o.More = []Option{{"", "a"}} },
			StatusOptionUnknown, ""},
		"a NUL in a name": {func(o *Options, i *Issuer) { o.More = []Option{{"compat\x00", "none"}} },
			StatusInputInvalid, "compat\x00"},
		"a NUL in a value": {func(o *Options, i *Issuer) { i.UserClaim = "sub\x00x" },
			StatusInputInvalid, "issuer.user_claim"},
		"no number": {func(o *Options, i *Issuer) { o.More = []Option{{"key_tables", "many"}} },
			StatusOptionInvalid, "key_tables"},
		"too small": {func(o *Options, i *Issuer) { o.MaxTokenBytes = 1 },
			StatusOptionInvalid, "max_token_bytes"},
		"negative": {func(o *Options, i *Issuer) { i.Leeway = Ptr(-time.Second) },
			StatusOptionInvalid, "issuer.leeway"},
		"parts of a second": {func(o *Options, i *Issuer) { o.ExchangeTimeout = 1500 * time.Millisecond },
			StatusOptionInvalid, "exchange_timeout"},
		"two in one": {func(o *Options, i *Issuer) { i.Audience = []string{"a b"} },
			StatusOptionInvalid, "issuer.audience"},
		"an empty element": {func(o *Options, i *Issuer) { i.Types = []string{""} },
			StatusOptionInvalid, "issuer.types"},
		"no such algorithm": {func(o *Options, i *Issuer) { i.Algorithms = []string{"none"} },
			StatusOptionInvalid, "issuer.algorithms"},
		"no issuer's name": {func(o *Options, i *Issuer) { i.Name = "" },
			StatusOptionInvalid, "issuer"},
		"no audience": {func(o *Options, i *Issuer) { i.Audience = nil },
			StatusConfigIncomplete, "issuer.audience"},
		"no server name": {func(o *Options, i *Issuer) { o.ServerName = "" },
			StatusConfigIncomplete, "server_name"},
		"plain http": {func(o *Options, i *Issuer) { i.JWKSURI = "http://a.example/jwks" },
			StatusConfigIncomplete, "issuer.jwks_uri"},
		"no key": {func(o *Options, i *Issuer) { i.Keys = "{}" },
			StatusKeySetInvalid, "issuer.keys"},
		"no such file": {func(o *Options, i *Issuer) { i.ClientSecretFile = "/nowhere" },
			StatusOptionInvalid, "issuer.client_secret_file"},
		"nothing at all": {func(o *Options, i *Issuer) { *o, i.Name = Options{Offline: true}, "https://b.example/" },
			StatusConfigIncomplete, "server_name"},
	} {
		validator, err := New(good(c.change))
		var why *Error
		if !errors.As(err, &why) || why.Status != c.status || why.Subject != c.subject || validator != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if why.Message == "" || !errors.Is(err, ErrMisuse) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestSecretsAreInNoError(t *testing.T) {
	_, err := New(Options{ServerName: serverName, Offline: true, Issuers: []Issuer{{
		Name: "https://a.example/", Audience: []string{"a"}, ClientSecret: "hush\x01hush"}}})
	if err == nil || strings.Contains(err.Error(), "hush") {
		t.Error(err)
	}
}

func TestNotesOnSkippedKeys(t *testing.T) {
	i := newIssuer(t)
	options := i.options()
	options.Offline, options.Issuers[0].Tokens = true, nil
	options.Issuers[0].Keys = strings.Replace(i.keys(), `"keys":[`, `"keys":[{"kty":"XX"},`, 1)
	var notes []string
	options.Log = func(level Level, message string) { notes = append(notes, message) }
	mustNew(t, options)
	if len(notes) != 1 || !strings.Contains(notes[0], "issuer.keys") {
		t.Errorf("%q", notes)
	}
}

func TestTables(t *testing.T) {
	if Version() == "" || len(OptionTable()) < 50 || len(Statuses()) < 60 {
		t.Errorf("%s %d %d", Version(), len(OptionTable()), len(Statuses()))
	}
	if info := StatusExpired.Describe(); info.Name != "MXAUTH_EXPIRED" || info.HTTPStatus != 401 || !info.SoftLogout ||
		info.Errcode != "M_UNKNOWN_TOKEN" || info.OAuthError != "invalid_token" || info.Sentence == "" ||
		info.Remedy == "" {
		t.Errorf("%+v", info)
	}
	if Status(9999).Describe() != (StatusInfo{}) || Status(9999).Error() != "MXAUTH_UNASSIGNED" {
		t.Error("9999")
	}
	if Band(700).Error() == ErrIssuer.Error() || ErrClaims.Holds(StatusOK) || !ErrClaims.Holds(StatusRevoked) {
		t.Error("bands")
	}
}
