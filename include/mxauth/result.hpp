// SPDX-License-Identifier: Apache-2.0
// A value, or the reason why there is none.
#ifndef MXAUTH_RESULT_HPP
#define MXAUTH_RESULT_HPP

#include <cstdlib>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "error.hpp"

#if __has_include(<version>)
#include <version>
#endif
#if defined(__cpp_lib_expected)
#include <expected>
#endif

namespace mxauth {

template <class T>
class result;

/** What result<T>::value() throws when there is no value. */
class bad_result : public std::exception {
 public:
  explicit bad_result(const mxauth::error& why) noexcept : why_(why) {}
  const char* what() const noexcept override { return why_.c_error()->message; }
  const mxauth::error& why() const noexcept { return why_; }

 private:
  mxauth::error why_;
};

namespace detail {

/** Without exceptions, as std::expected does there: ends the program. */
[[noreturn]] inline void no_value(const error& why) {
#if defined(__cpp_exceptions)
  throw bad_result(why);
#else
  static_cast<void>(why);
  std::abort();
#endif
}

template <class T>
struct is_result : std::false_type {};
template <class T>
struct is_result<result<T>> : std::true_type {};

/** What a function makes of a value: result<U> stays, U becomes result<U>. */
template <class Made>
auto wrap(Made&& made) {
  return result<std::decay_t<Made>>(std::forward<Made>(made));
}

}  // namespace detail

/**
 * As std::expected<T, mxauth::error>, for C++17: holds a T or an error. The compiler warns when one is dropped. `*` and
 * `->` must not be used without a value, nor error() with one; value() checks. Nothing is allocated.
 */
template <class T>
class [[nodiscard]] result {
 public:
  using value_type = T;
  using error_type = mxauth::error;

  result(T value) noexcept(std::is_nothrow_move_constructible_v<T>) : state_(std::in_place_index<0>, std::move(value)) {}
  result(const mxauth::error& why) noexcept : state_(std::in_place_index<1>, why) {}

  /** Makes the value in its place. */
  template <class... Arguments>
  explicit result(std::in_place_t, Arguments&&... arguments)
      : state_(std::in_place_index<0>, std::forward<Arguments>(arguments)...) {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  /** status::ok, or that of the error. */
  status code() const noexcept { return has_value() ? status::ok : error().code(); }

  T& operator*() & noexcept { return *std::get_if<0>(&state_); }
  const T& operator*() const& noexcept { return *std::get_if<0>(&state_); }
  T&& operator*() && noexcept { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() noexcept { return std::get_if<0>(&state_); }
  const T* operator->() const noexcept { return std::get_if<0>(&state_); }

  T& value() & { return checked(), **this; }
  const T& value() const& { return checked(), **this; }
  T&& value() && { return checked(), std::move(**this); }

  template <class Other = T>
  T value_or(Other&& other) const& {
    return has_value() ? **this : static_cast<T>(std::forward<Other>(other));
  }
  template <class Other = T>
  T value_or(Other&& other) && {
    return has_value() ? std::move(**this) : static_cast<T>(std::forward<Other>(other));
  }

  const mxauth::error& error() const& noexcept { return *std::get_if<1>(&state_); }
  mxauth::error error() && noexcept { return *std::get_if<1>(&state_); }

  /** Calls `next`, which returns a result, with the value; passes an error on. */
  template <class Next>
  auto and_then(Next&& next) & {
    return chain(*this, std::forward<Next>(next));
  }
  template <class Next>
  auto and_then(Next&& next) const& {
    return chain(*this, std::forward<Next>(next));
  }
  template <class Next>
  auto and_then(Next&& next) && {
    return chain(std::move(*this), std::forward<Next>(next));
  }

  /** Calls `change` with the value and holds what it returns, which is not void; passes an error on. */
  template <class Change>
  auto transform(Change&& change) const& {
    return and_then([&](const T& value) { return detail::wrap(std::invoke(std::forward<Change>(change), value)); });
  }
  template <class Change>
  auto transform(Change&& change) && {
    return std::move(*this).and_then(
        [&](T&& value) { return detail::wrap(std::invoke(std::forward<Change>(change), std::move(value))); });
  }

  /** Calls `other`, which returns a result of the same type, with the error; passes a value on. */
  template <class Other>
  result or_else(Other&& other) const& {
    return has_value() ? *this : std::invoke(std::forward<Other>(other), error());
  }
  template <class Other>
  result or_else(Other&& other) && {
    return has_value() ? std::move(*this) : std::invoke(std::forward<Other>(other), error());
  }

#if defined(__cpp_lib_expected)
  /** To and from the standard's type, where there is one (C++23). */
  result(std::expected<T, mxauth::error> other)
      : state_(other ? decltype(state_)(std::in_place_index<0>, std::move(*other))
                     : decltype(state_)(std::in_place_index<1>, other.error())) {}
  operator std::expected<T, mxauth::error>() const& {
    if (has_value()) return **this;
    return std::unexpected(error());
  }
  operator std::expected<T, mxauth::error>() && {
    if (has_value()) return std::move(**this);
    return std::unexpected(error());
  }
#endif

 private:
  template <class Self, class Next>
  static auto chain(Self&& self, Next&& next) {
    using Chained = std::decay_t<std::invoke_result_t<Next, decltype(*std::forward<Self>(self))>>;
    static_assert(detail::is_result<Chained>::value, "and_then calls what returns a result; transform, what does not");
    if (self.has_value()) return Chained(std::invoke(std::forward<Next>(next), *std::forward<Self>(self)));
    return Chained(self.error());
  }

  void checked() const {
    if (!has_value()) detail::no_value(error());
  }

  std::variant<T, mxauth::error> state_;
};

/** The same for what only works or does not: its value is nothing. */
template <>
class [[nodiscard]] result<void> {
 public:
  using value_type = void;
  using error_type = mxauth::error;

  result() noexcept = default;
  result(const mxauth::error& why) noexcept : why_(why) {}

  bool has_value() const noexcept { return !why_; }
  explicit operator bool() const noexcept { return has_value(); }
  status code() const noexcept { return why_ ? why_->code() : status::ok; }
  void operator*() const noexcept {}
  void value() const {
    if (why_) detail::no_value(*why_);
  }
  const mxauth::error& error() const& noexcept { return *why_; }
  mxauth::error error() && noexcept { return *why_; }

  template <class Next>
  auto and_then(Next&& next) const {
    using Chained = std::decay_t<std::invoke_result_t<Next>>;
    static_assert(detail::is_result<Chained>::value, "and_then calls what returns a result");
    return why_ ? Chained(*why_) : Chained(std::invoke(std::forward<Next>(next)));
  }

#if defined(__cpp_lib_expected)
  result(const std::expected<void, mxauth::error>& other) {
    if (!other) why_ = other.error();
  }
  operator std::expected<void, mxauth::error>() const {
    if (has_value()) return {};
    return std::unexpected(*why_);
  }
#endif

 private:
  std::optional<mxauth::error> why_;
};

}  // namespace mxauth

#endif
