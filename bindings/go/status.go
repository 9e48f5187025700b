// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

import "sync"

// Status says what became of a call, or of a token. The constants are in status_gen.go, and docs/status-codes.md
// describes them all. A Status is an error, for errors.Is.
type Status int32

// String is the status's name in the library, as "MXAUTH_EXPIRED".
func (s Status) String() string { return C.GoString(C.mxauth_status_name(C.mxauth_status(s))) }

// Error is the same as String.
func (s Status) Error() string { return s.String() }

// StatusInfo is one row of the status table.
type StatusInfo struct {
	Status     Status
	Name       string // The constant's name in C, as "MXAUTH_EXPIRED".
	Sentence   string // What it means.
	Remedy     string // What to do about it.
	HTTPStatus int    // The HTTP status that a resource server should answer with.
	SoftLogout bool   // The client should keep its encryption keys and log in again.
	Errcode    string // The Matrix errcode.
	OAuthError string // The error code of RFC 6750 section 3.1 or RFC 6749 section 5.2, or "".
}

// Statuses is the whole status table.
func Statuses() []StatusInfo {
	rows := make([]StatusInfo, C.mxauth_status_count())
	for i := range rows {
		row := C.mxauth_status_info{struct_size: C.sizeof_mxauth_status_info}
		C.mxauth_status_at(C.size_t(i), &row)
		rows[i] = statusInfo(&row)
	}
	return rows
}

func statusInfo(row *C.mxauth_status_info) StatusInfo {
	return StatusInfo{
		Status:     Status(row.status),
		Name:       C.GoString(row.name),
		Sentence:   C.GoString(row.sentence),
		Remedy:     C.GoString(row.remedy),
		HTTPStatus: int(row.http_status),
		SoftLogout: row.soft_logout != 0,
		Errcode:    C.GoString(row.errcode),
		OAuthError: C.GoString(row.oauth_error),
	}
}

// Describe is the row of a status, with Status zero if there is none.
func (s Status) Describe() StatusInfo {
	row := C.mxauth_status_info{struct_size: C.sizeof_mxauth_status_info}
	if C.mxauth_status_describe(C.mxauth_status(s), &row) != C.MXAUTH_OK {
		return StatusInfo{}
	}
	return statusInfo(&row)
}

var commonAnswers = struct {
	sync.Once
	of map[Status]StatusInfo
}{}

// answersOf is the table as a map, with the answers of a validator's option compat, or of none.
func answersOf(validator *C.mxauth_validator) map[Status]StatusInfo {
	answers := make(map[Status]StatusInfo)
	for _, info := range Statuses() {
		row := C.mxauth_status_info{struct_size: C.sizeof_mxauth_status_info}
		if validator != nil && C.mxauth_describe(validator, C.mxauth_status(info.Status), &row) == C.MXAUTH_OK {
			info = statusInfo(&row)
		}
		answers[info.Status] = info
	}
	return answers
}

func common() map[Status]StatusInfo {
	commonAnswers.Do(func() { commonAnswers.of = answersOf(nil) })
	return commonAnswers.of
}
