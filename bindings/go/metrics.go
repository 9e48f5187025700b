// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

import (
	"expvar"
	"io"
	"net/http"
)

// Statistics is what a validator has done since it was made.
type Statistics struct {
	KeySets          uint32 `json:"key_sets"`           // Issuers whose key set serves now.
	Validations      uint64 `json:"validations"`        // Tokens judged, whatever came of it.
	Accepted         uint64 `json:"accepted"`           // Of them, good.
	Pending          uint64 `json:"pending"`            // Of them, left pending.
	ExchangesOK      uint64 `json:"exchanges_ok"`       // Exchanges that brought something.
	ExchangesFailed  uint64 `json:"exchanges_failed"`   // Exchanges that did not.
	KeySetsReplaced  uint64 `json:"key_sets_replaced"`  // Times that a newer key set was taken into use.
	KeySetsUnchanged uint64 `json:"key_sets_unchanged"` // Times that an issuer confirmed the one we had.
	LogDropped       uint64 `json:"log_dropped"`        // Messages that the log's limit held back.
	CacheHits        uint64 `json:"cache_hits"`         // Tokens judged from the verdict cache.
	CacheEntries     uint64 `json:"cache_entries"`      // Verdicts in it now, refusals included.
	CacheBytes       uint64 `json:"cache_bytes"`        // The bytes that they take.
	Introspections   uint64 `json:"introspections"`     // Answers about tokens that issuers have given.
	Revocations      uint64 `json:"revocations"`        // Revocations remembered, notices that were taken included.
}

// Statistics is what the validator has done so far; zero once it is closed.
func (v *Validator) Statistics() Statistics {
	if v.enter() != nil {
		return Statistics{}
	}
	defer v.leave()
	stats := C.mxauth_stats{struct_size: C.sizeof_mxauth_stats}
	C.mxauth_statistics(v.c, &stats)
	return Statistics{
		KeySets: uint32(stats.key_sets), Validations: uint64(stats.validations), Accepted: uint64(stats.accepted),
		Pending: uint64(stats.pending), ExchangesOK: uint64(stats.exchanges_ok),
		ExchangesFailed: uint64(stats.exchanges_failed), KeySetsReplaced: uint64(stats.key_sets_replaced),
		KeySetsUnchanged: uint64(stats.key_sets_unchanged), LogDropped: uint64(stats.log_dropped),
		CacheHits: uint64(stats.cache_hits), CacheEntries: uint64(stats.cache_entries),
		CacheBytes: uint64(stats.cache_bytes), Introspections: uint64(stats.introspections),
		Revocations: uint64(stats.revocations),
	}
}

// Var is the statistics as a variable for expvar.Publish.
func (v *Validator) Var() expvar.Var { return expvar.Func(func() any { return v.Statistics() }) }

// Metrics is the statistics in Prometheus' text format, with validations by status and the age of each issuer's key
// set.
func (v *Validator) Metrics() (string, error) {
	if err := v.enter(); err != nil {
		return "", err
	}
	defer v.leave()
	return produce(func(out *output) C.mxauth_status {
		return C.mxauth_metrics(v.c, out.buffer, out.capacity, &out.needed, &out.why)
	})
}

// MetricsHandler serves Metrics.
func (v *Validator) MetricsHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := v.Metrics()
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		io.WriteString(w, text)
	})
}
