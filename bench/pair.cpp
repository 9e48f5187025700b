// SPDX-License-Identifier: Apache-2.0
#include "pair.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "harness.hpp"

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
      const double stop = now_ns() + std::max(settings.seconds * 1e9, 150 * window);
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
    sum += times.size() < 5 ? NAN : 1 / median(times);
  }
  return sum;
}

}  // namespace

bool has_two_processors() { return processors().size() == 2; }

namespace {

/// A busy machine may leave the threads alone too seldom: another try, and in the end no figure.
template <class Measure>
void set_counter(benchmark::State &state, const std::string &key, Measure measure) {
  double value = NAN;
  for (int tries = 0; tries < 4 && std::isnan(value); tries++) value = measure();
  state.counters[key] = value;
}

}  // namespace

void measure_threads(const std::string &name, const std::function<std::function<void()>(size_t)> &make) {
  const std::vector<std::function<void()>> ops = {make(0), make(1)};
  std::function<void()> first = ops[0];
  const int calls = std::max(1, static_cast<int>(2e5 / calibrate(first)));
  const std::vector<int> where = processors();
  measure_whole("threads." + name, [=](benchmark::State &state) {
    set_counter(state, "ratio." + name + ".2threads", [&] {
      const double alone = (throughput(run({ops[0]}, {where[0]}, calls), calls) + throughput(run({ops[1]}, {where[1]}, calls), calls)) / 2;
      return throughput(run(ops, where, calls), calls) / alone;
    });
  });
}

void measure_together(const std::string &key, int calls, double count, const std::function<std::function<void()>(size_t)> &make) {
  const std::vector<std::function<void()>> ops = {make(0), make(1)};
  const std::vector<int> where = processors();
  measure_whole(key + ".threads", [=](benchmark::State &state) {
    set_counter(state, key, [&] { return 1 / (throughput(run(ops, where, calls), calls) * count); });
  });
}

}  // namespace bench
