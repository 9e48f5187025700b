// SPDX-License-Identifier: Apache-2.0
//
// A token that was seen before: one, and 1,000 to 1,000,000 of them.
#include <cstring>

#include "harness.hpp"
#include "parts.hpp"
#include "validators.hpp"

namespace bench {

namespace {

/// Tokens of one length in one block, asked for in an order that no prefetcher foresees.
struct Crowd {
  static constexpr int kBatch = 32;

  Validator validator;
  size_t count;
  size_t length = 0;  ///< Of each token.
  std::string text;
  char arrived[kBatch][kTokenBytes];
  size_t at[kBatch];
  uint64_t state = settings.seed;
  uint64_t refused = 0;
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;

  /// HS256, as a million of them have to be signed.
  explicit Crowd(size_t count)
      : validator(make_validator(Algorithm::HS256, {{"cache_entries", std::to_string(count + count / 4)},
                                                   {"cache_bytes", std::to_string(count * 1024 + (1 << 20))}})),
        count(count) {
    const Key &key = key_of(Algorithm::HS256);
    text.reserve(count * kTokenBytes);
    for (size_t i = 0; i < count; i++) {
      const Token token = make_token(key, static_cast<int>(i));
      if (i == 0) length = token.text.size();
      demand(token.text.size() == length && length <= kTokenBytes, "a token of another length");
      expect(validator, token, MXAUTH_OK);
      text += token.text;
    }
    // Once more: all of them are in the cache, and not on probation any more.
    const uint64_t before = cache_hits(validator);
    for (size_t i = 0; i < count; i++) judge(text.data() + i * length);
    demand(cache_hits(validator) == before + count, "not every verdict was kept");
  }

  void choose() {
    for (size_t &index : at) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      index = state % count;
    }
  }

  /// As if the tokens had just been read from a socket: their bytes are in the processor's cache, their verdicts are not.
  void arrive() {
    choose();
    for (int i = 0; i < kBatch; i++) std::memcpy(arrived[i], text.data() + at[i] * length, length);
  }

  void judge(const char *token) {
    if (mxauth_validate(validator.get(), token, length, &verdict, nullptr) != MXAUTH_OK) refused++;
  }
};

void measure_crowd(const std::string &name, size_t count) {
  say("signing " + std::to_string(count) + " tokens");
  const auto crowd = std::make_shared<Crowd>(count);
  const uint64_t before = cache_hits(crowd->validator);
  measure_batches(name, Crowd::kBatch, [crowd] { crowd->arrive(); }, [crowd](int i) { crowd->judge(crowd->arrived[i]); });
  // The same with the tokens themselves in memory alone, which no server has.
  measure_batches(name + ".token_in_memory", Crowd::kBatch, [crowd] { crowd->choose(); },
                  [crowd](int i) { crowd->judge(crowd->text.data() + crowd->at[i] * crowd->length); });
  at_end([crowd, before, name] {
    mxauth_stats stats = MXAUTH_STATS_INIT;
    mxauth_statistics(crowd->validator.get(), &stats);
    demand(crowd->refused == 0 && stats.validations == stats.cache_hits + crowd->count && stats.cache_hits > before,
           name + ": not every token was found");
  });
}

}  // namespace

void add_hits() {
  const Validator validator = make_validator(Algorithm::HS256);
  const Token &token = tokens_of(Algorithm::HS256)[0];
  expect(validator, token, MXAUTH_OK);
  measure("ns.hit.hot", [validator, &token, verdict = mxauth_verdict MXAUTH_VERDICT_INIT]() mutable {
    mxauth_validate(validator.get(), token.text.data(), token.text.size(), &verdict, nullptr);
    benchmark::DoNotOptimize(verdict);
  });
  at_end([validator] {
    mxauth_stats stats = MXAUTH_STATS_INIT;
    mxauth_statistics(validator.get(), &stats);
    demand(stats.accepted == stats.validations && stats.cache_hits + 1 == stats.validations, "ns.hit.hot: not every token was found");
  });
  measure_crowd("ns.hit.1k", 1000);
  measure_crowd("ns.hit.10k", 10'000);
  measure_crowd("ns.hit.100k", 100'000);
  measure_crowd("ns.hit.1m", 1'000'000);
}

}  // namespace bench
