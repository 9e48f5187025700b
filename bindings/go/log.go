// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

import (
	"os"
	"syscall"
)

// Level is how much a message of the log matters.
type Level uint32

// The levels of Options.Log.
const (
	LevelError   Level = C.MXAUTH_LOG_ERROR
	LevelWarning Level = C.MXAUTH_LOG_WARNING
	LevelInfo    Level = C.MXAUTH_LOG_INFO
	LevelDebug   Level = C.MXAUTH_LOG_DEBUG
)

// messages brings the library's log from whatever thread it is written on to one goroutine: a call back into Go would
// move stacks during calls.
type messages struct {
	descriptor int // The library's end.
	end        *os.File
	read       chan struct{} // Closed after the last message.
}

func readMessages(log func(Level, string)) (*messages, error) {
	pair, err := syscall.Socketpair(
		syscall.AF_UNIX, syscall.SOCK_SEQPACKET|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	m := &messages{descriptor: pair[0], end: os.NewFile(uintptr(pair[1]), "mxauth log"), read: make(chan struct{})}
	go func() {
		defer close(m.read)
		packet := make([]byte, 4096)
		for {
			length, err := m.end.Read(packet)
			if err != nil {
				return
			}
			log(Level(packet[0]), string(packet[1:length]))
		}
	}()
	return m, nil
}

// close waits until all messages that were sent have been handed on.
func (m *messages) close() {
	if m == nil {
		return
	}
	syscall.Close(m.descriptor)
	<-m.read
	m.end.Close()
}
