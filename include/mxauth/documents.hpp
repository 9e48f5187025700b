// SPDX-License-Identifier: Apache-2.0
// Documents of homeservers and authorization servers. Results are JSON, described in mxauth.h, unless said otherwise.
#ifndef MXAUTH_DOCUMENTS_HPP
#define MXAUTH_DOCUMENTS_HPP

#include "text.hpp"

namespace mxauth {

/** What each entry of a JWKS, JWK or PEM text is, or why it is skipped: mxauth_inspect_keys. */
inline result<std::string> inspect_keys(std::string_view text) {
  return detail::text_of(detail::some_room, [&](auto... out) {
    return mxauth_inspect_keys(detail::pointer_to(text), text.size(), out...);
  });
}

/** A report on a client's request to be registered (MSC2966): mxauth_registration_check. */
inline result<std::string> check_registration(std::string_view document) {
  return detail::text_of(detail::some_room, [&](auto... out) {
    return mxauth_registration_check(detail::pointer_to(document), document.size(), out...);
  });
}

/** A report on an auth_metadata document (MSC2965), of any issuer or of the one named: mxauth_metadata_check. */
inline result<std::string> check_metadata(std::string_view document, std::optional<std::string_view> issuer = std::nullopt) {
  const detail::terminated c_issuer(issuer);
  if (c_issuer.holds_nul()) return detail::nul_inside(status::input_invalid, "issuer");
  return detail::text_of(detail::some_room, [&](auto... out) {
    return mxauth_metadata_check(detail::pointer_to(document), document.size(), c_issuer.get(), out...);
  });
}

/** A homeserver's auth_metadata from its issuer's and its own: mxauth_metadata_merge. */
inline result<std::string> merge_metadata(std::string_view discovery, std::string_view overrides = {}) {
  return detail::text_of(detail::some_room, [&](auto... out) {
    return mxauth_metadata_merge(detail::pointer_to(discovery), discovery.size(), overrides.data(), overrides.size(), out...);
  });
}

/** What GET /login offers: MXAUTH_LOGIN_…; combined with |. */
enum class login_flow : std::uint32_t {
  sso = 1U << 0,
  password = 1U << 1,
  application_service = 1U << 2,
  oauth_aware_preferred = 1U << 3,
  get_token = 1U << 4,
};

constexpr login_flow operator|(login_flow a, login_flow b) noexcept {
  return static_cast<login_flow>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}

/** The answer to GET /login for older clients (MSC3824): mxauth_login_flows. */
inline result<std::string> login_flows(login_flow flows, std::string_view identity_providers = {}) {
  return detail::text_of(detail::some_room, [&](auto... out) {
    return mxauth_login_flows(static_cast<std::uint32_t>(flows), identity_providers.data(), identity_providers.size(),
                              out...);
  });
}

enum class login_action : std::uint32_t {
  none = MXAUTH_LOGIN_ACTION_NONE, /**< Not said, or something else. */
  login = MXAUTH_LOGIN_ACTION_LOGIN,
  registration = MXAUTH_LOGIN_ACTION_REGISTER,
};

/** What the user of GET /login/sso/redirect wants: mxauth_login_action. */
inline result<login_action> read_login_action(std::string_view query) noexcept {
  std::uint32_t action = 0;
  error why;
  if (mxauth_login_action(detail::pointer_to(query), query.size(), &action, why.c_error()) == MXAUTH_OK)
    return static_cast<login_action>(action);
  return why;
}

/** The link to where an account is managed (MSC4191), no JSON: mxauth_account_url. No action is the front page. */
inline result<std::string> account_url(std::string_view target, std::optional<std::string_view> action = std::nullopt,
                                       std::optional<std::string_view> device_id = std::nullopt) {
  const detail::terminated c_action(action), c_device(device_id);
  if (c_action.holds_nul()) return detail::nul_inside(status::input_invalid, "action");
  if (c_device.holds_nul()) return detail::nul_inside(status::input_invalid, "device_id");
  return detail::text_of(detail::some_room, [&](auto... out) {
    return mxauth_account_url(detail::pointer_to(target), target.size(), c_action.get(), c_device.get(), out...);
  });
}

}  // namespace mxauth

#endif
