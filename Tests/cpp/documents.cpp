// SPDX-License-Identifier: Apache-2.0
// The pure functions: each with something that is good and something that is not, and text of every size.
#include "fixture.hpp"

using mxauth::status;
using namespace std::string_view_literals;

static bool has(const mxauth::result<std::string>& text, std::string_view part) {
  return text && text->find(part) != std::string::npos && text->find('\0') == std::string::npos;
}

static void bearer() {
  CHECK(mxauth::extract_bearer("Bearer abc").value_or("") == "abc");
  CHECK(mxauth::extract_bearer(std::nullopt, "a=b&access_token=abc").value_or("") == "abc");
  CHECK(mxauth::extract_bearer(std::nullopt).code() == status::token_missing);
  // A header that is empty, or a view of nothing, is there.
  CHECK(mxauth::extract_bearer("").code() == status::bearer_malformed);
  CHECK(mxauth::extract_bearer(std::string_view()).code() == status::bearer_malformed);
  CHECK(mxauth::extract_bearer("Bearer a", "access_token=b").code() == status::bearer_ambiguous);
  CHECK(mxauth::extract_bearer("Bearer a{b").code() == status::bearer_malformed);
  CHECK(mxauth::extract_bearer("Bearer a{b", {}, mxauth::bearer_characters::any).value_or("") == "a{b");
  std::string token = "left over";
  mxauth::error why;
  CHECK(mxauth::extract_bearer("Basic x", std::nullopt, token, &why) == status::bearer_malformed && token.empty());
  CHECK(!why.message().empty());
  CHECK(mxauth::extract_bearer("bearer  xyz", std::nullopt, token) == status::ok && token == "xyz");
}

static void scopes() {
  const auto old = "urn:matrix:org.matrix.msc2967.client:api:* openid"sv, stable = "urn:matrix:client:api:* openid"sv;
  CHECK(mxauth::normalise_scope(old).value_or("") == stable);
  CHECK(has(mxauth::normalise_scope(stable, mxauth::scope_spelling::both), "msc2967"));
  CHECK(mxauth::normalise_scope("a\"b").code() == status::scope_malformed);
  CHECK(mxauth::normalise_scope({}).value_or("x").empty());
  CHECK(mxauth::narrow_scope("a b", "b").value_or("") == "b" && mxauth::narrow_scope("a b", {}).value_or("") == "a b");
  CHECK(mxauth::narrow_scope("a b", "c").code() == status::scope_widened);
  CHECK(mxauth::merge_scopes("a b", "b c").value_or("") == "a b c");
  CHECK(mxauth::merge_scopes("a", "\x01").code() == status::scope_malformed);
  CHECK(has(mxauth::inspect_scope(stable), "\"valid\": true"));
  CHECK(has(mxauth::inspect_scope(stable, mxauth::scope_use::login), "\"valid\": false"));
  std::string many;
  for (int i = 0; i < 1000; i++) many += "scope" + std::to_string(i) + " ";
  many.pop_back();
  CHECK(mxauth::inspect_scope(many).value_or("").size() > 20000 && mxauth::inspect_scope(many)->back() == '}');
  CHECK(mxauth::inspect_scope(std::string(70000, 'a')).code() == status::input_invalid);
  CHECK(has(mxauth::check_device_id("ABCDEFGHIJ"), "\"valid\": true") && has(mxauth::check_device_id(""), "\"valid\": false"));
  const auto one = mxauth::generate_device_id(), other = mxauth::generate_device_id();
  CHECK(one && other && one->size() == 16 && *one != *other);
}

static void documents() {
  CHECK(has(mxauth::inspect_keys(R"({"kty":"EC"})"), "\"usable\": 0") || !mxauth::inspect_keys(R"({"kty":"EC"})"));
  CHECK(mxauth::inspect_keys("neither").code() == status::key_set_invalid);
  CHECK(has(mxauth::check_registration("{}"), "\"valid\": false"));
  CHECK(mxauth::check_registration("[").code() == status::input_invalid);
  CHECK(has(mxauth::check_metadata(R"({"issuer":"https://a.example/"})", "https://b.example/"), "\"valid\": false"));
  CHECK(mxauth::check_metadata("{}", "a\0"sv).error().subject() == "issuer");
  CHECK(mxauth::merge_metadata("{}").code() == status::input_invalid);
  CHECK(has(mxauth::login_flows(mxauth::login_flow::sso | mxauth::login_flow::password), "m.login.password"));
  CHECK(mxauth::login_flows(mxauth::login_flow::sso, "{}").code() == status::input_invalid);
  CHECK(mxauth::login_flows(static_cast<mxauth::login_flow>(1U << 30)).code() == status::input_invalid);
  CHECK(mxauth::read_login_action("action=register").value_or({}) == mxauth::login_action::registration);
  CHECK(mxauth::read_login_action({}).value_or(mxauth::login_action::login) == mxauth::login_action::none);
  CHECK(mxauth::account_url("https://a.example/account").value_or("") == "https://a.example/account");
  CHECK(has(mxauth::account_url("https://a.example/account", "org.matrix.profile"), "action="));
  CHECK(mxauth::account_url("no url").code() == status::input_invalid);
  CHECK(mxauth::account_url("https://a.example/", "a\0b"sv).error().subject() == "action");
  CHECK(mxauth::account_url("https://a.example/", {}, "a\0b"sv).error().subject() == "device_id");
}

static void uploads() {
  CHECK(mxauth::appservice_registration(R"({"inhibit_login":true})").value_or({}) ==
        mxauth::appservice_decision::registers);
  CHECK(mxauth::appservice_registration("{}").value_or({}) == mxauth::appservice_decision::login_unsupported);
  CHECK(mxauth::appservice_registration("").code() == status::input_invalid);
  const auto keys = R"({"master_key":{"a":1}})";
  CHECK(mxauth::check_cross_signing(keys, keys).value_or({}) == mxauth::cross_signing::unchanged);
  CHECK(mxauth::check_cross_signing("{}", keys).value_or({}) == mxauth::cross_signing::first);
  CHECK(mxauth::check_cross_signing(keys, R"({"master_key":{"a":2}})").value_or({}) == mxauth::cross_signing::uia);
  CHECK(mxauth::check_cross_signing({}, keys).code() == status::input_invalid);
  CHECK(has(mxauth::cross_signing_stage("https://a.example/", "s1"), "m.oauth"));
  CHECK(has(mxauth::cross_signing_stage("https://a.example/", "s1", mxauth::stage_turn::repeated), "M_FORBIDDEN"));
  CHECK(mxauth::cross_signing_stage("https://a.example/", "s\0"sv).error().subject() == "session");
  CHECK(mxauth::cross_signing_stage("https://a.example/", "").code() == status::input_invalid);
  CHECK(mxauth::cross_signing_retry(R"({"auth":{"session":"s1"}})").value_or("") == "s1");
  CHECK(mxauth::cross_signing_retry("{}").value_or("x").empty() && !mxauth::cross_signing_retry(R"({"auth":{}})"));
}

static void grant_types() {
  // RFC 7636, appendix B.
  const auto verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"sv;
  const auto challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"sv;
  CHECK(mxauth::pkce_challenge(verifier).value_or("") == challenge && !mxauth::pkce_challenge("short"));
  CHECK(mxauth::check_pkce(verifier, challenge, "S256"));
  CHECK(mxauth::check_pkce(verifier, challenge, std::nullopt).error().subject() == "code_challenge_method");
  CHECK(mxauth::check_pkce(verifier, challenge, "S256\0"sv).error().subject() == "code_challenge_method");
  CHECK(mxauth::check_pkce(challenge, challenge, "S256").code() == status::grant_invalid);
  CHECK(has(mxauth::check_authorization("response_type=code", "{}"), "\"valid\": false"));
  CHECK(mxauth::check_authorization("a=b", "", mxauth::prompt_create::supported).code() == status::input_invalid);

  mxauth::refresh_state session;
  const auto second = mxauth::step(session, mxauth::refresh_event::use_refresh, 1);
  CHECK(second && second->decision() == mxauth::refresh_action::issue && second->issued == 2 && session.newest == 2);
  CHECK(mxauth::step(session, mxauth::refresh_event::use_access, 2)->decision() == mxauth::refresh_action::allow);
  CHECK(mxauth::step(session, mxauth::refresh_event::use_refresh, 9).code() == status::input_invalid);
  CHECK(!session.is_revoked());
  CHECK(mxauth::step(session, mxauth::refresh_event::use_refresh, 1)->decision() ==
        mxauth::refresh_action::revoke_session);
  CHECK(session.is_revoked());

  const mxauth::unix_time start{std::chrono::seconds(1000)};
  mxauth::device_grant code(start + std::chrono::seconds(60));
  CHECK(code.expires_at == 1060 && code.interval == 0 && mxauth::device_grant(start, std::chrono::seconds(-1)).interval == 0);
  CHECK(mxauth::poll(code, start).value_or({}) == mxauth::device_poll::pending);
  CHECK(mxauth::poll(code, start + std::chrono::seconds(1)).value_or({}) == mxauth::device_poll::slow_down);
  CHECK(mxauth::poll(code, mxauth::unix_time(std::chrono::seconds(-1))).code() == status::input_invalid);
  code.decide(mxauth::device_grant_decision::approved);
  CHECK(mxauth::poll(code, start + std::chrono::seconds(30)).value_or({}) == mxauth::device_poll::issue);
  CHECK(mxauth::poll(code, start + std::chrono::seconds(40)).value_or({}) == mxauth::device_poll::redeemed);
  CHECK(mxauth::oauth_error_of(mxauth::device_poll::slow_down) == "slow_down");
  CHECK(mxauth::oauth_error_of(mxauth::device_poll::issue).empty());
  CHECK(mxauth::oauth_error_of(static_cast<mxauth::device_poll>(77)).empty());
}

int main() {
  bearer();
  scopes();
  documents();
  uploads();
  grant_types();
  return finish("documents");
}
