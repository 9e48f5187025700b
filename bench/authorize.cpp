// SPDX-License-Identifier: Apache-2.0
//
// What the question costs whether a token may do something: the median over the rows of packaging/endpoints.tsv, and some
// requests by themselves.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "mxauth.h"

namespace {

struct Request {
  std::string method, path;
};

void demand(bool holds, const char *what) {
  if (holds) return;
  std::fprintf(stderr, "bench: %s\n", what);
  std::exit(1);
}

mxauth_validator *make_validator() {
  mxauth_config *config = mxauth_config_new();
  mxauth_error error = MXAUTH_ERROR_INIT;
  const std::pair<const char *, const char *> options[] = {{"scope_rule", "a : GET /_matrix/client/*/rooms/*/**"},
                                                           {"scope_rule", "b : POST /_matrix/client/v3/logout"},
                                                           {"issuer", "https://auth.example.org/"},
                                                           {"issuer.any_audience", "true"},
                                                           {"issuer.require_user", "false"}};
  for (const auto &[name, value] : options) demand(mxauth_config_set(config, name, value, &error) == MXAUTH_OK, error.message);
  mxauth_validator *validator = nullptr;
  demand(mxauth_validator_new(config, &validator, &error) == MXAUTH_OK, error.message);
  mxauth_config_free(config);
  return validator;
}

mxauth_verdict verdict_with(uint64_t grants) {
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  verdict.status = MXAUTH_OK;
  verdict.grants = grants;
  return verdict;
}

/// One request for each row, with names as they are on a real server.
std::vector<Request> every_endpoint() {
  std::ifstream file("packaging/endpoints.tsv");
  std::vector<Request> requests;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const size_t tab = line.find('\t'), end = line.find('\t', tab + 1);
    Request request{line.substr(0, tab), ""};
    const std::string path = line.substr(tab + 1, end - tab - 1);
    for (size_t at = 0; at < path.size(); ++at) {
      if (path[at] != '{') {
        request.path += path[at];
        continue;
      }
      const size_t close = path.find('}', at);
      const std::string name = path.substr(at + 1, close - at - 1);
      request.path += name == "roomId" ? "!OGEhHVWSdvArJzumhm:example.org" : name == "userId" ? "@alice:example.org" : "m.room.message";
      at = close;
    }
    requests.push_back(request);
  }
  demand(requests.size() > 150, "run it from the top of the repository");
  return requests;
}

/// The time of one call for each endpoint, by itself; reported are the median endpoint and the slowest.
void every_endpoint_alone(benchmark::State &state) {
  mxauth_validator *validator = make_validator();
  const mxauth_verdict verdict = verdict_with(MXAUTH_GRANT_CLIENT_API);
  const std::vector<Request> requests = every_endpoint();
  std::vector<double> times(requests.size(), 1e9);
  constexpr int kCalls = 2000;
  for (auto _ : state) {
    for (size_t i = 0; i < requests.size(); ++i) {
      const Request &request = requests[i];
      const auto start = std::chrono::steady_clock::now();
      for (int j = 0; j < kCalls; ++j)
        benchmark::DoNotOptimize(mxauth_authorize(validator, &verdict, request.method.data(), request.method.size(),
                                                  request.path.data(), request.path.size(), nullptr));
      const std::chrono::duration<double, std::nano> passed = std::chrono::steady_clock::now() - start;
      times[i] = std::min(times[i], passed.count() / kCalls);
    }
  }
  std::sort(times.begin(), times.end());
  state.counters["median_ns"] = times[times.size() / 2];
  state.counters["slowest_ns"] = times.back();
  mxauth_validator_free(validator);
}

/// All endpoints in turn, so that nothing is foretold.
void every_endpoint_in_turn(benchmark::State &state) {
  mxauth_validator *validator = make_validator();
  const mxauth_verdict verdict = verdict_with(MXAUTH_GRANT_CLIENT_API);
  const std::vector<Request> requests = every_endpoint();
  size_t next = 0;
  for (auto _ : state) {
    const Request &request = requests[next = (next + 89) % requests.size()];
    benchmark::DoNotOptimize(mxauth_authorize(validator, &verdict, request.method.data(), request.method.size(),
                                              request.path.data(), request.path.size(), nullptr));
  }
  mxauth_validator_free(validator);
}

void one(benchmark::State &state, const char *path, uint64_t grants, mxauth_status expected) {
  mxauth_validator *validator = make_validator();
  const mxauth_verdict verdict = verdict_with(grants);
  const std::string text = path;
  for (auto _ : state) {
    const mxauth_status status = mxauth_authorize(validator, &verdict, "GET", 3, text.data(), text.size(), nullptr);
    if (status != expected) state.SkipWithError("another status");
  }
  mxauth_validator_free(validator);
}

}  // namespace

BENCHMARK(every_endpoint_alone);
BENCHMARK(every_endpoint_in_turn);
BENCHMARK_CAPTURE(one, sync, "/_matrix/client/v3/sync?since=s1", MXAUTH_GRANT_CLIENT_API, MXAUTH_OK);
BENCHMARK_CAPTURE(one, state, "/_matrix/client/v3/rooms/!OGEhHVWSdvArJzumhm:example.org/state/m.room.member/@alice:example.org",
                  MXAUTH_GRANT_CLIENT_API, MXAUTH_OK);
BENCHMARK_CAPTURE(one, state_encoded, "/_matrix/client/v3/rooms/%21OGEhHVWSdvArJzumhm%3Aexample.org/state/m.room.member/%40alice%3Aexample.org",
                  MXAUTH_GRANT_CLIENT_API, MXAUTH_OK);
BENCHMARK_CAPTURE(one, rule, "/_matrix/client/v3/rooms/!OGEhHVWSdvArJzumhm:example.org/members", MXAUTH_GRANT_OPERATOR(0), MXAUTH_OK);
BENCHMARK_CAPTURE(one, refused, "/_matrix/client/v3/sync", MXAUTH_GRANT_OPENID, MXAUTH_SCOPE_INSUFFICIENT);
BENCHMARK_CAPTURE(one, unknown, "/_matrix/client/v4/sync", MXAUTH_GRANT_CLIENT_API, MXAUTH_ENDPOINT_UNKNOWN);
BENCHMARK_MAIN();
