/* SPDX-License-Identifier: Apache-2.0
 *
 * A host with signals: a timer interrupts every wait, the issuer hangs up on the transport, and neither ends anything. The
 * library's threads take no signal. signals URL TOKEN
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "../abi/helper.h"

static volatile sig_atomic_t interrupted, elsewhere;
static pthread_t host;

static void on_signal(int number) {
  (void)number;
  interrupted = interrupted + 1;
  if (!pthread_equal(pthread_self(), host)) elsewhere = elsewhere + 1;
}

static mxauth_validator *made(const char *issuer) {
  mxauth_error error = MXAUTH_ERROR_INIT;
  mxauth_validator *validator = NULL;
  mxauth_config *config = mxauth_config_new();
  need(!mxauth_config_set(config, "server_name", "example.org", &error) &&
           !mxauth_config_set(config, "allow_http", "loopback", &error) &&
           !mxauth_config_set(config, "issuer", issuer, &error) &&
           !mxauth_config_set(config, "issuer.audience", "https://matrix.example.org/", &error) &&
           !mxauth_validator_new(config, &validator, &error),
       error.message);
  mxauth_config_free(config);
  return validator;
}

static int64_t milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/** Hangs up at once, with a reset: whoever writes to it gets EPIPE. */
static void *hang_up(void *listener) {
  struct linger at_once = {1, 0};
  for (int client; (client = accept(*(int *)listener, NULL, NULL)) >= 0;) {
    setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(client);
  }
  return NULL;
}

/** Of the threads that are not this one: how many there are, and how many of them let a signal in that can be blocked. */
static void other_threads(int *count, int *open) {
  *count = *open = 0;
  DIR *tasks = opendir("/proc/self/task");
  for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
    char path[300], line[256];
    if (task->d_name[0] == '.' || atoi(task->d_name) == (int)gettid()) continue;
    snprintf(path, sizeof path, "/proc/self/task/%s/status", task->d_name);
    FILE *status = fopen(path, "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
      unsigned long long blocked;
      if (sscanf(line, "SigBlk: %llx", &blocked) != 1) continue;
      *count += 1;
      // SIGKILL and SIGSTOP cannot be blocked, 32 and 33 are the C library's own.
      *open += (~blocked & ~(1ull << 8 | 1ull << 18 | 3ull << 31)) != 0;
    }
    if (status != NULL) fclose(status);
  }
  closedir(tasks);
}

int main(int argc, char **argv) {
  need(argc > 2, "usage: signals URL TOKEN");
  const char *token = argv[2];
  host = pthread_self();
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGALRM, &action, NULL);
  struct itimerval often = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
  setitimer(ITIMER_REAL, &often, NULL);

  mxauth_validator *validator = made(argv[1]);
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  int64_t start = milliseconds();
  mxauth_status status = mxauth_validate_wait(validator, token, strlen(token), 200, &verdict, NULL);
  int64_t took = milliseconds() - start;
  check(status == MXAUTH_TIMED_OUT && took >= 200 && took < 2000, "%s after %lld ms", mxauth_status_name(status),
        (long long)took);
  check(interrupted > 20, "only %d interruptions", (int)interrupted);
  need(mxauth_transport_start(validator, NULL) == MXAUTH_OK, "a transport");
  status = mxauth_validate_wait(validator, token, strlen(token), 5000, &verdict, NULL);
  check(status == MXAUTH_OK, "interrupted all the time: %s", mxauth_status_name(status));
  usleep(50000);
  int count, open;
  other_threads(&count, &open);
  check(count == 1 && open == 0, "%d threads, %d of which let signals in", count, open);
  check(elsewhere == 0, "%d signals on threads of the library", (int)elsewhere);
  setitimer(ITIMER_REAL, &never, NULL);
  mxauth_validator_free(validator);

  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  need(bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 16) == 0, "a listener");
  getsockname(listener, (struct sockaddr *)&address, &size);
  char url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(address.sin_port));
  pthread_t rude;
  need(pthread_create(&rude, NULL, hang_up, &listener) == 0, "a thread");
  signal(SIGPIPE, SIG_DFL);
  for (int i = 0; i < 20; i++) {
    validator = made(url);
    mxauth_transport_start(validator, NULL);
    status = mxauth_validate_wait(validator, token, strlen(token), 5000, &verdict, NULL);
    check(status == MXAUTH_ISSUER_UNKNOWN || status == MXAUTH_KEYS_UNAVAILABLE, "an issuer that hangs up: %s",
          mxauth_status_name(status));
    mxauth_validator_free(validator);
  }
  struct sigaction now;
  sigaction(SIGPIPE, NULL, &now);
  check(now.sa_handler == SIG_DFL, "what SIGPIPE does was changed");
  return finish("signals");
}
