// SPDX-License-Identifier: Apache-2.0
#include "results.hpp"

#include <cmath>
#include <cstdio>

#include "basics.hpp"
#include "machine.hpp"
#include "peers.hpp"

namespace bench {

namespace {

Samples samples;
/// Figures that follow from others.
std::map<std::string, double> derived;
/// The same from the fastest repetition of each: what is left when nothing else ran.
std::map<std::string, double> from_fastest;
/// Which peer was the fastest.
std::map<std::string, std::string> best_peer;

bool has(const std::string &key) { return samples.count(key) != 0 && !samples[key].empty(); }

void divide(const std::string &key, const std::string &above, const std::string &below) {
  if (!has(above) || !has(below)) return;
  derived[key] = median(samples[above]) / median(samples[below]);
  from_fastest[key] = *std::min_element(samples[above].begin(), samples[above].end()) /
                      *std::min_element(samples[below].begin(), samples[below].end());
}

void compare(const std::string &algorithm) {
  const std::string cold = "ns.cold." + algorithm, naive = "ns.naive." + algorithm, evp = "ns.evp." + algorithm;
  if (!has(cold) || !has(naive) || !has(evp)) return;
  // Nothing that can be kept makes EdDSA faster: the best way is then whichever was.
  const std::string &floor = median(samples[naive]) < median(samples[evp]) ? naive : evp;
  derived["ns.floor." + algorithm] = median(samples[floor]);
  divide("ratio.cold." + algorithm + ".vs_best_floor", cold, floor);
  divide("ratio.cold." + algorithm + ".vs_naive", cold, naive);
  divide("ratio.cold." + algorithm + ".vs_low", cold, "ns.low." + algorithm);
  divide("ratio.refuse.signature." + algorithm, "ns.refuse.signature." + algorithm, cold);
  divide("ratio.cold." + algorithm + ".libcrypto.vs_naive", cold + ".libcrypto", naive);
  std::string best;
  for (const Peer &peer : peers()) {
    const std::string key = "ns.peer." + peer.name + "." + algorithm;
    if (!has(key) || (!best.empty() && median(samples[best]) < median(samples[key]))) continue;
    best = key;
    best_peer[algorithm] = peer.name;
  }
  divide("ratio.cold." + algorithm + ".vs_best_peer", cold, best);
}

void derive() {
  for (const Algorithm algorithm : kAlgorithms) compare(name_of(algorithm));
  divide("ratio.cold.keyset.10000", "ns.cold.keyset.10000", "ns.cold.keyset.1");
  double worst = 0;
  for (const auto &[key, values] : samples)
    if (key.rfind("ns.refuse.", 0) == 0 && key.find(".per_kib") != std::string::npos) worst = std::max(worst, median(values));
  if (worst > 0) derived["ns.refuse.worst.per_kib"] = worst;
}

std::string spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const size_t below = static_cast<size_t>(place), above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
  };
  char text[256];
  std::snprintf(text, sizeof text, "{\"min\": %.6g, \"q1\": %.6g, \"median\": %.6g, \"q3\": %.6g, \"max\": %.6g, \"n\": %zu}",
                values.front(), at(0.25), at(0.5), at(0.75), values.back(), values.size());
  return text;
}

}  // namespace

void record(const std::string &key, double value) { samples[key] = {value}; }

void Collector::ReportRuns(const std::vector<Run> &runs) {
  for (const Run &run : runs) {
    if (run.run_type != Run::RT_Iteration) continue;
    // Options that it was given are appended to its name.
    const std::string &name = run.run_name.function_name;
    bool whole = false;
    for (const auto &[key, counter] : run.counters) {
      whole = true;
      if (!std::isnan(counter.value)) samples[key == "ns" ? name : key].push_back(counter.value);
    }
    if (!whole) samples[name].push_back(run.GetAdjustedCPUTime());
  }
}

void write_results(const std::string &path, const Machine &machine) {
  derive();
  std::map<std::string, double> all = derived;
  for (const auto &[key, values] : samples)
    if (!values.empty()) all[key] = median(values);
  std::FILE *file = std::fopen(path.c_str(), "w");
  demand(file != nullptr, "cannot write " + path);
  std::fprintf(file, "{\n");
  for (const auto &[key, value] : all) {
    std::fprintf(file, value == std::floor(value) ? "  \"%s\": %.0f,\n" : "  \"%s\": %.6g,\n", key.c_str(), value);
    std::printf("%-48s %12.6g\n", key.c_str(), value);
  }
  std::fprintf(file, "  \"spread\": {");
  const char *comma = "\n";
  for (const auto &[key, values] : samples) {
    if (values.size() < 2) continue;
    std::fprintf(file, "%s    \"%s\": %s", comma, key.c_str(), spread(values).c_str());
    comma = ",\n";
  }
  for (const auto &[key, value] : from_fastest) {
    std::fprintf(file, "%s    \"%s\": {\"of_fastest\": %.6g}", comma, key.c_str(), value);
    comma = ",\n";
  }
  std::fprintf(file, "\n  },\n  \"meta\": %s\n}\n", describe(machine, best_peer).c_str());
  demand(std::fclose(file) == 0, "cannot write " + path);
}

}  // namespace bench
