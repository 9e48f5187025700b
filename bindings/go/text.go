// SPDX-License-Identifier: Apache-2.0

package mxauth

/*
#cgo pkg-config: mxauth
#cgo CFLAGS: -std=gnu11 -O2
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"strings"
	"unsafe"
)

// hidden keeps escape analysis from following a pointer, so that what a call fills may be on the caller's stack. That
// is good for calls of this library alone: it keeps no input beyond the call, and nothing in it calls back into Go, so
// that the stack stays where it is meanwhile. It is not to be inlined: what it returns has to be known as a pointer,
// should the stack be moved before the call.
//
//go:noinline
//go:nosplit
func hidden(pointer unsafe.Pointer) unsafe.Pointer {
	address := uintptr(pointer)
	return *(*unsafe.Pointer)(unsafe.Pointer(&address))
}

var nothing = [1]byte{}

// bytesOf is a string as C takes it: a pointer, never nil, and a length. The header of a string begins with its
// pointer.
func bytesOf(text string) (*C.char, C.size_t) {
	if text == "" {
		return (*C.char)(unsafe.Pointer(&nothing)), 0
	}
	return *(**C.char)(unsafe.Pointer(&text)), C.size_t(len(text))
}

// terminated hands `use` a copy with a NUL, which C would end the text at: one inside it is refused, by the name of
// what the text is.
func terminated(subject, text string, use func(*C.char) error) error {
	if strings.IndexByte(text, 0) >= 0 {
		return refusal(StatusInputInvalid, subject, "It has a NUL in it.")
	}
	copied := append([]byte(text), 0)
	return use((*C.char)(unsafe.Pointer(&copied[0])))
}

// terminatedOrNil is the same with nil for an empty text.
func terminatedOrNil(subject, text string, use func(*C.char) error) error {
	if text == "" {
		return use(nil)
	}
	return terminated(subject, text, use)
}

func newError() C.mxauth_error {
	return C.mxauth_error{struct_size: C.sizeof_mxauth_error}
}

// output is what functions fill that write text.
type output struct {
	buffer   *C.char
	capacity C.size_t
	needed   C.size_t
	why      C.mxauth_error
}

// produce calls a function that fills a buffer with text, again if the buffer was too small.
func produce(call func(*output) C.mxauth_status) (string, error) {
	for capacity := C.size_t(1024); ; {
		buffer := make([]byte, capacity)
		out := output{buffer: (*C.char)(unsafe.Pointer(&buffer[0])), capacity: capacity, why: newError()}
		status := call(&out)
		switch {
		case status == C.MXAUTH_OK:
			return string(buffer[:out.needed-1]), nil
		case status == C.MXAUTH_BUFFER_TOO_SMALL && out.needed > capacity:
			capacity = out.needed
		default:
			return "", fromC(Status(status), &out.why)
		}
	}
}

// decide calls a function that fills a number.
func decide(call func(*C.uint32_t, *C.mxauth_error) C.mxauth_status) (uint32, error) {
	number, why := C.uint32_t(0), newError()
	if status := call(&number, &why); status != C.MXAUTH_OK {
		return 0, fromC(Status(status), &why)
	}
	return uint32(number), nil
}

// charsOf is bytes as C takes them: nil for none.
func charsOf(text []byte) (*C.char, C.size_t) {
	if len(text) == 0 {
		return nil, 0
	}
	return (*C.char)(unsafe.Pointer(&text[0])), C.size_t(len(text))
}
