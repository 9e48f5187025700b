/* SPDX-License-Identifier: Apache-2.0
 *
 * What mxauth.h needs in between for Go: Go may not hand C a structure in which there are pointers into Go's memory,
 * and a call back into Go would cost the guarantee that stacks stay where they are during a call (see text.go).
 */
#ifndef MXAUTH_GO_SHIM_H
#define MXAUTH_GO_SHIM_H

#include <mxauth.h>

/* What became of a call. `why` is NULL after MXAUTH_OK and MXAUTH_PENDING, and else the caller's to free. */
typedef struct go_outcome {
  mxauth_status status;
  mxauth_error *why;
} go_outcome;

/* The validator of the calls that each request makes comes as a number: Go looks into what pointers point to. */
go_outcome go_validate(uintptr_t validator, const char *token, size_t length, mxauth_verdict *verdict);

#define GO_JUDGE_QUERY 1     /* A token in the query counts. */
#define GO_JUDGE_ANY_PATH 2  /* The path is no endpoint of the Client-Server API: whoever has a good token may. */
#define GO_JUDGE_OPTIONAL 4  /* The same, and so may who has none. */

/* All that a guard asks about a request, in one call. `authorization` is NULL if there is no such header. */
go_outcome go_judge(uintptr_t validator, uint32_t how, const char *authorization, size_t authorization_length,
                    const char *query, size_t query_length, const char *method, size_t method_length, const char *path,
                    size_t path_length, mxauth_verdict *verdict);

mxauth_status go_complete(mxauth_validator *validator, uint64_t id, uint32_t http_status, const char *headers,
                          size_t headers_length, const char *body, size_t body_length);

/* Another number for the validator's event descriptor, for Go's poller to own; -1 if there is none. */
int go_event_descriptor(mxauth_validator *validator);

/* Sends each message of the log, after a byte for its level, as one packet to `socket`. */
mxauth_status go_config_set_log(mxauth_config *config, int socket);

/* A clock that stands still until it is set. */
typedef struct go_clock {
  int64_t wall;
  int64_t monotonic;
} go_clock;

mxauth_status go_config_set_clock(mxauth_config *config, go_clock *clock);
void go_clock_set(go_clock *clock, int64_t wall);

#endif
