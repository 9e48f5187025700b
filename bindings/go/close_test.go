// SPDX-License-Identifier: Apache-2.0

package mxauth

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"
)

func descriptors(t testing.TB) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// TestNothingIsUsableAfterClose: each method says so, or gives nothing.
func TestNothingIsUsableAfterClose(t *testing.T) {
	i := newIssuer(t)
	v, err := New(i.options())
	if err != nil {
		t.Fatal(err)
	}
	token := i.sign(nil)
	verdict, err := v.Validate(soon(t), token)
	if err != nil {
		t.Fatal(err)
	}
	if v.Close() != nil || v.Close() != nil {
		t.Error("Close")
	}
	ctx := soon(t)
	for what, call := range map[string]func() error{
		"Validate":         func() error { _, err := v.Validate(ctx, token); return err },
		"Claims":           func() error { _, err := v.Claims(ctx, token); return err },
		"Explain":          func() error { _, err := v.Explain(ctx, token); return err },
		"Authorize":        func() error { return v.Authorize(&verdict, "GET", whoami) },
		"RequiredScope":    func() error { _, err := v.RequiredScope("GET", whoami); return err },
		"TransactionKey":   func() error { _, err := v.TransactionKey(&verdict, "GET", whoami); return err },
		"InteractiveAuth":  func() error { _, _, err := v.InteractiveAuth(&verdict, "GET", whoami); return err },
		"DeviceManagement": func() error { _, err := v.DeviceManagement(&verdict, "GET", whoami, true); return err },
		"ScopeGrants":      func() error { _, err := v.ScopeGrants("openid"); return err },
		"Revoke":           func() error { return v.Revoke(RevokeToken, token, time.Time{}) },
		"RevokeAtIssuer":   func() error { return v.RevokeAtIssuer(ctx, 0, token, TokenHintNone, "") },
		"RevokeSigned":     func() error { return v.RevokeSigned(ctx, token) },
		"SetTime":          func() error { return v.SetTime(time.Now()) },
		"Metrics":          func() error { _, err := v.Metrics(); return err },
	} {
		if err := call(); !errors.Is(err, ErrClosed) || !errors.Is(err, StatusMisuse) {
			t.Errorf("%s: %v", what, err)
		}
	}
	into := verdict
	if err := v.ValidateInto(ctx, token, &into); !errors.Is(err, ErrClosed) || into != (Verdict{}) {
		t.Errorf("%v: a verdict is left from before", err)
	}
	if v.Statistics() != (Statistics{}) || v.Reply(StatusExpired, nil).HTTPStatus != 401 {
		t.Error("Statistics or Reply")
	}
	response := httptest.NewRecorder()
	Guard{Validator: v}.Wrap(http.NotFoundHandler()).ServeHTTP(response, httptest.NewRequest("GET", whoami, nil))
	if response.Code != 500 {
		t.Errorf("a guard answers %d", response.Code)
	}
	v.MetricsHandler().ServeHTTP(response, httptest.NewRequest("GET", "/metrics", nil))
}

func TestCloseWakesWhoWaits(t *testing.T) {
	i := newIssuer(t)
	i.hold()
	v, err := New(i.options())
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error)
	for n := 0; n < 10; n++ {
		go func() {
			_, err := v.Validate(context.Background(), i.sign(nil))
			failed <- err
		}()
	}
	eventually(t, "ten wait", func() bool { return v.Statistics().Pending >= 10 })
	v.Close()
	for n := 0; n < 10; n++ {
		if err := <-failed; !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	}
}

// TestCloseWhileOthersCall: whatever they call, they are answered or told, and what is freed is not used.
func TestCloseWhileOthersCall(t *testing.T) {
	i := newIssuer(t)
	token, opaque := i.sign(nil), i.issue("opaque", nil)
	for round := 0; round < 20; round++ {
		options := i.options()
		options.Log = func(Level, string) {}
		if round%2 == 1 {
			options.RoundTripper = http.DefaultTransport
		}
		v, err := New(options)
		if err != nil {
			t.Fatal(err)
		}
		handler := Guard{Validator: v}.Wrap(http.NotFoundHandler())
		var callers sync.WaitGroup
		for n := 0; n < 8; n++ {
			callers.Add(1)
			go func(n int) {
				defer callers.Done()
				for {
					var err error
					switch n % 4 {
					case 0:
						_, err = v.Validate(context.Background(), token)
					case 1:
						_, err = v.Validate(context.Background(), opaque)
					case 2:
						_, err = v.Metrics()
					case 3:
						request := httptest.NewRequest("GET", whoami, nil)
						request.Header.Set("Authorization", "Bearer "+token)
						handler.ServeHTTP(httptest.NewRecorder(), request)
						_, err = v.ScopeGrants("openid")
					}
					if err != nil {
						if !errors.Is(err, ErrClosed) {
							t.Error(err)
						}
						return
					}
				}
			}(n)
		}
		time.Sleep(time.Duration(round) * time.Millisecond)
		var closers sync.WaitGroup
		for n := 0; n < 3; n++ {
			closers.Add(1)
			go func() {
				defer closers.Done()
				v.Close()
			}()
		}
		closers.Wait()
		callers.Wait()
	}
}

// TestCloseGivesEverythingBack: descriptors and goroutines.
func TestCloseGivesEverythingBack(t *testing.T) {
	i := newIssuer(t)
	use := func() {
		for _, transport := range []http.RoundTripper{nil, http.DefaultTransport} {
			options := i.options()
			options.Log, options.RoundTripper = func(Level, string) {}, transport
			v, err := New(options)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := v.Validate(soon(t), i.sign(nil)); err != nil {
				t.Error(err)
			}
			v.Close()
			// Refused after something has been set up.
			options.Issuers[0].Audience = nil
			if _, err := New(options); err == nil {
				t.Error("no audience")
			}
		}
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		i.Server.CloseClientConnections()
	}
	use()
	runtime.GC()
	opened, goroutines := descriptors(t), runtime.NumGoroutine()
	for n := 0; n < 10; n++ {
		use()
	}
	eventually(t, "descriptors are closed", func() bool { return descriptors(t) <= opened })
	eventually(t, "goroutines end", func() bool { return runtime.NumGoroutine() <= goroutines+2 })
}
