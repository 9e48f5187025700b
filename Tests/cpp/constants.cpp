// SPDX-License-Identifier: Apache-2.0
// What mxauth.hpp spells out has the values of mxauth.h. statuses.inc is made from that header.
#include <mxauth.hpp>

#pragma GCC diagnostic ignored "-Wold-style-cast"

template <class Enum>
constexpr std::uint32_t number(Enum value) {
  return static_cast<std::uint32_t>(value);
}

#define STATUS(name, constant) static_assert(static_cast<mxauth_status>(mxauth::status::name) == constant)
#include "statuses.inc"

static_assert(number(mxauth::bearer_characters::any) == MXAUTH_BEARER_ANY_CHARACTERS);
static_assert(number(mxauth::scope_use::login) == MXAUTH_SCOPE_OF_LOGIN);
static_assert(number(mxauth::scope_spelling::both) == MXAUTH_SCOPE_BOTH_SPELLINGS);
static_assert(number(mxauth::stage_turn::repeated) == MXAUTH_STAGE_REPEATED);
static_assert(number(mxauth::prompt_create::supported) == MXAUTH_AUTHORIZATION_PROMPT_CREATE);
static_assert(number(mxauth::login_flow::sso) == MXAUTH_LOGIN_SSO);
static_assert(number(mxauth::login_flow::password) == MXAUTH_LOGIN_PASSWORD);
static_assert(number(mxauth::login_flow::application_service) == MXAUTH_LOGIN_APPLICATION_SERVICE);
static_assert(number(mxauth::login_flow::oauth_aware_preferred) == MXAUTH_LOGIN_OAUTH_AWARE_PREFERRED);
static_assert(number(mxauth::login_flow::get_token) == MXAUTH_LOGIN_GET_TOKEN);

int main() {
  // Flags that have an accessor of their own.
  mxauth::verdict verdict;
  verdict.c_verdict()->flags = MXAUTH_VERDICT_UNKNOWN_SCOPES;
  bool right = verdict.has_unknown_scopes() && !verdict.from_cache();
  verdict.c_verdict()->flags = MXAUTH_VERDICT_CACHED;
  right = right && verdict.from_cache() && !verdict.has_unknown_scopes();
  mxauth::refresh_state session;
  right = right && !session.is_revoked();
  session.flags = MXAUTH_REFRESH_REVOKED;
  return right && session.is_revoked() ? 0 : 1;
}
