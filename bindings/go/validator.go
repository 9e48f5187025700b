// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Validator is the long-lived judge: make one, and share it between all goroutines. It has threads, descriptors and
// memory outside of Go's heap, which Close gives back and nothing else does: there is no finalizer.
type Validator struct {
	c       *C.mxauth_validator
	answers map[Status]StatusInfo
	offline bool

	clock     *C.go_clock
	messages  *messages
	exchanges *exchanges
	events    *events

	calls    atomic.Int64  // The calls under way, and less than zero from Close on.
	closing  chan struct{} // Closed by Close: who waits for an issuer gives up.
	returned chan struct{} // From the last call that was under way then.
	closed   sync.Once
	done     chan struct{}
}

// closedBias is more calls than there can be at once.
const closedBias = 1 << 40

// Version is the version of the library that is loaded, as "major.minor.patch".
func Version() string { return C.GoString(C.mxauth_version()) }

// New makes a validator, and unless Options.Offline is set starts what carries its requests to issuers. It reads the
// files that the options name, and nothing else: keys are fetched when a token needs them. An option that is unknown or
// has a value that it does not take is refused; the *Error's Subject is its name.
func New(options Options) (*Validator, error) {
	if loaded := C.mxauth_version_number(); loaded < C.MXAUTH_VERSION_NUMBER {
		return nil, refusal(StatusMisuse, "", "The library that is loaded is older than its header: "+Version()+".")
	}
	list, err := options.list()
	if err != nil {
		return nil, err
	}
	config := C.mxauth_config_new()
	defer C.mxauth_config_free(config)
	notes, err := set(config, list)
	if err != nil {
		return nil, err
	}
	v := &Validator{
		offline: options.Offline,
		closing: make(chan struct{}), returned: make(chan struct{}, 1), done: make(chan struct{}),
	}
	if err := v.start(config, &options); err != nil {
		v.release()
		return nil, err
	}
	for _, note := range notes {
		if options.Log != nil {
			options.Log(LevelWarning, note)
		}
	}
	return v, nil
}

// set hands over the options, and returns what the library notes about keys that it skips.
func set(config *C.mxauth_config, list []Option) (notes []string, err error) {
	for _, option := range list {
		why := newError()
		err := terminated(option.Name, option.Value, func(value *C.char) error {
			return terminated(option.Name, option.Name, func(name *C.char) error {
				if status := C.mxauth_config_set(config, name, value, &why); status != C.MXAUTH_OK {
					return fromC(Status(status), &why)
				}
				return nil
			})
		})
		if err != nil {
			return nil, err
		}
		if note := C.GoString(&why.message[0]); note != "" {
			notes = append(notes, fmt.Sprintf("%s: %s", option.Name, note))
		}
	}
	return notes, nil
}

// start makes the library's validator and what works for it; after an error, release undoes what was done.
func (v *Validator) start(config *C.mxauth_config, options *Options) (err error) {
	if !options.Time.IsZero() {
		v.clock = newClock(options.Time)
		C.go_config_set_clock(config, v.clock)
	}
	if options.Log != nil {
		if v.messages, err = readMessages(options.Log); err != nil {
			return err
		}
		C.go_config_set_log(config, C.int(v.messages.descriptor))
	}
	why := newError()
	if status := C.mxauth_validator_new(config, &v.c, &why); status != C.MXAUTH_OK {
		return fromC(Status(status), &why)
	}
	v.answers = answersOf(v.c)
	if options.Offline {
		return nil
	}
	if options.RoundTripper != nil {
		v.exchanges = carryWith(options.RoundTripper, v.c)
	} else if status := C.mxauth_transport_start(v.c, &why); status != C.MXAUTH_OK {
		return fromC(Status(status), &why)
	}
	v.events, err = listen(v.c, v.exchanges)
	return err
}

// Close frees the validator. Who waits for an issuer is told ErrClosed at once; calls under way are waited for, and
// later ones fail with ErrClosed. It can be called more than once, also at the same time: each call returns when all is
// freed.
func (v *Validator) Close() error {
	v.closed.Do(func() {
		close(v.closing)
		if v.calls.Add(-closedBias) != -closedBias {
			<-v.returned
		}
		v.release()
		close(v.done)
	})
	<-v.done
	return nil
}

// release frees in an order in which nothing is used after it: the goroutines that use the validator, the validator,
// and what it uses.
func (v *Validator) release() {
	if v.events != nil {
		v.events.close()
	}
	v.exchanges.close()
	C.mxauth_validator_free(v.c)
	v.c = nil
	v.messages.close()
	C.free(unsafe.Pointer(v.clock))
}

// enter begins a use of the validator, which Close then waits for. Without an error, leave has to follow.
func (v *Validator) enter() error {
	if v.calls.Add(1) < 0 {
		v.leave()
		return v.closedError()
	}
	return nil
}

func (v *Validator) leave() {
	if v.calls.Add(-1) == -closedBias {
		select {
		case v.returned <- struct{}{}:
		default: // A call that came too late was the last to leave, and Close knows already.
		}
	}
}

func (v *Validator) handle() C.uintptr_t { return C.uintptr_t(uintptr(unsafe.Pointer(v.c))) }

func (v *Validator) closedError() error {
	e := refusal(StatusMisuse, "", "The validator is closed.")
	e.cause = ErrClosed
	return e
}

// fail is an error with the answers that the validator's option compat asks for, and frees `why`.
func (v *Validator) fail(status C.mxauth_status, why *C.mxauth_error) *Error {
	e := &Error{Status: Status(status)}
	if why != nil {
		e.Subject, e.Message = C.GoString(&why.subject[0]), C.GoString(&why.message[0])
		C.free(unsafe.Pointer(why))
	}
	return describe(v.answers, e)
}

// rejudge gives an error of a function the validator's own answers.
func (v *Validator) rejudge(err error) error {
	if e, ok := err.(*Error); ok {
		return describe(v.answers, e)
	}
	return err
}
