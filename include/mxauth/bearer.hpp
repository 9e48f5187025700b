// SPDX-License-Identifier: Apache-2.0
// The access token of a request.
#ifndef MXAUTH_BEARER_HPP
#define MXAUTH_BEARER_HPP

#include <optional>
#include <string>
#include <string_view>

#include "text.hpp"

namespace mxauth {

enum class bearer_characters : std::uint32_t {
  rfc6750 = 0, /**< Those of issuers' tokens. */
  any = 1,     /**< MXAUTH_BEARER_ANY_CHARACTERS: also those of tokens that an administrator has chosen. */
};

/**
 * Finds the access token (RFC 6750 section 2) and puts it into `token`, which is left empty on failure. A string that is
 * used again and again is allocated once. `authorization` is the value of that header and `query` that of the URL, where
 * tokens in it count; std::nullopt for what there is not, which is not the same as empty text.
 */
inline status extract_bearer(std::optional<std::string_view> authorization, std::optional<std::string_view> query,
                             std::string& token, error* why = nullptr,
                             bearer_characters characters = bearer_characters::rfc6750) {
  // A token is never longer than what it is found in, so that one call will do.
  token.resize(authorization.value_or("").size() + query.value_or("").size());
  error own;
  return detail::write_text(token, why != nullptr ? *why : own, [&](char* buffer, std::size_t room, std::size_t* needed,
                                                                    mxauth_error* c_error) {
    return mxauth_bearer_extract(authorization ? detail::pointer_to(*authorization) : nullptr,
                                 authorization.value_or("").size(), query ? detail::pointer_to(*query) : nullptr,
                                 query.value_or("").size(), static_cast<std::uint32_t>(characters), buffer, room, needed,
                                 c_error);
  });
}

/** The same in a new string. */
inline result<std::string> extract_bearer(std::optional<std::string_view> authorization,
                                          std::optional<std::string_view> query = std::nullopt,
                                          bearer_characters characters = bearer_characters::rfc6750) {
  result<std::string> token(std::in_place);
  error why;
  if (extract_bearer(authorization, query, *token, &why, characters) == status::ok) return token;
  return why;
}

}  // namespace mxauth

#endif
