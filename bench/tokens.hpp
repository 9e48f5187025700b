// SPDX-License-Identifier: Apache-2.0
//
// Keys and access tokens, made anew at each start from a seed: the same seed and libcrypto give the same bytes.
#pragma once
#include <openssl/evp.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

enum class Algorithm { RS256, PS256, ES256, ES384, EdDSA, HS256 };
inline constexpr std::array kAlgorithms{Algorithm::RS256, Algorithm::PS256, Algorithm::ES256,
                                 Algorithm::ES384, Algorithm::EdDSA, Algorithm::HS256};
const char *name_of(Algorithm algorithm);
inline bool is_rsa(Algorithm algorithm) { return algorithm == Algorithm::RS256 || algorithm == Algorithm::PS256; }
inline bool is_ec(Algorithm algorithm) { return algorithm == Algorithm::ES256 || algorithm == Algorithm::ES384; }

inline constexpr const char *kIssuer = "https://auth.example.org/";
inline constexpr const char *kAudience = "https://matrix.example.org";
/// What tokens are made to measure; RSA's signature alone makes them longer.
inline constexpr size_t kTokenBytes = 700;

/// While one of these lives, everything random in libcrypto comes from the seed and `name`.
class Seeded {
 public:
  explicit Seeded(const std::string &name);
  ~Seeded();
  Seeded(const Seeded &) = delete;
  Seeded &operator=(const Seeded &) = delete;
};

struct Key {
  Algorithm algorithm;
  std::string kid;
  std::string secret;              ///< HS256 only.
  std::shared_ptr<EVP_PKEY> pkey;  ///< All others.
  std::string type = "at+jwt";     ///< The `typ` of the tokens that it signs.

  std::string jwk() const;  ///< With the secret for HS256, else public.
  std::string pem() const;  ///< The public key; empty for HS256.
};

/// Uses what randomness there is: wrap it in Seeded.
Key make_key(Algorithm algorithm, const std::string &kid);
/// The key of that algorithm that everything but key sets is measured with.
const Key &key_of(Algorithm algorithm);
std::string key_set(const std::vector<Key> &keys);

struct Token {
  std::string text;
  size_t input_length;    ///< Of what is signed: header, a dot, claims.
  std::string signature;  ///< As libcrypto takes it: DER for ECDSA.

  std::string_view input() const { return std::string_view(text).substr(0, input_length); }
};

/// A token that no other `number` gives.
Token make_token(const Key &key, int number, size_t bytes = kTokenBytes);
/// So many tokens, one after another.
std::vector<Token> make_tokens(const Key &key, int count);
/// The shared corpus of an algorithm; with another `typ` for those who know no access tokens.
const std::vector<Token> &tokens_of(Algorithm algorithm, const std::string &type = "at+jwt");
/// The same token with one bit of its signature turned over.
Token with_wrong_signature(const Token &token, Algorithm algorithm);

std::string base64url(std::string_view bytes);

}  // namespace bench
