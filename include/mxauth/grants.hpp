// SPDX-License-Identifier: Apache-2.0
// What the scopes of a token allow.
#ifndef MXAUTH_GRANTS_HPP
#define MXAUTH_GRANTS_HPP

#include <cstdint>

#include "../mxauth.h"

namespace mxauth {

// The macros of a C header have casts of C.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif

/** One thing that a scope can allow; explained in mxauth.h under MXAUTH_GRANT_…. */
enum class grant : std::uint64_t {
  client_api = MXAUTH_GRANT_CLIENT_API,
  openid = MXAUTH_GRANT_OPENID,
  synapse_admin = MXAUTH_GRANT_SYNAPSE_ADMIN,
  mas_admin = MXAUTH_GRANT_MAS_ADMIN,
  guest = MXAUTH_GRANT_GUEST,
  appservice = MXAUTH_GRANT_APPSERVICE,
  server_administration = MXAUTH_GRANT_SERVER_ADMINISTRATION,
  rooms_is_joined = MXAUTH_GRANT_ROOMS_IS_JOINED,
};

/** That of the option scope_rule's scope number `n`, 0 to 31, in the order in which they were first named. */
constexpr grant operator_grant(unsigned n) noexcept { return static_cast<grant>(MXAUTH_GRANT_OPERATOR(n & 31U)); }

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

/** A set of grants; none to begin with. */
class grants {
 public:
  constexpr grants() noexcept = default;
  constexpr grants(grant one) noexcept : bits_(static_cast<std::uint64_t>(one)) {}

  /** Bits as they are in mxauth_verdict and in reports. */
  static constexpr grants from_bits(std::uint64_t bits) noexcept {
    grants made;
    made.bits_ = bits;
    return made;
  }
  constexpr std::uint64_t bits() const noexcept { return bits_; }

  constexpr bool empty() const noexcept { return bits_ == 0; }
  constexpr bool has(grant one) const noexcept { return (bits_ & static_cast<std::uint64_t>(one)) != 0; }
  constexpr bool has_all(grants of) const noexcept { return (bits_ & of.bits_) == of.bits_; }
  constexpr bool has_any(grants of) const noexcept { return (bits_ & of.bits_) != 0; }

  constexpr grants& operator|=(grants other) noexcept {
    bits_ |= other.bits_;
    return *this;
  }
  constexpr grants& operator&=(grants other) noexcept {
    bits_ &= other.bits_;
    return *this;
  }
  /** All bits that are not in this set, known or not. */
  constexpr grants operator~() const noexcept { return from_bits(~bits_); }

  friend constexpr grants operator|(grants a, grants b) noexcept { return from_bits(a.bits_ | b.bits_); }
  friend constexpr grants operator&(grants a, grants b) noexcept { return from_bits(a.bits_ & b.bits_); }
  friend constexpr bool operator==(grants a, grants b) noexcept { return a.bits_ == b.bits_; }
  friend constexpr bool operator!=(grants a, grants b) noexcept { return a.bits_ != b.bits_; }

 private:
  std::uint64_t bits_ = 0;
};

constexpr grants operator|(grant a, grant b) noexcept { return grants(a) | grants(b); }

}  // namespace mxauth

#endif
