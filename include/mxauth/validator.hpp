// SPDX-License-Identifier: Apache-2.0
// The long-lived judge.
#ifndef MXAUTH_VALIDATOR_HPP
#define MXAUTH_VALIDATOR_HPP

#include "config.hpp"
#include "outbox.hpp"
#include "reply.hpp"
#include "requests.hpp"
#include "revocation.hpp"
#include "statistics.hpp"
#include "verdict.hpp"

namespace mxauth {

/**
 * Issuers with their policies, key sets and verdicts. Owns its mxauth_validator and the functions of its configuration;
 * moves, does not copy: share it as std::shared_ptr<const validator> or by reference. What is const is for any number of
 * threads at once and for forked children; no thread may be using it when it is moved from or destroyed. One that was moved
 * from answers status::misuse.
 */
class validator : public outbox {
 public:
  /** From a snapshot of `options`, which can go away. Reads the files that they name, and nothing else. */
  static result<validator> create(const config& options) {
    mxauth_validator* made = nullptr;
    error why;
    if (mxauth_validator_new(options.c_config(), &made, why.c_error()) != MXAUTH_OK) return why;
    return validator(options.callbacks_, made);
  }

  /** From options alone. Notes on skipped keys are dropped: use a config to see them. */
  static result<validator> create(std::initializer_list<config::option> options) {
    config made;
    if (const auto set = made.set(options); !set) return set.error();
    return create(made);
  }

  /**
   * Judges what follows "Bearer " in an Authorization header, into a verdict of the caller's: the call of mxauth.h and
   * nothing else. Never waits; a token that is in the cache costs no allocation. `why` may be null.
   */
  status validate(std::string_view token, verdict& into, error* why = nullptr) const noexcept {
    return static_cast<status>(mxauth_validate(c_validator(), token.data(), token.size(), into.c_verdict(),
                                               why != nullptr ? why->c_error() : nullptr));
  }

  /** The same with the verdict, if it is good, or else the reason. status::pending is an error here, too. */
  result<verdict> validate(std::string_view token) const noexcept {
    result<verdict> judged(std::in_place);
    error why;
    if (validate(token, *judged, &why) != status::ok) judged = why;
    return judged;
  }

  /** For threads that may wait: blocks for `timeout` at most, while the transport or another thread carries exchanges. */
  result<verdict> validate_wait(std::string_view token, std::chrono::milliseconds timeout) const noexcept {
    result<verdict> judged(std::in_place);
    error why;
    if (mxauth_validate_wait(c_validator(), token.data(), token.size(), timeout.count(), judged->c_verdict(),
                             why.c_error()) != MXAUTH_OK)
      judged = why;
    return judged;
  }

  /** Validates and gives the claims of a good token, as the JSON text that was signed or answered. */
  result<std::string> claims(std::string_view token) const {
    return detail::text_of(detail::some_room, [&](auto... out) {
      return mxauth_claims(c_validator(), token.data(), token.size(), out...);
    });
  }

  /** Validates and tells what was checked, up to what refused it, as JSON. */
  result<std::string> explain(std::string_view token) const {
    return detail::text_of(4 * detail::some_room, [&](auto... out) {
      return mxauth_explain(c_validator(), token.data(), token.size(), out...);
    });
  }

  /**
   * May whoever sends this request send it? Without a verdict, the request came without a token. The error says which
   * scope would do.
   */
  result<void> authorize(const verdict& of, std::string_view method, std::string_view path) const noexcept {
    return authorize(of.c_verdict(), method, path);
  }
  result<void> authorize(std::string_view method, std::string_view path) const noexcept {
    return authorize(nullptr, method, path);
  }

  /** What a scope grants here, for tokens that the host knows by itself. */
  result<grants> scope_grants(std::string_view scope) const noexcept {
    std::uint64_t bits = 0;
    error why;
    if (mxauth_scope_grants(c_validator(), detail::pointer_to(scope), scope.size(), &bits, why.c_error()) == MXAUTH_OK)
      return grants::from_bits(bits);
    return why;
  }

  /** A scope that is enough for a request, for refusal to name. */
  result<std::string> required_scope(std::string_view method, std::string_view path) const {
    return detail::text_of(255, [&](auto... out) {
      return mxauth_required_scope(c_validator(), detail::pointer_to(method), method.size(), detail::pointer_to(path),
                                   path.size(), out...);
    });
  }

  /** What a client is told of `code`, with the answers that the option compat asks for; otherwise as mxauth::reply. */
  reply refusal(status code, std::optional<std::string_view> scope = std::nullopt) const {
    return reply(c_validator(), code, scope);
  }

  /** The row of `code` with those answers; otherwise as mxauth::describe. */
  status_info describe(status code) const noexcept {
    auto row = detail::empty_status_info();
    const bool found = mxauth_describe(c_validator(), static_cast<mxauth_status>(code), &row) == MXAUTH_OK;
    return detail::status_info_of(found, row, code);
  }

  /** What a repetition of a request is known by (MSC3970). */
  result<std::string> transaction_key(const verdict& of, std::string_view method, std::string_view path) const {
    return detail::text_of(path.size() + 512, [&](auto... out) {
      return mxauth_transaction_key(c_validator(), of.c_verdict(), detail::pointer_to(method), method.size(),
                                    detail::pointer_to(path), path.size(), out...);
    });
  }

  /** Which user-interactive authentication a request needs. Ask authorize first, here and below. */
  result<uia_need> interactive_auth(const verdict& of, std::string_view method, std::string_view path) const noexcept {
    std::uint32_t need = 0;
    const char* action = "";
    error why;
    if (mxauth_interactive_auth(c_validator(), of.c_verdict(), detail::pointer_to(method), method.size(),
                                detail::pointer_to(path), path.size(), &need, &action, why.c_error()) == MXAUTH_OK)
      return uia_need{static_cast<uia>(need), action};
    return why;
  }

  /** What comes of a request that changes devices; `exists` if the user has the device that the path names. */
  result<device_decision> device_management(const verdict& of, std::string_view method, std::string_view path,
                                            bool exists) const noexcept {
    return detail::decision_of<device_decision>([&](auto... out) {
      return mxauth_device_management(c_validator(), of.c_verdict(), detail::pointer_to(method), method.size(),
                                      detail::pointer_to(path), path.size(), exists, out...);
    });
  }

  /**
   * Refuses tokens from the next call on, on every thread: those that `by` and `value` describe and that were issued at
   * `not_before` or earlier; std::nullopt is 0 in mxauth_revoke.
   */
  result<void> revoke(revoke_by by, std::string_view value, std::optional<unix_time> not_before = std::nullopt) const {
    const detail::terminated c_value(value);
    if (c_value.holds_nul()) return detail::nul_inside(status::misuse, "value");
    error why;
    return detail::outcome(mxauth_revoke(c_validator(), static_cast<std::uint32_t>(by), c_value.get(),
                                         not_before ? not_before->time_since_epoch().count() : 0, why.c_error()),
                           why);
  }

  /**
   * Logs out, here and at the issuer of that number. A `timeout` of 0 never waits; any other blocks for so long at most.
   * std::nullopt for `client_id` sends this server's own credentials.
   */
  result<void> revoke_at_issuer(std::uint32_t issuer, std::string_view token, token_hint hint,
                                std::optional<std::string_view> client_id, std::chrono::milliseconds timeout) const {
    const detail::terminated c_client(client_id);
    if (c_client.holds_nul()) return detail::nul_inside(status::misuse, "client_id");
    error why;
    return detail::outcome(
        mxauth_revoke_at_issuer(c_validator(), issuer, detail::pointer_to(token), token.size(),
                                static_cast<std::uint32_t>(hint), c_client.get(), timeout.count(), why.c_error()),
        why);
  }

  /** Takes a notice that an issuer has signed, and revokes what it says. */
  result<void> revoke_signed(std::string_view notice) const noexcept {
    error why;
    return detail::outcome(
        mxauth_revoke_signed(c_validator(), detail::pointer_to(notice), notice.size(), why.c_error()), why);
  }

  /** What this one has done since it was made. */
  stats statistics() const noexcept {
    stats now;
    static_cast<void>(mxauth_statistics(c_validator(), &now));
    return now;
  }

  /** The same in Prometheus' text format. */
  result<std::string> metrics() const {
    return detail::text_of(8 * detail::some_room, [&](auto... out) { return mxauth_metrics(c_validator(), out...); });
  }

 private:
  using outbox::outbox;

  result<void> authorize(const mxauth_verdict* of, std::string_view method, std::string_view path) const noexcept {
    error why;
    return detail::outcome(mxauth_authorize(c_validator(), of, detail::pointer_to(method), method.size(),
                                            detail::pointer_to(path), path.size(), why.c_error()),
                           why);
  }
};

}  // namespace mxauth

#endif
