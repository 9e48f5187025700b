// SPDX-License-Identifier: Apache-2.0
// The answer for one token.
#ifndef MXAUTH_VERDICT_HPP
#define MXAUTH_VERDICT_HPP

#include <chrono>
#include <cstring>
#include <optional>
#include <string_view>

#include "grants.hpp"
#include "result.hpp"

namespace mxauth {

/** Seconds since 1970; the std::chrono::sys_seconds of C++20. */
using unix_time = std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds>;

/** How a token was judged. */
enum class kind : std::uint32_t {
  none = MXAUTH_KIND_NONE,                 /**< Refused, or a token of the host's own. */
  jwt = MXAUTH_KIND_JWT,                   /**< By its signature and claims. */
  introspected = MXAUTH_KIND_INTROSPECTED, /**< By what its issuer has answered (RFC 7662). */
};

/**
 * A thin type over mxauth_verdict: flat, 1.1 KB, nothing allocated, safe to copy. Refused, with status::misuse, until
 * validator::validate has filled it; it can be filled any number of times. Text that its members return is part of it:
 * valid until it is filled anew or ends, and not to be had of a temporary one.
 */
class verdict {
 public:
  verdict() noexcept : raw_ MXAUTH_VERDICT_INIT {}

  /**
   * For a token that the host knows by itself, for validator::authorize and the like. Fails with status::input_invalid if
   * one of the IDs is longer than 255 bytes or has a NUL inside. `how` is kind::introspected for a host that is its own
   * authorization server, see mxauth_interactive_auth.
   */
  static result<verdict> of_host(std::string_view user_id, std::string_view device_id, grants allowed,
                                 kind how = kind::none) noexcept {
    result<verdict> made(std::in_place);
    if (!set(made->raw_.user_id, user_id)) return unfit("user_id");
    if (!set(made->raw_.device_id, device_id)) return unfit("device_id");
    made->raw_.status = MXAUTH_OK;
    made->raw_.grants = allowed.bits();
    made->raw_.kind = static_cast<std::uint32_t>(how);
    return made;
  }

  /** status::ok, or why the token is refused, or status::pending. */
  status code() const noexcept { return static_cast<status>(raw_.status); }
  bool good() const noexcept { return raw_.status == MXAUTH_OK; }

  mxauth::kind kind() const noexcept { return static_cast<mxauth::kind>(raw_.kind); }
  mxauth::grants grants() const noexcept { return grants::from_bits(raw_.grants); }
  bool has_unknown_scopes() const noexcept { return (raw_.flags & (1U << 0)) != 0; }
  bool from_cache() const noexcept { return (raw_.flags & (1U << 1)) != 0; }

  /** `exp`, without the leeway; none for a token that does not expire. */
  std::optional<unix_time> expires_at() const noexcept { return time_of(raw_.expires_at); }
  /** `iat`; none when absent. */
  std::optional<unix_time> issued_at() const noexcept { return time_of(raw_.issued_at); }
  /** The position of the issuer's `issuer` option, from 0. */
  std::uint32_t issuer() const noexcept { return raw_.issuer; }
  /** With status::pending, the exchange that the token waits for; else 0. */
  std::uint64_t exchange() const noexcept { return raw_.exchange; }

  /** The full Matrix user ID; empty only if issuer.require_user is false. */
  std::string_view user_id() const& noexcept { return view(raw_.user_id); }
  std::string_view user_id() const&& = delete;
  /** Empty when no scope names a device. */
  std::string_view device_id() const& noexcept { return view(raw_.device_id); }
  std::string_view device_id() const&& = delete;
  /** `sub`; may be empty. */
  std::string_view subject() const& noexcept { return view(raw_.subject); }
  std::string_view subject() const&& = delete;
  /** `client_id` (RFC 9068), else `azp`; may be empty. */
  std::string_view client_id() const& noexcept { return view(raw_.client_id); }
  std::string_view client_id() const&& = delete;

  /** For functions of mxauth.h. */
  mxauth_verdict* c_verdict() noexcept { return &raw_; }
  const mxauth_verdict* c_verdict() const noexcept { return &raw_; }

 private:
  static std::string_view view(const mxauth_text& text) noexcept { return {text.bytes, text.length}; }

  static std::optional<unix_time> time_of(std::int64_t seconds) noexcept {
    if (seconds == 0) return std::nullopt;
    return unix_time(std::chrono::seconds(seconds));
  }

  static bool set(mxauth_text& text, std::string_view value) noexcept {
    if (value.size() >= sizeof text.bytes || value.find('\0') != std::string_view::npos) return false;
    if (!value.empty()) std::memcpy(text.bytes, value.data(), value.size());
    text.bytes[value.size()] = '\0';
    text.length = static_cast<std::uint16_t>(value.size());
    return true;
  }

  static error unfit(std::string_view which) noexcept {
    return {status::input_invalid, which, "Longer than 255 bytes, or with a NUL inside. Give the ID as Matrix knows it."};
  }

  mxauth_verdict raw_;
};

}  // namespace mxauth

#endif
