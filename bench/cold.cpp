// SPDX-License-Identifier: Apache-2.0
//
// A token that was never seen, everything included, beside its signature alone and beside other libraries.
#include "floors.hpp"
#include "harness.hpp"
#include "parts.hpp"
#include "peers.hpp"
#include "validators.hpp"

namespace bench {

namespace {

/// The same tokens in the same order as the library gets.
void measure_verify(const std::string &name, Algorithm algorithm, const Verify &verify, const char *type = "at+jwt") {
  const std::vector<Token> &tokens = tokens_of(algorithm, type);
  demand(verify(tokens[0]) && verify(tokens[1]), name + " refuses a good token");
  demand(!verify(with_wrong_signature(tokens[0], algorithm)), name + " accepts a wrong signature");
  measure(name, [verify, &tokens, next = size_t{0}, name]() mutable {
    if (next == tokens.size()) next = 0;
    if (!verify(tokens[next++])) demand(false, name + " refuses a good token");
  });
}

void measure_cold(const std::string &name, Algorithm algorithm, const Options &options) {
  const auto fresh = std::make_shared<NewTokens>(algorithm, options);
  measure(name, [fresh] { fresh->judge_next(); });
  at_end([fresh] { fresh->check(); });
}

/// Four times as many tokens as the cache holds: each new verdict pushes out another.
void measure_full_cache() {
  const Key &key = key_of(Algorithm::HS256);
  const auto fresh = std::make_shared<NewTokens>(Algorithm::HS256, key_set({key}), make_tokens(key, 4096),
                                                 Options{{"cache_entries", "1024"}});
  measure("ns.cold.HS256.full_cache", [fresh] { fresh->judge_next(); });
  at_end([fresh] { fresh->check(); });
}

}  // namespace

void add_cold() {
  for (const Algorithm algorithm : kAlgorithms) {
    const std::string suffix = std::string(".") + name_of(algorithm);
    const Key &key = key_of(algorithm);
    measure_cold("ns.cold" + suffix, algorithm, {});
    measure_verify("ns.naive" + suffix, algorithm, naive_floor(key));
    measure_verify("ns.evp" + suffix, algorithm, best_floor(key));
    if (const Verify low = low_floor(key)) measure_verify("ns.low" + suffix, algorithm, low);
    if (const Verify sodium = sodium_floor(key)) measure_verify("ns.sodium" + suffix, algorithm, sodium);
    for (const Peer &peer : peers()) {
      if (peer.version.empty()) continue;
      if (const Verify verify = peer.make(key)) measure_verify("ns.peer." + peer.name + suffix, algorithm, verify, peer.type);
    }
  }
  measure_full_cache();
  // With everything that is not libcrypto turned off, where there is such a thing.
  if (knows_option("libsodium")) measure_cold("ns.cold.EdDSA.libcrypto", Algorithm::EdDSA, {{"libsodium", "never"}});
  if (knows_option("key_tables"))
    for (const Algorithm algorithm : {Algorithm::ES256, Algorithm::ES384})
      measure_cold(std::string("ns.cold.") + name_of(algorithm) + ".no_table", algorithm, {{"key_tables", "0"}});
}

}  // namespace bench
