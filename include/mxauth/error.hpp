// SPDX-License-Identifier: Apache-2.0
// Why a call failed.
#ifndef MXAUTH_ERROR_HPP
#define MXAUTH_ERROR_HPP

#include <algorithm>
#include <cstring>
#include <string_view>

#include "status.hpp"

namespace mxauth {

/**
 * A thin type over mxauth_error: no allocation, safe to copy, keep and throw. Its text names the value at fault and what
 * to do, for the log of the host; it never holds a token or a secret, and is not for clients, whom reply tells enough.
 */
class error {
 public:
  /** What the library fills in; status::ok and no text until then. */
  error() noexcept {
    raw_.struct_size = sizeof raw_;
    raw_.status = MXAUTH_OK;
    raw_.subject[0] = raw_.message[0] = '\0';
  }

  /** An error of the caller's own, with text cut to 63 and 511 bytes. */
  error(status code, std::string_view subject, std::string_view message) noexcept : error() {
    raw_.status = static_cast<mxauth_status>(code);
    copy(subject, raw_.subject);
    copy(message, raw_.message);
  }

  error(const error& other) noexcept : error() { *this = other; }

  /** Copies the text and not the room behind it. */
  error& operator=(const error& other) noexcept {
    if (this == &other) return *this;
    raw_.status = other.raw_.status;
    copy(other.subject(), raw_.subject);
    copy(other.message(), raw_.message);
    return *this;
  }

  ~error() = default;

  status code() const noexcept { return static_cast<status>(raw_.status); }

  /** The option, header parameter, claim or argument at fault: "issuer.audience", "alg", "exp". May be empty. Valid as long as this is. */
  std::string_view subject() const noexcept { return raw_.subject; }

  /** What was wrong with which value, and what to do. Valid as long as this is. */
  std::string_view message() const noexcept { return raw_.message; }

  /** For functions of mxauth.h. */
  mxauth_error* c_error() noexcept { return &raw_; }
  const mxauth_error* c_error() const noexcept { return &raw_; }

 private:
  template <std::size_t Room>
  static void copy(std::string_view from, char (&to)[Room]) noexcept {
    const std::size_t length = std::min(from.size(), Room - 1);
    if (length > 0) std::memcpy(to, from.data(), length);
    to[length] = '\0';
  }

  mxauth_error raw_;
};

}  // namespace mxauth

#endif
