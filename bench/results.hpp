// SPDX-License-Identifier: Apache-2.0
//
// What was measured, and what follows from it, as results.json.
#pragma once
#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

namespace bench {

/// Every repetition of every measure by its key in results.json.
using Samples = std::map<std::string, std::vector<double>>;

/// A figure that is the same each time.
void record(const std::string &key, double value);

/// Takes the repetitions as they come from Google Benchmark.
class Collector : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context &) override { return true; }
  void ReportRuns(const std::vector<Run> &runs) override;
};

struct Machine {
  double load_before = 0;
  double seconds = 0;  ///< Of the whole run.
  std::string commit;
};

/// Writes the file, and a line for each key to stdout.
void write_results(const std::string &path, const Machine &machine);

double load_average();

}  // namespace bench
