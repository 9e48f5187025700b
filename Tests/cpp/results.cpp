// SPDX-License-Identifier: Apache-2.0
// result<T>, error and grants: the types without the library behind them.
#include <memory>

#include "fixture.hpp"

using mxauth::grant;
using mxauth::grants;
using mxauth::result;
using mxauth::status;

static const mxauth::error trouble(status::expired, "exp", "Too late. Get a new one.");

static result<int> half(int number) {
  if (number % 2 != 0) return mxauth::error(status::input_invalid, "number", "It is odd.");
  return number / 2;
}

static void values() {
  const result<int> good = 8, bad = trouble;
  CHECK(good && good.has_value() && *good == 8 && good.value() == 8 && good.code() == status::ok);
  CHECK(!bad && !bad.has_value() && bad.code() == status::expired);
  CHECK(bad.error().subject() == "exp" && bad.error().message() == "Too late. Get a new one.");
  CHECK(good.value_or(1) == 8 && bad.value_or(1) == 1);
  result<std::string> text = std::string("a longer text than fits into the string itself");
  CHECK(text->size() == 46 && std::move(text).value().substr(0, 8) == "a longer");
  result<std::unique_ptr<int>> owner = std::make_unique<int>(3);
  const auto taken = *std::move(owner);
  CHECK(*taken == 3);
  result<int> changed = 1;
  changed = bad;
  CHECK(!changed && changed.error().subject() == "exp");
  changed = good;
  CHECK(changed && *changed == 8);
}

static void chains() {
  const result<int> good = 8, odd = 2, bad = trouble;
  CHECK(good.and_then(half).and_then(half).value_or(0) == 2);
  CHECK(odd.and_then(half).and_then(half).code() == status::input_invalid);
  CHECK(bad.and_then(half).code() == status::expired);
  CHECK(good.transform([](int number) { return std::to_string(number); }).value_or("") == "8");
  CHECK(bad.transform([](int number) { return number; }).code() == status::expired);
  CHECK(bad.or_else([](const mxauth::error&) { return result<int>(5); }).value_or(0) == 5);
  CHECK(good.or_else([](const mxauth::error&) { return result<int>(5); }).value_or(0) == 8);
  result<std::unique_ptr<int>> owner = std::make_unique<int>(4);
  CHECK(std::move(owner).and_then([](std::unique_ptr<int> number) { return half(*number); }).value_or(0) == 2);
  const result<void> done, not_done = trouble;
  CHECK(done && done.code() == status::ok && !not_done && not_done.error().code() == status::expired);
  CHECK(done.and_then([] { return half(4); }).value_or(0) == 2);
  CHECK(not_done.and_then([] { return half(4); }).code() == status::expired);
}

static void exceptions() {
#if defined(__cpp_exceptions)
  const result<int> bad = trouble;
  const result<void> not_done = trouble;
  for (int which = 0; which < 2; which++) {
    status thrown = status::ok;
    std::string what;
    try {
      if (which == 0) static_cast<void>(bad.value());
      else not_done.value();
    } catch (const mxauth::bad_result& exception) {
      thrown = exception.why().code();
      what = exception.what();
    }
    CHECK(thrown == status::expired && what == "Too late. Get a new one.");
  }
#endif
}

static void expected() {
#if defined(__cpp_lib_expected)
  const std::expected<int, mxauth::error> good = half(4), bad = half(3);
  CHECK(good && *good == 2);
  CHECK(!bad && bad.error().code() == status::input_invalid);
  const result<int> good_again = good, bad_again = bad;
  CHECK(good_again.value_or(0) == 2 && bad_again.code() == status::input_invalid);
  const std::expected<void, mxauth::error> done = result<void>(), not_done = result<void>(trouble);
  CHECK(done && !not_done && not_done.error().code() == status::expired);
  CHECK(result<void>(done) && result<void>(not_done).code() == status::expired);
#endif
}

static void errors() {
  const std::string longer(2000, 'x');
  const mxauth::error cut(status::misuse, longer, longer);
  CHECK(cut.subject() == std::string(63, 'x') && cut.message() == std::string(511, 'x'));
  mxauth::error copy = cut;
  CHECK(copy.message() == cut.message() && copy.code() == status::misuse);
  const mxauth::error& itself = copy;
  copy = itself;
  copy = trouble;
  CHECK(copy.message() == trouble.message() && copy.subject() == "exp");
  const mxauth::error none;
  CHECK(none.code() == status::ok && none.subject().empty() && none.message().empty());
}

static void sets() {
  constexpr grants both = grant::client_api | grant::openid;
  static_assert(both.has(grant::openid) && !both.has(grant::guest));
  static_assert(both.has_all(grant::openid) && !both.has_all(grant::openid | grant::guest));
  static_assert(both.has_any(grant::openid | grant::guest) && !both.has_any(grant::guest));
  static_assert((both & ~grants(grant::openid)) == grants(grant::client_api));
  static_assert(grants().empty() && !both.empty() && both != grants());
  static_assert(grants::from_bits(3) == both && both.bits() == 3);
  static_assert(grants(mxauth::operator_grant(31)).bits() == std::uint64_t{1} << 63);
  grants some;
  some |= grant::guest;
  some &= both;
  CHECK(some.empty());
}

int main() {
  values();
  chains();
  exceptions();
  expected();
  errors();
  sets();
  return finish("results");
}
