// SPDX-License-Identifier: Apache-2.0
//
// A process of its own that counts: allocations of one validation, and the memory that 100,000 verdicts take. Writes a key
// and a figure a line.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "basics.hpp"
#include "validators.hpp"

extern "C" {
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

/// Of this thread: what is built in the background is not part of a validation.
static thread_local long allocations __attribute__((tls_model("initial-exec")));

void *malloc(size_t size) {
  allocations++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  allocations++;
  return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
  allocations++;
  return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  allocations++;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
  allocations++;
  *block = __libc_memalign(alignment, size);
  return *block == nullptr ? 12 : 0;
}
}

namespace {

using namespace bench;

/// Of one call, over `calls` of them.
template <class Op>
double allocations_of(int calls, Op op) {
  for (int i = 0; i < calls; i++) op();
  const long before = allocations;
  for (int i = 0; i < calls; i++) op();
  return static_cast<double>(allocations - before) / calls;
}

void count_allocations() {
  for (const Algorithm algorithm : kAlgorithms) {
    NewTokens fresh(algorithm);
    // Twice through, so that what is set up once is not counted.
    const int calls = static_cast<int>(tokens_of(algorithm).size());
    std::printf("allocs.cold.%s %.4g\n", name_of(algorithm), allocations_of(calls, [&] { fresh.judge_next(); }));
    fresh.check();
  }
  const Validator validator = make_validator(Algorithm::RS256);
  const Token &token = tokens_of(Algorithm::RS256)[0];
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  std::printf("allocs.hit %.4g\n", allocations_of(1000, [&] {
                mxauth_validate(validator.get(), token.text.data(), token.text.size(), &verdict, nullptr);
              }));
  demand(cache_hits(validator) == 1999, "not every token was found");
}

double resident_bytes() {
  std::FILE *file = std::fopen("/proc/self/statm", "r");
  long size = 0, resident = 0;
  demand(file != nullptr && std::fscanf(file, "%ld %ld", &size, &resident) == 2, "/proc/self/statm");
  std::fclose(file);
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void count_memory() {
  constexpr int kVerdicts = 100'000;
  const Validator validator = make_validator(Algorithm::HS256);
  const Key &key = key_of(Algorithm::HS256);
  expect(validator, make_token(key, 0), MXAUTH_OK);
  const double before = resident_bytes();
  for (int i = 1; i <= kVerdicts; i++) expect(validator, make_token(key, i), MXAUTH_OK);
  std::printf("bytes.rss_per_100k %.0f\n", resident_bytes() - before);
}

}  // namespace

int main(int argc, char **argv) {
  if (argc > 1) bench::settings.seed = std::strtoull(argv[1], nullptr, 10);
  count_memory();
  count_allocations();
}
