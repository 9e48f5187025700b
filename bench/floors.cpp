// SPDX-License-Identifier: Apache-2.0
#include "floors.hpp"

#include <dlfcn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include "basics.hpp"

namespace bench {

namespace {

const unsigned char *bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char *>(text.data()); }

void set_padding(EVP_PKEY_CTX *context, Algorithm algorithm) {
  if (algorithm != Algorithm::PS256) return;
  EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING);
  EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST);
}

/// Hash on a context that is kept, with a hash that is fetched once, then the signature alone on a context that is kept.
struct Kept {
  std::shared_ptr<EVP_PKEY> pkey;
  std::shared_ptr<EVP_MD> hash;
  std::shared_ptr<EVP_MD_CTX> hashing;
  std::shared_ptr<EVP_PKEY_CTX> verifying;

  explicit Kept(const Key &key)
      : pkey(EVP_PKEY_dup(key.pkey.get()), EVP_PKEY_free),
        hash(EVP_MD_fetch(nullptr, key.algorithm == Algorithm::ES384 ? "SHA384" : "SHA256", nullptr), EVP_MD_free),
        hashing(EVP_MD_CTX_new(), EVP_MD_CTX_free),
        verifying(EVP_PKEY_CTX_new(pkey.get(), nullptr), EVP_PKEY_CTX_free) {
    demand(EVP_PKEY_verify_init(verifying.get()) == 1, "a context");
    set_padding(verifying.get(), key.algorithm);
    demand(EVP_PKEY_CTX_set_signature_md(verifying.get(), hash.get()) == 1, "a hash");
  }

  bool operator()(const Token &token) const {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_DigestInit_ex(hashing.get(), hash.get(), nullptr);
    EVP_DigestUpdate(hashing.get(), token.text.data(), token.input_length);
    EVP_DigestFinal_ex(hashing.get(), digest, &size);
    return EVP_PKEY_verify(verifying.get(), bytes_of(token.signature), token.signature.size(), digest, size) == 1;
  }
};

Verify kept_mac(const Key &key) {
  const std::shared_ptr<EVP_MAC> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr), EVP_MAC_free);
  const std::shared_ptr<EVP_MAC_CTX> context(EVP_MAC_CTX_new(mac.get()), EVP_MAC_CTX_free);
  char name[] = "SHA256";
  const OSSL_PARAM how[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0), OSSL_PARAM_construct_end()};
  demand(EVP_MAC_init(context.get(), bytes_of(key.secret), key.secret.size(), how) == 1, "a MAC");
  return [mac, context](const Token &token) {
    unsigned char tag[EVP_MAX_MD_SIZE];
    size_t size = 0;
    EVP_MAC_init(context.get(), nullptr, 0, nullptr);
    EVP_MAC_update(context.get(), bytes_of(token.text), token.input_length);
    EVP_MAC_final(context.get(), tag, &size, sizeof tag);
    return size == token.signature.size() && CRYPTO_memcmp(tag, token.signature.data(), size) == 0;
  };
}

}  // namespace

Verify naive_floor(const Key &key) {
  if (key.algorithm == Algorithm::HS256)
    return [key](const Token &token) {
      unsigned char tag[EVP_MAX_MD_SIZE];
      unsigned size = 0;
      HMAC(EVP_sha256(), key.secret.data(), static_cast<int>(key.secret.size()), bytes_of(token.text), token.input_length, tag, &size);
      return size == token.signature.size() && CRYPTO_memcmp(tag, token.signature.data(), size) == 0;
    };
  return [key](const Token &token) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *how = nullptr;
    const EVP_MD *hash = key.algorithm == Algorithm::EdDSA ? nullptr : key.algorithm == Algorithm::ES384 ? EVP_sha384() : EVP_sha256();
    bool good = EVP_DigestVerifyInit(context, &how, hash, nullptr, key.pkey.get()) == 1;
    set_padding(how, key.algorithm);
    good = good && EVP_DigestVerify(context, bytes_of(token.signature), token.signature.size(), bytes_of(token.text), token.input_length) == 1;
    EVP_MD_CTX_free(context);
    return good;
  };
}

Verify best_floor(const Key &key) {
  if (key.algorithm == Algorithm::HS256) return kept_mac(key);
  if (key.algorithm != Algorithm::EdDSA) return Kept(key);
  const std::shared_ptr<EVP_MD_CTX> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  demand(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.pkey.get()) == 1, "a context");
  return [context, key](const Token &token) {
    return EVP_DigestVerify(context.get(), bytes_of(token.signature), token.signature.size(), bytes_of(token.text), token.input_length) == 1;
  };
}

Verify sodium_floor(const Key &key) {
  if (key.algorithm != Algorithm::EdDSA) return {};
  static void *const library = dlopen("libsodium.so.23", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return {};
  using Function = int (*)(const unsigned char *, const unsigned char *, unsigned long long, const unsigned char *);
  const auto start = reinterpret_cast<int (*)()>(dlsym(library, "sodium_init"));
  const auto verify = reinterpret_cast<Function>(dlsym(library, "crypto_sign_verify_detached"));
  if (start == nullptr || verify == nullptr || start() < 0) return {};
  std::string point(32, '\0');
  size_t size = point.size();
  EVP_PKEY_get_raw_public_key(key.pkey.get(), reinterpret_cast<unsigned char *>(point.data()), &size);
  return [verify, point](const Token &token) {
    return verify(bytes_of(token.signature), bytes_of(token.text), token.input_length, bytes_of(point)) == 0;
  };
}

}  // namespace bench
