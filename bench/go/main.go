// SPDX-License-Identifier: Apache-2.0

// What a token costs from Go, beside Go's own cryptography on the same token: medians of rounds that take turns, as
// JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"sort"
	"testing"
	"time"

	"mxauth"
)

const rounds = 31

// subject is something to be measured: the i-th of many calls in a round.
type subject struct {
	name  string
	calls int
	call  func(round, i int)
	took  []float64
}

func (s *subject) run(round int) {
	begun := time.Now()
	for i := 0; i < s.calls; i++ {
		s.call(round, i)
	}
	s.took = append(s.took, float64(time.Since(begun).Nanoseconds())/float64(s.calls))
}

func (s *subject) median() float64 {
	sort.Float64s(s.took)
	return s.took[len(s.took)/2]
}

func main() {
	bench := newBench()
	for round := 0; round < rounds; round++ {
		for _, subject := range bench.subjects {
			subject.run(round)
		}
	}
	medians, ratios := map[string]float64{}, map[string]float64{}
	for _, subject := range bench.subjects {
		medians[subject.name] = subject.median()
	}
	for _, algorithm := range algorithms {
		ratios["crypto "+algorithm+" / cold "+algorithm] = medians["crypto "+algorithm] / medians["cold "+algorithm]
	}
	medians["guard"] -= medians["handler"]
	result := map[string]any{"go": runtime.Version(), "ns": medians, "ratios": ratios,
		"allocations": bench.allocations()}
	json.NewEncoder(os.Stdout).Encode(result)
}

type bench struct {
	validator *mxauth.Validator
	token     string
	subjects  []*subject
	guarded   http.Handler
	request   *http.Request
}

func newBench() *bench {
	signers := newSigners()
	b := &bench{validator: signers.validator(), token: signers.sign("ES256", "hit")}
	ctx := context.Background()
	must(b.validator.Validate(ctx, b.token))
	var into mxauth.Verdict
	b.add("empty cgo call", 20000, func(_, _ int) { emptyCall() })
	b.add("Validate, hit", 20000, func(_, _ int) {
		if verdict, err := b.validator.Validate(ctx, b.token); err != nil || verdict.Grants() == 0 {
			panic(err)
		}
	})
	b.add("ValidateInto, hit", 20000, func(_, _ int) {
		if err := b.validator.ValidateInto(ctx, b.token, &into); err != nil {
			panic(err)
		}
	})
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	b.guarded = mxauth.Guard{Validator: b.validator}.Wrap(handler)
	b.request = httptest.NewRequest("GET", "/_matrix/client/v3/account/whoami", nil)
	b.request.Header.Set("Authorization", "Bearer "+b.token)
	writer := httptest.NewRecorder()
	b.add("handler", 20000, func(_, _ int) { handler.ServeHTTP(writer, b.request) })
	b.add("guard", 20000, func(_, _ int) { b.guarded.ServeHTTP(writer, b.request) })
	for _, algorithm := range algorithms {
		tokens := signers.signMany(algorithm, rounds+1, coldTokens)
		for _, token := range tokens[rounds] { // A key in use gets its tables; none of these is measured.
			must(b.validator.Validate(ctx, token))
		}
		verify := signers.verifier(algorithm)
		b.add("cold "+algorithm, coldTokens, func(round, i int) {
			if verdict, err := b.validator.Validate(ctx, tokens[round][i]); err != nil || verdict.Cached() {
				panic(fmt.Sprint(err, verdict.Cached()))
			}
		})
		b.add("crypto "+algorithm, coldTokens, func(round, i int) {
			if !verify(tokens[round][i]) {
				panic(algorithm)
			}
		})
	}
	time.Sleep(100 * time.Millisecond) // Until the tables are there.
	return b
}

func (b *bench) add(name string, calls int, call func(round, i int)) {
	b.subjects = append(b.subjects, &subject{name: name, calls: calls, call: call})
}

func (b *bench) allocations() map[string]float64 {
	ctx, writer := context.Background(), httptest.NewRecorder()
	return map[string]float64{
		"Validate, hit": testing.AllocsPerRun(1000, func() { b.validator.Validate(ctx, b.token) }),
		"guard":         testing.AllocsPerRun(1000, func() { b.guarded.ServeHTTP(writer, b.request) }),
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
