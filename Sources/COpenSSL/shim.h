/* SHA256_Init and the like, which do without an allocation and a lock; see mxauth_sha256. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <string.h>

/* A macro made of macros, which Swift does not import. */
static const int MXAUTH_EVP_PKEY_PUBLIC_KEY = EVP_PKEY_PUBLIC_KEY;

/* EVP_Digest would fetch the algorithm and allocate a context each time. */
static inline void mxauth_sha256(const void *text, size_t size, unsigned char digest[32]) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, text, size);
  SHA256_Final(digest, &context);
}

/* The SHA-2 function with that many bytes of output, likewise. 0 if there is none. */
static inline int mxauth_sha2(size_t output_size, const void *input, size_t size, unsigned char *digest) {
  union {
    SHA256_CTX small;
    SHA512_CTX large;
  } context;
  switch (output_size) {
  case 32:
    return SHA256_Init(&context.small) && SHA256_Update(&context.small, input, size) &&
           SHA256_Final(digest, &context.small);
  case 48:
    return SHA384_Init(&context.large) && SHA384_Update(&context.large, input, size) &&
           SHA384_Final(digest, &context.large);
  case 64:
    return SHA512_Init(&context.large) && SHA512_Update(&context.large, input, size) &&
           SHA512_Final(digest, &context.large);
  default: return 0;
  }
}

/* Multiples of a generator computed ahead: what libcrypto calls deprecated and may lack. Each returns 0 then. */
#if defined(OPENSSL_NO_EC) || defined(OPENSSL_NO_DEPRECATED_3_0) || OPENSSL_VERSION_MAJOR >= 4
#define MXAUTH_EC_TABLES 0
#else
#define MXAUTH_EC_TABLES 1
#endif

static inline int mxauth_ec_precompute(EC_GROUP *group, BN_CTX *context) {
#if MXAUTH_EC_TABLES
  return EC_GROUP_precompute_mult(group, context) == 1 && EC_GROUP_have_precompute_mult(group) == 1;
#else
  (void)group, (void)context;
  return 0;
#endif
}

static inline int mxauth_ec_get_xz(const EC_GROUP *group, const EC_POINT *point, BIGNUM *x, BIGNUM *z,
                                   BN_CTX *context) {
#if MXAUTH_EC_TABLES
  return EC_POINT_get_Jprojective_coordinates_GFp(group, point, x, NULL, z, context) == 1;
#else
  (void)group, (void)point, (void)x, (void)z, (void)context;
  return 0;
#endif
}

/* HMAC (RFC 2104) on SHA-2 with what depends on the key alone done once: both hashes after their padded key. */
typedef struct mxauth_hmac {
  union {
    SHA256_CTX small;
    SHA512_CTX large;
  } inner, outer;
} mxauth_hmac;

/* `output_size` says which SHA-2 it is: 32, 48 or 64. 0 on failure. */
static inline int mxauth_hmac_init(mxauth_hmac *hmac, size_t output_size, const void *key, size_t key_size) {
  unsigned char padded[SHA512_CBLOCK] = {0};
  size_t block = output_size == 32 ? SHA256_CBLOCK : SHA512_CBLOCK;
  int good = 1;
  if (key_size > block)
    good = mxauth_sha2(output_size, key, key_size, padded);
  else
    memcpy(padded, key, key_size);
  for (size_t i = 0; i < block; i++) padded[i] ^= 0x36;
  switch (output_size) {
  case 32: good &= SHA256_Init(&hmac->inner.small) && SHA256_Update(&hmac->inner.small, padded, block); break;
  case 48: good &= SHA384_Init(&hmac->inner.large) && SHA384_Update(&hmac->inner.large, padded, block); break;
  case 64: good &= SHA512_Init(&hmac->inner.large) && SHA512_Update(&hmac->inner.large, padded, block); break;
  default: good = 0;
  }
  for (size_t i = 0; i < block; i++) padded[i] ^= 0x36 ^ 0x5c;
  switch (output_size) {
  case 32: good &= SHA256_Init(&hmac->outer.small) && SHA256_Update(&hmac->outer.small, padded, block); break;
  case 48: good &= SHA384_Init(&hmac->outer.large) && SHA384_Update(&hmac->outer.large, padded, block); break;
  case 64: good &= SHA512_Init(&hmac->outer.large) && SHA512_Update(&hmac->outer.large, padded, block); break;
  default: good = 0;
  }
  OPENSSL_cleanse(padded, sizeof padded);
  return good;
}

/* Writes the tag of `input`, `output_size` bytes. 0 on failure. */
static inline int mxauth_hmac_tag(const mxauth_hmac *hmac, size_t output_size, const void *input, size_t size,
                                  unsigned char *tag) {
  mxauth_hmac copy = *hmac;
  int good;
  if (output_size == 32)
    good = SHA256_Update(&copy.inner.small, input, size) && SHA256_Final(tag, &copy.inner.small) &&
           SHA256_Update(&copy.outer.small, tag, output_size) && SHA256_Final(tag, &copy.outer.small);
  else
    good = SHA512_Update(&copy.inner.large, input, size) && SHA512_Final(tag, &copy.inner.large) &&
           SHA512_Update(&copy.outer.large, tag, output_size) && SHA512_Final(tag, &copy.outer.large);
  OPENSSL_cleanse(&copy, sizeof copy);
  return good;
}

#define MXAUTH_DIGEST_INFO_SIZE 19

/* The DER of a DigestInfo for that SHA-2, up to the digest (RFC 8017 section 9.2, note 1). NULL if there is none. */
static inline const unsigned char *mxauth_digest_info(size_t output_size) {
  static const unsigned char sha256[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                         0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
  static const unsigned char sha384[] = {0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                         0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30};
  static const unsigned char sha512[] = {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                         0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40};
  return output_size == 32 ? sha256 : output_size == 48 ? sha384 : output_size == 64 ? sha512 : NULL;
}
