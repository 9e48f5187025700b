// SPDX-License-Identifier: Apache-2.0
// HTTP requests that a validator wants done, and what comes back.
#ifndef MXAUTH_EXCHANGE_HPP
#define MXAUTH_EXCHANGE_HPP

#include <chrono>
#include <string>
#include <string_view>

#include "text.hpp"

namespace mxauth {

/**
 * One request: a thin type over mxauth_exchange. Its text belongs to the validator, until the exchange is completed or
 * over time. See mxauth.h on how to do it; do not log its headers and body, which hold tokens and secrets.
 */
class exchange {
 public:
  /** What outbox::complete calls it by. */
  std::uint64_t id() const noexcept { return raw_.id; }
  /** The time that is left for it. */
  std::chrono::milliseconds timeout() const noexcept { return std::chrono::milliseconds(raw_.timeout_ms); }
  /** "GET" or "POST". */
  std::string_view method() const noexcept { return raw_.method; }
  std::string_view url() const noexcept { return raw_.url; }
  /** Lines of "Name: value", each ended by CRLF; may be empty. */
  std::string_view headers() const noexcept { return raw_.headers; }
  /** Empty when there is none. */
  std::string_view body() const noexcept {
    return raw_.body != nullptr ? std::string_view(raw_.body, raw_.body_length) : std::string_view();
  }
  /** Bytes of body worth reading: longer responses are refused. */
  std::size_t max_response() const noexcept { return raw_.max_response; }

  const mxauth_exchange* c_exchange() const noexcept { return &raw_; }

 private:
  friend class outbox;
  mxauth_exchange raw_ = MXAUTH_EXCHANGE_INIT;
};

/** What came back; the views are borrowed for the call only. */
struct response {
  unsigned http_status = 0;      /**< 0 when there was no response at all. */
  std::string_view headers = {}; /**< Header lines, CRLF or LF between them. */
  std::string_view body = {};
};

/** The same with text of its own, for outbox::carry. */
struct owned_response {
  unsigned http_status = 0;
  std::string headers = {};
  std::string body = {};
};

}  // namespace mxauth

#endif
