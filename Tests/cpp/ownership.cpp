// SPDX-License-Identifier: Apache-2.0
// Who owns what: moves, configurations, the functions that the library calls, and exchanges.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <type_traits>

#include "fixture.hpp"

using mxauth::config;
using mxauth::status;
using mxauth::validator;

static_assert(!std::is_copy_constructible_v<validator> && !std::is_copy_assignable_v<validator>);
static_assert(!std::is_copy_constructible_v<config> && !std::is_copy_assignable_v<config>);
static_assert(std::is_nothrow_move_constructible_v<validator> && std::is_nothrow_move_assignable_v<validator>);
static_assert(std::is_nothrow_move_constructible_v<config> && std::is_nothrow_move_assignable_v<config>);
static_assert(sizeof(mxauth::verdict) == sizeof(mxauth_verdict) && sizeof(mxauth::error) == sizeof(mxauth_error));
static_assert(sizeof(mxauth::reply) == sizeof(mxauth_reply) && sizeof(mxauth::exchange) == sizeof(mxauth_exchange));
static_assert(sizeof(mxauth::grants) == sizeof(std::uint64_t));

static void configurations() {
  config options;
  CHECK(options.set("no.such", "1").code() == status::option_unknown);
  CHECK(options.set("max_token_bytes", "1").error().subject() == "max_token_bytes");
  CHECK(options.set("server_name", std::string_view("a\0b", 3)).code() == status::option_invalid);
  CHECK(options.set(std::string_view("server_name\0", 12), "a").code() == status::option_unknown);
  CHECK(options.set({}, {}).code() == status::option_unknown);
  CHECK(options.set({{"server_name", "a"}, {"bad", "1"}, {"worse", "1"}}).error().subject() == "bad");
  CHECK(!validator::create(options) && validator::create({{"bad", "1"}}).code() == status::option_unknown);
  CHECK(validator::create({{"server_name", "a"}}).code() == status::config_incomplete);
  config noted;
  const auto note = noted.set({{"issuer", "https://i.example/"},
                               {"issuer.algorithms", "HS256"},
                               {"issuer.keys", R"({"keys":[{"kty":"oct","alg":"HS256",)"
                                               R"("k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"},{"kty":"oct","alg":"HS256","k":"AA"}]})"}});
  CHECK(note && note->size() > 1 && note->back() == '\n');
}

static void moves() {
  auto options = good_config();
  config moved = std::move(options);
  CHECK(options.set("server_name", "a").code() == status::misuse);  // NOLINT: what a moved one says
  CHECK(options.set_log({}).code() == status::misuse);
  CHECK(validator::create(options).code() == status::misuse);
  auto first = need(validator::create(moved));
  validator second = std::move(first);
  CHECK(first.c_validator() == nullptr && first.validate(good_token).code() == status::misuse);
  CHECK(first.event_fd() == -1 && !first.next_exchange() && !first.next_deadline() && first.metrics().code() == status::misuse);
  CHECK(first.start_transport().code() == status::misuse && first.statistics().accepted == 0);
  first.clear_events();
  first.stop_transport();
  CHECK(second.validate(good_token));
  first = std::move(second);
  CHECK(first.validate(good_token));
  first = good_validator();
  CHECK(first.validate(good_token));
}

/** An option that has keys fetched from where nobody is. */
static void add_issuer_to_ask(config& options) {
  need(options.set({{"server_name", "matrix.example"},
                    {"issuer", "https://issuer.example/"},
                    {"issuer.any_audience", "true"},
                    {"issuer.algorithms", "HS256 ES256"},
                    {"issuer.types", "absent"},
                    {"issuer.jwks_uri", "https://issuer.example/jwks"}}));
}

static void functions() {
  auto held = std::make_shared<int>(0);
  const std::weak_ptr<int> watched = held;
  std::string seen;
  {
    config options;
    add_issuer_to_ask(options);
    CHECK(options.set_clock([held](mxauth::clock_kind) { return std::chrono::nanoseconds(present); }));
    CHECK(options.set_log([&seen](mxauth::log_level level, std::string_view message) {
      if (level == mxauth::log_level::warning || level == mxauth::log_level::error) seen = message;
    }));
    held.reset();
    auto made = need(validator::create(options));
    // The validator goes on with what it was made with.
    CHECK(options.set_clock({}) && options.set_log({}));
    options = config();
    CHECK(!watched.expired());
    CHECK(made.validate(good_token).code() == status::pending);
    const auto next = made.next_exchange();
    CHECK(next && made.complete(next->id(), {500, {}, {}}) && !seen.empty());
    made = good_validator();
    CHECK(watched.expired());
  }
}

/** The transport's thread tells the log to the last, also while the validator is replaced. */
static void last_words() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  CHECK(bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(listener, 4) == 0);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  const auto silent = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
  config options;
  need(options.set({{"server_name", "matrix.example"}, {"allow_http", "loopback"}, {"issuer", silent},
                    {"issuer.any_audience", "true"}, {"issuer.jwks_uri", silent}}));
  auto calls = std::make_shared<int>(0);
  // More than fits into the function itself, so that it is on the heap.
  CHECK(options.set_log([calls, text = std::string(100, 'x')](mxauth::log_level, std::string_view message) {
    *calls += !message.empty() && text.size() == 100;
  }));
  auto made = need(validator::create(options));
  options = config();
  CHECK(made.start_transport());
  pollfd connection = {listener, POLLIN, 0};
  CHECK(::poll(&connection, 1, 5000) == 1);
  made = good_validator();
  CHECK(*calls > 0 && made.validate(good_token));
  close(listener);
}

static void exchanges() {
  config options;
  add_issuer_to_ask(options);
  const auto made = need(validator::create(options));
  pollfd descriptor = {made.event_fd(), POLLIN, 0};
  mxauth::verdict verdict;
  CHECK(made.validate(good_token, verdict) == status::pending && verdict.exchange() != 0);
  CHECK(::poll(&descriptor, 1, 0) == 1);
  made.clear_events();
  CHECK(::poll(&descriptor, 1, 0) == 0);
  CHECK(made.carry([&](const mxauth::exchange& asked) {
    CHECK(asked.id() == verdict.exchange() && asked.method() == "GET" && asked.url() == "https://issuer.example/jwks");
    CHECK(asked.body().empty() && asked.max_response() > 1000 && asked.timeout() > std::chrono::seconds(1));
    CHECK(asked.headers().find("Accept") != std::string_view::npos);
    return mxauth::owned_response{500, "Retry-After: 5\r\n", "no"};
  }) == 1);
  CHECK(::poll(&descriptor, 1, 0) == 1 && made.carry([](const auto&) { return mxauth::owned_response(); }) == 0);
  CHECK(made.next_deadline() && *made.next_deadline() <= std::chrono::seconds(5));
  CHECK(made.validate(good_token).code() == status::keys_unavailable);
  CHECK(made.complete(verdict.exchange(), {200, {}, {}}).code() == status::exchange_unknown);
  CHECK(made.complete(99, {}).code() == status::exchange_unknown);
}

#if defined(__cpp_exceptions)
static void exceptions() {
  config options;
  add_issuer_to_ask(options);
  const auto made = need(validator::create(options));
  CHECK(made.validate(good_token).code() == status::pending);
  bool caught = false;
  try {
    made.carry([](const mxauth::exchange&) -> mxauth::owned_response { throw std::string("no network"); });
  } catch (const std::string&) {
    caught = true;
  }
  CHECK(caught && made.statistics().exchanges_failed == 1);
  CHECK(made.validate(good_token).code() == status::keys_unavailable);

  // One that leaves a clock ends the program, with std::terminate and not by unwinding through the library.
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    std::set_terminate([] { std::raise(SIGUSR1); });
    config clocked;
    add_issuer_to_ask(clocked);
    if (!clocked.set_clock([](mxauth::clock_kind) -> std::chrono::nanoseconds { throw 1; })) _exit(1);
    try {
      static_cast<void>(need(validator::create(clocked)).validate(good_token));
    } catch (...) {
      _exit(2);
    }
    _exit(3);
  }
  int outcome = 0;
  waitpid(child, &outcome, 0);
  CHECK(WIFSIGNALED(outcome) && WTERMSIG(outcome) == SIGUSR1);
}
#endif

int main() {
  configurations();
  moves();
  functions();
  last_words();
  exchanges();
#if defined(__cpp_exceptions)
  exceptions();
#endif
  return finish("ownership");
}
