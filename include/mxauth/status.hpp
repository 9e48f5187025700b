// SPDX-License-Identifier: Apache-2.0
// The statuses of mxauth.h and the table that describes them.
#ifndef MXAUTH_STATUS_HPP
#define MXAUTH_STATUS_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "../mxauth.h"

namespace mxauth {

/**
 * What became of a call, or of a token: the constants of mxauth.h without their prefix, where each is explained. A newer
 * library may return numbers that are not among them, which a switch has to leave to its default.
 */
enum class [[nodiscard]] status : std::int32_t {
  ok = MXAUTH_OK,
  pending = MXAUTH_PENDING,
  idle = MXAUTH_IDLE,
  misuse = MXAUTH_MISUSE,
  option_unknown = MXAUTH_OPTION_UNKNOWN,
  option_invalid = MXAUTH_OPTION_INVALID,
  config_incomplete = MXAUTH_CONFIG_INCOMPLETE,
  buffer_too_small = MXAUTH_BUFFER_TOO_SMALL,
  key_set_invalid = MXAUTH_KEY_SET_INVALID,
  host_conflict = MXAUTH_HOST_CONFLICT,
  internal = MXAUTH_INTERNAL,
  exchange_unknown = MXAUTH_EXCHANGE_UNKNOWN,
  transport_unavailable = MXAUTH_TRANSPORT_UNAVAILABLE,
  revocations_full = MXAUTH_REVOCATIONS_FULL,
  input_invalid = MXAUTH_INPUT_INVALID,
  grant_invalid = MXAUTH_GRANT_INVALID,
  token_missing = MXAUTH_TOKEN_MISSING,
  token_too_large = MXAUTH_TOKEN_TOO_LARGE,
  token_malformed = MXAUTH_TOKEN_MALFORMED,
  token_opaque = MXAUTH_TOKEN_OPAQUE,
  token_encrypted = MXAUTH_TOKEN_ENCRYPTED,
  header_malformed = MXAUTH_HEADER_MALFORMED,
  claims_malformed = MXAUTH_CLAIMS_MALFORMED,
  critical_unsupported = MXAUTH_CRITICAL_UNSUPPORTED,
  type_not_accepted = MXAUTH_TYPE_NOT_ACCEPTED,
  token_implausible = MXAUTH_TOKEN_IMPLAUSIBLE,
  jwt_not_accepted = MXAUTH_JWT_NOT_ACCEPTED,
  bearer_ambiguous = MXAUTH_BEARER_AMBIGUOUS,
  bearer_malformed = MXAUTH_BEARER_MALFORMED,
  algorithm_not_allowed = MXAUTH_ALGORITHM_NOT_ALLOWED,
  key_unknown = MXAUTH_KEY_UNKNOWN,
  key_mismatch = MXAUTH_KEY_MISMATCH,
  signature_invalid = MXAUTH_SIGNATURE_INVALID,
  issuer_unknown = MXAUTH_ISSUER_UNKNOWN,
  audience_mismatch = MXAUTH_AUDIENCE_MISMATCH,
  expired = MXAUTH_EXPIRED,
  not_yet_valid = MXAUTH_NOT_YET_VALID,
  issued_in_future = MXAUTH_ISSUED_IN_FUTURE,
  lifetime_too_long = MXAUTH_LIFETIME_TOO_LONG,
  claim_missing = MXAUTH_CLAIM_MISSING,
  claim_invalid = MXAUTH_CLAIM_INVALID,
  time_out_of_range = MXAUTH_TIME_OUT_OF_RANGE,
  token_inactive = MXAUTH_TOKEN_INACTIVE,
  revoked = MXAUTH_REVOKED,
  not_access_token = MXAUTH_NOT_ACCESS_TOKEN,
  notice_invalid = MXAUTH_NOTICE_INVALID,
  notice_replayed = MXAUTH_NOTICE_REPLAYED,
  scope_malformed = MXAUTH_SCOPE_MALFORMED,
  scope_insufficient = MXAUTH_SCOPE_INSUFFICIENT,
  user_missing = MXAUTH_USER_MISSING,
  user_invalid = MXAUTH_USER_INVALID,
  device_ambiguous = MXAUTH_DEVICE_AMBIGUOUS,
  device_invalid = MXAUTH_DEVICE_INVALID,
  endpoint_unknown = MXAUTH_ENDPOINT_UNKNOWN,
  guest_forbidden = MXAUTH_GUEST_FORBIDDEN,
  scope_widened = MXAUTH_SCOPE_WIDENED,
  method_unknown = MXAUTH_METHOD_UNKNOWN,
  keys_unavailable = MXAUTH_KEYS_UNAVAILABLE,
  timed_out = MXAUTH_TIMED_OUT,
  issuer_unavailable = MXAUTH_ISSUER_UNAVAILABLE,
  issuer_refuses_us = MXAUTH_ISSUER_REFUSES_US,
  issuer_busy = MXAUTH_ISSUER_BUSY,
  answer_invalid = MXAUTH_ANSWER_INVALID,
};

/** The constant's name in mxauth.h, "MXAUTH_EXPIRED"; "MXAUTH_UNASSIGNED" for a number that is none. Static. */
inline std::string_view name_of(status code) noexcept { return mxauth_status_name(static_cast<mxauth_status>(code)); }

/** One row of the status table. All text is static. */
struct status_info {
  status code;
  std::string_view name;
  std::string_view sentence; /**< What it means. */
  std::string_view remedy;   /**< What to do about it. */
  unsigned http_status;
  bool soft_logout;             /**< Tell the client to keep its encryption keys and log in again. */
  std::string_view errcode;     /**< The Matrix errcode; empty for status::ok. */
  std::string_view oauth_error; /**< Of RFC 6750 section 3.1 or RFC 6749 section 5.2; empty where none applies. */
};

namespace detail {

inline mxauth_status_info empty_status_info() noexcept {
  mxauth_status_info row{};
  row.struct_size = sizeof row;
  return row;
}

/** `found` false leaves a row whose text is all empty and whose HTTP status is 500. */
inline status_info status_info_of(bool found, const mxauth_status_info& row, status code) noexcept {
  if (!found) return {code, name_of(code), {}, {}, 500, false, {}, {}};
  return {static_cast<status>(row.status), row.name,    row.sentence,   row.remedy, row.http_status, row.soft_logout != 0,
          row.errcode,                     row.oauth_error};
}

}  // namespace detail

/** The row of `code`; for a number that is no status, one with HTTP status 500 and without text. */
inline status_info describe(status code) noexcept {
  auto row = detail::empty_status_info();
  const bool found = mxauth_status_describe(static_cast<mxauth_status>(code), &row) == MXAUTH_OK;
  return detail::status_info_of(found, row, code);
}

/** The whole table, in ascending order. */
inline std::vector<status_info> statuses() {
  std::vector<status_info> all;
  all.reserve(mxauth_status_count());
  for (std::size_t i = 0; i < mxauth_status_count(); i++) {
    auto row = detail::empty_status_info();
    if (mxauth_status_at(i, &row) == MXAUTH_OK)
      all.push_back(detail::status_info_of(true, row, static_cast<status>(row.status)));
  }
  return all;
}

/** The version of the library that is loaded, as "major.minor.patch". Static. */
inline std::string_view version() noexcept { return mxauth_version(); }

/** The same as 0x00MMmmpp, to be compared with MXAUTH_VERSION_NUMBER, that of the header. */
inline std::uint32_t version_number() noexcept { return mxauth_version_number(); }

}  // namespace mxauth

#endif
