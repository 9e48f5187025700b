// SPDX-License-Identifier: Apache-2.0
//
// Validators set up as a homeserver would, through mxauth.h alone.
#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mxauth.h"
#include "tokens.hpp"

namespace bench {

using Validator = std::shared_ptr<mxauth_validator>;
using Options = std::vector<std::pair<std::string, std::string>>;

/// A clock that can be put forward, so that the verdicts which are kept have expired and every token is new.
class Forward {
 public:
  void pass(int64_t seconds) { offset_ += seconds * 1'000'000'000; }
  static int64_t read(void *user, uint32_t clock);

 private:
  std::atomic<int64_t> offset_{0};
};

/// For tokens of `algorithm` signed by one of `keys`; `global` are options that go before the issuer's.
Validator make_validator(Algorithm algorithm, const std::string &keys, const Options &global = {}, Forward *clock = nullptr);
Validator make_validator(Algorithm algorithm, const Options &global = {}, Forward *clock = nullptr);

/// Whether the library takes that option; options come and go between versions.
bool knows_option(const std::string &name);

/// Lets a validator do for its keys what it does in the background: uses them, and waits while key tables are built.
void settle(const Validator &validator, Algorithm algorithm, const std::vector<Token> &tokens);
/// How often tokens are judged for that.
inline constexpr size_t kSettling = 64;

uint64_t cache_hits(const Validator &validator);

/// Ends the program if the token is not judged as expected.
void expect(const Validator &validator, const Token &token, mxauth_status expected);

/// The tokens of an algorithm in a circle, all of them new each time.
class NewTokens {
 public:
  NewTokens(Algorithm algorithm, const Options &global = {});
  NewTokens(Algorithm algorithm, const std::string &keys, std::vector<Token> tokens, const Options &global = {});
  /// Refused ones, with `expected`.
  NewTokens(Algorithm algorithm, std::vector<Token> tokens, mxauth_status expected);

  void judge_next() {
    if (next_ == tokens_->size()) {
      next_ = 0;
      clock_->pass(3);
    }
    const std::string &text = (*tokens_)[next_++].text;
    if (mxauth_validate(validator_.get(), text.data(), text.size(), &verdict_, nullptr) != expected_) wrong_++;
  }
  /// Ends the program if a token was found in the cache or judged wrongly.
  void check() const;
  const Validator &validator() const { return validator_; }

 private:
  std::shared_ptr<Forward> clock_;
  Validator validator_;
  std::shared_ptr<const std::vector<Token>> tokens_;
  mxauth_status expected_ = MXAUTH_OK;
  size_t next_ = 0;
  uint64_t wrong_ = 0;
  mxauth_verdict verdict_ = MXAUTH_VERDICT_INIT;
};

}  // namespace bench
