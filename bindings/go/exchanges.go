// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/textproto"
	"strings"
	"sync"
	"time"
	"unsafe"
)

// exchanges carries the requests to issuers with Go's HTTP, in place of the library's transport.
type exchanges struct {
	validator *C.mxauth_validator
	transport http.RoundTripper
	context   context.Context
	cancel    context.CancelFunc
	underWay  sync.WaitGroup
}

func carryWith(transport http.RoundTripper, validator *C.mxauth_validator) *exchanges {
	e := &exchanges{validator: validator, transport: transport}
	e.context, e.cancel = context.WithCancel(context.Background())
	return e
}

// begin starts each exchange that is due, and says when to look again though nothing has happened.
func (e *exchanges) begin() time.Time {
	for {
		due := C.mxauth_exchange{struct_size: C.sizeof_mxauth_exchange}
		if C.mxauth_next_exchange(e.validator, &due) != C.MXAUTH_OK {
			return deadlineIn(int64(C.mxauth_next_deadline(e.validator)))
		}
		limit, room := time.Duration(due.timeout_ms)*time.Millisecond, int64(due.max_response)
		request, err := requestOf(&due)
		e.underWay.Add(1)
		go func(id C.uint64_t) {
			defer e.underWay.Done()
			if err != nil {
				e.complete(id, 0, nil, nil)
				return
			}
			e.carry(id, request, limit, room)
		}(due.id)
	}
}

// requestOf copies the exchange, whose text is the library's and may go away when it is over time.
func requestOf(due *C.mxauth_exchange) (*http.Request, error) {
	body := C.GoBytes(unsafe.Pointer(due.body), C.int(due.body_length))
	request, err := http.NewRequest(C.GoString(due.method), C.GoString(due.url), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	lines := textproto.NewReader(bufio.NewReader(strings.NewReader(C.GoString(due.headers) + "\r\n")))
	headers, err := lines.ReadMIMEHeader()
	request.Header = http.Header(headers)
	return request, err
}

func (e *exchanges) carry(id C.uint64_t, request *http.Request, limit time.Duration, room int64) {
	ctx, cancel := context.WithTimeout(e.context, limit)
	defer cancel()
	response, err := e.transport.RoundTrip(request.WithContext(ctx))
	if err != nil {
		e.complete(id, 0, nil, nil)
		return
	}
	defer response.Body.Close()
	// One byte more than is wanted tells the library that there was more.
	body, err := io.ReadAll(io.LimitReader(response.Body, room+1))
	if err != nil {
		e.complete(id, 0, nil, nil)
		return
	}
	var headers bytes.Buffer
	response.Header.Write(&headers)
	e.complete(id, response.StatusCode, headers.Bytes(), body)
}

func (e *exchanges) complete(id C.uint64_t, status int, headers, body []byte) {
	headerText, headerLength := charsOf(headers)
	bodyText, bodyLength := charsOf(body)
	C.go_complete(e.validator, id, C.uint32_t(status), headerText, headerLength, bodyText, bodyLength)
}

// close ends the exchanges that are under way; the library takes them as failed.
func (e *exchanges) close() {
	if e != nil {
		e.cancel()
		e.underWay.Wait()
	}
}
