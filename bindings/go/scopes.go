// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

// InspectScope tells what is in a scope (MSC2967). With login it is that of a login, which has to name a device.
func InspectScope(scope string, login bool) (report ScopeReport, err error) {
	flags := C.uint32_t(0)
	if login {
		flags = C.MXAUTH_SCOPE_OF_LOGIN
	}
	text, length := bytesOf(scope)
	found, err := produce(func(out *output) C.mxauth_status {
		return C.mxauth_scope_inspect(text, length, flags, out.buffer, out.capacity, &out.needed, &out.why)
	})
	if err != nil {
		return report, err
	}
	return report, decode(found, &report)
}

// NormaliseScope is a scope in the stable spelling and its order, without repetitions; with both, each word in the
// unstable spelling as well, as Matrix Authentication Service has it for older homeservers.
func NormaliseScope(scope string, both bool) (string, error) {
	flags := C.uint32_t(0)
	if both {
		flags = C.MXAUTH_SCOPE_BOTH_SPELLINGS
	}
	text, length := bytesOf(scope)
	return produce(func(out *output) C.mxauth_status {
		return C.mxauth_scope_normalise(text, length, flags, out.buffer, out.capacity, &out.needed, &out.why)
	})
}

// NarrowScope is the scope of a refreshed token: what is requested, if all of it was granted, and all that was granted
// if nothing is requested (RFC 6749 section 6).
func NarrowScope(granted, requested string) (string, error) {
	text, length := bytesOf(granted)
	wanted, wantedLength := bytesOf(requested)
	return produce(func(out *output) C.mxauth_status {
		return C.mxauth_scope_narrow(text, length, wanted, wantedLength, out.buffer, out.capacity, &out.needed,
			&out.why)
	})
}

// MergeScopes is the words of the first scope and then those that the second adds.
func MergeScopes(first, second string) (string, error) {
	text, length := bytesOf(first)
	added, addedLength := bytesOf(second)
	return produce(func(out *output) C.mxauth_status {
		return C.mxauth_scope_merge(text, length, added, addedLength, out.buffer, out.capacity, &out.needed, &out.why)
	})
}

// CheckDeviceID tells what is to be said of a device ID.
func CheckDeviceID(deviceID string) (report DeviceIDReport, err error) {
	text, length := bytesOf(deviceID)
	found, err := produce(func(out *output) C.mxauth_status {
		return C.mxauth_device_id_check(text, length, out.buffer, out.capacity, &out.needed, &out.why)
	})
	if err != nil {
		return report, err
	}
	return report, decode(found, &report)
}

// GenerateDeviceID is a new device ID: 16 letters and digits, of 80 random bits.
func GenerateDeviceID() (string, error) {
	return produce(func(out *output) C.mxauth_status {
		return C.mxauth_device_id_generate(out.buffer, out.capacity, &out.needed, &out.why)
	})
}
