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
