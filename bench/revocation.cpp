// SPDX-License-Identifier: Apache-2.0
//
// What a million things that are revoked cost every token; and what knowing a token by its digest costs, against keeping
// the token itself.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <cstring>

#include "harness.hpp"
#include "parts.hpp"
#include "validators.hpp"

namespace bench {

namespace {

constexpr int kRevocations = 1'000'000;

void revoke_sessions(const Validator &validator) {
  for (int i = 0; i < kRevocations; i++) {
    const std::string session = "session-" + std::to_string(i);
    demand(mxauth_revoke(validator.get(), MXAUTH_REVOKE_SESSION, session.c_str(), 0, nullptr) == MXAUTH_OK, "a revocation");
  }
}

/// A hit, each time with a revocation since: the verdict is compared with all that is remembered.
void measure_after_revocation(const std::string &name, const Validator &validator, const Token &token) {
  const auto not_before = std::make_shared<int64_t>(1);
  const auto verdict = std::make_shared<mxauth_verdict>(mxauth_verdict MXAUTH_VERDICT_INIT);
  measure_batches(name, 1,
                  [=] { mxauth_revoke(validator.get(), MXAUTH_REVOKE_USER, "@bob:example.org", (*not_before)++, nullptr); },
                  [=, &token](int) { mxauth_validate(validator.get(), token.text.data(), token.text.size(), verdict.get(), nullptr); });
}

}  // namespace

void add_revocation() {
  const Token &token = tokens_of(Algorithm::HS256)[0];
  const Validator plain = make_validator(Algorithm::HS256), revoked = make_validator(Algorithm::HS256);
  say("revoking a million sessions");
  revoke_sessions(revoked);
  expect(plain, token, MXAUTH_OK);
  expect(revoked, token, MXAUTH_OK);
  measure("ns.hit.revocations_1m", [=, verdict = mxauth_verdict MXAUTH_VERDICT_INIT]() mutable {
    mxauth_validate(revoked.get(), token.text.data(), token.text.size(), &verdict, nullptr);
    benchmark::DoNotOptimize(verdict);
  });
  measure_after_revocation("ns.hit.after_revocation", plain, token);
  measure_after_revocation("ns.hit.after_revocation.revocations_1m", revoked, token);

  const auto fresh = std::make_shared<NewTokens>(Algorithm::HS256);
  revoke_sessions(fresh->validator());
  measure("ns.cold.HS256.revocations_1m", [fresh] { fresh->judge_next(); });
  at_end([fresh] { fresh->check(); });

  measure("ns.revoke", [=, i = 0]() mutable {
    const std::string session = "session-" + std::to_string(i++ % kRevocations);
    benchmark::DoNotOptimize(mxauth_revoke(plain.get(), MXAUTH_REVOKE_SESSION, session.c_str(), 0, nullptr));
  });

  // An opaque token, and a JWT.
  for (const size_t size : {size_t{41}, kTokenBytes}) {
    const std::string text(size, 'x'), suffix = "." + std::to_string(size);
    // As cheap as libcrypto does it: without a fetch or an allocation.
    measure("ns.digest" + suffix, [text] {
      unsigned char digest[SHA256_DIGEST_LENGTH];
      SHA256_CTX context;
      SHA256_Init(&context);
      SHA256_Update(&context, text.data(), text.size());
      SHA256_Final(digest, &context);
      benchmark::DoNotOptimize(digest);
    });
    measure("ns.compare" + suffix, [text, given = text] {
      benchmark::DoNotOptimize(given.data());
      benchmark::DoNotOptimize(std::memcmp(text.data(), given.data(), text.size()));
      benchmark::ClobberMemory();
    });
  }
}

}  // namespace bench
