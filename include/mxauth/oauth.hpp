// SPDX-License-Identifier: Apache-2.0
// What an authorization server decides: PKCE, authorization requests, refresh tokens and device codes.
#ifndef MXAUTH_OAUTH_HPP
#define MXAUTH_OAUTH_HPP

#include <algorithm>
#include <chrono>
#include <limits>

#include "text.hpp"
#include "verdict.hpp"

namespace mxauth {

/** Whether `challenge` was made of `verifier` (RFC 7636), in constant time; no `method` is plain: mxauth_pkce_check. */
inline result<void> check_pkce(std::string_view verifier, std::string_view challenge,
                               std::optional<std::string_view> method) {
  const detail::terminated c_method(method);
  if (c_method.holds_nul()) return detail::nul_inside(status::input_invalid, "code_challenge_method");
  error why;
  return detail::outcome(mxauth_pkce_check(detail::pointer_to(verifier), verifier.size(), detail::pointer_to(challenge),
                                           challenge.size(), c_method.get(), why.c_error()),
                         why);
}

/** The S256 code_challenge of a verifier: mxauth_pkce_challenge. */
inline result<std::string> pkce_challenge(std::string_view verifier) {
  return detail::text_of(43, [&](auto... out) {
    return mxauth_pkce_challenge(detail::pointer_to(verifier), verifier.size(), out...);
  });
}

/** Whether the server lists `create` in prompt_values_supported: MXAUTH_AUTHORIZATION_PROMPT_CREATE. */
enum class prompt_create : std::uint32_t { unsupported = 0, supported = 1 };

/** A report on a request to the authorization endpoint, as JSON: mxauth_authorization_check. */
inline result<std::string> check_authorization(std::string_view query, std::string_view client,
                                               prompt_create create = prompt_create::unsupported) {
  return detail::text_of(detail::some_room, [&](auto... out) {
    return mxauth_authorization_check(detail::pointer_to(query), query.size(), detail::pointer_to(client), client.size(),
                                      static_cast<std::uint32_t>(create), out...);
  });
}

/** What a server keeps of a session for its refresh tokens to rotate; begins with generation 1. */
struct refresh_state : mxauth_refresh_state {
  refresh_state() noexcept : mxauth_refresh_state MXAUTH_REFRESH_STATE_INIT {}
  /** The session has ended: MXAUTH_REFRESH_REVOKED. */
  bool is_revoked() const noexcept { return (flags & 1U) != 0; }
};

enum class refresh_event : std::uint32_t {
  use_refresh = MXAUTH_REFRESH_USE_REFRESH,
  use_access = MXAUTH_REFRESH_USE_ACCESS,
  revoke = MXAUTH_REFRESH_REVOKE,
};

enum class refresh_action : std::uint32_t {
  refuse = MXAUTH_REFRESH_REFUSE,
  allow = MXAUTH_REFRESH_ALLOW,
  issue = MXAUTH_REFRESH_ISSUE,
  revoke_session = MXAUTH_REFRESH_REVOKE_SESSION,
};

/** What is to be done; the generations are explained in mxauth.h. */
struct refresh_outcome : mxauth_refresh_outcome {
  refresh_outcome() noexcept : mxauth_refresh_outcome MXAUTH_REFRESH_OUTCOME_INIT {}
  refresh_action decision() const noexcept { return static_cast<refresh_action>(action); }
};

/** Decides about an event and changes `state` accordingly: mxauth_refresh_step. An error changes nothing: refuse. */
inline result<refresh_outcome> step(refresh_state& state, refresh_event event, std::uint64_t generation) noexcept {
  refresh_outcome outcome;
  error why;
  if (mxauth_refresh_step(&state, static_cast<std::uint32_t>(event), generation, &outcome, why.c_error()) == MXAUTH_OK)
    return outcome;
  return why;
}

enum class device_grant_decision : std::uint32_t {
  pending = MXAUTH_DEVICE_GRANT_PENDING,
  approved = MXAUTH_DEVICE_GRANT_APPROVED,
  denied = MXAUTH_DEVICE_GRANT_DENIED,
};

/** What a server keeps of a device code (RFC 8628). */
struct device_grant : mxauth_device_grant {
  /** `interval` is what the client was told to wait between polls; 0 if not told. */
  explicit device_grant(unix_time expires, std::chrono::seconds wait = std::chrono::seconds(0)) noexcept
      : mxauth_device_grant{sizeof(mxauth_device_grant), 0, MXAUTH_DEVICE_GRANT_PENDING, seconds_of(wait), -1,
                            expires.time_since_epoch().count()} {}

  void decide(device_grant_decision by_user) noexcept { decision = static_cast<std::uint32_t>(by_user); }

 private:
  static std::uint32_t seconds_of(std::chrono::seconds wait) noexcept {
    using number = std::chrono::seconds::rep;
    return static_cast<std::uint32_t>(
        std::clamp(wait.count(), number{0}, number{std::numeric_limits<std::uint32_t>::max()}));
  }
};

enum class device_poll : std::uint32_t {
  issue = MXAUTH_DEVICE_POLL_ISSUE,
  pending = MXAUTH_DEVICE_POLL_PENDING,
  slow_down = MXAUTH_DEVICE_POLL_SLOW_DOWN,
  denied = MXAUTH_DEVICE_POLL_DENIED,
  expired = MXAUTH_DEVICE_POLL_EXPIRED,
  redeemed = MXAUTH_DEVICE_POLL_REDEEMED,
};

/** Decides what a client is answered that polls at `now`, and changes `grant` accordingly: mxauth_device_grant_poll. */
inline result<device_poll> poll(device_grant& grant, unix_time now) noexcept {
  std::uint32_t outcome = 0;
  error why;
  if (mxauth_device_grant_poll(&grant, now.time_since_epoch().count(), &outcome, why.c_error()) == MXAUTH_OK)
    return static_cast<device_poll>(outcome);
  return why;
}

/** The OAuth error of an outcome, for HTTP status 400; empty for device_poll::issue. Static. */
inline std::string_view oauth_error_of(device_poll outcome) noexcept {
  const char* text = mxauth_device_grant_error(static_cast<std::uint32_t>(outcome));
  return text != nullptr ? text : "";
}

}  // namespace mxauth

#endif
