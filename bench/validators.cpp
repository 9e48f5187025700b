// SPDX-License-Identifier: Apache-2.0
#include "validators.hpp"

#include <time.h>

#include <cstdlib>
#include <cstring>

#include "basics.hpp"

namespace bench {

int64_t Forward::read(void *user, uint32_t clock) {
  timespec time;
  clock_gettime(clock == MXAUTH_CLOCK_WALL ? CLOCK_REALTIME : CLOCK_MONOTONIC, &time);
  const int64_t now = static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
  // The wall clock stays where it is: tokens do not expire.
  return clock == MXAUTH_CLOCK_WALL ? now : now + static_cast<Forward *>(user)->offset_;
}

Validator make_validator(Algorithm algorithm, const std::string &keys, const Options &global, Forward *clock) {
  mxauth_config *config = mxauth_config_new();
  mxauth_error error = MXAUTH_ERROR_INIT;
  Options options = {{"server_name", "example.org"}, {"max_key_set_bytes", "67108864"}};
  options.insert(options.end(), global.begin(), global.end());
  options.insert(options.end(), {{"issuer", kIssuer},
                                 {"issuer.algorithms", name_of(algorithm)},
                                 {"issuer.keys", keys},
                                 {"issuer.audience", kAudience},
                                 {"issuer.cache_ttl", clock == nullptr ? "86400" : "1"}});
  for (const auto &[name, value] : options)
    demand(mxauth_config_set(config, name.c_str(), value.c_str(), &error) == MXAUTH_OK, error.message);
  if (clock != nullptr) mxauth_config_set_clock(config, Forward::read, clock);
  mxauth_validator *validator = nullptr;
  demand(mxauth_validator_new(config, &validator, &error) == MXAUTH_OK, error.message);
  mxauth_config_free(config);
  return {validator, mxauth_validator_free};
}

Validator make_validator(Algorithm algorithm, const Options &global, Forward *clock) {
  return make_validator(algorithm, key_set({key_of(algorithm)}), global, clock);
}

bool knows_option(const std::string &name) {
  for (size_t i = 0; i < mxauth_option_count(); i++) {
    mxauth_option_info info = {};
    info.struct_size = sizeof info;
    if (mxauth_option_at(i, &info) == MXAUTH_OK && name == info.name) return true;
  }
  return false;
}

uint64_t cache_hits(const Validator &validator) {
  mxauth_stats stats = MXAUTH_STATS_INIT;
  mxauth_statistics(validator.get(), &stats);
  return stats.cache_hits;
}

void expect(const Validator &validator, const Token &token, mxauth_status expected) {
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  mxauth_error error = MXAUTH_ERROR_INIT;
  const mxauth_status status = mxauth_validate(validator.get(), token.text.data(), token.text.size(), &verdict, &error);
  demand(status == expected, std::string(mxauth_status_name(status)) + " instead of " + mxauth_status_name(expected) + ": " + error.message);
}

namespace {

/// How many keys are faster than when they were loaded; -1 if the metrics do not say, as this library makes none so.
double prepared_keys(const Validator &validator, const std::string &gauge) {
  char text[65536];
  if (mxauth_metrics(validator.get(), text, sizeof text, nullptr, nullptr) != MXAUTH_OK) return -1;
  const char *line = std::strstr(text, ("\n" + gauge).c_str());
  const char *space = line == nullptr ? nullptr : std::strchr(line + 1, ' ');
  return space == nullptr ? -1 : std::atof(space);
}

}  // namespace

void settle(const Validator &validator, Algorithm algorithm, const std::vector<Token> &tokens) {
  for (size_t i = 0; i < kSettling; i++) expect(validator, tokens[i % tokens.size()], MXAUTH_OK);
  if (!is_ec(algorithm) && algorithm != Algorithm::EdDSA) return;
  const std::string gauge = is_ec(algorithm) ? "mxauth_key_tables" : "mxauth_sodium_keys";
  double before = -1;
  // Three seconds at most for the first, and until no more come.
  for (int i = 0; i < 30; i++) {
    const double keys = prepared_keys(validator, gauge);
    if (keys < 0 || (keys > 0 && keys == before)) return;
    before = keys;
    const timespec pause = {0, 100'000'000};
    nanosleep(&pause, nullptr);
  }
}

NewTokens::NewTokens(Algorithm algorithm, const Options &global)
    : NewTokens(algorithm, key_set({key_of(algorithm)}), tokens_of(algorithm), global) {}

NewTokens::NewTokens(Algorithm algorithm, const std::string &keys, std::vector<Token> tokens, const Options &global)
    : clock_(std::make_shared<Forward>()),
      validator_(make_validator(algorithm, keys, global, clock_.get())),
      tokens_(std::make_shared<const std::vector<Token>>(std::move(tokens))) {
  settle(validator_, algorithm, *tokens_);
  clock_->pass(3);
}

NewTokens::NewTokens(Algorithm algorithm, std::vector<Token> tokens, mxauth_status expected) : NewTokens(algorithm) {
  tokens_ = std::make_shared<const std::vector<Token>>(std::move(tokens));
  expected_ = expected;
  for (const Token &token : *tokens_) expect(validator_, token, expected);
  clock_->pass(3);
}

void NewTokens::check() const {
  demand(wrong_ == 0, std::to_string(wrong_) + " tokens were judged wrongly");
  // Settling uses the first tokens more than once, if there are fewer than 64.
  demand(cache_hits(validator_) <= kSettling, "a token that should be new was found in the cache");
}

}  // namespace bench
