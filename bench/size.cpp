// SPDX-License-Identifier: Apache-2.0
//
// What the library takes before it does anything: bytes, relocations, the time until it has judged its first token in a
// process of its own; and then the memory of 100,000 verdicts.
#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "harness.hpp"
#include "parts.hpp"
#include "results.hpp"
#include "validators.hpp"

namespace bench {

namespace {

std::string real_path(const char *path) {
  char real[PATH_MAX];
  demand(realpath(path, real) != nullptr, std::string("no file ") + path);
  return real;
}

/// The shared object that this process uses.
std::string library_path() {
  Dl_info info;
  demand(dladdr(reinterpret_cast<void *>(mxauth_version), &info) != 0, "where the library is");
  return real_path(info.dli_fname);
}

/// What a program beside this one, or of the system, writes to stdout.
std::string output_of(const std::string &command) {
  std::FILE *pipe = popen(command.c_str(), "r");
  demand(pipe != nullptr, command);
  std::string text;
  char part[4096];
  for (size_t size; (size = std::fread(part, 1, sizeof part, pipe)) > 0;) text.append(part, size);
  demand(pclose(pipe) == 0, command + " failed");
  return text;
}

std::string beside(const char *program) {
  const std::string self = real_path("/proc/self/exe");
  return self.substr(0, self.rfind('/') + 1) + program;
}

double relocations(const std::string &library) {
  const std::string text = output_of("LC_ALL=C readelf -rW '" + library + "'");
  double sum = 0;
  for (size_t at = 0; (at = text.find("contains ", at)) != std::string::npos; at++) sum += std::atof(text.c_str() + at + 9);
  return sum;
}

/// The token and the key that the process of its own judges by.
std::string start_command(Algorithm algorithm, const std::string &library) {
  const std::string file = beside(name_of(algorithm)) + ".start";
  std::ofstream(file) << name_of(algorithm) << '\n'
                      << kIssuer << '\n'
                      << kAudience << '\n'
                      << key_set({key_of(algorithm)}) << '\n'
                      << tokens_of(algorithm)[0].text << '\n';
  return "'" + beside("start") + "' '" + library + "' <'" + file + "'";
}

}  // namespace

void add_size() {
  const std::string library = library_path();
  struct stat file;
  demand(stat(library.c_str(), &file) == 0, library);
  record("bytes.so", static_cast<double>(file.st_size));
  record("relocations", relocations(library));
  for (const Algorithm algorithm : {Algorithm::RS256, Algorithm::ES256}) {
    const std::string command = start_command(algorithm, library);
    const std::string key = algorithm == Algorithm::RS256 ? "ms.dlopen_to_verdict" : "ms.dlopen_to_verdict.ES256";
    output_of(command);
    measure_whole(key + ".process", [=](benchmark::State &state) {
      double open = 0, verdict = 0;
      demand(std::sscanf(output_of(command).c_str(), "%lf %lf", &open, &verdict) == 2, "what start says");
      state.counters[key] = verdict;
      if (algorithm == Algorithm::RS256) state.counters["ms.dlopen"] = open;
    });
  }
}

/// Counted in a process of its own, so that counting slows nothing else.
void add_allocations() {
  say("counting allocations and memory");
  const std::string text = output_of("'" + beside("footprint") + "' " + std::to_string(settings.seed));
  size_t at = 0;
  for (size_t end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    char key[64];
    double value = 0;
    if (std::sscanf(text.c_str() + at, "%63s %lf", key, &value) == 2) record(key, value);
  }
}

}  // namespace bench
