// SPDX-License-Identifier: Apache-2.0
//
// What the signature of a token costs by itself, hash included, through libcrypto alone: no base64, no JSON, no checks.
#pragma once
#include <functional>

#include "tokens.hpp"

namespace bench {

/// Whether the token's signature is right. Each has its own contexts: one thread at a time.
using Verify = std::function<bool(const Token &)>;

/// EVP_DigestVerify (HMAC for HS256) with a context made for each token; the key is loaded already.
Verify naive_floor(const Key &key);
/// The fastest way through the EVP interface that is known: everything that can be kept is kept.
Verify best_floor(const Key &key);
/// The fastest way through any function of libcrypto, deprecated ones included; empty if that is the one above.
Verify low_floor(const Key &key);
/// The same through libsodium, if it is installed; EdDSA only.
Verify sodium_floor(const Key &key);

}  // namespace bench
