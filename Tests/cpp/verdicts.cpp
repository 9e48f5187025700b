// SPDX-License-Identifier: Apache-2.0
// Validators and what they say of tokens and requests.
#include <thread>
#include <vector>

#include "fixture.hpp"

using mxauth::grant;
using mxauth::status;
using mxauth::validator;
using mxauth::verdict;

static void good(const validator& validator) {
  const auto judged = validator.validate(good_token);
  CHECK(judged && judged->good() && judged->code() == status::ok && judged->kind() == mxauth::kind::jwt);
  CHECK(judged->user_id() == "@alice:matrix.example" && judged->device_id() == "DEVICE");
  CHECK(judged->subject() == "01SUB" && judged->client_id() == "01CLIENT" && judged->issuer() == 0);
  CHECK(judged->grants() == (grant::client_api | grant::openid) && !judged->has_unknown_scopes());
  CHECK(judged->expires_at() == mxauth::unix_time(std::chrono::seconds(1990000000)));
  CHECK(judged->issued_at() == mxauth::unix_time(std::chrono::seconds(1789999000)));
  CHECK(validator.validate(good_token)->from_cache());
  verdict filled;
  CHECK(!filled.good() && filled.code() == status::misuse && filled.user_id().empty() && !filled.expires_at());
  CHECK(validator.validate(good_token, filled) == status::ok && filled.user_id() == "@alice:matrix.example");
  const verdict copy = filled;
  CHECK(validator.validate("", filled) == status::token_missing && filled.user_id().empty());
  CHECK(copy.user_id() == "@alice:matrix.example" && copy.user_id().data() != filled.user_id().data());
  CHECK(validator.validate_wait(good_token, std::chrono::milliseconds(1)));
  CHECK(validator.claims(good_token).value_or("").find("\"jti\":\"01JTI\"") != std::string::npos);
}

static void refused(const validator& validator) {
  const auto expired = validator.validate(expired_token);
  CHECK(expired.code() == status::expired && expired.error().subject() == "exp" && !expired.error().message().empty());
  CHECK(validator.validate({}).code() == status::token_missing);
  CHECK(validator.validate(std::string(100000, 'a')).code() == status::token_too_large);
  CHECK(validator.validate(std::string(good_token.substr(0, good_token.size() - 4)) + "AAAA").code() ==
        status::signature_invalid);
  // Views end where they end, whatever stands behind.
  CHECK(validator.validate(good_token.substr(0, 10)).code() == status::token_opaque);
  CHECK(validator.validate(std::string(good_token) + '\0').code() != status::ok);
  CHECK(validator.claims(expired_token).code() == status::expired);
  CHECK(validator.validate_wait(expired_token, std::chrono::milliseconds(0)).code() == status::expired);
  const auto told = validator.explain(expired_token);
  CHECK(told && told->find("\"name\": \"MXAUTH_EXPIRED\"") != std::string::npos && told->back() == '}');
}

static void requests(const validator& validator) {
  const auto user = need(validator.validate(good_token));
  const auto guest = need(verdict::of_host("@guest:matrix.example", "", grant::guest));
  CHECK(validator.authorize(user, "GET", "/_matrix/client/v3/sync?since=1"));
  CHECK(validator.authorize(guest, "GET", "/_matrix/client/v3/pushers").code() == status::guest_forbidden);
  CHECK(validator.authorize("GET", "/_matrix/client/v3/sync").code() == status::token_missing);
  CHECK(validator.authorize("GET", "/_matrix/client/versions"));
  CHECK(validator.authorize(user, "GET", "/nowhere").code() == status::endpoint_unknown);
  CHECK(validator.authorize(user, {}, {}).code() == status::endpoint_unknown);
  CHECK(validator.authorize(verdict(), "GET", "/_matrix/client/v3/sync").code() == status::misuse);
  CHECK(verdict::of_host(std::string(256, 'x'), "", grant::guest).error().subject() == "user_id");
  CHECK(verdict::of_host("@a:b", std::string_view("a\0b", 3), grant::guest).error().subject() == "device_id");
  CHECK(verdict::of_host(std::string(255, 'x'), "", grant::guest)->user_id().size() == 255);
  CHECK(validator.required_scope("GET", "/_matrix/client/v3/sync").value_or("") == "urn:matrix:client:api:*");
  CHECK(validator.scope_grants("openid").value_or({}) == grant::openid);
  CHECK(validator.scope_grants("a  b").code() == status::scope_malformed);
  const auto key = validator.transaction_key(user, "PUT", "/_matrix/client/v3/rooms/%21r/send/m/1");
  CHECK(key.value_or("").find("@alice:matrix.example DEVICE PUT ") == 0);
  CHECK(validator.transaction_key(user, "GET", "/_matrix/client/v3/sync").error().subject() == "path");
  const auto need_of = validator.interactive_auth(user, "DELETE", "/_matrix/client/v3/devices/X");
  CHECK(need_of && need_of->need == mxauth::uia::elsewhere && !need_of->action.empty());
  CHECK(validator.interactive_auth(user, "GET", "/nowhere").code() == status::endpoint_unknown);
  CHECK(validator.device_management(user, "PUT", "/_matrix/client/v3/devices/X", true).value_or({}) ==
        mxauth::device_decision::update);
  CHECK(validator.device_management(user, "PUT", "/_matrix/client/v3/devices/X", false).value_or({}) ==
        mxauth::device_decision::not_found);
}

static void replies(const validator& validator) {
  const auto refusal = validator.refusal(status::expired);
  CHECK(refusal.http_status() == 401 && refusal.body().find("M_UNKNOWN_TOKEN") != std::string_view::npos);
  CHECK(refusal.challenge().find("invalid_token") != std::string_view::npos);
  const mxauth::reply scoped(status::scope_insufficient, "urn:a");
  CHECK(scoped.http_status() == 403 && scoped.challenge().find("scope=\"urn:a\"") != std::string_view::npos);
  CHECK(mxauth::reply(status::ok).http_status() == 500);
  CHECK(mxauth::reply(status::scope_insufficient, std::string_view("a\0b", 3)).http_status() == 500);
  CHECK(mxauth::reply(static_cast<status>(9999)).http_status() == 500);
  CHECK(validator.describe(status::expired).errcode == "M_UNKNOWN_TOKEN");
  CHECK(mxauth::describe(status::expired).name == "MXAUTH_EXPIRED" && mxauth::describe(status::expired).soft_logout);
  const auto unknown = mxauth::describe(static_cast<status>(9999));
  CHECK(unknown.http_status == 500 && unknown.name == "MXAUTH_UNASSIGNED" && unknown.sentence.empty());
  CHECK(mxauth::statuses().size() == mxauth_status_count() && mxauth::options().size() == mxauth_option_count());
  CHECK(mxauth::options()[0].name == "server_name" && mxauth::version_number() == MXAUTH_VERSION_NUMBER);
  CHECK(!mxauth::version().empty());
}

static void revocations(const validator& validator) {
  CHECK(validator.revoke(mxauth::revoke_by::user, std::string_view("@a\0:b", 5)).code() == status::misuse);
  CHECK(validator.revoke(mxauth::revoke_by::issuer, "https://unknown.example/").code() == status::issuer_unknown);
  CHECK(!validator.revoke_signed("no notice"));
  CHECK(validator.revoke_at_issuer(7, "t", mxauth::token_hint::access, {}, std::chrono::milliseconds(0)).code() ==
        status::issuer_unknown);
  CHECK(validator.revoke(mxauth::revoke_by::user, "@alice:matrix.example", mxauth::unix_time(std::chrono::seconds(5))));
  CHECK(validator.validate(good_token));
  CHECK(validator.revoke(mxauth::revoke_by::device, "@alice:matrix.example DEVICE"));
  CHECK(validator.validate(good_token).code() == status::revoked);
  CHECK(validator.statistics().revocations == 2 && validator.statistics().accepted > 0);
  CHECK(validator.metrics().value_or("").find("mxauth_validations_total{status=\"MXAUTH_REVOKED\"} 1\n") !=
        std::string::npos);
}

static void threads(const validator& validator) {
  std::vector<std::thread> all;
  std::vector<long> right(4);
  for (auto& count : right)
    all.emplace_back([&] {
      for (int i = 0; i < 1000; i++) count += validator.validate(good_token)->user_id() == "@alice:matrix.example";
    });
  for (auto& thread : all) thread.join();
  CHECK(right == std::vector<long>(4, 1000));
}

int main() {
  const auto validator = good_validator();
  good(validator);
  refused(validator);
  requests(validator);
  replies(validator);
  threads(validator);
  revocations(validator);
  return finish("verdicts");
}
