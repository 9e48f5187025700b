// SPDX-License-Identifier: Apache-2.0
//
// libcrypto below the EVP interface: functions that OpenSSL 3.0 calls deprecated and 4.0 may not have.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include <cstring>

#include "floors.hpp"
#include "basics.hpp"

namespace bench {

namespace {

const unsigned char *bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char *>(text.data()); }

template <class T, class Free>
std::shared_ptr<T> owned(T *pointer, Free free) {
  demand(pointer != nullptr, "libcrypto gives nothing");
  return std::shared_ptr<T>(pointer, free);
}

std::shared_ptr<BIGNUM> number(const Key &key, const char *name) {
  BIGNUM *value = nullptr;
  EVP_PKEY_get_bn_param(key.pkey.get(), name, &value);
  return owned(value, BN_free);
}

/// SHA256() itself fetches the hash each time.
void hash(std::string_view text, unsigned char *digest) {
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, text.data(), text.size());
  SHA256_Final(digest, &state);
}

void long_hash(std::string_view text, unsigned char *digest) {
  SHA512_CTX state;
  SHA384_Init(&state);
  SHA384_Update(&state, text.data(), text.size());
  SHA384_Final(digest, &state);
}

/// The states of SHA-256 after the two padded keys are kept and copied.
Verify states(const Key &key) {
  SHA256_CTX inner, outer;
  unsigned char pad[64];
  const auto start = [&](SHA256_CTX *state, unsigned char with) {
    for (size_t i = 0; i < sizeof pad; i++) pad[i] = static_cast<unsigned char>(i < key.secret.size() ? key.secret[i] : 0) ^ with;
    SHA256_Init(state);
    SHA256_Update(state, pad, sizeof pad);
  };
  start(&inner, 0x36);
  start(&outer, 0x5C);
  return [inner, outer](const Token &token) {
    unsigned char tag[SHA256_DIGEST_LENGTH];
    SHA256_CTX state = inner;
    SHA256_Update(&state, token.text.data(), token.input_length);
    SHA256_Final(tag, &state);
    state = outer;
    SHA256_Update(&state, tag, sizeof tag);
    SHA256_Final(tag, &state);
    return token.signature.size() == sizeof tag && CRYPTO_memcmp(tag, token.signature.data(), sizeof tag) == 0;
  };
}

/// The 17 multiplications of the exponent 65537 with a Montgomery context that is kept, then the padding.
Verify multiplications(const Key &key) {
  const auto n = number(key, OSSL_PKEY_PARAM_RSA_N), s = owned(BN_new(), BN_free), x = owned(BN_new(), BN_free);
  const auto context = owned(BN_CTX_new(), BN_CTX_free);
  const auto montgomery = owned(BN_MONT_CTX_new(), BN_MONT_CTX_free);
  demand(BN_MONT_CTX_set(montgomery.get(), n.get(), context.get()) == 1, "a Montgomery context");
  const auto rsa = owned(EVP_PKEY_get1_RSA(key.pkey.get()), RSA_free);
  const bool pss = key.algorithm == Algorithm::PS256;
  return [=](const Token &token) {
    unsigned char digest[SHA256_DIGEST_LENGTH], message[256], expected[256];
    hash(token.input(), digest);
    BN_bin2bn(bytes_of(token.signature), static_cast<int>(token.signature.size()), s.get());
    if (BN_cmp(s.get(), n.get()) >= 0) return false;
    BN_to_montgomery(x.get(), s.get(), montgomery.get(), context.get());
    for (int i = 0; i < 16; i++) BN_mod_mul_montgomery(x.get(), x.get(), x.get(), montgomery.get(), context.get());
    // The last factor is not in Montgomery form, which takes the result out of it.
    BN_mod_mul_montgomery(x.get(), x.get(), s.get(), montgomery.get(), context.get());
    BN_bn2binpad(x.get(), message, sizeof message);
    if (pss) return RSA_verify_PKCS1_PSS_mgf1(rsa.get(), digest, EVP_sha256(), nullptr, message, RSA_PSS_SALTLEN_DIGEST) == 1;
    static const unsigned char info[] = {0, 0x30, 0x31, 0x30, 0x0D, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20};
    std::memset(expected, 0xFF, sizeof expected);
    expected[0] = 0;
    expected[1] = 1;
    std::memcpy(expected + sizeof expected - sizeof digest - sizeof info, info, sizeof info);
    std::memcpy(expected + sizeof expected - sizeof digest, digest, sizeof digest);
    return std::memcmp(message, expected, sizeof expected) == 0;
  };
}

/// u1 G + u2 Q as two multiplications by fixed points, each with a table: Q becomes the generator of a group of its own.
Verify tables(const Key &key) {
  const bool small = key.algorithm == Algorithm::ES256;
  const int nid = small ? NID_X9_62_prime256v1 : NID_secp384r1;
  const auto g = owned(EC_GROUP_new_by_curve_name(nid), EC_GROUP_free), q = owned(EC_GROUP_dup(g.get()), EC_GROUP_free);
  const auto order = owned(BN_dup(EC_GROUP_get0_order(g.get())), BN_free), one = owned(BN_dup(BN_value_one()), BN_free);
  const auto context = owned(BN_CTX_new(), BN_CTX_free);
  const auto point = owned(EC_POINT_new(g.get()), EC_POINT_free), a = owned(EC_POINT_new(g.get()), EC_POINT_free),
             b = owned(EC_POINT_new(g.get()), EC_POINT_free), dummy = owned(EC_POINT_dup(EC_GROUP_get0_generator(g.get()), g.get()), EC_POINT_free);
  const auto zero = owned(BN_new(), BN_free), x = owned(BN_new(), BN_free), u1 = owned(BN_new(), BN_free), u2 = owned(BN_new(), BN_free),
             w = owned(BN_new(), BN_free), e = owned(BN_new(), BN_free);
  demand(EC_POINT_set_affine_coordinates(g.get(), point.get(), number(key, OSSL_PKEY_PARAM_EC_PUB_X).get(),
                                         number(key, OSSL_PKEY_PARAM_EC_PUB_Y).get(), context.get()) == 1 &&
             EC_GROUP_set_generator(q.get(), point.get(), order.get(), one.get()) == 1 &&
             EC_GROUP_precompute_mult(g.get(), context.get()) == 1 && EC_GROUP_precompute_mult(q.get(), context.get()) == 1,
         "a table");
  // Where there is no code for the curve alone, one scalar is multiplied in constant time; a second one, of 0, avoids it.
  const auto multiply = [=](const EC_GROUP *group, EC_POINT *result, const BIGNUM *scalar) {
    return EC_POINT_mul(group, result, scalar, small ? nullptr : dummy.get(), small ? nullptr : zero.get(), context.get());
  };
  return [=](const Token &token) {
    unsigned char digest[SHA384_DIGEST_LENGTH];
    if (small) hash(token.input(), digest);
    else long_hash(token.input(), digest);
    const unsigned char *at = bytes_of(token.signature);
    const auto pair = std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)>(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(token.signature.size())), ECDSA_SIG_free);
    if (!pair) return false;
    BN_bin2bn(digest, small ? 32 : 48, e.get());
    BN_mod_inverse(w.get(), ECDSA_SIG_get0_s(pair.get()), order.get(), context.get());
    BN_mod_mul(u1.get(), e.get(), w.get(), order.get(), context.get());
    BN_mod_mul(u2.get(), ECDSA_SIG_get0_r(pair.get()), w.get(), order.get(), context.get());
    if (multiply(g.get(), a.get(), u1.get()) != 1 || multiply(q.get(), b.get(), u2.get()) != 1) return false;
    if (EC_POINT_add(g.get(), a.get(), a.get(), b.get(), context.get()) != 1) return false;
    if (EC_POINT_get_affine_coordinates(g.get(), a.get(), x.get(), nullptr, context.get()) != 1) return false;
    BN_nnmod(x.get(), x.get(), order.get(), context.get());
    return BN_cmp(x.get(), ECDSA_SIG_get0_r(pair.get())) == 0;
  };
}

}  // namespace

Verify low_floor(const Key &key) {
  if (key.algorithm == Algorithm::HS256) return states(key);
  if (is_rsa(key.algorithm)) return multiplications(key);
  if (is_ec(key.algorithm)) return tables(key);
  return {};
}

}  // namespace bench
