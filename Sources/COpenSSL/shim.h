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
