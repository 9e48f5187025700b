/* SPDX-License-Identifier: Apache-2.0
 *
 * For LD_PRELOAD: reading an eventfd takes 20 ms, so that whatever can come between the transport's looking at its
 * orders and its clearing of events does come between. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
#include <unistd.h>

ssize_t read(int descriptor, void *buffer, size_t size) {
  ssize_t (*const next)(int, void *, size_t) = (ssize_t (*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
  if (size == 8) nanosleep(&(struct timespec){0, 20000000}, NULL);
  return next(descriptor, buffer, size);
}
