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
