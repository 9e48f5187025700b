/* SPDX-License-Identifier: Apache-2.0
 *
 * libmxauth: may the bearer of this token do this?
 *
 * A validator is set up once from named options and then answers, for each access token, whether it is good,
 * for which Matrix user and device, and what its scopes grant. See docs/options.md for the options and
 * docs/status-codes.md for every status; both are generated from the tables inside the library.
 *
 * Conventions, for every function below unless its own comment says otherwise:
 *  - Text is UTF-8. A `const char *` without a length beside it is NUL-terminated; lengths are in bytes.
 *  - Inputs are borrowed for the duration of the call and never kept.
 *  - `error` may be NULL. When it is not, it is overwritten by every call that takes it.
 *  - Outputs are written on success only; a verdict is first set to "refused".
 *  - No function aborts, installs a signal handler, reads the environment or the locale, writes to stdout or
 *    stderr, starts a thread, or leaves anything in OpenSSL's error queue.
 *  - No function blocks: there is no I/O, and no lock is held across cryptography or a callback.
 *  - No token, key or secret is ever written to an error, an explanation or a report.
 */
#ifndef MXAUTH_H
#define MXAUTH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MXAUTH_VERSION_MAJOR 0
#define MXAUTH_VERSION_MINOR 1
#define MXAUTH_VERSION_PATCH 0
/** 0x00MMmmpp: major, minor and patch in one comparable number. */
#define MXAUTH_VERSION_NUMBER ((MXAUTH_VERSION_MAJOR << 16) | (MXAUTH_VERSION_MINOR << 8) | MXAUTH_VERSION_PATCH)

/** The version of the library that is loaded, as MXAUTH_VERSION_NUMBER. Any thread. Since 0.1. */
uint32_t mxauth_version_number(void);

/** The version of the library that is loaded, as "major.minor.patch". Static. Any thread. Since 0.1. */
const char *mxauth_version(void);

/* ---------------------------------------------------------------- Status */

/**
 * What became of a call, or of a token. Zero is good. Numbers are stable and never reused, in bands:
 * 100 the caller's mistake, 200 malformed token, 300 key and signature, 400 claims, 500 scopes and identity.
 */
typedef int32_t mxauth_status;

enum {
  MXAUTH_OK = 0,

  MXAUTH_MISUSE = 100,             /**< NULL, zero or unset struct_size where a value is needed. */
  MXAUTH_OPTION_UNKNOWN = 101,     /**< No option of that name. */
  MXAUTH_OPTION_INVALID = 102,     /**< The option's value is outside what docs/options.md allows. */
  MXAUTH_CONFIG_INCOMPLETE = 103,  /**< An option that is needed has not been set. */
  MXAUTH_BUFFER_TOO_SMALL = 104,   /**< The caller's buffer is too small; the size needed was reported. */
  MXAUTH_KEY_SET_INVALID = 105,    /**< Key material that cannot be read, or holds no usable key. */
  MXAUTH_HOST_CONFLICT = 106,      /**< The host's own json_* symbols stand in the way of libjansson's. */
  MXAUTH_INTERNAL = 107,           /**< libcrypto or libjansson failed for a reason that is not the token's. */

  MXAUTH_TOKEN_MISSING = 200,      /**< The token is empty. */
  MXAUTH_TOKEN_TOO_LARGE = 201,    /**< Longer than max_token_bytes. */
  MXAUTH_TOKEN_MALFORMED = 202,    /**< Not three base64url parts (RFC 7515 section 7.1). */
  MXAUTH_TOKEN_OPAQUE = 203,       /**< Not a JWT at all, and no issuer takes opaque tokens. */
  MXAUTH_TOKEN_ENCRYPTED = 204,    /**< Five parts: a JWE, which is not supported. */
  MXAUTH_HEADER_MALFORMED = 205,   /**< The header is not the JSON object that RFC 7515 section 4 describes. */
  MXAUTH_CLAIMS_MALFORMED = 206,   /**< The payload is not a JSON object. */
  MXAUTH_CRITICAL_UNSUPPORTED = 207, /**< `crit` names an extension (RFC 7515 section 4.1.11). */
  MXAUTH_TYPE_NOT_ACCEPTED = 208,  /**< `typ` is not one of issuer.types. */

  MXAUTH_ALGORITHM_NOT_ALLOWED = 300, /**< `alg` is missing, none, unknown or not in issuer.algorithms. */
  MXAUTH_KEY_UNKNOWN = 301,        /**< The issuer's key set has no key of that `kid`. */
  MXAUTH_KEY_MISMATCH = 302,       /**< The key of that `kid` is not for this `alg`. */
  MXAUTH_SIGNATURE_INVALID = 303,  /**< The signature is not this key's over these bytes. */

  MXAUTH_ISSUER_UNKNOWN = 400,     /**< `iss` is none of the configured issuers. */
  MXAUTH_AUDIENCE_MISMATCH = 401,  /**< `aud` holds none of issuer.audience. */
  MXAUTH_EXPIRED = 402,            /**< `exp` has passed. */
  MXAUTH_NOT_YET_VALID = 403,      /**< `nbf` is in the future. */
  MXAUTH_ISSUED_IN_FUTURE = 404,   /**< `iat` is in the future. */
  MXAUTH_LIFETIME_TOO_LONG = 405,  /**< `exp` - `iat` exceeds issuer.max_lifetime. */
  MXAUTH_CLAIM_MISSING = 406,      /**< A claim that is required is absent. */
  MXAUTH_CLAIM_INVALID = 407,      /**< A claim has the wrong JSON type or is too long for a verdict. */
  MXAUTH_TIME_OUT_OF_RANGE = 408,  /**< A time is negative or beyond the year 9999. */

  MXAUTH_SCOPE_MALFORMED = 500,    /**< The scope breaks the grammar of RFC 6749 section 3.3. */
  MXAUTH_SCOPE_INSUFFICIENT = 501, /**< The token is good but does not grant the Client-Server API. */
  MXAUTH_USER_MISSING = 502,       /**< The token names no user. */
  MXAUTH_USER_INVALID = 503,       /**< The user claim does not make a Matrix user ID of this server. */
  MXAUTH_DEVICE_AMBIGUOUS = 504,   /**< The scopes name two different devices. */
  MXAUTH_DEVICE_INVALID = 505      /**< The device ID is empty or longer than 255 bytes. */
};

/** One row of the status table. Every pointer is static. */
typedef struct mxauth_status_info {
  uint32_t struct_size;     /**< Set by the caller: sizeof(mxauth_status_info). */
  mxauth_status status;
  const char *name;         /**< The constant's name, as "MXAUTH_EXPIRED". */
  const char *sentence;     /**< What it means. */
  const char *remedy;       /**< What to do about it. */
  uint32_t http_status;     /**< The HTTP status a resource server should answer with. */
  uint32_t soft_logout;     /**< 1: tell the client to keep its encryption keys and log in again. */
  const char *errcode;      /**< The Matrix errcode; "" for MXAUTH_OK. */
  const char *oauth_error;  /**< The RFC 6750 section 3.1 error code; "" where none applies. */
} mxauth_status_info;

/** How many rows the status table has. Any thread. Since 0.1. */
size_t mxauth_status_count(void);

/**
 * Fills `info` with row `index` (0 .. mxauth_status_count() - 1) of the status table. Any thread.
 * Returns MXAUTH_OK, or MXAUTH_MISUSE (info NULL, struct_size too small, index out of range). Since 0.1.
 */
mxauth_status mxauth_status_at(size_t index, mxauth_status_info *info);

/**
 * Fills `info` with the row of `status`. Any thread.
 * Returns MXAUTH_OK, or MXAUTH_MISUSE (info NULL, struct_size too small, no such status). Since 0.1.
 */
mxauth_status mxauth_status_describe(mxauth_status status, mxauth_status_info *info);

/** The name of `status`, or "MXAUTH_UNASSIGNED" for a number that is none. Static. Any thread. Since 0.1. */
const char *mxauth_status_name(mxauth_status status);

/* ----------------------------------------------------------------- Error */

/**
 * Why a call failed, in the caller's memory: nothing to free. Set struct_size before use, as
 * MXAUTH_ERROR_INIT does.
 *
 * After MXAUTH_OK, `status` is MXAUTH_OK and both texts are empty, except that mxauth_config_set leaves a note
 * in `message` when it accepted a key set of which some entries had to be skipped.
 */
typedef struct mxauth_error {
  uint32_t struct_size;   /**< Set by the caller: sizeof(mxauth_error). */
  mxauth_status status;
  char subject[64];       /**< The option, header parameter or claim at fault: "issuer.audience", "alg", "exp". */
  char message[512];      /**< One or two sentences: what was wrong with which value, and what to do. */
} mxauth_error;

#define MXAUTH_ERROR_INIT { sizeof(mxauth_error), 0, { 0 }, { 0 } }

/* --------------------------------------------------------------- Verdict */

/** What the scopes of a token allow; bits of mxauth_verdict.grants. */
#define MXAUTH_GRANT_CLIENT_API    ((uint64_t)1 << 0) /**< urn:matrix:client:api:* (MSC2967), either spelling. */
#define MXAUTH_GRANT_OPENID        ((uint64_t)1 << 1) /**< openid. Grants nothing on the Client-Server API. */
#define MXAUTH_GRANT_SYNAPSE_ADMIN ((uint64_t)1 << 2) /**< urn:synapse:admin:* */
#define MXAUTH_GRANT_MAS_ADMIN     ((uint64_t)1 << 3) /**< urn:mas:admin */

/** Bits of mxauth_verdict.flags. */
#define MXAUTH_VERDICT_UNKNOWN_SCOPES ((uint32_t)1 << 0) /**< Scopes were present that grant nothing here. */

/** How the token was judged; mxauth_verdict.kind. */
#define MXAUTH_KIND_NONE 0 /**< Refused. */
#define MXAUTH_KIND_JWT  1 /**< By its signature and claims. */

/** Text inside a verdict: `length` bytes of UTF-8 at `bytes`, which are always followed by a NUL. */
typedef struct mxauth_text {
  uint16_t length;
  char bytes[256];
} mxauth_text;

/**
 * The answer for one token: flat, in the caller's memory, nothing to free, safe to copy or to share between
 * processes. Set struct_size before use, as MXAUTH_VERDICT_INIT does; fields are only ever appended.
 *
 * When `status` is not MXAUTH_OK, every other field but struct_size is zero and every text empty.
 */
typedef struct mxauth_verdict {
  uint32_t struct_size;   /**< Set by the caller: sizeof(mxauth_verdict). */
  mxauth_status status;   /**< MXAUTH_OK, or why the token is refused. */
  uint32_t kind;          /**< MXAUTH_KIND_… */
  uint32_t flags;         /**< MXAUTH_VERDICT_… */
  uint64_t grants;        /**< MXAUTH_GRANT_… */
  int64_t expires_at;     /**< `exp` in Unix seconds, without the leeway. */
  int64_t issued_at;      /**< `iat` in Unix seconds, or 0 when absent. */
  uint32_t issuer;        /**< Which issuer: the position of its `issuer` option, from 0. */
  mxauth_text user_id;    /**< The full Matrix user ID; empty only if issuer.require_user is false. */
  mxauth_text device_id;  /**< The device ID; empty when no scope names one. */
  mxauth_text subject;    /**< `sub`; may be empty. */
  mxauth_text client_id;  /**< `client_id` (RFC 9068), else `azp`; may be empty. */
} mxauth_verdict;

#define MXAUTH_VERDICT_INIT \
  { sizeof(mxauth_verdict), 0, 0, 0, 0, 0, 0, 0, { 0, { 0 } }, { 0, { 0 } }, { 0, { 0 } }, { 0, { 0 } } }

/* --------------------------------------------------------- Configuration */

/** Options on their way to a validator. Not thread-safe: one thread at a time. */
typedef struct mxauth_config mxauth_config;

/** Creates a configuration of defaults; free it with mxauth_config_free. Any thread. Since 0.1. */
mxauth_config *mxauth_config_new(void);

/** Frees `config`; NULL is allowed. Validators made from it are not affected. Since 0.1. */
void mxauth_config_free(mxauth_config *config);

/**
 * Sets one option of docs/options.md. `issuer` begins an issuer, to which the `issuer.…` options that follow
 * apply; every other option replaces its earlier value. A value that is refused changes nothing.
 *
 * Returns MXAUTH_OK, MXAUTH_MISUSE, MXAUTH_OPTION_UNKNOWN, MXAUTH_OPTION_INVALID, MXAUTH_KEY_SET_INVALID or
 * MXAUTH_INTERNAL. MXAUTH_OK may leave a note in error->message, see mxauth_error. Since 0.1.
 */
mxauth_status mxauth_config_set(mxauth_config *config, const char *name, const char *value, mxauth_error *error);

#define MXAUTH_CLOCK_WALL 0 /**< Nanoseconds since 1970-01-01T00:00:00Z. */

/**
 * A clock in place of the system's, for tests and replays: returns the time of `clock` (MXAUTH_CLOCK_…) in
 * nanoseconds. Called on the thread that validates, possibly on several at once; must not call the library.
 */
typedef int64_t (*mxauth_clock)(void *user, uint32_t clock);

/**
 * Makes validators built from `config` read `clock` (NULL: the system's). `user` is handed to each call and
 * must outlive those validators. Returns MXAUTH_OK or MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_config_set_clock(mxauth_config *config, mxauth_clock clock, void *user);

/** One row of the option table. Every pointer is static. */
typedef struct mxauth_option_info {
  uint32_t struct_size;      /**< Set by the caller: sizeof(mxauth_option_info). */
  const char *name;
  const char *type;          /**< "text", "list", "boolean", "integer" or "duration" (seconds). */
  const char *unit;          /**< "bytes", "seconds", "bits", or "". */
  const char *default_value; /**< As it would be set; "" for none. */
  const char *range;         /**< What values are allowed, in words. */
  const char *meaning;
} mxauth_option_info;

/** How many rows the option table has. Any thread. Since 0.1. */
size_t mxauth_option_count(void);

/**
 * Fills `info` with row `index` (0 .. mxauth_option_count() - 1) of the option table. Any thread.
 * Returns MXAUTH_OK, or MXAUTH_MISUSE (info NULL, struct_size too small, index out of range). Since 0.1.
 */
mxauth_status mxauth_option_at(size_t index, mxauth_option_info *info);

/* ------------------------------------------------------------- Validator */

/** The long-lived judge: issuers with their policies and key sets. Immutable; any number of threads at once. */
typedef struct mxauth_validator mxauth_validator;

/**
 * Creates a validator from a snapshot of `config` in `*validator`; free it with mxauth_validator_free. Forked
 * children may go on using it. On failure `*validator` is NULL.
 *
 * Returns MXAUTH_OK, MXAUTH_MISUSE, MXAUTH_CONFIG_INCOMPLETE, MXAUTH_HOST_CONFLICT or MXAUTH_INTERNAL.
 * Since 0.1.
 */
mxauth_status mxauth_validator_new(const mxauth_config *config, mxauth_validator **validator, mxauth_error *error);

/** Frees `validator`, which no thread may be using any more; NULL is allowed. Since 0.1. */
void mxauth_validator_free(mxauth_validator *validator);

/**
 * Judges the `length` bytes at `token`: what follows "Bearer " in an Authorization header. Any thread.
 * Returns verdict->status: MXAUTH_OK or the first reason for refusal; MXAUTH_MISUSE for NULL or struct_size.
 * Every status from 200 up can be returned, and MXAUTH_INTERNAL. Since 0.1.
 */
mxauth_status mxauth_validate(const mxauth_validator *validator, const char *token, size_t length,
                              mxauth_verdict *verdict, mxauth_error *error);

/*
 * The functions below fill `buffer` with text that a verdict has no room for. They write `capacity` bytes at
 * most, a terminating NUL included, and never a part: when the text does not fit, nothing is written and
 * MXAUTH_BUFFER_TOO_SMALL is returned. `*needed` (NULL allowed) is set to the bytes needed, NUL included.
 * `buffer` may be NULL when `capacity` is 0.
 */

/**
 * Validates `token` as mxauth_validate does and, if it is good, writes its claims: the JSON text that the
 * issuer signed. Any thread. Returns what mxauth_validate would, or MXAUTH_BUFFER_TOO_SMALL. Since 0.1.
 */
mxauth_status mxauth_claims(const mxauth_validator *validator, const char *token, size_t length, char *buffer,
                            size_t capacity, size_t *needed, mxauth_error *error);

/**
 * Validates `token` and writes what was checked, in order, up to the check that refused it, as JSON:
 * {"status", "name", "sentence", "remedy", "checks": [{"check", "passed", "subject", "expected", "found", "source"}],
 * and for a good token "verdict": {"issuer", "user_id", "device_id", "subject", "client_id", "grants",
 * "unknown_scopes", "expires_at", "issued_at"}}. It is the same code path as mxauth_validate, observed. Any thread.
 * Returns MXAUTH_OK when the explanation was written, whatever the token's verdict; else MXAUTH_MISUSE,
 * MXAUTH_BUFFER_TOO_SMALL or MXAUTH_INTERNAL. Since 0.1.
 */
mxauth_status mxauth_explain(const mxauth_validator *validator, const char *token, size_t length, char *buffer,
                             size_t capacity, size_t *needed, mxauth_error *error);

/**
 * Reads the `length` bytes at `text` (a JWKS, a single JWK, or PEM) as the option issuer.keys would, and writes what
 * each entry is or why it is skipped, as JSON: {"usable", "skipped", "keys": [{"index", "usable", "kid", "kty",
 * "crv", "bits", "algorithms", "thumbprint", "problem"}]}; a skipped entry has only "index", "usable", "kid" and
 * "problem". Any thread. Returns MXAUTH_OK, MXAUTH_MISUSE, MXAUTH_KEY_SET_INVALID, MXAUTH_BUFFER_TOO_SMALL or
 * MXAUTH_INTERNAL. Since 0.1.
 */
mxauth_status mxauth_inspect_keys(const char *text, size_t length, char *buffer, size_t capacity, size_t *needed,
                                  mxauth_error *error);

#ifdef __cplusplus
}
#endif

#endif
