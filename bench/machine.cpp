// SPDX-License-Identifier: Apache-2.0
#include "machine.hpp"

#include <openssl/crypto.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <fstream>

#include "floors.hpp"
#include "basics.hpp"
#include "mxauth.h"
#include "peers.hpp"

namespace bench {

namespace {

std::string quoted(const std::string &text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) json += c;
  }
  return json + "\"";
}

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  return "unknown";
}

std::string system_name() {
  std::ifstream file("/etc/os-release");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("PRETTY_NAME=", 0) == 0) return line.substr(13, line.size() - 14);
  return "unknown";
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d", std::gmtime(&now));
  return text;
}

}  // namespace

double load_average() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? load : 0;
}

std::string describe(const Machine &machine, const std::map<std::string, std::string> &best_peer) {
  utsname kernel;
  uname(&kernel);
  std::string json = "{\n";
  const auto add = [&](const char *name, const std::string &value) { json += std::string("    \"") + name + "\": " + value + ",\n"; };
  add("date", quoted(today()));
  add("commit", quoted(machine.commit));
  add("processor", quoted(processor()));
  add("processors", std::to_string(sysconf(_SC_NPROCESSORS_ONLN)));
  add("system", quoted(system_name() + ", Linux " + kernel.release + ", " + kernel.machine));
  add("load_before", std::to_string(machine.load_before));
  add("load_after", std::to_string(load_average()));
  add("seconds_of_the_run", std::to_string(machine.seconds));
  add("compiler", quoted("gcc " __VERSION__));
  add("mxauth", quoted(mxauth_version()));
  add("libcrypto", quoted(OpenSSL_version(OPENSSL_VERSION)));
  add("libsodium", sodium_floor(key_of(Algorithm::EdDSA)) ? "true" : "false");
  add("benchmark", quoted(BENCHMARK_VERSION));
  add("seed", std::to_string(settings.seed));
  add("repetitions", std::to_string(settings.repetitions));
  add("seconds_of_a_repetition", std::to_string(settings.seconds));
  add("parts", quoted(settings.only.empty() ? "all" : settings.only));
  for (const Algorithm algorithm : kAlgorithms)
    add((std::string("token_bytes_") + name_of(algorithm)).c_str(), std::to_string(tokens_of(algorithm)[0].text.size()));
  json += "    \"peers\": {";
  const char *comma = "";
  for (const Peer &peer : peers()) {
    json += comma + quoted(peer.name) + ": " + (peer.version.empty() ? quoted("not installed") : quoted(peer.version));
    comma = ", ";
  }
  json += "},\n    \"best_peer\": {";
  comma = "";
  for (const auto &[algorithm, peer] : best_peer) {
    json += comma + quoted(algorithm) + ": " + quoted(peer);
    comma = ", ";
  }
  return json + "}\n  }";
}

}  // namespace bench
