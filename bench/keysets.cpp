// SPDX-License-Identifier: Apache-2.0
//
// Key sets of 1 to 10,000 keys: what a new token costs with them, and what it costs to load them.
#include "harness.hpp"
#include "parts.hpp"
#include "results.hpp"
#include "validators.hpp"

namespace bench {

namespace {

constexpr size_t kLargest = 10'000;

/// ES256 keys, as those are the smallest that issuers use.
std::vector<Key> make_keys() {
  const Seeded seeded("key sets");
  std::vector<Key> keys;
  for (size_t i = 0; i < kLargest; i++) keys.push_back(make_key(Algorithm::ES256, "key-" + std::to_string(i)));
  return keys;
}

/// Signed by `signers` in turn.
std::vector<Token> signed_by(const std::vector<Key> &signers) {
  const Seeded seeded("tokens of key sets");
  std::vector<Token> tokens;
  for (size_t i = 0; i < 512; i++) tokens.push_back(make_token(signers[i % signers.size()], static_cast<int>(i)));
  return tokens;
}

void measure_set(const std::string &name, const std::string &set, std::vector<Token> tokens) {
  const auto fresh = std::make_shared<NewTokens>(Algorithm::ES256, set, std::move(tokens));
  measure(name, [fresh] { fresh->judge_next(); });
  at_end([fresh] { fresh->check(); });
}

}  // namespace

void add_key_sets() {
  say("making 10,000 keys");
  const std::vector<Key> keys = make_keys();
  for (size_t count = 1; count <= kLargest; count *= 10) {
    const std::vector<Key> some(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(count));
    const std::string set = key_set(some), digits = std::to_string(count);
    measure_whole("load." + digits, [set, digits](benchmark::State &state) {
      const double start = now_ns(CLOCK_THREAD_CPUTIME_ID);
      make_validator(Algorithm::ES256, set);
      state.counters["ms.keyset." + digits + ".load"] = (now_ns(CLOCK_THREAD_CPUTIME_ID) - start) * 1e-6;
    });
    measure_set("ns.cold.keyset." + digits, set, signed_by({some[count / 2]}));
    // As many keys at work as there are tokens: more than any table of keys holds.
    if (count == kLargest) measure_set("ns.cold.keyset." + digits + ".all_at_work", set, signed_by(some));
  }
}

}  // namespace bench
