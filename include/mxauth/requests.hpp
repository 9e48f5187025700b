// SPDX-License-Identifier: Apache-2.0
// What requests need besides a token: the decisions that validator and the functions below return.
#ifndef MXAUTH_REQUESTS_HPP
#define MXAUTH_REQUESTS_HPP

#include "text.hpp"

namespace mxauth {

/** Which user-interactive authentication a request needs: MXAUTH_UIA_…. */
enum class uia : std::uint32_t {
  none = MXAUTH_UIA_NONE,
  cross_signing = MXAUTH_UIA_CROSS_SIGNING,
  elsewhere = MXAUTH_UIA_ELSEWHERE,
  legacy = MXAUTH_UIA_LEGACY,
  legacy_cross_signing = MXAUTH_UIA_LEGACY_CROSS_SIGNING,
};

struct uia_need {
  uia need;
  std::string_view action; /**< For account_url; empty for its front page, or none. Static. */
};

/** What comes of a request that changes devices: MXAUTH_DEVICE_…. */
enum class device_decision : std::uint32_t {
  update = MXAUTH_DEVICE_UPDATE,
  create = MXAUTH_DEVICE_CREATE,
  not_found = MXAUTH_DEVICE_NOT_FOUND,
  remove = MXAUTH_DEVICE_DELETE,
  remove_after_uia = MXAUTH_DEVICE_DELETE_AFTER_UIA,
  elsewhere = MXAUTH_DEVICE_ELSEWHERE,
};

/** What comes of an application service's registration of a user: MXAUTH_APPSERVICE_…. */
enum class appservice_decision : std::uint32_t {
  registers = MXAUTH_APPSERVICE_REGISTERS,
  login_unsupported = MXAUTH_APPSERVICE_LOGIN_UNSUPPORTED,
};

/** Whether an upload of cross-signing keys needs user-interactive authentication: MXAUTH_CROSS_SIGNING_…. */
enum class cross_signing : std::uint32_t {
  unchanged = MXAUTH_CROSS_SIGNING_UNCHANGED,
  first = MXAUTH_CROSS_SIGNING_FIRST,
  uia = MXAUTH_CROSS_SIGNING_UIA,
};

/** Whether the client of a stage has come back without its user's approval: MXAUTH_STAGE_REPEATED. */
enum class stage_turn : std::uint32_t { first = 0, repeated = 1 };

namespace detail {

/** What `call(&number, error)` decides. */
template <class Decision, class Call>
result<Decision> decision_of(Call&& call) noexcept {
  std::uint32_t number = 0;
  error why;
  if (call(&number, why.c_error()) == MXAUTH_OK) return static_cast<Decision>(number);
  return why;
}

}  // namespace detail

/** On the body of POST /register (MSC4190): mxauth_appservice_registration. */
inline result<appservice_decision> appservice_registration(std::string_view body) noexcept {
  return detail::decision_of<appservice_decision>([&](auto... out) {
    return mxauth_appservice_registration(detail::pointer_to(body), body.size(), out...);
  });
}

/** `stored` has the keys that the user has, `upload` is the request's body (MSC3967): mxauth_cross_signing_check. */
inline result<cross_signing> check_cross_signing(std::string_view stored, std::string_view upload) noexcept {
  return detail::decision_of<cross_signing>([&](auto... out) {
    return mxauth_cross_signing_check(detail::pointer_to(stored), stored.size(), detail::pointer_to(upload), upload.size(),
                                      out...);
  });
}

/** The body of the 401 that sends a user to approve a reset (MSC4312): mxauth_cross_signing_stage. */
inline result<std::string> cross_signing_stage(std::string_view target, std::string_view session,
                                               stage_turn turn = stage_turn::first) {
  const detail::terminated c_session(session);
  if (c_session.holds_nul()) return detail::nul_inside(status::input_invalid, "session");
  return detail::text_of(detail::some_room, [&](auto... out) {
    return mxauth_cross_signing_stage(detail::pointer_to(target), target.size(), c_session.get(),
                                      static_cast<std::uint32_t>(turn), out...);
  });
}

/** The session that the body of an upload goes on with; empty for a first request: mxauth_cross_signing_retry. */
inline result<std::string> cross_signing_retry(std::string_view body) {
  return detail::text_of(255, [&](auto... out) {
    return mxauth_cross_signing_retry(detail::pointer_to(body), body.size(), out...);
  });
}

}  // namespace mxauth

#endif
