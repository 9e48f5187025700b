#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* In Swift `stat` is the structure. */
static inline int mxauth_stat(const char *path, struct stat *status) { return stat(path, status); }

/* Variadic in C, which Swift does not import. */
static inline int mxauth_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }
static inline int mxauth_close_on_exec(int descriptor) { return fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

/* glibc's; without it the usual kind. */
#if defined(__GLIBC__) && defined(__USE_GNU)
static const int mxauth_mutex_adaptive = PTHREAD_MUTEX_ADAPTIVE_NP;
#else
static const int mxauth_mutex_adaptive = PTHREAD_MUTEX_DEFAULT;
#endif

/* Asks for the line of memory there and the three behind it, which are wanted soon. */
static inline void mxauth_prefetch(const void *memory) {
  for (int line = 0; line < 4; line++) __builtin_prefetch((const char *)memory + 64 * line);
}

/* The same for every call of a thread, and no other's. */
static inline const void *mxauth_thread(void) { return __builtin_thread_pointer(); }
