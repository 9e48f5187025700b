// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"time"
	"unsafe"
)

// newClock is a clock in C's memory, since threads of the library read it.
func newClock(at time.Time) *C.go_clock {
	clock := (*C.go_clock)(C.calloc(1, C.sizeof_go_clock))
	C.go_clock_set(clock, C.int64_t(at.UnixNano()))
	return clock
}

func freeClock(clock *C.go_clock) { C.free(unsafe.Pointer(clock)) }

// SetTime sets the clock of a validator that was made with Options.Time, for tests and replays; with others it is
// refused.
func (v *Validator) SetTime(at time.Time) error {
	if err := v.enter(); err != nil {
		return err
	}
	defer v.leave()
	if v.clock == nil {
		return refusal(StatusMisuse, "Time", "This validator goes by the system's clocks.")
	}
	C.go_clock_set(v.clock, C.int64_t(at.UnixNano()))
	return nil
}
