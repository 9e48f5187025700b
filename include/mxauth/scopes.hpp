// SPDX-License-Identifier: Apache-2.0
// What MSC2967 says of scopes and device IDs.
#ifndef MXAUTH_SCOPES_HPP
#define MXAUTH_SCOPES_HPP

#include "text.hpp"

namespace mxauth {

/** Whether a scope is that of a login, which has to name a device. */
enum class scope_use : std::uint32_t { any = 0, login = 1 };

/** How Matrix's scopes are spelled in a result: as they are now, or in the older way as well. */
enum class scope_spelling : std::uint32_t { stable = 0, both = 1 };

/** A report on a scope, as JSON: mxauth_scope_inspect. */
inline result<std::string> inspect_scope(std::string_view scope, scope_use use = scope_use::any) {
  return detail::text_of(detail::some_room, [&](auto... out) {
    return mxauth_scope_inspect(detail::pointer_to(scope), scope.size(), static_cast<std::uint32_t>(use), out...);
  });
}

/** The scope in one spelling, without repetitions: mxauth_scope_normalise. */
inline result<std::string> normalise_scope(std::string_view scope, scope_spelling spelling = scope_spelling::stable) {
  return detail::text_of(scope.size(), [&](auto... out) {
    return mxauth_scope_normalise(detail::pointer_to(scope), scope.size(), static_cast<std::uint32_t>(spelling), out...);
  });
}

/** The scope of a refreshed token: mxauth_scope_narrow. */
inline result<std::string> narrow_scope(std::string_view granted, std::string_view requested) {
  return detail::text_of(granted.size(), [&](auto... out) {
    return mxauth_scope_narrow(detail::pointer_to(granted), granted.size(), detail::pointer_to(requested), requested.size(),
                               out...);
  });
}

/** The tokens of `first`, then those that `second` adds: mxauth_scope_merge. */
inline result<std::string> merge_scopes(std::string_view first, std::string_view second) {
  return detail::text_of(first.size() + second.size() + 1, [&](auto... out) {
    return mxauth_scope_merge(detail::pointer_to(first), first.size(), detail::pointer_to(second), second.size(), out...);
  });
}

/** A report on a device ID, as JSON: mxauth_device_id_check. */
inline result<std::string> check_device_id(std::string_view device_id) {
  return detail::text_of(detail::some_room, [&](auto... out) {
    return mxauth_device_id_check(detail::pointer_to(device_id), device_id.size(), out...);
  });
}

/** A new device ID of 80 random bits: mxauth_device_id_generate. */
inline result<std::string> generate_device_id() {
  // Room enough at once, for each call draws another one.
  return detail::text_of(16, [](auto... out) { return mxauth_device_id_generate(out...); });
}

}  // namespace mxauth

#endif
