// SPDX-License-Identifier: Apache-2.0

package mxauth

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// residentKiB is what the process has in memory once Go has given back what it does not use.
func residentKiB(t *testing.T) int {
	debug.FreeOSMemory()
	return statusLine(t, "VmRSS:")
}

func threads(t *testing.T) int { return statusLine(t, "Threads:") }

func statusLine(t *testing.T, name string) int {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), name)
	if !found {
		t.Fatal(name)
	}
	value, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// keepThreads makes Go have `count` threads more that have all made a call. Go takes another whenever a call of C is slow,
// as on a busy machine, and keeps it: with these at hand, one that comes later is one that something holds.
func keepThreads(count int, call func()) {
	var there, gone sync.WaitGroup
	there.Add(count)
	gone.Add(count)
	for n := 0; n < count; n++ {
		go func() {
			defer gone.Done()
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			there.Done()
			there.Wait()
			call()
		}()
	}
	gone.Wait()
}

// TestWaitingHoldsNoThread: a thousand goroutines wait for an issuer, and the threads are the same.
func TestWaitingHoldsNoThread(t *testing.T) {
	i := newIssuer(t)
	i.hold()
	v := i.validator(t)
	token := i.sign(nil)
	ctx := soon(t)
	var waiting sync.WaitGroup
	wait := func(count int) {
		pending := v.Statistics().Pending
		for n := 0; n < count; n++ {
			waiting.Add(1)
			go func() {
				defer waiting.Done()
				if _, err := v.Validate(ctx, token); err != nil {
					t.Error(err)
				}
			}()
		}
		eventually(t, "they wait", func() bool { return v.Statistics().Pending >= pending+uint64(2*count) })
	}
	wait(50)
	keepThreads(32, func() { v.Statistics() })
	before := threads(t)
	wait(1000)
	if after := threads(t); after > before {
		t.Errorf("%d threads, then %d", before, after)
	}
	i.release()
	waiting.Wait()
}

// TestSoak: 100,000 validations on 32 goroutines, hits, cold tokens, refusals and tokens that the issuer is asked
// about, after as many that fill what is to be filled. Nothing grows.
func TestSoak(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector keeps memory of its own")
	}
	i := newIssuer(t)
	options := i.options()
	options.CacheEntries, options.CacheBytes, options.RevocationBytes = 1024, 1<<20, 1<<16
	v := mustNew(t, options)
	tokens := make([]string, 4000)
	for n := range tokens {
		tokens[n] = i.sign(map[string]any{"jti": strconv.Itoa(n)})
	}
	const workers, rounds = 32, 100000 / 32
	ctx := context.Background()
	asked := 0
	run := func() {
		asked++
		var all sync.WaitGroup
		for w := 0; w < workers; w++ {
			all.Add(1)
			go func(w int) {
				defer all.Done()
				for n := 0; n < rounds; n++ {
					token, good := tokens[n%8], true
					switch {
					case n%100 == 0:
						token = i.issue(fmt.Sprintf("opaque-%d-%d-%d", asked, w, n), nil)
					case n%100 == 50:
						token, good = fmt.Sprintf("unknown-%d-%d-%d", asked, w, n), false
					case n%10 == 0:
						token = tokens[(w*rounds+n)%len(tokens)]
					case n%10 == 5:
						token, good = "a.b.c", false
					}
					verdict, err := v.Validate(ctx, token)
					if (err == nil) != good || good && verdict.UserID() != "@alice:example.org" {
						t.Errorf("%v", err)
						return
					}
					if n%100 == 0 {
						i.forget(token)
					}
				}
			}(w)
		}
		all.Wait()
	}
	keepThreads(workers+8, func() {
		if _, err := v.Validate(ctx, tokens[0]); err != nil {
			t.Error(err)
		}
	})
	run()
	// The issuer has a goroutine for each connection that is kept.
	i.Server.CloseClientConnections()
	memory, threadCount, goroutines := residentKiB(t), threads(t), runtime.NumGoroutine()
	run()
	grown := residentKiB(t) - memory
	t.Logf("%d KiB, %+d KiB after 100,000 more; %d threads, then %d", memory, grown, threadCount, threads(t))
	if grown > 2048 {
		t.Errorf("%d KiB more", grown)
	}
	if now := threads(t); now > threadCount {
		t.Errorf("%d threads, then %d", threadCount, now)
	}
	i.Server.CloseClientConnections()
	eventually(t, "goroutines end", func() bool { return runtime.NumGoroutine() <= goroutines+4 })
	if stats := v.Statistics(); stats.Validations < 2*workers*rounds ||
		stats.Introspections < 2*2*workers*(rounds/100) {
		t.Errorf("%+v", stats)
	}
}
