/* SPDX-License-Identifier: Apache-2.0
 *
 * What a process has of its own is the same before a validator is made, while it is used and after it is freed: quiet URL
 * TOKEN. What the transport opens is closed when it stops.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "../abi/helper.h"

extern char **environ;

enum { SIGNALS = 64, ROOM = 8192 };

/** What the process is like, for comparison as a whole. */
typedef struct process {
  struct {
    void (*handler)(int);
    int flags;
    uint64_t mask;
  } signals[SIGNALS];
  sigset_t blocked;
  stack_t signal_stack;
  char environment[ROOM], directory[1024], locale[1024];
  mode_t umask;
  int rounding, exceptions;
  struct rlimit files, stack;
  struct itimerval timer;
  off_t written;
} process;

static int output;

static process look(void) {
  process found;
  memset(&found, 0, sizeof found);
  for (int i = 1; i <= SIGNALS; i++) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    if (sigaction(i, NULL, &action) != 0) continue;
    found.signals[i - 1].handler = action.sa_handler;
    found.signals[i - 1].flags = action.sa_flags;
    // The kernel knows 64 signals; behind them is whatever was on the stack.
    memcpy(&found.signals[i - 1].mask, &action.sa_mask, sizeof(uint64_t));
  }
  pthread_sigmask(SIG_SETMASK, NULL, &found.blocked);
  sigaltstack(NULL, &found.signal_stack);
  size_t length = 0;
  for (char **entry = environ; *entry != NULL && length < ROOM - 1; entry++)
    length += (size_t)snprintf(found.environment + length, ROOM - length, "%p %s\n", (void *)*entry, *entry);
  need(getcwd(found.directory, sizeof found.directory) != NULL, "a directory");
  snprintf(found.locale, sizeof found.locale, "%s", setlocale(LC_ALL, NULL));
  found.umask = umask(0);
  umask(found.umask);
  found.rounding = fegetround();
  found.exceptions = fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
  getrlimit(RLIMIT_NOFILE, &found.files);
  getrlimit(RLIMIT_STACK, &found.stack);
  getitimer(ITIMER_REAL, &found.timer);
  fflush(stdout);
  found.written = lseek(output, 0, SEEK_END);
  return found;
}

static int count_in(const char *directory) {
  int count = 0;
  DIR *entries = opendir(directory);
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;) count += entry->d_name[0] != '.';
  closedir(entries);
  return count;
}

static int descriptors(void) { return count_in("/proc/self/fd"); }
static int threads(void) { return count_in("/proc/self/task"); }

/** Descriptors that a program which is started would inherit, but for the pair of sockets that libcurl wakes itself with. */
static int inheritable(void) {
  int count = 0;
  for (int i = 0; i < 256; i++) {
    int flags = fcntl(i, F_GETFD), domain = 0;
    getsockopt(i, SOL_SOCKET, SO_DOMAIN, &domain, &(socklen_t){sizeof domain});
    count += flags >= 0 && (flags & FD_CLOEXEC) == 0 && domain != AF_UNIX;
  }
  return count;
}

static void unchanged(const process *before, const char *when) {
  process now = look();
  check(memcmp(now.signals, before->signals, sizeof now.signals) == 0, "%s: what a signal does", when);
  check(memcmp(&now.blocked, &before->blocked, sizeof now.blocked) == 0, "%s: blocked signals", when);
  check(memcmp(&now.signal_stack, &before->signal_stack, sizeof now.signal_stack) == 0, "%s: the signal stack", when);
  check(strcmp(now.environment, before->environment) == 0, "%s: the environment", when);
  check(strcmp(now.directory, before->directory) == 0 && now.umask == before->umask, "%s: directory or umask", when);
  check(strcmp(now.locale, before->locale) == 0, "%s: the locale", when);
  check(now.rounding == before->rounding && now.exceptions == before->exceptions, "%s: floating point", when);
  check(memcmp(&now.files, &before->files, sizeof now.files) == 0 &&
            memcmp(&now.stack, &before->stack, sizeof now.stack) == 0 &&
            memcmp(&now.timer, &before->timer, sizeof now.timer) == 0,
        "%s: limits or timers", when);
  check(now.written == before->written, "%s: %ld bytes were written", when, (long)(now.written - before->written));
}

static mxauth_validator *made(const char *issuer) {
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_validator *validator = NULL;
  mxauth_config *config = mxauth_config_new();
  check(mxauth_config_set(config, "no.such", "1", &error) == MXAUTH_OPTION_UNKNOWN, "a mistake");
  need(!mxauth_config_set(config, "server_name", "example.org", &error) &&
           !mxauth_config_set(config, "allow_http", "loopback", &error) &&
           !mxauth_config_set(config, "issuer", issuer, &error) &&
           !mxauth_config_set(config, "issuer.audience", "https://matrix.example.org/", &error) &&
           !mxauth_validator_new(config, &validator, &error),
       error.message);
  mxauth_config_free(config);
  return validator;
}

/** While the transport is connected with an issuer that says nothing, what could be inherited is what could be before. */
static void connections(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  need(bind(listening, (struct sockaddr *)&address, sizeof address) == 0 && listen(listening, 8) == 0 &&
           getsockname(listening, (struct sockaddr *)&address, &(socklen_t){sizeof address}) == 0,
       "a server");
  char issuer[64];
  snprintf(issuer, sizeof issuer, "http://127.0.0.1:%d/", ntohs(address.sin_port));
  int inherited = inheritable();
  mxauth_validator *validator = made(issuer);
  need(mxauth_transport_start(validator, NULL) == MXAUTH_OK, "a transport");
  int connection = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
  need(connection >= 0, "a connection");
  check(inheritable() == inherited, "%d connections are inherited", inheritable() - inherited);
  mxauth_validator_free(validator);
  close(connection);
  close(listening);
}

int main(int argc, char **argv) {
  need(argc > 2, "usage: quiet URL TOKEN");
  // What is written to stdout or stderr from here on is seen; the results go to where they went.
  FILE *results = fdopen(dup(1), "w");
  report = results;
  output = memfd_create("output", 0);
  dup2(output, 1);
  dup2(output, 2);
  setlocale(LC_ALL, "C.UTF-8");
  fesetround(FE_UPWARD);
  static char stack[1 << 16];
  stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&own, NULL);
  signal(SIGPIPE, SIG_IGN);

  process before = look();
  int opened = descriptors(), inherited = inheritable();
  mxauth_validator *validator = made(argv[1]);
  unchanged(&before, "a validator was made");
  check(descriptors() == opened && threads() == 1, "%d descriptors, %d threads", descriptors() - opened, threads());
  check(mxauth_event_fd(validator) >= 0 && descriptors() == opened + 1, "%d descriptors to watch", descriptors() - opened);
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  for (int i = 0; i < 3; i++) {
    mxauth_validate(validator, "no token", 8, &verdict, NULL);
    mxauth_explain(validator, argv[2], strlen(argv[2]), NULL, 0, NULL, NULL);
  }
  unchanged(&before, "tokens were judged");
  check(mxauth_transport_start(validator, NULL) == MXAUTH_OK && threads() == 2, "%d threads with a transport", threads());
  check(mxauth_validate_wait(validator, argv[2], strlen(argv[2]), 5000, &verdict, NULL) == MXAUTH_OK, "a token");
  unchanged(&before, "keys were fetched");
  check(inheritable() == inherited, "%d more inheritable descriptors", inheritable() - inherited);
  mxauth_transport_stop(validator);
  unchanged(&before, "the transport has stopped");
  // The thread that prepares a key may be at it; it ends by itself.
  for (int i = 0; i < 100 && threads() > 1; i++) usleep(10000);
  check(threads() == 1, "%d threads", threads());
  check(descriptors() == opened + 2, "%d descriptors after the transport", descriptors() - opened);
  mxauth_validator_free(validator);
  unchanged(&before, "the validator was freed");
  check(descriptors() == opened && threads() == 1, "%d descriptors left, %d threads", descriptors() - opened, threads());

  connections();

  struct rlimit none = {3, before.files.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  validator = made(argv[1]);
  check(mxauth_event_fd(validator) == -1, "a descriptor though there is none");
  check(mxauth_validate(validator, argv[2], strlen(argv[2]), &verdict, NULL) == MXAUTH_PENDING, "judged without descriptors");
  check(mxauth_transport_start(validator, NULL) == MXAUTH_TRANSPORT_UNAVAILABLE, "a transport without descriptors");
  mxauth_validator_free(validator);
  setrlimit(RLIMIT_NOFILE, &before.files);
  dup2(fileno(results), 1);
  return finish("quiet");
}
