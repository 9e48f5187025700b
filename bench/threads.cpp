// SPDX-License-Identifier: Apache-2.0
//
// What two threads get done beside one, and what it costs them to write the same line of memory.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <atomic>

#include "floors.hpp"
#include "harness.hpp"
#include "pair.hpp"
#include "parts.hpp"
#include "validators.hpp"

namespace bench {

namespace {

void measure_hit() {
  const Validator validator = make_validator(Algorithm::HS256);
  const Token &token = tokens_of(Algorithm::HS256)[0];
  expect(validator, token, MXAUTH_OK);
  measure_threads("hit", [&](size_t) {
    const auto verdict = std::make_shared<mxauth_verdict>(mxauth_verdict MXAUTH_VERDICT_INIT);
    const std::string own = token.text;
    return [=] { mxauth_validate(validator.get(), own.data(), own.size(), verdict.get(), nullptr); };
  });
}

/// One validator; each thread has its own tokens.
void measure_cold(Algorithm algorithm) {
  const std::vector<Token> &tokens = tokens_of(algorithm);
  const auto clock = std::make_shared<Forward>();
  const Validator validator = make_validator(algorithm, {}, clock.get());
  settle(validator, algorithm, tokens);
  clock->pass(3);
  measure_threads(std::string("cold.") + name_of(algorithm), [&](size_t i) {
    const auto verdict = std::make_shared<mxauth_verdict>(mxauth_verdict MXAUTH_VERDICT_INIT);
    return [=, &tokens, next = std::make_shared<size_t>(i)] {
      if (*next >= tokens.size()) {
        *next = i;
        clock->pass(3);
      }
      const std::string &text = tokens[*next].text;
      *next += 2;
      if (mxauth_validate(validator.get(), text.data(), text.size(), verdict.get(), nullptr) != MXAUTH_OK) demand(false, "a good token is refused");
    };
  });
  at_end([validator] { demand(cache_hits(validator) <= kSettling, "threads: a token that should be new was found in the cache"); });
}

void measure_floor(Algorithm algorithm) {
  const std::vector<Token> &tokens = tokens_of(algorithm);
  measure_threads(std::string("evp.") + name_of(algorithm), [&](size_t i) {
    return [=, verify = best_floor(key_of(algorithm)), &tokens, next = std::make_shared<size_t>(i)] {
      if (*next >= tokens.size()) *next = i;
      if (!verify(tokens[*next])) demand(false, "a floor refuses a good token");
      *next += 2;
    };
  });
}

/// A line of memory by itself, neighbours that are fetched along with it included.
struct alignas(256) Line {
  std::atomic<uint64_t> value{0};
};

void measure_lines() {
  constexpr int kSteps = 1000;
  const auto lines = std::make_shared<std::array<Line, 3>>();
  const auto add = [=](size_t line) {
    return [=] {
      for (int i = 0; i < kSteps; i++) (*lines)[line].value.fetch_add(1, std::memory_order_relaxed);
    };
  };
  // Of either thread: twice the time between two writes.
  measure_together("ns.line.own", 50, kSteps / 2.0, [=](size_t i) { return add(i); });
  measure_together("ns.line.shared", 5, kSteps / 2.0, [=](size_t) { return add(0); });
  // From one to the other and back by turns: what a write waits for that finds the line elsewhere.
  measure_together("ns.line.handed_over", 2, kSteps, [=](size_t me) {
    return [=] {
      std::atomic<uint64_t> &value = (*lines)[2].value;
      for (int i = 0; i < kSteps; i++) {
        // The other thread may have come to its end.
        for (int waits = 0; value.load(std::memory_order_acquire) % 2 != me && waits < 100'000; waits++) {}
        value.store(value.load(std::memory_order_relaxed) + 1, std::memory_order_release);
      }
    };
  });
}

}  // namespace

void add_threads() {
  if (!has_two_processors()) return say("one processor: nothing is measured with two threads");
  // What this machine gives two threads that share nothing.
  measure_threads("control", [](size_t) {
    return [text = std::string(4096, 'x')] {
      unsigned char digest[SHA256_DIGEST_LENGTH];
      // Not SHA256(), which fetches the hash and counts references to it.
      SHA256_CTX state;
      SHA256_Init(&state);
      SHA256_Update(&state, text.data(), text.size());
      SHA256_Final(digest, &state);
      benchmark::DoNotOptimize(digest);
    };
  });
  measure_lines();
  measure_hit();
  for (const Algorithm algorithm : kAlgorithms) {
    measure_cold(algorithm);
    measure_floor(algorithm);
  }
}

}  // namespace bench
