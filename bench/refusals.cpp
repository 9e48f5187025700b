// SPDX-License-Identifier: Apache-2.0
//
// What it costs to be sent rubbish: tokens that break the rules as late as they can, by their length; and wrong
// signatures.
#include <functional>

#include "harness.hpp"
#include "parts.hpp"
#include "validators.hpp"

namespace bench {

namespace {

/// `unit` over and over between `head` and `tail`, of `size` bytes at most.
std::string fill(const std::string &head, const std::string &unit, const std::string &tail, size_t size) {
  std::string text = head;
  while (text.size() + unit.size() + tail.size() <= size) text += unit;
  return text + tail;
}

/// Members with different names, the last of which is there twice.
std::string members(size_t size) {
  std::string text = "{";
  for (int i = 0; text.size() + 20 < size; i++) text += "\"m" + std::to_string(i) + "\":0,";
  return text + R"("m0":0})";
}

std::string signed_by_nobody(const std::string &header, const std::string &claims) {
  return base64url(header) + "." + base64url(claims) + "." + std::string(342, 'A');
}

struct Kind {
  std::string name;
  std::function<std::string(size_t)> make;
};

std::vector<Kind> kinds() {
  const Key &key = key_of(Algorithm::RS256);
  const std::string header = R"({"alg":"RS256","typ":"at+jwt","kid":")" + key.kid + R"("})", claims = R"({"iss":"https://auth.example.org/"})";
  const auto in_header = [=](std::function<std::string(size_t)> text) {
    return [=](size_t size) { return signed_by_nobody(text(size * 3 / 4 - 300), claims); };
  };
  const auto in_claims = [=](std::function<std::string(size_t)> text) {
    return [=](size_t size) { return signed_by_nobody(header, text(size * 3 / 4 - 320)); };
  };
  const auto endless = [](size_t size) { return fill(R"({"a":")", "x", "", size); };
  const auto escapes = [](size_t size) { return fill(R"({"a":")", "\\u00e9", "", size); };
  const auto nested = [](size_t size) { return fill(R"({"a":)", "[", "", size); };
  const auto numbers = [](size_t size) { return fill(R"({"a":[)", "1.5e10,", "x", size); };
  const auto names = [](size_t size) { return fill("{", R"("a":0,)", "}", size); };
  return {
      {"no_dots", [](size_t size) { return std::string(size, 'a'); }},
      {"only_dots", [](size_t size) { return std::string(size, '.'); }},
      {"bytes", [](size_t size) { return std::string(size, '\xff'); }},
      {"header_alphabet", [=](size_t size) { return std::string(size - 10, 'a') + "!.a.a"; }},
      {"claims_alphabet", [=](size_t size) { return base64url(header) + "." + std::string(size - 100, 'a') + "!.a"; }},
      {"signature_alphabet", [=](size_t size) { return base64url(header) + "." + base64url(claims) + "." + std::string(size - 150, 'a') + "!"; }},
      {"header_endless", in_header(endless)},
      {"header_escapes", in_header(escapes)},
      {"header_nested", in_header(nested)},
      {"header_numbers", in_header(numbers)},
      {"header_members", in_header(members)},
      {"header_repeated", in_header(names)},
      {"claims_endless", in_claims(endless)},
      {"claims_escapes", in_claims(escapes)},
      {"claims_nested", in_claims(nested)},
      {"claims_numbers", in_claims(numbers)},
      {"claims_members", in_claims(members)},
      {"claims_repeated", in_claims(names)},
  };
}

void measure_rubbish(const Validator &validator, const std::string &name, const std::string &text) {
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  const mxauth_status status = mxauth_validate(validator.get(), text.data(), text.size(), &verdict, nullptr);
  demand(status >= 200 && status < 300, name + " is " + mxauth_status_name(status));
  // Each call is counted by its length, so that the figure is for a KiB.
  const double kibibytes = static_cast<double>(text.size()) / 1024;
  measure_whole(name, [=](benchmark::State &state) {
    constexpr int kCalls = 500;
    mxauth_verdict refused = MXAUTH_VERDICT_INIT;
    double best = 1e12;
    for (int round = 0; round < 5; round++) {
      const double start = now_ns();
      for (int i = 0; i < kCalls; i++) mxauth_validate(validator.get(), text.data(), text.size(), &refused, nullptr);
      best = std::min(best, (now_ns() - start) / kCalls);
    }
    state.counters["ns.refuse." + name + ".per_kib"] = best / kibibytes;
  });
}

}  // namespace

void add_refusals() {
  const Validator validator = make_validator(Algorithm::RS256);
  for (const Kind &kind : kinds())
    for (const size_t size : {size_t{1024}, size_t{16384}})
      measure_rubbish(validator, kind.name + "." + std::to_string(size / 1024) + "k", kind.make(size));
  // Longer than is looked at: the length costs nothing.
  measure_rubbish(validator, "too_long.1024k", std::string(1 << 20, 'a'));

  for (const Algorithm algorithm : kAlgorithms) {
    std::vector<Token> wrong;
    for (const Token &token : tokens_of(algorithm)) wrong.push_back(with_wrong_signature(token, algorithm));
    const auto refused = std::make_shared<NewTokens>(algorithm, std::move(wrong), MXAUTH_SIGNATURE_INVALID);
    measure(std::string("ns.refuse.signature.") + name_of(algorithm), [refused] { refused->judge_next(); });
    at_end([refused] { refused->check(); });
  }
}

}  // namespace bench
