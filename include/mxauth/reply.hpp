// SPDX-License-Identifier: Apache-2.0
// HTTP responses that refuse a request.
#ifndef MXAUTH_REPLY_HPP
#define MXAUTH_REPLY_HPP

#include <optional>
#include <string_view>

#include "text.hpp"

namespace mxauth {

/** A response ready to send: a thin type over mxauth_reply, whose text is part of it. Send the body as application/json. */
class reply {
 public:
  /**
   * What a client is told of `code`, any but status::ok, as the Matrix specification has it; validator::refusal heeds the
   * validator's options. `scope` is what would be enough, for insufficient_scope: urn:matrix:client:api:* if not given, and
   * left out if empty. Without an answer to give, such as for status::ok, it is one of 500.
   */
  explicit reply(status code, std::optional<std::string_view> scope = std::nullopt) : reply(nullptr, code, scope) {}

  unsigned http_status() const noexcept { return raw_.http_status; }
  std::string_view body() const& noexcept { return {raw_.body, raw_.body_length}; }
  std::string_view body() const&& = delete;
  /** The value of WWW-Authenticate; if it is empty, leave the header out. */
  std::string_view challenge() const& noexcept { return {raw_.www_authenticate, raw_.challenge_length}; }
  std::string_view challenge() const&& = delete;

  const mxauth_reply* c_reply() const noexcept { return &raw_; }

 private:
  friend class validator;

  reply(mxauth_validator* validator, status code, std::optional<std::string_view> scope) {
    const detail::terminated c_scope(scope);
    // An answer of 500 is in the reply whenever this fails.
    static_cast<void>(mxauth_error_response(validator, c_scope.holds_nul() ? MXAUTH_OK : static_cast<mxauth_status>(code),
                                            c_scope.get(), &raw_));
  }

  mxauth_reply raw_ = MXAUTH_REPLY_INIT;
};

}  // namespace mxauth

#endif
