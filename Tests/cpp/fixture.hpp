// SPDX-License-Identifier: Apache-2.0
// What the tests of mxauth.hpp share: counting checks, and an issuer whose tokens are signed with a shared secret.
#ifndef FIXTURE_HPP
#define FIXTURE_HPP

#include <cstdio>
#include <cstdlib>
#include <mxauth.hpp>

inline long passed = 0, failed = 0;

/** Counts one check and says which line it was if it failed. */
inline void check_at(bool holds, const char* what, int line) {
  if (holds) {
    passed++;
    return;
  }
  failed++;
  std::fprintf(stderr, "FAILED: line %d: %s\n", line, what);
}
#define CHECK(holds) check_at(static_cast<bool>(holds), #holds, __LINE__)

/** The last line of each program; its result is the exit status. */
inline int finish(const char* program) {
  std::printf("%s: %ld passed, %ld failed\n", program, passed, failed);
  return failed == 0 ? 0 : 1;
}

/** What a test cannot go on without. */
template <class T>
T need(mxauth::result<T> made) {
  if (made) return std::move(*made);
  std::fprintf(stderr, "cannot go on: %.*s\n", static_cast<int>(made.error().message().size()),
               made.error().message().data());
  std::exit(2);
}

/** The time of all tests: 2026-09-21T13:33:20Z. */
inline constexpr std::chrono::seconds present{1790000000};

/** Signed by the issuer below for @alice:matrix.example on DEVICE: HS256, issued at 1789999000, until 1990000000. */
inline constexpr std::string_view good_token =
    "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlLyIsImF1ZCI6Imh0dHBzOi8vbWF0cml4LmV4YW1wbGUiLCJ"
    "1c2VybmFtZSI6ImFsaWNlIiwic3ViIjoiMDFTVUIiLCJzaWQiOiIwMVNJRCIsImp0aSI6IjAxSlRJIiwiY2xpZW50X2lkIjoiMDFDTElFTlQ"
    "iLCJzY29wZSI6Im9wZW5pZCB1cm46bWF0cml4OmNsaWVudDphcGk6KiB1cm46bWF0cml4OmNsaWVudDpkZXZpY2U6REVWSUNFIiwiaWF0Ijo"
    "xNzg5OTk5MDAwLCJleHAiOjE5OTAwMDAwMDB9.nCkj51zez5sx7i-Hrx1PI27LyGVpy-dOORM8ddylpq8";

/** The same until 1789999900, which is past. */
inline constexpr std::string_view expired_token =
    "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlLyIsImF1ZCI6Imh0dHBzOi8vbWF0cml4LmV4YW1wbGUiLCJ"
    "1c2VybmFtZSI6ImFsaWNlIiwic3ViIjoiMDFTVUIiLCJzaWQiOiIwMVNJRCIsImp0aSI6IjAxT0xEIiwiY2xpZW50X2lkIjoiMDFDTElFTlQ"
    "iLCJzY29wZSI6Im9wZW5pZCB1cm46bWF0cml4OmNsaWVudDphcGk6KiB1cm46bWF0cml4OmNsaWVudDpkZXZpY2U6REVWSUNFIiwiaWF0Ijo"
    "xNzg5OTk5MDAwLCJleHAiOjE3ODk5OTk5MDB9.wDFITqT95LJxDg1Y5eOVAopf379oetv84uSiYzbH9I0";

static const std::initializer_list<mxauth::config::option> good_options = {
    {"server_name", "matrix.example"},
    {"issuer", "https://issuer.example/"},
    {"issuer.audience", "https://matrix.example"},
    {"issuer.algorithms", "HS256"},
    {"issuer.types", "absent"},
    {"issuer.keys", R"({"kty":"oct","alg":"HS256","k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"})"},
};

/** Options of that issuer, with a clock that stands still. */
inline mxauth::config good_config() {
  mxauth::config config;
  need(config.set(good_options));
  if (!config.set_clock([](mxauth::clock_kind) { return std::chrono::nanoseconds(present); })) std::exit(2);
  return config;
}

inline mxauth::validator good_validator() { return need(mxauth::validator::create(good_config())); }

#endif
