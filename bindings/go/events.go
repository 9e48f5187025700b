// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

import (
	"errors"
	"os"
	"sync"
	"time"
)

// events tells all who wait that pending tokens can be judged again. One goroutine reads the library's descriptor
// through Go's poller; who waits has a channel, and no thread.
type events struct {
	file    *os.File
	stopped chan struct{} // Closed when the goroutine has ended.

	mutex sync.Mutex
	next  chan struct{} // Closed by the next event.
}

func listen(validator *C.mxauth_validator, exchanges *exchanges) (*events, error) {
	descriptor := C.go_event_descriptor(validator)
	if descriptor < 0 {
		return nil, refusal(StatusInternal, "", "No descriptor is left for the validator's events.")
	}
	e := &events{
		file: os.NewFile(uintptr(descriptor), "mxauth events"), stopped: make(chan struct{}), next: make(chan struct{}),
	}
	go e.run(exchanges)
	return e, nil
}

// run reads eight bytes for each event, which makes the descriptor unreadable as mxauth_clear_events does.
func (e *events) run(exchanges *exchanges) {
	defer close(e.stopped)
	var count [8]byte
	for {
		if exchanges != nil {
			e.file.SetReadDeadline(exchanges.begin())
		}
		if _, err := e.file.Read(count[:]); err == nil {
			e.announce()
		} else if !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
	}
}

func (e *events) announce() {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	close(e.next)
	e.next = make(chan struct{})
}

// upcoming is closed by the next event after now.
func (e *events) upcoming() <-chan struct{} {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.next
}

func (e *events) close() {
	e.file.Close()
	<-e.stopped
}

// deadlineIn is a point of time that many milliseconds from now; never for less than none.
func deadlineIn(milliseconds int64) time.Time {
	if milliseconds < 0 {
		return time.Time{}
	}
	return time.Now().Add(time.Duration(milliseconds) * time.Millisecond)
}
