// SPDX-License-Identifier: Apache-2.0
// What C++ costs on a hit. Alone, it counts allocations; cost.sh runs it under callgrind: cost c|verdict|result TIMES.
#include <cstring>
#include <new>

#include "fixture.hpp"

static long allocations = 0;

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);

void* malloc(std::size_t size) {
  allocations++;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  allocations++;
  return __libc_calloc(count, size);
}
void* realloc(void* block, std::size_t size) {
  allocations++;
  return __libc_realloc(block, size);
}
}

static constexpr std::string_view sync_path = "/_matrix/client/v3/sync";

/** As a server in C would: one verdict for each request, its status looked at. */
static long in_c(mxauth_validator* validator, int times) {
  long good = 0;
  for (int i = 0; i < times; i++) {
    mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
    good += mxauth_validate(validator, good_token.data(), good_token.size(), &verdict, nullptr) == MXAUTH_OK &&
            verdict.user_id.length > 0;
  }
  return good;
}

static long in_a_verdict(const mxauth::validator& validator, int times) {
  long good = 0;
  for (int i = 0; i < times; i++) {
    mxauth::verdict verdict;
    good += validator.validate(good_token, verdict) == mxauth::status::ok && !verdict.user_id().empty();
  }
  return good;
}

static long in_a_result(const mxauth::validator& validator, int times) {
  long good = 0;
  for (int i = 0; i < times; i++) {
    const auto verdict = validator.validate(good_token);
    good += verdict && !verdict->user_id().empty();
  }
  return good;
}

static void count_allocations(const mxauth::validator& validator) {
  constexpr int times = 10000;
  CHECK(allocations > 0);
  long before = allocations;
  CHECK(in_a_verdict(validator, times) == times && allocations == before);
  CHECK(in_a_result(validator, times) == times && allocations == before);
  const auto user = need(validator.validate(good_token));
  before = allocations;
  long allowed = 0;
  for (int i = 0; i < times; i++) allowed += validator.authorize(user, "GET", sync_path).has_value();
  CHECK(allowed == times && allocations == before);
  std::string token;
  const std::string header = "Bearer " + std::string(good_token);
  CHECK(mxauth::extract_bearer(header, std::nullopt, token) == mxauth::status::ok);
  before = allocations;
  long found = 0;
  for (int i = 0; i < times; i++) {
    found += mxauth::extract_bearer(header, std::nullopt, token) == mxauth::status::ok && token == good_token;
  }
  CHECK(found == times && allocations == before);
  std::string longer(1000, 'x');
  CHECK(allocations > before);
}

int main(int argc, char** argv) {
  const auto validator = good_validator();
  CHECK(validator.validate(good_token));
  if (argc < 3) {
    count_allocations(validator);
    return finish("cost");
  }
  const int times = std::atoi(argv[2]);
  const long good = std::strcmp(argv[1], "c") == 0         ? in_c(validator.c_validator(), times)
                    : std::strcmp(argv[1], "verdict") == 0 ? in_a_verdict(validator, times)
                                                           : in_a_result(validator, times);
  return good == times ? 0 : 1;
}
