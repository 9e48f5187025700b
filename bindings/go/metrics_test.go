// SPDX-License-Identifier: Apache-2.0

package mxauth

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"unicode"
)

func TestMetrics(t *testing.T) {
	i := newIssuer(t)
	v := i.validator(t)
	token := i.sign(nil)
	for n := 0; n < 3; n++ {
		if _, err := v.Validate(soon(t), token); err != nil {
			t.Fatal(err)
		}
	}
	v.Validate(soon(t), i.sign(map[string]any{"exp": 1000}))
	stats := v.Statistics()
	if stats.KeySets != 1 || stats.Accepted != 3 || stats.CacheHits < 2 || stats.CacheEntries != 1 ||
		stats.ExchangesOK != 2 || stats.ExchangesFailed != 0 || stats.KeySetsReplaced != 1 {
		t.Errorf("%+v", stats)
	}
	var published Statistics
	if err := json.Unmarshal([]byte(v.Var().String()), &published); err != nil || published.Accepted != 3 {
		t.Errorf("%v %+v", err, published)
	}
	response := httptest.NewRecorder()
	v.MetricsHandler().ServeHTTP(response, httptest.NewRequest("GET", "/metrics", nil))
	text := response.Body.String()
	if !strings.HasPrefix(response.Header().Get("Content-Type"), "text/plain; version=0.0.4") ||
		!strings.Contains(text, "# TYPE ") || !strings.Contains(text, "EXPIRED") || strings.Contains(text, token) {
		t.Errorf("%s", text)
	}
}

// logged collects what a log is told.
type logged struct {
	mutex    sync.Mutex
	messages []string
	levels   []Level
}

func (l *logged) log(level Level, message string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.levels, l.messages = append(l.levels, level), append(l.messages, message)
}

func (l *logged) all() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return strings.Join(l.messages, "\n")
}

// TestLog: one line for each doing, whatever control characters an issuer sends, and no token or secret.
func TestLog(t *testing.T) {
	i := newIssuer(t)
	i.call("https://evil.example/\n2026-01-01 root\x1b[31m logged in")
	seen := &logged{}
	options := i.options()
	options.Log = seen.log
	v := mustNew(t, options)
	token := i.sign(nil)
	if _, err := v.Validate(soon(t), token); err == nil {
		t.Error("keys of another issuer")
	}
	v.Close() // After which all has been handed on.
	if len(seen.messages) == 0 {
		t.Fatal("nothing is logged")
	}
	for n, message := range seen.messages {
		if seen.levels[n] > LevelDebug || strings.IndexFunc(message, unicode.IsControl) >= 0 {
			t.Errorf("%d %q", seen.levels[n], message)
		}
	}
	if all := seen.all(); strings.Contains(all, token) || strings.Contains(all, "secret") || !strings.Contains(all,
		"other_issuer") {
		t.Errorf("%q", all)
	}
}
