// SPDX-License-Identifier: Apache-2.0
// Between std::string_view and the text of mxauth.h.
#ifndef MXAUTH_TEXT_HPP
#define MXAUTH_TEXT_HPP

#include <optional>
#include <string>
#include <string_view>

#include "result.hpp"

namespace mxauth::detail {

/** Never null, since null means "none" to some functions and is a mistake to others. */
inline const char* pointer_to(std::string_view text) noexcept { return text.data() != nullptr ? text.data() : ""; }

/** A copy with a NUL behind it; null if there is no text. */
class terminated {
 public:
  explicit terminated(std::optional<std::string_view> text) : is_there_(text.has_value()), copy_(text.value_or("")) {}

  const char* get() const noexcept { return is_there_ ? copy_.c_str() : nullptr; }

  /** C would read less than what was given. */
  bool holds_nul() const noexcept { return copy_.find('\0') != std::string::npos; }

 private:
  bool is_there_;
  std::string copy_;
};

inline error nul_inside(status code, std::string_view subject) noexcept {
  return {code, subject, "There is a NUL inside the value. Leave it out."};
}

/** A status and the error that goes with it, as a result. */
inline result<void> outcome(mxauth_status code, const error& why) noexcept {
  if (code == MXAUTH_OK) return {};
  return why;
}

/**
 * Has `call(buffer, capacity, &needed, error)` write its text, with as much room as it asks for. Writes into nothing but
 * the string that is returned: text can be a secret.
 */
template <class Call>
status write_text(std::string& text, error& why, Call&& call) {
  for (;;) {
    std::size_t needed = 0;
    // The NUL goes where the string has one anyway.
    const mxauth_status code = call(text.data(), text.size() + 1, &needed, why.c_error());
    if (code != MXAUTH_BUFFER_TOO_SMALL || needed == 0) {
      text.resize(code == MXAUTH_OK && needed > 0 ? needed - 1 : 0);
      return static_cast<status>(code);
    }
    // What is written about a validator may grow between two calls.
    text.resize(needed - 1);
  }
}

/** The same in a new string, which has `room` for it at first. */
template <class Call>
result<std::string> text_of(std::size_t room, Call&& call) {
  result<std::string> text(std::in_place, room, '\0');
  error why;
  if (write_text(*text, why, call) == status::ok) return text;
  return why;
}

inline constexpr std::size_t some_room = 1023;

}  // namespace mxauth::detail

#endif
