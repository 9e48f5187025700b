// SPDX-License-Identifier: Apache-2.0
//
// What two threads get done, each on a processor of its own, beside one. They work in short windows of time; a window in
// which the system took the processor from either thread says nothing and is left out, whereas waiting for a lock counts.
#include <openssl/sha.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#include <atomic>
#include <cmath>
#include <functional>
#include <thread>

#include "floors.hpp"
#include "harness.hpp"
#include "parts.hpp"
#include "validators.hpp"

namespace bench {

namespace {

struct Window {
  double start, end;
  bool interrupted;
};

std::vector<int> processors() {
  cpu_set_t set;
  std::vector<int> numbers;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return {};
  for (int i = 0; i < CPU_SETSIZE && numbers.size() < 2; i++)
    if (CPU_ISSET(i, &set)) numbers.push_back(i);
  return numbers;
}

long interruptions() {
  rusage usage;
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nivcsw;
}

/// Runs `ops[i]` on processor `where[i]`, all at once, in windows of `calls`; returns their windows.
std::vector<std::vector<Window>> run(const std::vector<std::function<void()>> &ops, const std::vector<int> &where, int calls) {
  std::vector<std::vector<Window>> windows(ops.size());
  std::atomic<size_t> ready{0};
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
  for (size_t i = 0; i < ops.size(); i++)
    threads.emplace_back([&, i] {
      cpu_set_t set;
      CPU_ZERO(&set);
      CPU_SET(where[i], &set);
      pthread_setaffinity_np(pthread_self(), sizeof set, &set);
      double window = now_ns();
      for (int warm = 0; warm < calls; warm++) ops[i]();
      window = now_ns() - window;
      ready++;
      while (ready < ops.size()) sched_yield();
      const double stop = now_ns() + std::max(settings.seconds * 1e9, 100 * window);
      while (!over) {
        const long before = interruptions();
        const double start = now_ns();
        for (int call = 0; call < calls; call++) ops[i]();
        const double end = now_ns();
        windows[i].push_back({start, end, interruptions() != before});
        if (end > stop) over = true;
      }
    });
  for (std::thread &thread : threads) thread.join();
  return windows;
}

/// Calls a nanosecond, of all threads together; not a number if they were hardly ever left alone.
double throughput(const std::vector<std::vector<Window>> &windows, int calls) {
  double sum = 0;
  for (size_t i = 0; i < windows.size(); i++) {
    std::vector<double> times;
    for (const Window &window : windows[i]) {
      bool undisturbed = !window.interrupted;
      for (size_t j = 0; j < windows.size() && undisturbed; j++) {
        if (j == i) continue;
        // The other thread has to be at work all the while.
        undisturbed = !windows[j].empty() && windows[j].front().start <= window.start && windows[j].back().end >= window.end;
        for (const Window &other : windows[j])
          undisturbed = undisturbed && !(other.interrupted && other.start < window.end && other.end > window.start);
      }
      if (undisturbed) times.push_back((window.end - window.start) / calls);
    }
    sum += times.size() < 8 ? NAN : 1 / median(times);
  }
  return sum;
}

/// `make(i)` gives what thread i does; it is copied, and keeps its place all the same.
void measure_threads(const std::string &name, const std::function<std::function<void()>(size_t)> &make) {
  const std::vector<std::function<void()>> ops = {make(0), make(1)};
  std::function<void()> first = ops[0];
  const int calls = std::max(1, static_cast<int>(2e5 / calibrate(first)));
  measure_whole("threads." + name, [=](benchmark::State &state) {
    static const std::vector<int> where = processors();
    const double alone = (throughput(run({ops[0]}, {where[0]}, calls), calls) + throughput(run({ops[1]}, {where[1]}, calls), calls)) / 2;
    state.counters["ratio." + name + ".2threads"] = throughput(run(ops, where, calls), calls) / alone;
  });
}

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
  settle(validator, tokens);
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
  at_end([validator] { demand(cache_hits(validator) <= 64, "threads: a token that should be new was found in the cache"); });
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

}  // namespace

void add_threads() {
  if (processors().size() < 2) return say("one processor: nothing is measured with two threads");
  // What this machine gives two threads that share nothing.
  measure_threads("control", [](size_t) {
    return [text = std::string(4096, 'x')] {
      unsigned char digest[SHA256_DIGEST_LENGTH];
      SHA256(reinterpret_cast<const unsigned char *>(text.data()), text.size(), digest);
      benchmark::DoNotOptimize(digest);
    };
  });
  measure_hit();
  for (const Algorithm algorithm : kAlgorithms) {
    measure_cold(algorithm);
    measure_floor(algorithm);
  }
}

}  // namespace bench
