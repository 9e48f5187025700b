// SPDX-License-Identifier: Apache-2.0
// A homeserver's front door in C++: server NAME=VALUE... sets the options, serves on a free port of the loopback interface
// and prints its URL. Each request is judged by its token, its method and its path, and refused as Matrix has it; what is
// left to do is whoami and log-out. SIGTERM or SIGINT ends it.
#include <httplib.h>
#include <signal.h>

#include <cstdio>
#include <mxauth.hpp>
#include <string>
#include <thread>

namespace {

using httplib::Request;
using httplib::Response;

int complain(const mxauth::error& why) {
  std::fprintf(stderr, "%s: %s\n", std::string(why.subject()).c_str(), std::string(why.message()).c_str());
  return 2;
}

/** The validator of these options, with its transport started. */
mxauth::result<mxauth::validator> make_validator(int count, char** arguments) {
  mxauth::config config;
  for (int i = 1; i < count; i++) {
    const std::string_view argument = arguments[i];
    const auto equals = std::min(argument.find('='), argument.size());
    const auto value = equals < argument.size() ? argument.substr(equals + 1) : std::string_view();
    const auto note = config.set(argument.substr(0, equals), value);
    if (!note) return note.error();
    if (!note->empty()) std::fprintf(stderr, "%s\n", note->c_str());
  }
  auto validator = mxauth::validator::create(config);
  if (!validator) return validator;
  if (const auto started = validator->start_transport(); !started) return started.error();
  return validator;
}

/** Several headers make one with commas (RFC 9110 section 5.3), which is then refused. */
std::optional<std::string> authorization_of(const Request& request) {
  std::optional<std::string> joined;
  const auto [first, last] = request.headers.equal_range("Authorization");
  for (auto header = first; header != last; ++header) joined = joined ? *joined + ", " + header->second : header->second;
  return joined;
}

class front_door {
 public:
  explicit front_door(const mxauth::validator& validator) : validator_(validator) {}

  void answer(const Request& request, Response& response) const {
    // As it was sent: the library undoes percent-encoding itself, and decides what it takes.
    const std::string_view target = request.target;
    mxauth::verdict verdict;
    std::string token;
    const auto allowed = judge(request, target, token, verdict);
    if (!allowed) return refuse(request, target, allowed.code(), response);
    const auto path = target.substr(0, target.find('?'));
    if (path == "/_matrix/client/versions") return succeed(R"({"versions":["v1.18"]})", response);
    if (path == "/_matrix/client/v3/account/whoami" && request.method == "GET") return who_am_i(verdict, response);
    if (path == "/_matrix/client/v3/logout" && request.method == "POST") return log_out(verdict, token, response);
    refuse(request, target, mxauth::status::endpoint_unknown, response);
  }

 private:
  /** May this request be made? This server has a thread for each request, which may wait for the issuer. */
  mxauth::result<void> judge(const Request& request, std::string_view target, std::string& token,
                             mxauth::verdict& verdict) const {
    const auto found = mxauth::extract_bearer(authorization_of(request), std::nullopt, token);
    if (found == mxauth::status::token_missing) return validator_.authorize(request.method, target);
    if (found != mxauth::status::ok) return mxauth::error(found, "Authorization", mxauth::describe(found).sentence);
    const auto judged = validator_.validate_wait(token, std::chrono::seconds(5));
    if (!judged) return judged.error();
    verdict = *judged;
    return validator_.authorize(verdict, request.method, target);
  }

  void refuse(const Request& request, std::string_view target, mxauth::status why, Response& response) const {
    const auto scope = why == mxauth::status::scope_insufficient
                           ? std::optional(validator_.required_scope(request.method, target).value_or(""))
                           : std::nullopt;
    const auto reply = validator_.refusal(why, scope);
    response.status = static_cast<int>(reply.http_status());
    if (!reply.challenge().empty()) response.set_header("WWW-Authenticate", std::string(reply.challenge()));
    response.set_content(reply.body().data(), reply.body().size(), "application/json");
  }

  void succeed(const std::string& body, Response& response) const { response.set_content(body, "application/json"); }

  /** Matrix IDs as the library lets them through need no escaping in JSON, except for these two. */
  static std::string quoted(std::string_view text) {
    std::string quoted = "\"";
    for (const char character : text) {
      if (character == '"' || character == '\\') quoted += '\\';
      quoted += character;
    }
    return quoted + "\"";
  }

  void who_am_i(const mxauth::verdict& verdict, Response& response) const {
    std::string body = "{\"user_id\":" + quoted(verdict.user_id());
    if (!verdict.device_id().empty()) body += ",\"device_id\":" + quoted(verdict.device_id());
    succeed(body + "}", response);
  }

  /** Ends the device's tokens here at once, or this one; a homeserver also tells the issuer, with revoke_at_issuer. */
  void log_out(const mxauth::verdict& verdict, const std::string& token, Response& response) const {
    const auto device = std::string(verdict.user_id()) + " " + std::string(verdict.device_id());
    const auto done = verdict.device_id().empty() ? validator_.revoke(mxauth::revoke_by::token, token)
                                                  : validator_.revoke(mxauth::revoke_by::device, device);
    if (!done) {
      complain(done.error());
      response.status = 500;
      return succeed(R"({"errcode":"M_UNKNOWN","error":"The log-out failed."})", response);
    }
    succeed("{}", response);
  }

  const mxauth::validator& validator_;
};

}  // namespace

int main(int count, char** arguments) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  const auto validator = make_validator(count, arguments);
  if (!validator) return complain(validator.error());
  const front_door door(*validator);
  httplib::Server server;
  const auto answer = [&door](const Request& request, Response& response) { door.answer(request, response); };
  server.Get(".*", answer).Post(".*", answer).Put(".*", answer).Delete(".*", answer);
  const int port = server.bind_to_any_port("127.0.0.1");
  if (port < 0) return complain({mxauth::status::internal, "127.0.0.1", "No port is free."});
  std::printf("http://127.0.0.1:%d/\n", port);
  std::fflush(stdout);
  std::thread serving([&server] { server.listen_after_bind(); });
  int signal = 0;
  sigwait(&ends, &signal);
  server.stop();
  serving.join();
  return 0;
}
