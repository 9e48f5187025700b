// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "harness.hpp"

namespace bench {

namespace {

int measures, done;
double last_said;

bool on_terminal() { return isatty(STDERR_FILENO) == 1; }

/// A log gets a line now and then, a terminal one line that changes.
void mention(const std::string &what, double seconds) {
  if (!on_terminal() && now_ns() - last_said < seconds * 1e9) return;
  say(what);
  last_said = now_ns();
}

}  // namespace

void count_measure(const std::string &name) {
  measures++;
  mention("preparing " + name, 5);
}

bool has_measures() { return measures > 0; }

void progress(const std::string &name) {
  done++;
  mention(std::to_string(done) + " of " + std::to_string(measures * settings.repetitions) + ": " + name, 10);
}

}  // namespace bench
