/* SPDX-License-Identifier: Apache-2.0
 *
 * libmxauth in C++17: everything that mxauth.h has, as types that own, convert and compare by themselves. Header-only;
 * needs mxauth.h, the standard library and -lmxauth, works with -fno-exceptions and -fno-rtti. See docs/cpp.md.
 *
 *     auto made = mxauth::validator::create({{"server_name", "example.org"},
 *                                            {"issuer", "https://auth.example.org/"},
 *                                            {"issuer.audience", "https://matrix.example.org"}});
 *     if (!made) return complain(made.error().message());
 *     if (auto verdict = made->validate(token)) serve(verdict->user_id());
 *
 * Conventions, for everything in here unless its own comment says otherwise:
 *  - Text is std::string_view, UTF-8, borrowed for the call. Where mxauth.h wants a terminating NUL it is added here, and
 *    text with a NUL inside is refused.
 *  - What can fail returns result<T>, which must be looked at, or a status. The library reports nothing by exceptions. What
 *    may throw is the standard library running out of memory for a std::string, and result<T>::value(); neither ever
 *    passes through a function of the library.
 *  - Member functions that are const are for any number of threads at once; the others for one at a time.
 *  - The comment in mxauth.h on the function of the same meaning says what it does, which statuses it returns and since
 *    when it exists; here is what C++ adds.
 */
#ifndef MXAUTH_HPP
#define MXAUTH_HPP

#include "mxauth/bearer.hpp"
#include "mxauth/config.hpp"
#include "mxauth/documents.hpp"
#include "mxauth/error.hpp"
#include "mxauth/exchange.hpp"
#include "mxauth/grants.hpp"
#include "mxauth/oauth.hpp"
#include "mxauth/outbox.hpp"
#include "mxauth/reply.hpp"
#include "mxauth/requests.hpp"
#include "mxauth/result.hpp"
#include "mxauth/revocation.hpp"
#include "mxauth/scopes.hpp"
#include "mxauth/statistics.hpp"
#include "mxauth/status.hpp"
#include "mxauth/validator.hpp"
#include "mxauth/verdict.hpp"

#endif
