/* SPDX-License-Identifier: Apache-2.0 */
#include "shim.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* Not MXAUTH_ERROR_INIT: it would write 600 bytes that only refusals read. */
static void begin(mxauth_error *error) {
  error->struct_size = sizeof *error;
  error->subject[0] = error->message[0] = 0;
}

/* Refusals alone pay for the copy: a good token's error would be 600 bytes of nothing. */
static go_outcome outcome(mxauth_status status, const mxauth_error *error) {
  go_outcome result = {status, NULL};
  if (status == MXAUTH_OK || status == MXAUTH_PENDING) return result;
  result.why = malloc(sizeof *error);
  if (result.why != NULL) *result.why = *error;
  return result;
}

go_outcome go_validate(uintptr_t validator, const char *token, size_t length, mxauth_verdict *verdict) {
  mxauth_error error;
  begin(&error);
  return outcome(mxauth_validate((mxauth_validator *)validator, token, length, verdict, &error), &error);
}

/* Fills the verdict on the request's token; MXAUTH_TOKEN_MISSING if it has none. */
static mxauth_status judge_token(mxauth_validator *validator, const char *authorization, size_t authorization_length,
                                 const char *query, size_t query_length, mxauth_verdict *verdict, mxauth_error *error) {
  char room[4096];
  size_t capacity = (authorization_length > query_length ? authorization_length : query_length) + 1, needed = 0;
  char *token = capacity <= sizeof room ? room : malloc(capacity);
  if (token == NULL) return MXAUTH_INTERNAL;
  mxauth_status status = mxauth_bearer_extract(authorization, authorization_length, query, query_length, 0, token,
                                               capacity, &needed, error);
  if (status == MXAUTH_OK) {
    status = mxauth_validate(validator, token, needed - 1, verdict, error);
    explicit_bzero(token, needed);
  }
  if (token != room) free(token);
  return status;
}

go_outcome go_judge(uintptr_t handle, uint32_t how, const char *authorization, size_t authorization_length,
                    const char *query, size_t query_length, const char *method, size_t method_length, const char *path,
                    size_t path_length, mxauth_verdict *verdict) {
  mxauth_validator *validator = (mxauth_validator *)handle;
  mxauth_error of_token, of_request;
  begin(&of_token);
  begin(&of_request);
  *verdict = (mxauth_verdict)MXAUTH_VERDICT_INIT;
  int in_query = (how & GO_JUDGE_QUERY) != 0;
  mxauth_status status = judge_token(validator, authorization, authorization_length, in_query ? query : NULL,
                                     in_query ? query_length : 0, verdict, &of_token);
  verdict->status = status; /* also where it was not for mxauth_validate to refuse */
  if (how & (GO_JUDGE_ANY_PATH | GO_JUDGE_OPTIONAL)) {
    int preflight = method_length == 7 && memcmp(method, "OPTIONS", 7) == 0;
    int may_lack = (how & GO_JUDGE_OPTIONAL) != 0 && status == MXAUTH_TOKEN_MISSING;
    return outcome(preflight || may_lack ? MXAUTH_OK : status, &of_token);
  }
  mxauth_status allowed = mxauth_authorize(validator, status == MXAUTH_TOKEN_MISSING ? NULL : verdict, method,
                                           method_length, path, path_length, &of_request);
  return outcome(allowed, allowed == status ? &of_token : &of_request);
}

mxauth_status go_complete(mxauth_validator *validator, uint64_t id, uint32_t http_status, const char *headers,
                          size_t headers_length, const char *body, size_t body_length) {
  mxauth_response response = MXAUTH_RESPONSE_INIT;
  response.http_status = http_status;
  response.headers = headers;
  response.headers_length = headers_length;
  response.body = body;
  response.body_length = body_length;
  return mxauth_complete_exchange(validator, id, &response, NULL);
}

int go_event_descriptor(mxauth_validator *validator) {
  return fcntl(mxauth_event_fd(validator), F_DUPFD_CLOEXEC, 0);
}

static void send_to_go(void *user, uint32_t level, const char *message) {
  char first = (char)level;
  struct iovec parts[] = {{&first, 1}, {(void *)message, strlen(message)}};
  struct msghdr packet = {.msg_iov = parts, .msg_iovlen = 2};
  sendmsg((int)(intptr_t)user, &packet, MSG_DONTWAIT | MSG_NOSIGNAL);
}

mxauth_status go_config_set_log(mxauth_config *config, int socket) {
  return mxauth_config_set_log(config, send_to_go, (void *)(intptr_t)socket);
}

static int64_t read_clock(void *user, uint32_t clock) {
  go_clock *standing = user;
  return __atomic_load_n(clock == MXAUTH_CLOCK_WALL ? &standing->wall : &standing->monotonic, __ATOMIC_RELAXED);
}

mxauth_status go_config_set_clock(mxauth_config *config, go_clock *clock) {
  return mxauth_config_set_clock(config, read_clock, clock);
}

void go_clock_set(go_clock *clock, int64_t wall) {
  int64_t before = __atomic_exchange_n(&clock->wall, wall, __ATOMIC_RELAXED);
  if (wall > before) __atomic_fetch_add(&clock->monotonic, wall - before, __ATOMIC_RELAXED);
}
