// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

import (
	"context"
	"errors"
	"unsafe"
)

// Validate judges what follows "Bearer " in an Authorization header. A token that is known, or whose issuer's keys are,
// is judged at once, whatever has become of the context; otherwise the goroutine waits for the issuer until the context
// is done, and no thread with it. An error is an *Error.
func (v *Validator) Validate(ctx context.Context, token string) (verdict Verdict, err error) {
	err = v.ValidateInto(ctx, token, &verdict)
	return verdict, err
}

// ValidateInto does the same into a verdict of the caller's, which can be used again: one copy of 1.1 KB less. After an
// error the verdict has its status, and else nothing.
func (v *Validator) ValidateInto(ctx context.Context, token string, verdict *Verdict) error {
	if err := v.enter(); err != nil {
		*verdict = Verdict{}
		return err
	}
	outcome := v.validate(token, verdict)
	v.leave()
	if outcome.status == C.MXAUTH_OK {
		return nil
	}
	if outcome.status == C.MXAUTH_PENDING {
		return v.wait(ctx, func() (C.mxauth_status, *C.mxauth_error) {
			outcome := v.validate(token, verdict)
			return outcome.status, outcome.why
		})
	}
	return v.fail(outcome.status, outcome.why)
}

func (v *Validator) validate(token string, verdict *Verdict) C.go_outcome {
	text, length := bytesOf(token)
	verdict.c.struct_size = C.sizeof_mxauth_verdict
	return C.go_validate(v.handle(), (*C.char)(hidden(unsafe.Pointer(text))), length,
		(*C.mxauth_verdict)(hidden(unsafe.Pointer(&verdict.c))))
}

// wait asks again after each event, until the answer is not that it is pending. Whether an event came in between is
// known because its channel is taken before asking. Offline there are no events, and what is pending is refused.
func (v *Validator) wait(ctx context.Context, ask func() (C.mxauth_status, *C.mxauth_error)) error {
	for {
		if err := v.enter(); err != nil {
			return err
		}
		var event <-chan struct{}
		if !v.offline {
			event = v.events.upcoming()
		}
		status, why := ask()
		v.leave()
		switch {
		case status == C.MXAUTH_OK:
			return nil
		case status != C.MXAUTH_PENDING || v.offline:
			return v.fail(status, why)
		}
		select {
		case <-event:
		case <-ctx.Done():
			e := v.fail(C.MXAUTH_TIMED_OUT, nil)
			e.cause = ctx.Err()
			return e
		case <-v.closing:
			return v.closedError()
		}
	}
}

// await is wait for functions whose answer may be there at once, and that refuse with an error of their own.
func (v *Validator) await(ctx context.Context, ask func() error) error {
	var refused error
	err := v.wait(ctx, func() (C.mxauth_status, *C.mxauth_error) {
		refused = ask()
		if errors.Is(refused, StatusPending) {
			return C.MXAUTH_PENDING, nil
		}
		return C.MXAUTH_OK, nil
	})
	if err != nil {
		return err
	}
	return v.rejudge(refused)
}

// Claims validates a token as Validate does, and is the JSON that the issuer signed, or that it answered when it was
// asked.
func (v *Validator) Claims(ctx context.Context, token string) (claims []byte, err error) {
	err = v.await(ctx, func() error {
		text, length := bytesOf(token)
		found, err := produce(func(out *output) C.mxauth_status {
			return C.mxauth_claims(v.c, text, length, out.buffer, out.capacity, &out.needed, &out.why)
		})
		claims = []byte(found)
		return err
	})
	if err != nil {
		return nil, err
	}
	return claims, nil
}

// Explain validates a token and tells what was checked, in order, up to the check that refused it. A refused token is
// no error.
func (v *Validator) Explain(ctx context.Context, token string) (explanation Explanation, err error) {
	err = v.await(ctx, func() error {
		text, length := bytesOf(token)
		report, err := produce(func(out *output) C.mxauth_status {
			return C.mxauth_explain(v.c, text, length, out.buffer, out.capacity, &out.needed, &out.why)
		})
		if err != nil {
			return err
		}
		explanation = Explanation{}
		if err := decode(report, &explanation); err != nil {
			return err
		}
		if explanation.Status == StatusPending {
			return refusal(StatusPending, "", "")
		}
		return nil
	})
	if v.offline && errors.Is(err, StatusPending) {
		return explanation, nil
	}
	return explanation, err
}
