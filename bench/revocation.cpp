// SPDX-License-Identifier: Apache-2.0
//
// What a token costs that was seen before, and one that was not, while nothing or a million things are revoked; and what
// knowing a token by its digest costs, against keeping the token itself.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "mxauth.h"

namespace {

constexpr int kRevocations = 1'000'000;
const std::string kSecret(32, 's');

std::string base64url(const std::string &bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  text.resize(EVP_EncodeBlock(reinterpret_cast<unsigned char *>(text.data()),
                              reinterpret_cast<const unsigned char *>(bytes.data()), static_cast<int>(bytes.size())));
  while (!text.empty() && text.back() == '=') text.pop_back();
  for (char &c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

/// HS256, so that the signature costs little and the rest shows.
std::string jwt(int number) {
  const std::string claims =
      R"({"iss":"https://auth.example.org/","aud":"https://matrix.example.org","sub":"01JD3V6R0Q8ZK2M5T7X9YBCDEF",)"
      R"("client_id":"01JD3V5CLIENT","username":"alice","iat":1800000000,"exp":4000000000,"sid":"01JSESSION","jti":")" +
      std::to_string(number) +
      R"(","scope":"openid urn:matrix:client:api:* urn:matrix:client:device:AABBCCDDEE"})";
  const std::string input = base64url(R"({"alg":"HS256","typ":"at+jwt"})") + "." + base64url(claims);
  unsigned char tag[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), kSecret.data(), static_cast<int>(kSecret.size()),
       reinterpret_cast<const unsigned char *>(input.data()), input.size(), tag, &size);
  return input + "." + base64url(std::string(reinterpret_cast<char *>(tag), size));
}

void demand(bool holds, const char *what) {
  if (holds) return;
  std::fprintf(stderr, "bench: %s\n", what);
  std::exit(1);
}

int64_t clock_at_1800000100(void *, uint32_t) { return 1'800'000'100LL * 1'000'000'000; }

/// A validator of HS256 tokens that remembers so many revocations of sessions.
mxauth_validator *make_validator(int revocations) {
  mxauth_config *config = mxauth_config_new();
  mxauth_error error = MXAUTH_ERROR_INIT;
  const std::string key = R"({"kty":"oct","k":")" + base64url(kSecret) + R"("})";
  const std::pair<const char *, std::string> options[] = {{"server_name", "example.org"},
                                                          {"issuer", "https://auth.example.org/"},
                                                          {"issuer.algorithms", "HS256"},
                                                          {"issuer.keys", key},
                                                          {"issuer.audience", "https://matrix.example.org"}};
  for (const auto &[name, value] : options)
    demand(mxauth_config_set(config, name, value.c_str(), &error) == MXAUTH_OK, error.message);
  mxauth_config_set_clock(config, clock_at_1800000100, nullptr);
  mxauth_validator *validator = nullptr;
  demand(mxauth_validator_new(config, &validator, &error) == MXAUTH_OK, error.message);
  mxauth_config_free(config);
  for (int i = 0; i < revocations; i++) {
    const std::string session = "session-" + std::to_string(i);
    demand(mxauth_revoke(validator, MXAUTH_REVOKE_SESSION, session.c_str(), 0, &error) == MXAUTH_OK, error.message);
  }
  return validator;
}

void validate(mxauth_validator *validator, const std::string &token) {
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  demand(mxauth_validate(validator, token.data(), token.size(), &verdict, nullptr) == MXAUTH_OK, "a good token is refused");
  benchmark::DoNotOptimize(verdict);
}

void seen_before(benchmark::State &state) {
  mxauth_validator *validator = make_validator(static_cast<int>(state.range(0)));
  const std::string token = jwt(0);
  for (auto _ : state) validate(validator, token);
  mxauth_validator_free(validator);
}

/// The same, each time with a revocation since: the verdict is compared with all that is remembered.
void seen_before_a_revocation(benchmark::State &state) {
  mxauth_validator *validator = make_validator(static_cast<int>(state.range(0)));
  const std::string token = jwt(0);
  int64_t not_before = 1;
  for (auto _ : state) {
    state.PauseTiming();
    mxauth_revoke(validator, MXAUTH_REVOKE_USER, "@bob:example.org", not_before++, nullptr);
    state.ResumeTiming();
    validate(validator, token);
  }
  mxauth_validator_free(validator);
}

void never_seen(benchmark::State &state) {
  mxauth_validator *validator = make_validator(static_cast<int>(state.range(0)));
  std::vector<std::string> tokens;
  for (int i = 0; i < 200'000; i++) tokens.push_back(jwt(i));
  size_t next = 0;
  // More tokens than the cache keeps, in a circle: none is found again.
  for (auto _ : state) validate(validator, tokens[next++ % tokens.size()]);
  mxauth_validator_free(validator);
}

void revoke(benchmark::State &state) {
  mxauth_validator *validator = make_validator(0);
  int i = 0;
  for (auto _ : state) {
    const std::string session = "session-" + std::to_string(i++ % kRevocations);
    benchmark::DoNotOptimize(mxauth_revoke(validator, MXAUTH_REVOKE_SESSION, session.c_str(), 0, nullptr));
  }
  mxauth_validator_free(validator);
}

/// As the library takes it: without a fetch or an allocation.
void digest(benchmark::State &state) {
  const std::string token(static_cast<size_t>(state.range(0)), 'x');
  unsigned char digest[SHA256_DIGEST_LENGTH];
  for (auto _ : state) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, token.data(), token.size());
    SHA256_Final(digest, &context);
    benchmark::DoNotOptimize(digest);
  }
}

/// What would be left of it if tokens were kept; a hash to find them by comes on top.
void compare(benchmark::State &state) {
  const std::string kept(static_cast<size_t>(state.range(0)), 'x'), token = kept;
  for (auto _ : state) {
    benchmark::DoNotOptimize(token.data());
    benchmark::DoNotOptimize(std::memcmp(kept.data(), token.data(), kept.size()));
    benchmark::ClobberMemory();
  }
}

}  // namespace

BENCHMARK(seen_before)->Arg(0)->Arg(kRevocations);
BENCHMARK(seen_before_a_revocation)->Arg(0)->Arg(kRevocations);
BENCHMARK(never_seen)->Arg(0)->Arg(kRevocations);
BENCHMARK(revoke);
BENCHMARK(digest)->Arg(41)->Arg(700);
BENCHMARK(compare)->Arg(41)->Arg(700);
BENCHMARK_MAIN();
