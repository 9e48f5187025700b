// SPDX-License-Identifier: Apache-2.0
#include "tokens.hpp"

#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <map>

#include "basics.hpp"

namespace bench {

namespace {

/// Enough that neither the processor nor a cache of that size learns them by heart.
constexpr int kTokens = 1024;

size_t signature_bytes(Algorithm algorithm) {
  return is_rsa(algorithm) ? 256 : algorithm == Algorithm::ES384 ? 96 : algorithm == Algorithm::HS256 ? 32 : 64;
}

size_t encoded(size_t bytes) { return (bytes * 4 + 2) / 3; }

const EVP_MD *hash_of(Algorithm algorithm) {
  return algorithm == Algorithm::EdDSA ? nullptr : algorithm == Algorithm::ES384 ? EVP_sha384() : EVP_sha256();
}

std::string sign(const Key &key, const std::string &input) {
  const auto *bytes = reinterpret_cast<const unsigned char *>(input.data());
  std::string signature(512, '\0');
  auto *out = reinterpret_cast<unsigned char *>(signature.data());
  if (key.algorithm == Algorithm::HS256) {
    unsigned size = 0;
    HMAC(EVP_sha256(), key.secret.data(), static_cast<int>(key.secret.size()), bytes, input.size(), out, &size);
    signature.resize(size);
    return signature;
  }
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  EVP_PKEY_CTX *how = nullptr;
  size_t size = signature.size();
  bool good = EVP_DigestSignInit(context, &how, hash_of(key.algorithm), nullptr, key.pkey.get()) == 1;
  if (good && key.algorithm == Algorithm::PS256)
    good = EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST) == 1;
  good = good && EVP_DigestSign(context, out, &size, bytes, input.size()) == 1;
  EVP_MD_CTX_free(context);
  demand(good, "libcrypto signs nothing");
  signature.resize(size);
  return signature;
}

/// Two numbers side by side, as JWS has them (RFC 7518 section 3.4).
std::string joined(const std::string &der, size_t bytes) {
  const auto *at = reinterpret_cast<const unsigned char *>(der.data());
  ECDSA_SIG *pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  demand(pair != nullptr, "an ECDSA signature");
  std::string raw(bytes, '\0');
  auto *out = reinterpret_cast<unsigned char *>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, static_cast<int>(bytes / 2));
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + bytes / 2, static_cast<int>(bytes / 2));
  ECDSA_SIG_free(pair);
  return raw;
}

std::string split(const std::string &raw) {
  const auto *bytes = reinterpret_cast<const unsigned char *>(raw.data());
  const int half = static_cast<int>(raw.size() / 2);
  ECDSA_SIG *pair = ECDSA_SIG_new();
  ECDSA_SIG_set0(pair, BN_bin2bn(bytes, half, nullptr), BN_bin2bn(bytes + half, half, nullptr));
  unsigned char *der = nullptr;
  const int size = i2d_ECDSA_SIG(pair, &der);
  const std::string text(reinterpret_cast<char *>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  ECDSA_SIG_free(pair);
  return text;
}

/// Letters that depend on `number` alone.
std::string letters(uint64_t number, size_t count) {
  constexpr char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string text;
  for (uint64_t state = number * 0x9E3779B97F4A7C15ULL + settings.seed; text.size() < count;) {
    state ^= state >> 30;
    state *= 0xBF58476D1CE4E5B9ULL;
    state ^= state >> 27;
    text += alphabet[state >> 59];
    state += 0x9E3779B97F4A7C15ULL;
  }
  return text;
}

}  // namespace

Token make_token(const Key &key, int number, size_t bytes) {
  const size_t signature = signature_bytes(key.algorithm);
  const std::string header =
      base64url(std::string(R"({"alg":")") + name_of(key.algorithm) + R"(","typ":")" + key.type + R"(","kid":")" + key.kid + R"("})");
  const std::string digits = std::to_string(number);
  const std::string head = R"({"iss":")" + std::string(kIssuer) + R"(","aud":")" + kAudience + R"(","sub":"01JD3V)" +
                           letters(static_cast<uint64_t>(number) / 4, 20) + R"(","client_id":"01J6CH5K7VXN2T0Q4W8YB3RDMZ",)" +
                           R"("username":"user)" + std::to_string(number / 4) +
                           R"(","iat":1700000000,"exp":4000000000,"scope":"urn:matrix:client:api:* urn:matrix:client:device:)" +
                           letters(static_cast<uint64_t>(number) + 1'000'000'007, 10) + R"(","jti":")" + digits + "-";
  // As many letters in jti as make the token as long as it is to be.
  const size_t rest = header.size() + 2 + encoded(signature);
  const size_t room = bytes > rest ? (bytes - rest) * 3 / 4 : 0;
  const size_t filling = room > head.size() + 2 + 16 ? room - head.size() - 2 : 16;
  Token token;
  token.text = header + "." + base64url(head + letters(static_cast<uint64_t>(number) + 77, filling) + "\"}");
  token.input_length = token.text.size();
  token.signature = sign(key, token.text);
  const std::string raw = is_ec(key.algorithm) ? joined(token.signature, signature) : token.signature;
  token.text += "." + base64url(raw);
  return token;
}

std::vector<Token> make_tokens(const Key &key, int count) {
  std::vector<Token> tokens;
  tokens.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; i++) tokens.push_back(make_token(key, i));
  return tokens;
}

const std::vector<Token> &tokens_of(Algorithm algorithm, const std::string &type) {
  static std::map<std::pair<Algorithm, std::string>, std::vector<Token>> corpora;
  const auto found = corpora.find({algorithm, type});
  if (found != corpora.end()) return found->second;
  Key key = key_of(algorithm);
  key.type = type;
  say(std::string("signing tokens: ") + name_of(algorithm));
  const Seeded seeded(std::string("tokens of ") + name_of(algorithm));
  return corpora.emplace(std::pair(algorithm, type), make_tokens(key, kTokens)).first->second;
}

Token with_wrong_signature(const Token &token, Algorithm algorithm) {
  Token wrong = token;
  const size_t size = signature_bytes(algorithm);
  std::string raw = is_ec(algorithm) ? joined(token.signature, size) : token.signature;
  // In s of ECDSA and EdDSA, well below its top: the number stays in range and everything is computed.
  raw[size * 3 / 4] = static_cast<char>(raw[size * 3 / 4] ^ 0x10);
  wrong.signature = is_ec(algorithm) ? split(raw) : raw;
  wrong.text = token.text.substr(0, token.input_length) + "." + base64url(raw);
  return wrong;
}

}  // namespace bench
