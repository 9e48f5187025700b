// SPDX-License-Identifier: Apache-2.0

package mxauth

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

const corpusFile = "../../Tests/corpus/tokens.json"

type corpusCase struct {
	Name, Group, Profile, Status, Token string
	TokenRepeat                         *struct {
		Prefix, Unit, Suffix string
		Count                int
	} `json:"token_repeat"`
	UserID    string `json:"user_id"`
	DeviceID  string `json:"device_id"`
	Subject   string
	ClientID  string `json:"client_id"`
	Grants    Grants
	ExpiresAt int64 `json:"expires_at"`
	IssuedAt  int64 `json:"issued_at"`
	Issuer    int
	Flags     uint32
}

func (c *corpusCase) token() string {
	if c.TokenRepeat == nil {
		return c.Token
	}
	return c.TokenRepeat.Prefix + strings.Repeat(c.TokenRepeat.Unit, c.TokenRepeat.Count) + c.TokenRepeat.Suffix
}

type corpusFixture struct {
	Now      int64
	Keys     map[string]json.RawMessage
	Profiles map[string][][2]string
	Cases    []corpusCase
}

func readCorpus(t testing.TB) (corpus corpusFixture) {
	text, err := os.ReadFile(corpusFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &corpus); err != nil {
		t.Fatal(err)
	}
	return corpus
}

// validator is one of a profile, with the clock at the corpus's time.
func (c *corpusFixture) validator(t testing.TB, profile string) *Validator {
	options := Options{Offline: true, Time: time.Unix(c.Now, 0)}
	for _, pair := range c.Profiles[profile] {
		value := pair[1]
		if strings.HasPrefix(value, "@") {
			value = string(c.Keys[value[1:]])
			var pem string
			if json.Unmarshal([]byte(value), &pem) == nil {
				value = pem
			}
		}
		options.More = append(options.More, Option{pair[0], value})
	}
	validator, err := New(options)
	if err != nil {
		t.Fatalf("%s: %v", profile, err)
	}
	t.Cleanup(func() { validator.Close() })
	return validator
}

// TestCorpus: each token of the conformance corpus has the verdict that is written down there, also from the cache.
func TestCorpus(t *testing.T) {
	corpus := readCorpus(t)
	validators := map[string]*Validator{}
	good, refused := 0, 0
	for _, c := range corpus.Cases {
		if validators[c.Profile] == nil {
			validators[c.Profile] = corpus.validator(t, c.Profile)
		}
		for pass := 0; pass < 2; pass++ {
			verdict, err := validators[c.Profile].Validate(context.Background(), c.token())
			checkCase(t, &c, &verdict, err)
		}
		if c.Status == "MXAUTH_OK" {
			good++
		} else {
			refused++
		}
	}
	if good != 295 || refused != 1234 {
		t.Errorf("%d good and %d refused tokens, not 295 and 1234", good, refused)
	}
}

func checkCase(t *testing.T, c *corpusCase, verdict *Verdict, err error) {
	t.Helper()
	if got := verdict.Status().String(); got != c.Status {
		t.Errorf("%s: %s, not %s", c.Name, got, c.Status)
		return
	}
	if c.Status != "MXAUTH_OK" {
		var refused *Error
		if !errors.As(err, &refused) || refused.Status.String() != c.Status || !errors.Is(err, verdict.Status()) {
			t.Errorf("%s: %v", c.Name, err)
		}
		rest := *verdict
		rest.c.struct_size, rest.c.status = 0, 0
		if rest != (Verdict{}) {
			t.Errorf("%s: a refused token's verdict says more than its status", c.Name)
		}
		if len(c.Token) > 20 && strings.Contains(err.Error(), c.Token) {
			t.Errorf("%s: the token is in the error", c.Name)
		}
		return
	}
	if err != nil || verdict.UserID() != c.UserID || verdict.DeviceID() != c.DeviceID ||
		verdict.Subject() != c.Subject || verdict.ClientID() != c.ClientID || verdict.Grants() != c.Grants ||
		unix(verdict.ExpiresAt()) != c.ExpiresAt || unix(verdict.IssuedAt()) != c.IssuedAt ||
		verdict.Issuer() != c.Issuer || verdict.UnknownScopes() != (c.Flags&1 != 0) || verdict.Kind() != KindJWT {
		t.Errorf("%s: %v %+v", c.Name, err, verdict)
	}
}

func unix(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.Unix()
}
