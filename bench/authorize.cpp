// SPDX-License-Identifier: Apache-2.0
//
// What the question costs whether a token may do something: over the rows of packaging/endpoints.tsv, and for some
// requests by themselves.
#include <fstream>

#include "harness.hpp"
#include "parts.hpp"
#include "validators.hpp"

namespace bench {

namespace {

struct Request {
  std::string method, path;
};

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

mxauth_status ask(const Validator &validator, const mxauth_verdict &verdict, const Request &request) {
  return mxauth_authorize(validator.get(), &verdict, request.method.data(), request.method.size(), request.path.data(),
                          request.path.size(), nullptr);
}

void measure_one(const Validator &validator, const std::string &name, const std::string &path, uint64_t grants, mxauth_status expected) {
  const Request request{"GET", path};
  const mxauth_verdict verdict = verdict_with(grants);
  measure("ns.authorize." + name, [=] {
    if (ask(validator, verdict, request) != expected) demand(false, "another status: " + name);
  });
}

}  // namespace

void add_authorize() {
  const Validator validator = make_validator(
      Algorithm::HS256, {{"scope_rule", "a : GET /_matrix/client/*/rooms/*/**"}, {"scope_rule", "b : POST /_matrix/client/v3/logout"}});
  const mxauth_verdict verdict = verdict_with(MXAUTH_GRANT_CLIENT_API);
  const std::vector<Request> requests = every_endpoint();

  // Each endpoint alone, many times; then the median endpoint and the slowest.
  measure_whole("authorize.alone", [=](benchmark::State &state) {
    std::vector<double> times(requests.size(), 1e9);
    for (int round = 0; round < 5; round++)
      for (size_t i = 0; i < requests.size(); i++) {
        constexpr int kCalls = 500;
        const double start = now_ns();
        for (int j = 0; j < kCalls; j++) benchmark::DoNotOptimize(ask(validator, verdict, requests[i]));
        times[i] = std::min(times[i], (now_ns() - start) / kCalls);
      }
    state.counters["ns.authorize"] = median(times);
    state.counters["ns.authorize.slowest"] = *std::max_element(times.begin(), times.end());
  });
  // All in turn, so that the processor foretells nothing.
  measure("ns.authorize.in_turn", [=, next = size_t{0}]() mutable {
    next = (next + 89) % requests.size();
    benchmark::DoNotOptimize(ask(validator, verdict, requests[next]));
  });
  const std::string room = "/_matrix/client/v3/rooms/!OGEhHVWSdvArJzumhm:example.org";
  measure_one(validator, "sync", "/_matrix/client/v3/sync?since=s1", MXAUTH_GRANT_CLIENT_API, MXAUTH_OK);
  measure_one(validator, "state", room + "/state/m.room.member/@alice:example.org", MXAUTH_GRANT_CLIENT_API, MXAUTH_OK);
  measure_one(validator, "encoded",
              "/_matrix/client/v3/rooms/%21OGEhHVWSdvArJzumhm%3Aexample.org/state/m.room.member/%40alice%3Aexample.org",
              MXAUTH_GRANT_CLIENT_API, MXAUTH_OK);
  measure_one(validator, "rule", room + "/members", MXAUTH_GRANT_OPERATOR(0), MXAUTH_OK);
  measure_one(validator, "refused", "/_matrix/client/v3/sync", MXAUTH_GRANT_OPENID, MXAUTH_SCOPE_INSUFFICIENT);
  measure_one(validator, "unknown", "/_matrix/client/v4/sync", MXAUTH_GRANT_CLIENT_API, MXAUTH_ENDPOINT_UNKNOWN);
}

}  // namespace bench
