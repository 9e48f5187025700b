// SPDX-License-Identifier: Apache-2.0
//
// What every program here needs, Google Benchmark or not.
#pragma once
#include <algorithm>
#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

namespace bench {

struct Settings {
  int repetitions = 15;
  double seconds = 0.08;  ///< Of one repetition, about.
  uint64_t seed = 6;
  std::string only;       ///< Names of parts with commas between; empty for all.
};
extern Settings settings;

/// Ends the program unless `holds`: a wrong result is never measured.
void demand(bool holds, const std::string &what);

/// Says on stderr what is being done.
void say(const std::string &what);

inline double now_ns(clockid_t clock = CLOCK_MONOTONIC) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

inline double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace bench
