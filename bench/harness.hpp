// SPDX-License-Identifier: Apache-2.0
//
// How things are measured. A measure is named as its key in results.json; what it measures is calibrated when it is
// added, so that every call of it afterwards is exactly one repetition, and repetitions of all measures are shuffled.
#pragma once
#include <benchmark/benchmark.h>

#include <memory>

#include "basics.hpp"

namespace bench {

/// One repetition of `name` begins.
void progress(const std::string &name);
void count_measure(const std::string &name);
bool has_measures();

/// The time of one call of `op`, in nanoseconds of the thread's CPU time, and a warm-up.
template <class Op>
double calibrate(Op &op, double seconds = 0.02) {
  for (uint64_t calls = 1;; calls *= 2) {
    const double start = now_ns(CLOCK_THREAD_CPUTIME_ID);
    for (uint64_t i = 0; i < calls; i++) op();
    const double passed = now_ns(CLOCK_THREAD_CPUTIME_ID) - start;
    if (passed > seconds * 1e9) return passed / static_cast<double>(calls);
  }
}

/// `op` in a loop. Reported is the CPU time of the thread: what other processes take from us is not the library's.
template <class Op>
void measure(const std::string &name, Op op) {
  const auto shared = std::make_shared<Op>(std::move(op));
  const double one = calibrate(*shared);
  count_measure(name);
  benchmark::RegisterBenchmark(name.c_str(), [shared, name](benchmark::State &state) {
    progress(name);
    Op &body = *shared;
    for (auto _ : state) body();
  })->Iterations(std::max<int64_t>(1, static_cast<int64_t>(settings.seconds * 1e9 / one)))->Repetitions(settings.repetitions);
}

/// `op(i)` for i in 0 ..< batch after an untimed `prepare()`; a repetition is the median of its batches.
template <class Prepare, class Op>
void measure_batches(const std::string &name, int batch, Prepare prepare, Op op) {
  const auto shared = std::make_shared<std::pair<Prepare, Op>>(std::move(prepare), std::move(op));
  const auto run = [shared, batch] {
    shared->first();
    const double start = now_ns();
    for (int i = 0; i < batch; i++) shared->second(i);
    return (now_ns() - start) / batch;
  };
  const double one = calibrate(run);
  count_measure(name);
  benchmark::RegisterBenchmark(name.c_str(), [run, name](benchmark::State &state) {
    progress(name);
    std::vector<double> times;
    for (auto _ : state) {
      times.push_back(run());
      state.SetIterationTime(times.back() * 1e-9);
    }
    state.counters["ns"] = median(times);
  })->UseManualTime()->Iterations(std::max<int64_t>(1, static_cast<int64_t>(settings.seconds * 1e9 / one)))->Repetitions(settings.repetitions);
}

/// `body` once a repetition; it sets counters named as keys of results.json.
template <class Body>
void measure_whole(const std::string &name, Body body) {
  count_measure(name);
  benchmark::RegisterBenchmark(name.c_str(), [body, name](benchmark::State &state) {
    progress(name);
    for (auto _ : state) {
      body(state);
      state.SetIterationTime(1e-9);
    }
  })->UseManualTime()->Iterations(1)->Repetitions(settings.repetitions);
}

}  // namespace bench
