// SPDX-License-Identifier: Apache-2.0
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <cstring>
#include <map>

#include "basics.hpp"
#include "tokens.hpp"

namespace bench {

namespace {

/// SHA-256 of seed, name and a counter.
struct Stream {
  std::string prefix;
  uint64_t counter = 0;
  unsigned char block[SHA256_DIGEST_LENGTH];
  size_t used = sizeof block;

  void fill(unsigned char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
      if (used == sizeof block) {
        const std::string input = prefix + std::to_string(counter++);
        SHA256(reinterpret_cast<const unsigned char *>(input.data()), input.size(), block);
        used = 0;
      }
      bytes[i] = block[used++];
    }
  }
} stream;

int seeded_bytes(unsigned char *bytes, int count) {
  stream.fill(bytes, static_cast<size_t>(count));
  return 1;
}

const RAND_METHOD seeded_method = {nullptr, seeded_bytes, nullptr, nullptr, seeded_bytes, [] { return 1; }};

std::string number(const EVP_PKEY *pkey, const char *name, int bytes) {
  BIGNUM *value = nullptr;
  demand(EVP_PKEY_get_bn_param(pkey, name, &value) == 1, "a key's number");
  std::string text(static_cast<size_t>(bytes > 0 ? bytes : BN_num_bytes(value)), '\0');
  BN_bn2binpad(value, reinterpret_cast<unsigned char *>(text.data()), static_cast<int>(text.size()));
  BN_free(value);
  return base64url(text);
}

}  // namespace

Seeded::Seeded(const std::string &name) {
  stream = Stream{};
  stream.prefix = std::to_string(settings.seed) + "/" + name + "/";
  RAND_set_rand_method(&seeded_method);
}

Seeded::~Seeded() { RAND_set_rand_method(nullptr); }

const char *name_of(Algorithm algorithm) {
  constexpr const char *names[] = {"RS256", "PS256", "ES256", "ES384", "EdDSA", "HS256"};
  return names[static_cast<int>(algorithm)];
}

std::string base64url(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  text.resize(static_cast<size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char *>(text.data()),
                                                  reinterpret_cast<const unsigned char *>(bytes.data()),
                                                  static_cast<int>(bytes.size()))));
  while (!text.empty() && text.back() == '=') text.pop_back();
  for (char &c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

Key make_key(Algorithm algorithm, const std::string &kid) {
  Key key{algorithm, kid, "", nullptr};
  EVP_PKEY *pkey = nullptr;
  switch (algorithm) {
    case Algorithm::RS256:
    case Algorithm::PS256: pkey = EVP_RSA_gen(2048); break;
    case Algorithm::ES256: pkey = EVP_EC_gen("P-256"); break;
    case Algorithm::ES384: pkey = EVP_EC_gen("P-384"); break;
    case Algorithm::EdDSA: pkey = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"); break;
    case Algorithm::HS256:
      key.secret.resize(32);
      RAND_bytes(reinterpret_cast<unsigned char *>(key.secret.data()), 32);
      return key;
  }
  demand(pkey != nullptr, "libcrypto makes no key");
  key.pkey = {pkey, EVP_PKEY_free};
  return key;
}

const Key &key_of(Algorithm algorithm) {
  static std::map<Algorithm, Key> keys;
  const auto found = keys.find(algorithm);
  if (found != keys.end()) return found->second;
  const Seeded seeded(std::string("key of ") + name_of(algorithm));
  return keys.emplace(algorithm, make_key(algorithm, std::string(name_of(algorithm)) + "-2026")).first->second;
}

std::string Key::jwk() const {
  const std::string head = R"({"kid":")" + kid + R"(","use":"sig","alg":")" + name_of(algorithm) + R"(","kty":)";
  if (algorithm == Algorithm::HS256) return head + R"("oct","k":")" + base64url(secret) + R"("})";
  if (is_rsa(algorithm))
    return head + R"("RSA","n":")" + number(pkey.get(), OSSL_PKEY_PARAM_RSA_N, 0) + R"(","e":")" +
           number(pkey.get(), OSSL_PKEY_PARAM_RSA_E, 0) + R"("})";
  if (is_ec(algorithm)) {
    const int bytes = algorithm == Algorithm::ES256 ? 32 : 48;
    return head + R"("EC","crv":"P-)" + std::to_string(bytes * 8) + R"(","x":")" +
           number(pkey.get(), OSSL_PKEY_PARAM_EC_PUB_X, bytes) + R"(","y":")" +
           number(pkey.get(), OSSL_PKEY_PARAM_EC_PUB_Y, bytes) + R"("})";
  }
  std::string point(32, '\0');
  size_t size = point.size();
  demand(EVP_PKEY_get_raw_public_key(pkey.get(), reinterpret_cast<unsigned char *>(point.data()), &size) == 1, "a point");
  return head + R"("OKP","crv":"Ed25519","x":")" + base64url(point) + R"("})";
}

std::string Key::pem() const {
  if (!pkey) return "";
  BIO *memory = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(memory, pkey.get());
  char *bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  const std::string text(bytes, static_cast<size_t>(size));
  BIO_free(memory);
  return text;
}

std::string key_set(const std::vector<Key> &keys) {
  std::string text = R"({"keys":[)";
  for (const Key &key : keys) text += (&key == &keys.front() ? "" : ",") + key.jwk();
  return text + "]}";
}

}  // namespace bench
