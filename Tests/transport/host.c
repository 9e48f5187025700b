/* SPDX-License-Identifier: Apache-2.0
 * A host with an event loop of its own: epoll, plain sockets, no thread and no libcurl. It carries the validator's
 * exchanges (http to 127.0.0.1, one connection each) while tokens wait. Options are arguments NAME=VALUE; tokens come
 * as lines "label<TAB>token"; what became of each is written as "label<TAB>status". */
#include <arpa/inet.h>
#include <fcntl.h>
#include <mxauth.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 16, BUFFER = 1 << 16 };

/* One exchange on its way; free when `id` is 0. */
struct call {
  uint64_t id;
  int64_t end;
  int socket;
  size_t sent, to_send, received;
  char request[2048], reply[BUFFER];
};

static mxauth_validator *validator;
static struct call calls[MOST];
static int loop;
static unsigned carried;

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int fail(const char *about, const char *why) {
  fprintf(stderr, "host: %s: %s\n", about, why);
  return 2;
}

static void hand_in(struct call *call, int is_whole) {
  mxauth_response response = MXAUTH_RESPONSE_INIT;
  char *body = is_whole ? strstr(call->reply, "\r\n\r\n") : NULL, *line = body ? strstr(call->reply, "\r\n") : NULL;
  unsigned status = 0;
  if (line && sscanf(call->reply, "HTTP/1.%*c %3u", &status) == 1) {
    response.http_status = status;
    response.headers = line + 2;
    response.headers_length = (size_t)(body + 2 - response.headers);
    response.body = body + 4;
    response.body_length = call->received - (size_t)(response.body - call->reply);
  }
  mxauth_complete_exchange(validator, call->id, &response, NULL);
  close(call->socket);
  call->id = 0;
  carried++;
}

static void begin(struct call *call, const mxauth_exchange *exchange) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  unsigned port = 0;
  int path = 0;
  sscanf(exchange->url, "http://127.0.0.1:%5u%n", &port, &path);
  address.sin_port = htons((uint16_t)port);
  *call = (struct call){.id = exchange->id, .end = now_ms() + exchange->timeout_ms};
  call->to_send = (size_t)snprintf(call->request, sizeof call->request,
                                   "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n%s\r\n", exchange->method,
                                   exchange->url + path, port, exchange->headers);
  call->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  connect(call->socket, (struct sockaddr *)&address, sizeof address);
  struct epoll_event event = {.events = EPOLLOUT, .data.ptr = call};
  epoll_ctl(loop, EPOLL_CTL_ADD, call->socket, &event);
}

static void go_on(struct call *call) {
  if (call->sent < call->to_send) {
    ssize_t count = send(call->socket, call->request + call->sent, call->to_send - call->sent, MSG_NOSIGNAL);
    if (count <= 0) {
      hand_in(call, 0);
      return;
    }
    call->sent += (size_t)count;
    struct epoll_event event = {.events = call->sent < call->to_send ? EPOLLOUT : EPOLLIN, .data.ptr = call};
    epoll_ctl(loop, EPOLL_CTL_MOD, call->socket, &event);
    return;
  }
  ssize_t count = recv(call->socket, call->reply + call->received, BUFFER - 1 - call->received, 0);
  if (count > 0) call->received += (size_t)count;
  if (count <= 0 || call->received == BUFFER - 1) hand_in(call, count == 0);
}

/* Takes what is wanted, then waits for the first thing to happen, `most` milliseconds at most. */
static void turn(int64_t most) {
  mxauth_clear_events(validator);
  for (size_t i = 0; i < MOST; i++) {
    if (calls[i].id && now_ms() > calls[i].end) hand_in(&calls[i], 0);
    mxauth_exchange exchange = MXAUTH_EXCHANGE_INIT;
    if (!calls[i].id && mxauth_next_exchange(validator, &exchange) == MXAUTH_OK) begin(&calls[i], &exchange);
  }
  int64_t due = mxauth_next_deadline(validator);
  struct epoll_event events[MOST];
  int count = epoll_wait(loop, events, MOST, (int)(due >= 0 && due < most ? due : most));
  for (int i = 0; i < count; i++)
    if (events[i].data.ptr) go_on(events[i].data.ptr);
}

static mxauth_status judge(const char *token) {
  int64_t end = now_ms() + 5000;
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  while (mxauth_validate(validator, token, strlen(token), &verdict, NULL) == MXAUTH_PENDING && now_ms() < end) turn(100);
  return verdict.status;
}

int main(int argc, char *argv[]) {
  static char line[1 << 15];
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_config *config = mxauth_config_new();
  for (int i = 1; i < argc; i++) {
    char *value = strchr(argv[i], '=');
    if (!value) return fail(argv[i], "not NAME=VALUE");
    *value++ = 0;
    if (mxauth_config_set(config, argv[i], value, &error)) return fail(error.subject, error.message);
  }
  if (mxauth_validator_new(config, &validator, &error)) return fail(error.subject, error.message);
  mxauth_config_free(config);
  loop = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN};
  epoll_ctl(loop, EPOLL_CTL_ADD, mxauth_event_fd(validator), &event);
  while (fgets(line, sizeof line, stdin)) {
    const char *label = strtok(line, "\t\n"), *token = strtok(NULL, "\t\n");
    if (label) printf("%s\t%s\n", label, mxauth_status_name(judge(token ? token : "")));
  }
  printf("exchanges\t%u\n", carried);
  for (size_t i = 0; i < MOST; i++)
    if (calls[i].id) close(calls[i].socket);
  close(loop);
  mxauth_validator_free(validator);
  return 0;
}
