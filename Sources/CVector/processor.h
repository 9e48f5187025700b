/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MXAUTH_PROCESSOR_H
#define MXAUTH_PROCESSOR_H

#if defined(__x86_64__)

#include <cpuid.h>

/* Whether processor and system have registers of 32 bytes: the system has to keep their upper halves as well. */
static inline int mxauth_has_avx2(void) {
  unsigned a, b, c, d, low, high;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  (void)high;
  return (low & 6) == 6 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & bit_AVX2;
}

#endif
#endif
