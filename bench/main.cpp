// SPDX-License-Identifier: Apache-2.0
//
//   mxauth-bench [--only=cold,hit,…] [--repetitions=15] [--seconds=0.08] [--seed=6] [--json=FILE] [--commit=NAME]
//
// and the options of Google Benchmark. Run it from the top of the repository.
#include <openssl/crypto.h>

#include <cstdlib>
#include <cstring>

#include "harness.hpp"
#include "parts.hpp"
#include "results.hpp"

namespace bench {

namespace {

struct Part {
  const char *name;
  void (*add)();
};

// The memory of verdicts is counted first, in a process of its own, while nothing runs beside it.
constexpr Part kParts[] = {
    {"allocations", add_allocations}, {"cold", add_cold},         {"hit", add_hits},         {"authorize", add_authorize},
    {"revocation", add_revocation},   {"refusals", add_refusals}, {"threads", add_threads},  {"keysets", add_key_sets},
    {"size", add_size},
};

std::vector<std::function<void()>> &checks() {
  static std::vector<std::function<void()>> list;
  return list;
}

bool wanted(const std::string &part) {
  return settings.only.empty() || ("," + settings.only + ",").find("," + part + ",") != std::string::npos;
}

/// The value of `argument` if it is that option.
const char *value_of(const char *argument, const char *option) {
  const size_t size = std::strlen(option);
  return std::strncmp(argument, option, size) == 0 ? argument + size : nullptr;
}

}  // namespace

void at_end(std::function<void()> check) { checks().push_back(std::move(check)); }

int run(int argc, char **argv) {
  Machine machine;
  machine.load_before = load_average();
  const double start = now_ns();
  std::string json = "build/bench/results.json";
  static char interleaved[] = "--benchmark_enable_random_interleaving=true";
  std::vector<char *> rest = {argv[0], interleaved};
  for (int i = 1; i < argc; i++) {
    if (const char *value = value_of(argv[i], "--only=")) settings.only = value;
    else if (const char *value = value_of(argv[i], "--repetitions=")) settings.repetitions = std::atoi(value);
    else if (const char *value = value_of(argv[i], "--seconds=")) settings.seconds = std::atof(value);
    else if (const char *value = value_of(argv[i], "--seed=")) settings.seed = std::strtoull(value, nullptr, 10);
    else if (const char *value = value_of(argv[i], "--json=")) json = value;
    else if (const char *value = value_of(argv[i], "--commit=")) machine.commit = value;
    else rest.push_back(argv[i]);
  }
  demand(settings.repetitions > 0 && settings.seconds > 0, "--repetitions and --seconds are above 0");
  int count = static_cast<int>(rest.size());
  benchmark::Initialize(&count, rest.data());
  if (benchmark::ReportUnrecognizedArguments(count, rest.data())) return 2;
  for (const Part &part : kParts)
    if (wanted(part.name)) part.add();
  Collector collector;
  if (has_measures()) benchmark::RunSpecifiedBenchmarks(&collector);
  for (const auto &check : checks()) check();
  machine.seconds = (now_ns() - start) * 1e-9;
  say("");
  write_results(json, machine);
  benchmark::Shutdown();
  return 0;
}

}  // namespace bench

int main(int argc, char **argv) { return bench::run(argc, argv); }
