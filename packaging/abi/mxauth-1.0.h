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
 *    stderr, or leaves anything in OpenSSL's error queue.
 *  - Two kinds of threads exist, both with all signals blocked: that of mxauth_transport_start, and, unless the option
 *    key_tables is 0, one at a time for each validator that prepares an EC or Ed25519 key in use and ends after some 25
 *    milliseconds.
 *  - No function blocks unless its comment says so, and no lock is held across I/O, cryptography or a callback.
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

/**
 * The long-lived judge: issuers with their policies, key sets and verdicts. Any number of threads use it at once, and so
 * do forked children, which keep its key sets, verdicts and revocations as they were at the fork; a child that wants the
 * transport starts its own, and has to be told itself of what is revoked later.
 */
typedef struct mxauth_validator mxauth_validator;

/* ---------------------------------------------------------------- Status */

/**
 * What became of a call, or of a token. Zero is good. Numbers are stable and never reused, in bands:
 * 1 pending, 100 the caller's mistake, 200 malformed token, 300 key and signature, 400 claims, 500 scopes and
 * identity, 600 issuer and network.
 */
typedef int32_t mxauth_status;

enum {
  MXAUTH_OK = 0,
  MXAUTH_PENDING = 1,              /**< Not decided yet: an exchange with the issuer is needed first. */
  MXAUTH_IDLE = 2,                 /**< There is no exchange to be done now. */

  MXAUTH_MISUSE = 100,             /**< NULL, zero or unset struct_size where a value is needed. */
  MXAUTH_OPTION_UNKNOWN = 101,     /**< No option of that name. */
  MXAUTH_OPTION_INVALID = 102,     /**< The option's value is outside what docs/options.md allows. */
  MXAUTH_CONFIG_INCOMPLETE = 103,  /**< An option that is needed has not been set. */
  MXAUTH_BUFFER_TOO_SMALL = 104,   /**< The caller's buffer is too small; the size needed was reported. */
  MXAUTH_KEY_SET_INVALID = 105,    /**< Key material that cannot be read, or holds no usable key. */
  MXAUTH_HOST_CONFLICT = 106,      /**< The host's own json_* symbols stand in the way of libjansson's. */
  MXAUTH_INTERNAL = 107,           /**< libcrypto or libjansson failed for a reason that is not the token's. */
  MXAUTH_EXCHANGE_UNKNOWN = 108,   /**< No exchange of that number is outstanding. */
  MXAUTH_TRANSPORT_UNAVAILABLE = 109, /**< libcurl cannot be loaded, or no thread be started. */
  MXAUTH_REVOCATIONS_FULL = 110,   /**< revocation_bytes holds no further revocation. */
  MXAUTH_INPUT_INVALID = 111,      /**< A document, URL or parameter that cannot be used; the error says which. */
  MXAUTH_GRANT_INVALID = 112,      /**< A code, verifier or refresh token is not good (RFC 6749 section 5.2). */

  MXAUTH_TOKEN_MISSING = 200,      /**< The token is empty. */
  MXAUTH_TOKEN_TOO_LARGE = 201,    /**< Longer than max_token_bytes. */
  MXAUTH_TOKEN_MALFORMED = 202,    /**< Not three base64url parts (RFC 7515 section 7.1). */
  MXAUTH_TOKEN_OPAQUE = 203,       /**< Not a JWT at all, and no issuer takes opaque tokens. */
  MXAUTH_TOKEN_ENCRYPTED = 204,    /**< Five parts: a JWE, which is not supported. */
  MXAUTH_HEADER_MALFORMED = 205,   /**< The header is not the JSON object that RFC 7515 section 4 describes. */
  MXAUTH_CLAIMS_MALFORMED = 206,   /**< The payload is not a JSON object. */
  MXAUTH_CRITICAL_UNSUPPORTED = 207, /**< `crit` names an extension (RFC 7515 section 4.1.11). */
  MXAUTH_TYPE_NOT_ACCEPTED = 208,  /**< `typ` is not one of issuer.types. */
  MXAUTH_TOKEN_IMPLAUSIBLE = 209,  /**< Not of issuer.opaque_form: no issuer was asked. */
  MXAUTH_JWT_NOT_ACCEPTED = 210,   /**< issuer.tokens does not hold jwt. */
  MXAUTH_BEARER_AMBIGUOUS = 211,   /**< Tokens in header and query, or two in one of them (RFC 6750 section 2). */
  MXAUTH_BEARER_MALFORMED = 212,   /**< Not "Bearer" and a token (RFC 6750 section 2.1), or no token in the parameter. */

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
  MXAUTH_TOKEN_INACTIVE = 409,     /**< The issuer says that the token is not active (RFC 7662 section 2.2). */
  MXAUTH_REVOKED = 410,            /**< The token, or its session, device, user or issuer, was revoked here. */
  MXAUTH_NOT_ACCESS_TOKEN = 411,   /**< A refresh token. */
  MXAUTH_NOTICE_INVALID = 412,     /**< Signed, but no notice of a revocation. */
  MXAUTH_NOTICE_REPLAYED = 413,    /**< A notice with that `jti` has been taken already. */

  MXAUTH_SCOPE_MALFORMED = 500,    /**< The scope breaks the grammar of RFC 6749 section 3.3. */
  MXAUTH_SCOPE_INSUFFICIENT = 501, /**< The token is good but does not grant the Client-Server API, or the endpoint. */
  MXAUTH_USER_MISSING = 502,       /**< The token names no user. */
  MXAUTH_USER_INVALID = 503,       /**< The user claim does not make a Matrix user ID of this server. */
  MXAUTH_DEVICE_AMBIGUOUS = 504,   /**< The scopes name two different devices. */
  MXAUTH_DEVICE_INVALID = 505,     /**< The device ID is empty or longer than 255 bytes. */
  MXAUTH_ENDPOINT_UNKNOWN = 506,   /**< Method and path are no endpoint of the Client-Server API. */
  MXAUTH_GUEST_FORBIDDEN = 507,    /**< Not for guests. */
  MXAUTH_SCOPE_WIDENED = 508,      /**< A refresh asks for more than was granted (RFC 6749 section 6). */
  MXAUTH_METHOD_UNKNOWN = 509,     /**< An endpoint's path with a method that it does not have. */

  MXAUTH_KEYS_UNAVAILABLE = 600,   /**< The issuer's keys cannot be had at the moment: answer 503, not 401. */
  MXAUTH_TIMED_OUT = 601,          /**< The issuer did not answer in the time that the caller gave. */
  MXAUTH_ISSUER_UNAVAILABLE = 602, /**< The issuer cannot be asked about the token: answer 503, not 401. */
  MXAUTH_ISSUER_REFUSES_US = 603,  /**< The issuer answers 401 or 403 to our own credentials: 503 as well. */
  MXAUTH_ISSUER_BUSY = 604,        /**< issuer.max_exchanges tokens are being asked about: 503 as well. */
  MXAUTH_ANSWER_INVALID = 605      /**< The issuer's answer about the token makes no sense: 503 as well. */
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
  const char *oauth_error;  /**< The error code of RFC 6750 section 3.1 or RFC 6749 section 5.2; "" where none applies. */
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

/**
 * The same with the answers that the validator's option compat asks for: `http_status`, `soft_logout`, `errcode` and
 * `oauth_error` may differ. Any thread. Since 0.1.
 */
mxauth_status mxauth_describe(mxauth_validator *validator, mxauth_status status, mxauth_status_info *info);

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
#define MXAUTH_GRANT_GUEST         ((uint64_t)1 << 4) /**< Set by hosts only, in verdicts on their guests. */
#define MXAUTH_GRANT_APPSERVICE    ((uint64_t)1 << 5) /**< Set by hosts only, in verdicts on an as_token. */
#define MXAUTH_GRANT_SERVER_ADMINISTRATION ((uint64_t)1 << 6) /**< MSC4484; with draft_scopes only. */
#define MXAUTH_GRANT_ROOMS_IS_JOINED ((uint64_t)1 << 7) /**< MSC4502; with draft_scopes only. */
/** The scopes of the option scope_rule, in the order in which they were first named: `n` is 0 .. 31. */
#define MXAUTH_GRANT_OPERATOR(n)   ((uint64_t)1 << (32 + (n)))

/** Bits of mxauth_verdict.flags. */
#define MXAUTH_VERDICT_UNKNOWN_SCOPES ((uint32_t)1 << 0) /**< Scopes were present that grant nothing here. */
#define MXAUTH_VERDICT_CACHED         ((uint32_t)1 << 1) /**< From the verdict cache, as also an answer just come in. */

/** How the token was judged; mxauth_verdict.kind. */
#define MXAUTH_KIND_NONE 0         /**< Refused. */
#define MXAUTH_KIND_JWT  1         /**< By its signature and claims. */
#define MXAUTH_KIND_INTROSPECTED 2 /**< By what its issuer has answered (RFC 7662). */

/** Text inside a verdict: `length` bytes of UTF-8 at `bytes`, which are always followed by a NUL. */
typedef struct mxauth_text {
  uint16_t length;
  char bytes[256];
} mxauth_text;

/**
 * The answer for one token: flat, in the caller's memory, nothing to free, safe to copy or to share between
 * processes. Set struct_size before use, as MXAUTH_VERDICT_INIT does; fields are only ever appended.
 *
 * When `status` is not MXAUTH_OK, every other field but struct_size is zero and every text empty, except for
 * `exchange` when it is MXAUTH_PENDING.
 */
typedef struct mxauth_verdict {
  uint32_t struct_size;   /**< Set by the caller: sizeof(mxauth_verdict). */
  mxauth_status status;   /**< MXAUTH_OK, or why the token is refused. */
  uint32_t kind;          /**< MXAUTH_KIND_… */
  uint32_t flags;         /**< MXAUTH_VERDICT_… */
  uint64_t grants;        /**< MXAUTH_GRANT_… */
  int64_t expires_at;     /**< `exp` in Unix seconds, without the leeway; 0 for an introspected token that does not expire. */
  int64_t issued_at;      /**< `iat` in Unix seconds, or 0 when absent. */
  uint32_t issuer;        /**< Which issuer: the position of its `issuer` option, from 0. */
  mxauth_text user_id;    /**< The full Matrix user ID; empty only if issuer.require_user is false. */
  mxauth_text device_id;  /**< The device ID; empty when no scope names one. */
  mxauth_text subject;    /**< `sub`; may be empty. */
  mxauth_text client_id;  /**< `client_id` (RFC 9068), else `azp`; may be empty. */
  uint64_t exchange;      /**< When `status` is MXAUTH_PENDING: the exchange that the token waits for. */
} mxauth_verdict;

#define MXAUTH_VERDICT_INIT \
  { sizeof(mxauth_verdict), MXAUTH_MISUSE, 0, 0, 0, 0, 0, 0, { 0, { 0 } }, { 0, { 0 } }, { 0, { 0 } }, { 0, { 0 } }, 0 }

/* --------------------------------------------------------- Configuration */

/** Options on their way to a validator. Not thread-safe: one thread at a time. */
typedef struct mxauth_config mxauth_config;

/** Creates a configuration of defaults; free it with mxauth_config_free. Any thread. Since 0.1. */
mxauth_config *mxauth_config_new(void);

/** Frees `config`; NULL is allowed. Validators made from it are not affected. Since 0.1. */
void mxauth_config_free(mxauth_config *config);

/**
 * Sets one option of docs/options.md. `issuer` begins an issuer, to which the `issuer.…` options that follow
 * apply, and `scope_rule` adds a rule; every other option replaces its earlier value. A value that is refused changes
 * nothing.
 *
 * Returns MXAUTH_OK, MXAUTH_MISUSE, MXAUTH_OPTION_UNKNOWN, MXAUTH_OPTION_INVALID, MXAUTH_KEY_SET_INVALID or
 * MXAUTH_INTERNAL. MXAUTH_OK may leave a note in error->message, see mxauth_error. Since 0.1.
 */
mxauth_status mxauth_config_set(mxauth_config *config, const char *name, const char *value, mxauth_error *error);

#define MXAUTH_CLOCK_WALL 0      /**< Nanoseconds since 1970-01-01T00:00:00Z: what claims are compared with. */
#define MXAUTH_CLOCK_MONOTONIC 1 /**< Nanoseconds that only ever grow: what caches and timers go by. */

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

#define MXAUTH_LOG_ERROR 0
#define MXAUTH_LOG_WARNING 1
#define MXAUTH_LOG_INFO 2
#define MXAUTH_LOG_DEBUG 3

/**
 * Told of the library's doings with issuers: `level` is MXAUTH_LOG_…, `message` one line without token, key or secret,
 * valid during the call. Called on whatever thread does the work, at most 60 times a minute for each validator, with
 * no lock held; must not free the validator.
 */
typedef void (*mxauth_log)(void *user, uint32_t level, const char *message);

/**
 * Makes validators built from `config` call `log` (NULL: nobody). `user` is handed to each call and must outlive those
 * validators. Returns MXAUTH_OK or MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_config_set_log(mxauth_config *config, mxauth_log log, void *user);

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

/**
 * Creates a validator from a snapshot of `config` in `*validator`; free it with mxauth_validator_free. Reads the files
 * that options name, and nothing else: key sets are fetched when a token needs them or a timer is due. On failure
 * `*validator` is NULL.
 *
 * Returns MXAUTH_OK, MXAUTH_MISUSE, MXAUTH_CONFIG_INCOMPLETE, MXAUTH_HOST_CONFLICT or MXAUTH_INTERNAL.
 * Since 0.1.
 */
mxauth_status mxauth_validator_new(const mxauth_config *config, mxauth_validator **validator, mxauth_error *error);

/**
 * Stops the transport and frees `validator`, which no thread may be using any more; NULL is allowed. Exchanges that
 * were taken from it are gone. Waits for the thread that prepares a key, if there is one. Since 0.1.
 */
void mxauth_validator_free(mxauth_validator *validator);

/**
 * Judges the `length` bytes at `token`: what follows "Bearer " in an Authorization header; NULL and 0 are no token
 * (MXAUTH_TOKEN_MISSING). Any thread; never waits.
 * Returns verdict->status: MXAUTH_OK or the first reason for refusal; MXAUTH_PENDING if the issuer has to be asked
 * first, after which the same call answers; MXAUTH_MISUSE for NULL or struct_size. Every status from 200 up but
 * MXAUTH_TIMED_OUT can be returned, and MXAUTH_INTERNAL. Since 0.1.
 */
mxauth_status mxauth_validate(mxauth_validator *validator, const char *token, size_t length, mxauth_verdict *verdict,
                              mxauth_error *error);

/**
 * The same for threads that may wait: instead of MXAUTH_PENDING it returns what becomes of the token, or
 * MXAUTH_TIMED_OUT after `timeout_ms` milliseconds. Somebody else has to carry the exchanges meanwhile: the transport,
 * or another thread. Any thread; blocks. Since 0.1.
 */
mxauth_status mxauth_validate_wait(mxauth_validator *validator, const char *token, size_t length, int64_t timeout_ms,
                                   mxauth_verdict *verdict, mxauth_error *error);

/*
 * The functions below fill `buffer` with text that a verdict has no room for. They write `capacity` bytes at
 * most, a terminating NUL included, and never a part: when the text does not fit, nothing is written and
 * MXAUTH_BUFFER_TOO_SMALL is returned. `*needed` (NULL allowed) is set to the bytes needed, NUL included.
 * `buffer` may be NULL when `capacity` is 0.
 */

/**
 * Validates `token` as mxauth_validate does and, if it is good, writes its claims: the JSON text that the
 * issuer signed, or that it answered when it was asked about the token. Any thread. Returns what mxauth_validate would, or MXAUTH_BUFFER_TOO_SMALL. Since 0.1.
 */
mxauth_status mxauth_claims(mxauth_validator *validator, const char *token, size_t length, char *buffer,
                            size_t capacity, size_t *needed, mxauth_error *error);

/**
 * Validates `token` and writes what was checked, in order, up to the check that refused it, as JSON:
 * {"status", "name", "sentence", "remedy", "checks": [{"check", "passed", "subject", "expected", "found", "source"}],
 * and for a good token "verdict": {"issuer", "user_id", "device_id", "subject", "client_id", "grants",
 * "unknown_scopes", "expires_at", "issued_at"}}. It is the same code path as mxauth_validate, observed. Any thread.
 * Returns MXAUTH_OK when the explanation was written, whatever the token's verdict; else MXAUTH_MISUSE,
 * MXAUTH_BUFFER_TOO_SMALL or MXAUTH_INTERNAL. Since 0.1.
 */
mxauth_status mxauth_explain(mxauth_validator *validator, const char *token, size_t length, char *buffer,
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

/* --------------------------------------------------------- Authorization */

/**
 * May whoever sends this request send it? `verdict` is what mxauth_validate has found out about its token, NULL if it came
 * without one; `method` and `path` (with or without a query) are those of the request, as they were sent. The table of
 * endpoints and what tokens need for them is described in docs/matrix.md, together with what is refused in a path.
 *
 * A host that knows tokens of its own fills in a verdict for them: status MXAUTH_OK and the grants, among which
 * MXAUTH_GRANT_GUEST leaves a guest what guests may do, and MXAUTH_GRANT_APPSERVICE (beside MXAUTH_GRANT_CLIENT_API) opens
 * what is for application services. Users, rooms and namespaces are the host's to look at.
 *
 * Any thread; never waits and allocates nothing unless it refuses and `error` is given. Returns MXAUTH_OK;
 * MXAUTH_ENDPOINT_UNKNOWN; MXAUTH_METHOD_UNKNOWN; MXAUTH_TOKEN_MISSING; verdict->status if it is not
 * MXAUTH_OK and the endpoint looks at tokens; MXAUTH_GUEST_FORBIDDEN; MXAUTH_SCOPE_INSUFFICIENT, and then error->message
 * says which scope would do; MXAUTH_MISUSE (NULL, struct_size, a verdict with no status of the table). Since 0.1.
 */
mxauth_status mxauth_authorize(mxauth_validator *validator, const mxauth_verdict *verdict, const char *method,
                               size_t method_length, const char *path, size_t path_length, mxauth_error *error);

/**
 * Writes what the `length` bytes of scope at `scope` (RFC 6749 section 3.3) grant here into `*grants`, for tokens that the
 * host knows by itself. Unknown scopes grant nothing. Any thread. Returns MXAUTH_OK, MXAUTH_SCOPE_MALFORMED,
 * MXAUTH_DEVICE_AMBIGUOUS, MXAUTH_DEVICE_INVALID or MXAUTH_MISUSE (NULL). Since 0.1.
 */
mxauth_status mxauth_scope_grants(mxauth_validator *validator, const char *scope, size_t length, uint64_t *grants,
                                  mxauth_error *error);
/**
 * Writes a scope that is enough for requests with that method and path, for mxauth_error_response to name: all scopes that
 * are needed together, or the first of those that are enough alone. Empty if no scope is needed, or none helps, since the
 * endpoint is for application services; a scope of the option scope_rule is never named. Any thread. Returns MXAUTH_OK,
 * MXAUTH_ENDPOINT_UNKNOWN, MXAUTH_BUFFER_TOO_SMALL or MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_required_scope(mxauth_validator *validator, const char *method, size_t method_length,
                                    const char *path, size_t path_length, char *buffer, size_t capacity,
                                    size_t *needed, mxauth_error *error);

/* -------------------------------------------------------------- Requests */

/**
 * Writes what a repetition of a request is known by (MSC3970): two requests with the same text are one, which is answered
 * again as it was the first time. `verdict`, `method` and `path` are as for mxauth_authorize, which is to be asked first.
 *
 * The text is user, device, method and path with single spaces between them, in visible ASCII; compare and store it as
 * bytes, or its digest. The path is the one that was sent, with percent-encoding undone once and without its query: two
 * spellings of it have the same text, two versions of an endpoint (r0 and v3) have not. The device is the same after a
 * refresh, and another one after another login. Where the verdict names none, the field is empty for guests
 * (MXAUTH_GRANT_GUEST) and application services (MXAUTH_GRANT_APPSERVICE), who are known by their user alone; for other
 * tokens there is no key.
 *
 * For local echo, `transaction_id` is given only to whom reads the event on the same user and device.
 *
 * Any thread. Returns MXAUTH_OK; MXAUTH_ENDPOINT_UNKNOWN; verdict->status if it is not MXAUTH_OK, MXAUTH_TOKEN_MISSING for
 * no verdict; MXAUTH_INPUT_INVALID, whose error->subject is "path" (an endpoint without a transaction ID), "user_id" or
 * "device_id" (the verdict has none); MXAUTH_BUFFER_TOO_SMALL or MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_transaction_key(mxauth_validator *validator, const mxauth_verdict *verdict, const char *method,
                                     size_t method_length, const char *path, size_t path_length, char *buffer,
                                     size_t capacity, size_t *needed, mxauth_error *error);

/*
 * What a request needs besides its token. 0 is none of the numbers below, so that a variable that was never written
 * decides nothing.
 */
#define MXAUTH_UIA_NONE 1            /**< No user-interactive authentication. */
#define MXAUTH_UIA_CROSS_SIGNING 2   /**< Ask mxauth_cross_signing_check; the stage is mxauth_cross_signing_stage's. */
#define MXAUTH_UIA_ELSEWHERE 3       /**< Not with this token: the user has to do it where the account is managed. */
#define MXAUTH_UIA_LEGACY 4          /**< The host's own stages (m.login.*); 404 M_UNRECOGNIZED if it has none. */
#define MXAUTH_UIA_LEGACY_CROSS_SIGNING 5 /**< Ask mxauth_cross_signing_check; the stages are the host's own. */

/**
 * Says which user-interactive authentication a request needs. `verdict`, `method` and `path` are as for mxauth_authorize,
 * which is to be asked first. A token is the host's own if its verdict's `kind` is MXAUTH_KIND_NONE, or it is a guest's; an
 * application service's if it has MXAUTH_GRANT_APPSERVICE; otherwise its client has it from an authorization server, and
 * could not go through the host's stages. A host that is its own authorization server sets MXAUTH_KIND_INTROSPECTED in
 * verdicts on such tokens. An application service needs none to register users, to delete devices or to upload
 * cross-signing keys (MSC4190).
 *
 * Sets `*need` to MXAUTH_UIA_…, and `*action`, unless `action` is NULL, to what mxauth_account_url takes to link to where
 * the account's owner can do the same (MSC4191): "" for the front page or for what has no such place (MXAUTH_UIA_NONE, a
 * login for another client). Static.
 *
 * Any thread. Returns MXAUTH_OK; MXAUTH_ENDPOINT_UNKNOWN; MXAUTH_TOKEN_MISSING; verdict->status if it is not MXAUTH_OK and
 * the endpoint has such authentication and looks at tokens; MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_interactive_auth(mxauth_validator *validator, const mxauth_verdict *verdict, const char *method,
                                      size_t method_length, const char *path, size_t path_length, uint32_t *need,
                                      const char **action, mxauth_error *error);

#define MXAUTH_DEVICE_UPDATE 1           /**< Do it: 200. */
#define MXAUTH_DEVICE_CREATE 2           /**< Make the device: 201. */
#define MXAUTH_DEVICE_NOT_FOUND 3        /**< 404 M_NOT_FOUND */
#define MXAUTH_DEVICE_DELETE 4           /**< Do it: 200, also for devices that there are not. */
#define MXAUTH_DEVICE_DELETE_AFTER_UIA 5 /**< The same after the host's own stages. */
#define MXAUTH_DEVICE_ELSEWHERE 6        /**< Not with this token: the user has to do it where the account is managed. */

/**
 * Says what comes of a request that changes devices (MSC4190): PUT or DELETE /devices/{deviceId}, POST /delete_devices.
 * Application services make devices and delete them without user-interactive authentication; others rename devices that
 * they have. `exists` is not 0 if the user has the device that the path names, and counts for PUT only. The rest is as
 * for mxauth_interactive_auth, `*decision` is one of MXAUTH_DEVICE_….
 *
 * Any thread. Returns what mxauth_interactive_auth does, or MXAUTH_INPUT_INVALID (an endpoint that changes no devices).
 * Since 0.1.
 */
mxauth_status mxauth_device_management(mxauth_validator *validator, const mxauth_verdict *verdict, const char *method,
                                       size_t method_length, const char *path, size_t path_length, int exists,
                                       uint32_t *decision, mxauth_error *error);

#define MXAUTH_APPSERVICE_REGISTERS 1         /**< A user is made, and nobody logged in. */
#define MXAUTH_APPSERVICE_LOGIN_UNSUPPORTED 2 /**< 400 M_APPSERVICE_LOGIN_UNSUPPORTED */

/**
 * Says what comes of an application service's POST /register on a server without the older login API (MSC4190): `body`,
 * JSON of at most 65536 bytes, has to have `inhibit_login` true. POST /login of type m.login.application_service is always
 * MXAUTH_APPSERVICE_LOGIN_UNSUPPORTED there. The user's name and the service's namespaces are the host's to look at.
 *
 * Any thread. Returns MXAUTH_OK, MXAUTH_INPUT_INVALID, MXAUTH_HOST_CONFLICT or MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_appservice_registration(const char *body, size_t length, uint32_t *decision, mxauth_error *error);

#define MXAUTH_CROSS_SIGNING_UNCHANGED 1 /**< Nothing in it is new: answer 200 and store nothing. */
#define MXAUTH_CROSS_SIGNING_FIRST 2     /**< No master key is stored: store the keys, without authentication. */
#define MXAUTH_CROSS_SIGNING_UIA 3       /**< User-interactive authentication first. */

/**
 * Says whether POST /keys/device_signing/upload needs user-interactive authentication (MSC3967). `upload` is the body of
 * the request. `stored` is an object of the keys that the user has, as they were uploaded, under the names of the body:
 * master_key, self_signing_key, user_signing_key; "{}" if there are none. A member that is null counts as absent. Both are
 * JSON of at most 65536 bytes.
 *
 * Keys are compared whole, signatures included; the order of members does not count. A key that is not stored is new, even
 * if the master key is the stored one. That keys are well-formed and signed is the host's to check. Not to be asked for
 * application services.
 *
 * Any thread. Returns MXAUTH_OK; MXAUTH_INPUT_INVALID: a document that cannot be read, a key that is no object, a further
 * member of `stored`; MXAUTH_HOST_CONFLICT or MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_cross_signing_check(const char *stored, size_t stored_length, const char *upload,
                                         size_t upload_length, uint32_t *decision, mxauth_error *error);

/** The client has come back, and its user has not approved: `errcode` M_FORBIDDEN and `error` are added. */
#define MXAUTH_STAGE_REPEATED ((uint32_t)1 << 0)

/**
 * Writes the body of the 401 response that sends the user of an OAuth client to approve a reset of cross-signing keys
 * (MSC4312): the stage m.oauth, and the same under its unstable name, with the `url` that mxauth_account_url makes of
 * `target` for org.matrix.cross_signing_reset; that of the front page if `target` is a metadata document without that action.
 * `session` is the host's, of 1 to 255 characters of visible ASCII. `flags` is 0 or MXAUTH_STAGE_REPEATED.
 *
 * How the approval comes from the authorization server to the host is theirs to settle. Any thread. Returns MXAUTH_OK;
 * MXAUTH_INPUT_INVALID: a session or target that cannot be used; MXAUTH_BUFFER_TOO_SMALL, MXAUTH_HOST_CONFLICT,
 * MXAUTH_INTERNAL or MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_cross_signing_stage(const char *target, size_t length, const char *session, uint32_t flags,
                                         char *buffer, size_t capacity, size_t *needed, mxauth_error *error);

/**
 * Writes the session that the body of an upload goes on with, `auth.session`; empty for a first request, without `auth`.
 * `auth` needs no other member; a `type` has to be that stage's name, and the rest is ignored. Whether it is a session of
 * this user's, and has been approved, only the host knows.
 *
 * Any thread. Returns MXAUTH_OK; MXAUTH_INPUT_INVALID: a body that cannot be read, `auth` without a session or of another
 * stage; MXAUTH_BUFFER_TOO_SMALL, MXAUTH_HOST_CONFLICT or MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_cross_signing_retry(const char *body, size_t length, char *buffer, size_t capacity, size_t *needed,
                                         mxauth_error *error);

/* ------------------------------------------------------------- Documents */

/*
 * What a homeserver or an authorization server reads and writes beside tokens, as pure functions. Documents are JSON of at most
 * 65536 bytes; those that are larger, not JSON, not an object, or with a member twice, are MXAUTH_INPUT_INVALID. `length`
 * is of the text before it. Results are text in the caller's buffer, as above. Each of these functions can also return
 * MXAUTH_MISUSE, MXAUTH_BUFFER_TOO_SMALL, MXAUTH_HOST_CONFLICT and MXAUTH_INTERNAL, and each is for any thread and never
 * waits. docs/matrix.md lists the rules.
 *
 * Reports are JSON: {"valid": boolean, "problems": [{"member", "rule", "source"}], "notes": [{"member", "note",
 * "source"}]}. Every violation is listed; an element of an array is called as in "redirect_uris[1]".
 */

/**
 * Checks a client's request to be registered (RFC 7591 section 3.1, MSC2966) and writes a report. A valid request has
 * "metadata" in it: the members to register and to echo beside the client_id, with localised ones, without grant types,
 * response types and members that are not known, and with the defaults that the client left out. Any other has "error":
 * "invalid_redirect_uri" if all problems are about redirect_uris, else "invalid_client_metadata" (RFC 7591 section 3.2.2).
 * Nothing is looked up: whether pages exist, or a host is a public suffix, is left to the caller.
 *
 * Returns MXAUTH_OK when the report was written, whatever it says, or MXAUTH_INPUT_INVALID. Since 0.1.
 */
mxauth_status mxauth_registration_check(const char *document, size_t length, char *buffer, size_t capacity,
                                        size_t *needed, mxauth_error *error);

/**
 * Checks an auth_metadata document (MSC2965, RFC 8414) and writes a report; its notes say what is missing for MSC4341
 * (device grant), MSC4191 (account management) and MSC3824. `issuer` is what the member of that name has to be, byte for
 * byte; NULL for any.
 *
 * Returns MXAUTH_OK when the report was written, whatever it says, or MXAUTH_INPUT_INVALID. Since 0.1.
 */
mxauth_status mxauth_metadata_check(const char *document, size_t length, const char *issuer, char *buffer,
                                    size_t capacity, size_t *needed, mxauth_error *error);

/**
 * Writes the auth_metadata document of a homeserver from its issuer's discovery document, of which it keeps what clients
 * have a use for, and from `overrides` (NULL and 0: none), whose members win; null there takes a member away. The
 * result always passes mxauth_metadata_check.
 *
 * Returns MXAUTH_OK, or MXAUTH_INPUT_INVALID: a document cannot be read, or the result would break rules, all of which
 * the error's message names as far as it goes. Since 0.1.
 */
mxauth_status mxauth_metadata_merge(const char *discovery, size_t length, const char *overrides,
                                    size_t overrides_length, char *buffer, size_t capacity, size_t *needed,
                                    mxauth_error *error);

#define MXAUTH_LOGIN_SSO ((uint32_t)1 << 0)                 /**< m.login.sso, with the m.login.token that ends it. */
#define MXAUTH_LOGIN_PASSWORD ((uint32_t)1 << 1)            /**< m.login.password */
#define MXAUTH_LOGIN_APPLICATION_SERVICE ((uint32_t)1 << 2) /**< m.login.application_service */
#define MXAUTH_LOGIN_OAUTH_AWARE_PREFERRED ((uint32_t)1 << 3) /**< m.login.sso is what OAuth-aware clients should use. */
#define MXAUTH_LOGIN_GET_TOKEN ((uint32_t)1 << 4)           /**< m.login.token with get_login_token. */

/**
 * Writes the answer to GET /_matrix/client/v3/login of a homeserver that offers older clients a way to its issuer
 * (MSC3824), with `oauth_aware_preferred` under its stable and its unstable name. `flags` are MXAUTH_LOGIN_…;
 * `identity_providers` is a JSON array for m.login.sso (NULL and 0: none), of which the specified members are kept.
 *
 * Returns MXAUTH_OK, or MXAUTH_INPUT_INVALID: flags that do not go together, or identity providers that cannot be read.
 * Since 0.1.
 */
mxauth_status mxauth_login_flows(uint32_t flags, const char *identity_providers, size_t length, char *buffer,
                                 size_t capacity, size_t *needed, mxauth_error *error);

#define MXAUTH_LOGIN_ACTION_NONE 0     /**< Not said, or something else. */
#define MXAUTH_LOGIN_ACTION_LOGIN 1
#define MXAUTH_LOGIN_ACTION_REGISTER 2

/**
 * Reads from the query of GET /_matrix/client/v3/login/sso/redirect what its user wants (MSC3824): `action`, else its
 * unstable name; values that are not known are ignored. Sets `*action` to MXAUTH_LOGIN_ACTION_….
 *
 * Returns MXAUTH_OK, MXAUTH_INPUT_INVALID (more than 65536 bytes) or MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_login_action(const char *query, size_t length, uint32_t *action, mxauth_error *error);

/**
 * Writes the link to where an account is managed (MSC4191): `target` is a metadata document, of which only advertised
 * actions are linked to, in the spelling that it advertises, or the URL alone. `action` is one of MSC4191's, in its
 * present or an old spelling; NULL is the front page. `device_id` is for the actions about a device, which need it; else
 * NULL.
 *
 * Returns MXAUTH_OK, or MXAUTH_INPUT_INVALID: no such URL, an action that is unknown or not advertised, a device missing
 * or too many. Since 0.1.
 */
mxauth_status mxauth_account_url(const char *target, size_t length, const char *action, const char *device_id,
                                 char *buffer, size_t capacity, size_t *needed, mxauth_error *error);

/* ------------------------------------------------------------ Revocation */

#define MXAUTH_REVOKE_TOKEN 1   /**< The token itself. */
#define MXAUTH_REVOKE_JTI 2     /**< The token with that `jti`. */
#define MXAUTH_REVOKE_SESSION 3 /**< All tokens with that `sid`. */
#define MXAUTH_REVOKE_DEVICE 4  /**< All tokens of a device: the user ID, a space, the device ID. */
#define MXAUTH_REVOKE_USER 5    /**< All tokens of a Matrix user ID. */
#define MXAUTH_REVOKE_SUBJECT 6 /**< All tokens with that `sub`. */
#define MXAUTH_REVOKE_ISSUER 7  /**< All tokens of an issuer, named as in its option. */

/**
 * Refuses tokens from the next call on, on every thread, whether they have been seen before or not: those that `kind`
 * (MXAUTH_REVOKE_…) and `value` describe and whose `iat` is `not_before` (Unix seconds) or earlier, or absent. Since `iat`
 * has whole seconds, a token issued in the second of `not_before` is refused too. 0 means, for a token, jti or session,
 * whenever it was issued; for the others, up to now.
 *
 * Remembered for the time of revocation_lifetime, within revocation_bytes. Revoking the same again changes nothing but
 * that. A forked child and its parent are told separately. Any thread. Returns MXAUTH_OK, MXAUTH_MISUSE (NULL, no such
 * kind, a value that cannot be one), MXAUTH_ISSUER_UNKNOWN or MXAUTH_REVOCATIONS_FULL. Since 0.1.
 */
mxauth_status mxauth_revoke(mxauth_validator *validator, uint32_t kind, const char *value, int64_t not_before,
                            mxauth_error *error);

#define MXAUTH_TOKEN_HINT_NONE 0
#define MXAUTH_TOKEN_HINT_ACCESS 1  /**< token_type_hint=access_token */
#define MXAUTH_TOKEN_HINT_REFRESH 2 /**< token_type_hint=refresh_token */

/**
 * Logs out: refuses `token` (an access or refresh token) here from now on, as MXAUTH_REVOKE_TOKEN does, and asks its issuer
 * to revoke it and the other token of the pair (RFC 7009, MSC4254), by an exchange with issuer.revocation_uri or the
 * revocation_endpoint of its metadata. `issuer` is that of the token's verdict; `hint` MXAUTH_TOKEN_HINT_…. `client_id` names
 * the public client whose token it is (verdict->client_id); NULL sends this server's own credentials for the issuer, if it
 * has any. Verdicts on other tokens of the session stay in the cache for issuer.cache_ttl at most: revoke the device or
 * session as well to end them at once.
 *
 * With a `timeout_ms` of 0 it never waits: MXAUTH_PENDING until the exchange is completed, after which the same call says
 * once what came of it. Otherwise it blocks for so many milliseconds at most, MXAUTH_TIMED_OUT then; somebody else has to
 * carry the exchanges meanwhile. Any thread. Returns MXAUTH_OK when the issuer has revoked it, or never knew it;
 * MXAUTH_ISSUER_REFUSES_US (HTTP 4xx: not the client's token, or no such client); MXAUTH_ISSUER_UNAVAILABLE,
 * MXAUTH_ISSUER_BUSY (1,024 requests are under way) or MXAUTH_ANSWER_INVALID, after which it can be tried again;
 * MXAUTH_CONFIG_INCOMPLETE: the issuer's endpoint is not known. Before anything is sent: MXAUTH_REVOCATIONS_FULL,
 * MXAUTH_ISSUER_UNKNOWN, MXAUTH_MISUSE, MXAUTH_INTERNAL. Since 0.1.
 */
mxauth_status mxauth_revoke_at_issuer(mxauth_validator *validator, uint32_t issuer, const char *token, size_t length,
                                      uint32_t hint, const char *client_id, int64_t timeout_ms, mxauth_error *error);

/**
 * Takes a notice of `length` bytes that an issuer has signed, and revokes what it says: an OpenID Connect back-channel
 * logout token (a session, else a subject), or a security event token (RFC 8417) with CAEP's session-revoked (a subject
 * identifier of RFC 9493: opaque for a session, iss_sub, or a complex one of these). It must be addressed to
 * issuer.client_id or one of issuer.audience, and is taken once. Only tokens of that issuer are affected.
 *
 * Any thread; never waits. Returns MXAUTH_OK; MXAUTH_PENDING if keys have to be fetched first, after which the same call
 * answers; MXAUTH_NOTICE_INVALID, MXAUTH_NOTICE_REPLAYED, MXAUTH_REVOCATIONS_FULL, MXAUTH_MISUSE or, as for a token, the
 * reason why it is refused. Since 0.1.
 */
mxauth_status mxauth_revoke_signed(mxauth_validator *validator, const char *notice, size_t length, mxauth_error *error);

/* ------------------------------------------------------------- Exchanges */

/**
 * One HTTP request that the validator wants done. `url` and `headers` are borrowed from the validator until the
 * exchange is completed or its `timeout_ms` is over.
 *
 * Do it with certificates and host names checked, without following redirects and without a proxy that you would not
 * trust with the issuer's keys, and hand in what comes back, whatever its HTTP status. A body is sent as it stands, with
 * a Content-Length. Do not log it, nor the headers: they hold tokens and secrets.
 */
typedef struct mxauth_exchange {
  uint32_t struct_size;   /**< Set by the caller: sizeof(mxauth_exchange). */
  uint32_t timeout_ms;    /**< Milliseconds that are left for it; later it counts as failed. */
  uint64_t id;            /**< What mxauth_complete_exchange calls it by. */
  const char *method;     /**< "GET" or "POST" */
  const char *url;
  const char *headers;    /**< Lines of "Name: value", each ended by CRLF; may be "". */
  const char *body;       /**< `body_length` bytes; NULL when there is none. Holds a token, and perhaps a secret. */
  size_t body_length;
  size_t max_response;    /**< Bytes of body worth reading: longer responses are refused. */
} mxauth_exchange;

#define MXAUTH_EXCHANGE_INIT { sizeof(mxauth_exchange), 0, 0, 0, 0, 0, 0, 0, 0 }

/** What came back. Everything is borrowed for the call only. */
typedef struct mxauth_response {
  uint32_t struct_size;   /**< Set by the caller: sizeof(mxauth_response). */
  uint32_t http_status;   /**< 0 when there was no response at all. */
  const char *headers;    /**< The response's header lines, CRLF or LF between them; NULL when there are none. */
  size_t headers_length;
  const char *body;       /**< NULL when there is none. */
  size_t body_length;
} mxauth_response;

#define MXAUTH_RESPONSE_INIT { sizeof(mxauth_response), 0, 0, 0, 0, 0 }

/**
 * Takes the next exchange that tokens or timers have made due. Any thread; may read a key file that has changed.
 * Returns MXAUTH_OK, MXAUTH_IDLE when there is none, or MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_next_exchange(mxauth_validator *validator, mxauth_exchange *exchange);

/**
 * Hands in the response to exchange `id`; tokens that waited for it can then be validated again. Any thread; may write
 * a small file to state_dir. Returns MXAUTH_OK whatever the response was good for, MXAUTH_EXCHANGE_UNKNOWN (completed
 * before, or over time) or MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_complete_exchange(mxauth_validator *validator, uint64_t id, const mxauth_response *response,
                                       mxauth_error *error);

/**
 * Milliseconds until mxauth_next_exchange should be called again though no token has asked for anything; -1 for never.
 * Any thread. Since 0.1.
 */
int64_t mxauth_next_deadline(mxauth_validator *validator);

/**
 * A descriptor for poll, epoll or kqueue: readable when an exchange has become due or has been completed. Owned by the
 * validator; a forked child has its own under the same number. -1 if no descriptor could be had. Any thread.
 * Since 0.1.
 */
int mxauth_event_fd(mxauth_validator *validator);

/** Makes the descriptor unreadable until the next event. Any thread. Since 0.1. */
void mxauth_clear_events(mxauth_validator *validator);

/**
 * Starts a thread that carries the validator's exchanges with libcurl, which is loaded now and not before. The thread
 * blocks all signals. Nothing happens if it runs already. Not while another thread starts or stops it.
 * Returns MXAUTH_OK, MXAUTH_TRANSPORT_UNAVAILABLE or MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_transport_start(mxauth_validator *validator, mxauth_error *error);

/** Stops that thread and waits for it; exchanges under way count as failed. Since 0.1. */
void mxauth_transport_stop(mxauth_validator *validator);

/* ------------------------------------------------------------ Statistics */

/** What a validator has done since it was made. */
typedef struct mxauth_stats {
  uint32_t struct_size;        /**< Set by the caller: sizeof(mxauth_stats). */
  uint32_t key_sets;           /**< Issuers whose key set serves now. */
  uint64_t validations;        /**< Tokens judged, whatever came of it. */
  uint64_t accepted;           /**< Of them, good. */
  uint64_t pending;            /**< Of them, left pending. */
  uint64_t exchanges_ok;       /**< Exchanges that brought something. */
  uint64_t exchanges_failed;   /**< Exchanges that did not. */
  uint64_t key_sets_replaced;  /**< Times that a newer key set was taken into use. */
  uint64_t key_sets_unchanged; /**< Times that an issuer confirmed the one we had (304). */
  uint64_t log_dropped;        /**< Messages that the log's limit held back. */
  uint64_t cache_hits;         /**< Tokens judged from the verdict cache. */
  uint64_t cache_entries;      /**< Verdicts in it now, refusals included. */
  uint64_t cache_bytes;        /**< The bytes that they take. */
  uint64_t introspections;     /**< Answers about tokens that issuers have given. */
  uint64_t revocations;        /**< Revocations remembered, notices that were taken included. */
} mxauth_stats;

#define MXAUTH_STATS_INIT { sizeof(mxauth_stats), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/** Fills `stats`. Any thread. Returns MXAUTH_OK or MXAUTH_MISUSE. Since 0.1. */
mxauth_status mxauth_statistics(mxauth_validator *validator, mxauth_stats *stats);

/**
 * Writes the statistics in Prometheus' text format: validations by status, exchanges by result, and for each issuer
 * the age of its key set, when it is next fetched, and whether it serves; and how many keys have been prepared. Any thread.
 * Returns MXAUTH_OK, MXAUTH_BUFFER_TOO_SMALL or MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_metrics(mxauth_validator *validator, char *buffer, size_t capacity, size_t *needed,
                             mxauth_error *error);

/* ---------------------------------------------------------------- Bearer */

/**
 * Takes any visible ASCII for a token's characters, not only those of RFC 6750: for matching tokens that an
 * administrator has chosen, such as the as_token of an application service. See mxauth_bearer_extract.
 */
#define MXAUTH_BEARER_ANY_CHARACTERS ((uint32_t)1 << 0)

/**
 * Finds the access token of a request (RFC 6750 section 2) and writes it to `buffer`, as described above mxauth_claims.
 *
 * `authorization` is the value of the Authorization header, without the whitespace around it; NULL if the request has
 * none, which is not the same as an empty one. It has to be "Bearer" in any case, one or more spaces, and a token; any
 * other scheme is malformed. A server that gets several such headers joins them with commas, as RFC 9110 section 5.3
 * has it, and the request is refused.
 *
 * `query` is the query of the request's URL without its question mark, percent-encoded as it came; it may be empty.
 * NULL if a token there does not count: the Matrix specification lets servers take the parameter access_token up to
 * version 1.19 and has dropped it since. Names and values are decoded once, with "+" for a space.
 *
 * `flags` is 0 or MXAUTH_BEARER_ANY_CHARACTERS. A host with static tokens of its own extracts with that flag first,
 * compares with them in constant time (CRYPTO_memcmp), and for any other token extracts again without it, or goes on
 * to mxauth_validate, which refuses what the issuer cannot have given out.
 *
 * Wipe `buffer` after use if tokens must not stay in memory. Any thread. Returns MXAUTH_OK, MXAUTH_TOKEN_MISSING,
 * MXAUTH_TOKEN_TOO_LARGE (more than 1,048,576 bytes of either), MXAUTH_BEARER_AMBIGUOUS, MXAUTH_BEARER_MALFORMED,
 * MXAUTH_BUFFER_TOO_SMALL or MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_bearer_extract(const char *authorization, size_t length, const char *query, size_t query_length,
                                    uint32_t flags, char *buffer, size_t capacity, size_t *needed,
                                    mxauth_error *error);

/* ---------------------------------------------------------------- Errors */

/** An HTTP response that refuses a request, ready to send. Set struct_size before use, as MXAUTH_REPLY_INIT does. */
typedef struct mxauth_reply {
  uint32_t struct_size;        /**< Set by the caller: sizeof(mxauth_reply). */
  uint32_t http_status;
  uint32_t body_length;        /**< Bytes of `body`, without its NUL. */
  uint32_t challenge_length;   /**< Bytes of `www_authenticate`, without its NUL; 0: leave the header out. */
  char body[512];              /**< JSON: `errcode`, `error` and, for M_UNKNOWN_TOKEN, `soft_logout`. */
  char www_authenticate[1280]; /**< The value of WWW-Authenticate. */
} mxauth_reply;

#define MXAUTH_REPLY_INIT { sizeof(mxauth_reply), 0, 0, 0, { 0 }, { 0 } }

/**
 * Fills `reply` with what a client is told of `status`, any but MXAUTH_OK: the answers of mxauth_describe for
 * `validator`, those of mxauth_status_describe for NULL. `error` in the body and `error_description` in the challenge
 * are the status's sentence and nothing else, so that neither claims nor configuration get out; what is in an
 * mxauth_error is for the host's log.
 *
 * 401 and 403 have a challenge (RFC 6750 section 3): `realm` (server_name, else "Matrix") if the status has no
 * oauth_error, as when there was no token; otherwise `error`, `error_description` and, for insufficient_scope, `scope`,
 * which is the `scope` given here, or urn:matrix:client:api:* for NULL; an empty one is left out. With the option
 * resource_metadata each has that parameter too (RFC 9728 section 5.1). A browser's script sees the header only if the
 * host lists it in Access-Control-Expose-Headers.
 *
 * Send the body as application/json. Any thread. Returns MXAUTH_OK, or MXAUTH_MISUSE (reply NULL, struct_size too
 * small, MXAUTH_OK or no status, a scope that is none or longer than 511 bytes), which leaves in `reply`, if it can be
 * written, an answer of 500. Since 0.1.
 */
mxauth_status mxauth_error_response(mxauth_validator *validator, mxauth_status status, const char *scope,
                                    mxauth_reply *reply);

/* ---------------------------------------------------------------- Scopes */

/*
 * What MSC2967 says of scopes, for authorization servers and for whoever looks into one. Both its spellings, the stable
 * one (urn:matrix:client:) and the one from before it was merged (urn:matrix:org.matrix.msc2967.client:), mean the same.
 * A scope is the text of a `scope` parameter, of at most 65,536 bytes and 1,024 tokens; NULL and 0 are an empty one.
 * Each function returns, besides what it says itself, MXAUTH_BUFFER_TOO_SMALL, MXAUTH_MISUSE, MXAUTH_INTERNAL or
 * MXAUTH_INPUT_INVALID (too large or too many tokens).
 */

/** The scope is that of a login, which has to name a device. */
#define MXAUTH_SCOPE_OF_LOGIN ((uint32_t)1 << 0)

/**
 * Writes what is in `scope`, as JSON: {"valid", "grants" (MXAUTH_GRANT_…, 0 if not valid), "device_id" ("" for none),
 * "unknown_scopes", "tokens": [{"scope", "kind", "spelling", "device_id", "grants"}], "problems": [{"member", "rule",
 * "source"}]}. "kind" is api, device, openid, synapse_admin, mas_admin, draft (of an open proposal: grants nothing
 * without the option draft_scopes, and nothing here), unknown or malformed; "spelling" stable, unstable or "" (there is
 * only one); a token's "grants" says whether it grants anything. `flags` is 0 or MXAUTH_SCOPE_OF_LOGIN. Any thread. Returns MXAUTH_OK when the report was written, whatever it says. Since 0.1.
 */
mxauth_status mxauth_scope_inspect(const char *scope, size_t length, uint32_t flags, char *buffer, size_t capacity,
                                   size_t *needed, mxauth_error *error);

/** Write both spellings, the stable one first, as Matrix Authentication Service does for older homeservers. */
#define MXAUTH_SCOPE_BOTH_SPELLINGS ((uint32_t)1 << 0)

/**
 * Writes `scope` in the stable spelling and its order, without repetitions. Only api:* and device: are spelled anew;
 * other scopes stay as they are, whatever their prefix, so that the result grants exactly what `scope` does. `flags` is
 * 0 or MXAUTH_SCOPE_BOTH_SPELLINGS. Any thread. Returns MXAUTH_OK, MXAUTH_SCOPE_MALFORMED, MXAUTH_DEVICE_AMBIGUOUS or
 * MXAUTH_DEVICE_INVALID. Since 0.1.
 */
mxauth_status mxauth_scope_normalise(const char *scope, size_t length, uint32_t flags, char *buffer, size_t capacity,
                                     size_t *needed, mxauth_error *error);

/**
 * Writes the scope of a refreshed token: `requested`, if all of it was granted, in either spelling; all of `granted`, if
 * `requested` is empty (RFC 6749 sections 3.1 and 6); without repetitions. Any thread. Returns MXAUTH_OK, MXAUTH_SCOPE_WIDENED, whose
 * error->message names the first token too many, MXAUTH_SCOPE_MALFORMED, MXAUTH_DEVICE_AMBIGUOUS or
 * MXAUTH_DEVICE_INVALID. Since 0.1.
 */
mxauth_status mxauth_scope_narrow(const char *granted, size_t granted_length, const char *requested,
                                  size_t requested_length, char *buffer, size_t capacity, size_t *needed,
                                  mxauth_error *error);

/**
 * Writes the tokens of `first` and then those that `second` adds, without repetitions. Any thread. Returns MXAUTH_OK,
 * MXAUTH_SCOPE_MALFORMED, MXAUTH_DEVICE_AMBIGUOUS (two devices, also one from each) or MXAUTH_DEVICE_INVALID. Since 0.1.
 */
mxauth_status mxauth_scope_merge(const char *first, size_t first_length, const char *second, size_t second_length,
                                 char *buffer, size_t capacity, size_t *needed, mxauth_error *error);

/**
 * Writes what is to be said of a device ID, as JSON: {"valid", "length", "unreserved", "long_enough", "mas", "problems"}.
 * It is valid with 1 to 255 bytes that can stand in a scope token. "unreserved" (only RFC 3986's unreserved characters)
 * and "long_enough" (10 or more of any) are what MSC2967 advises; servers may refuse other IDs. "mas": Matrix
 * Authentication Service takes it. Any thread. Returns MXAUTH_OK when the report was written, whatever it says.
 * Since 0.1.
 */
mxauth_status mxauth_device_id_check(const char *device_id, size_t length, char *buffer, size_t capacity,
                                     size_t *needed, mxauth_error *error);

/**
 * Writes a new device ID: 16 letters and digits (A to Z, 2 to 7), of 80 random bits from libcrypto. Each call draws
 * another one, so ask with a buffer of 17 bytes or more. Any thread. Returns MXAUTH_OK. Since 0.1.
 */
mxauth_status mxauth_device_id_generate(char *buffer, size_t capacity, size_t *needed, mxauth_error *error);

/* ---------------------------------------------------------------- Grants */

/*
 * What an authorization server decides about codes, device codes and refresh tokens (MSC2964, MSC4341), as pure functions:
 * they store nothing, look nothing up and know no clock. Each is for any thread and never waits.
 */

/**
 * Checks the code_verifier that a client redeems a code with against the code_challenge and code_challenge_method of its
 * authorization request (RFC 7636 section 4.6), in constant time. Only S256 will do; `method` NULL means that the request
 * had none, which RFC 7636 reads as plain and which is refused like any other.
 *
 * Returns MXAUTH_OK; MXAUTH_GRANT_INVALID when the challenge was made of another verifier; MXAUTH_INPUT_INVALID with
 * error->subject code_verifier, code_challenge or code_challenge_method for what is none; or MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_pkce_check(const char *verifier, size_t length, const char *challenge, size_t challenge_length,
                                const char *method, mxauth_error *error);

/**
 * Writes the S256 code_challenge of a code_verifier (RFC 7636 section 4.2): 43 characters of base64url, so 44 bytes are
 * room enough. Returns MXAUTH_OK, MXAUTH_INPUT_INVALID (code_verifier), MXAUTH_BUFFER_TOO_SMALL or MXAUTH_MISUSE.
 * Since 0.1.
 */
mxauth_status mxauth_pkce_challenge(const char *verifier, size_t length, char *buffer, size_t capacity, size_t *needed,
                                    mxauth_error *error);

/** The server lists `create` in prompt_values_supported. */
#define MXAUTH_AUTHORIZATION_PROMPT_CREATE ((uint32_t)1 << 0)

/**
 * Checks a request to the authorization endpoint (RFC 6749 section 4.1.1, MSC2964) and writes a report, as described under
 * "Documents". `query` is the query of the URL, percent-encoded as it came, with or without its question mark, or the body
 * of a POST. `client` is the client's metadata as mxauth_registration_check gives them under "metadata"; with a member
 * client_id, the request's has to be that, and without one the caller must have looked the client up by it. `flags` is 0
 * or MXAUTH_AUTHORIZATION_PROMPT_CREATE. A problem's "member" is the parameter; "query" for all of it, and
 * "client.grant_types" or "client.response_types" where the client may not ask for a code.
 *
 * A valid request has "request" in it: the parameters decoded, client_id, redirect_uri, response_type, response_mode
 * ("query" where it was left out), state, code_challenge, code_challenge_method, "scope" in the stable spelling and
 * without repetitions, the "device_id" that it names, and, if they are there, prompt, nonce, display, max_age, ui_locales
 * and login_hint. Notes name scopes that only the server can decide about. Any other has "error" (RFC 6749 section
 * 4.1.2.1), which is that of the first problem, and "redirect": whether it may be sent to the redirect_uri, which it may
 * not if that or the client_id is at fault; then it can only be shown to the user. With true there is "reply" as well: the
 * redirect_uri, response_mode and, if it can be used, state to send it with; RFC 9207 adds the server's `iss`.
 *
 * Returns MXAUTH_OK when the report was written, whatever it says; MXAUTH_INPUT_INVALID (more than 65536 bytes or 256
 * parameters, client metadata that cannot be read); MXAUTH_BUFFER_TOO_SMALL, MXAUTH_HOST_CONFLICT, MXAUTH_INTERNAL or
 * MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_authorization_check(const char *query, size_t length, const char *client, size_t client_length,
                                         uint32_t flags, char *buffer, size_t capacity, size_t *needed,
                                         mxauth_error *error);

/**
 * What a server keeps of a session for its refresh tokens to rotate (MSC2964; Matrix specification, "Refreshing access
 * tokens"). A generation is a number for one access token with the refresh token that was issued beside it, and is stored
 * with both; a session begins with generation 1, as MXAUTH_REFRESH_STATE_INIT says.
 */
typedef struct mxauth_refresh_state {
  uint32_t struct_size; /**< Set by the caller: sizeof(mxauth_refresh_state). */
  uint32_t flags;       /**< 0 or MXAUTH_REFRESH_REVOKED. */
  uint64_t newest;      /**< The generation that was issued last. */
  uint64_t previous;    /**< The generation whose refresh token got it, while that is still usable; else 0. */
} mxauth_refresh_state;

#define MXAUTH_REFRESH_STATE_INIT { sizeof(mxauth_refresh_state), 0, 1, 0 }

/** The session has ended. */
#define MXAUTH_REFRESH_REVOKED ((uint32_t)1 << 0)

#define MXAUTH_REFRESH_USE_REFRESH 1 /**< A client presents the refresh token of the generation for new ones. */
#define MXAUTH_REFRESH_USE_ACCESS 2  /**< A request comes with the access token of the generation. */
#define MXAUTH_REFRESH_REVOKE 3      /**< The client, its user or an administrator ends the session; of no generation. */

#define MXAUTH_REFRESH_REFUSE 0         /**< The token is not good; the session goes on as it was, if it does. */
#define MXAUTH_REFRESH_ALLOW 1          /**< The access token is good, as far as rotation is concerned. */
#define MXAUTH_REFRESH_ISSUE 2          /**< Issue an access and a refresh token of the generation `issued`. */
#define MXAUTH_REFRESH_REVOKE_SESSION 3 /**< Delete all tokens of the session: it has ended, or is compromised. */

/** What is to be done. Set struct_size before use, as MXAUTH_REFRESH_OUTCOME_INIT does. */
typedef struct mxauth_refresh_outcome {
  uint32_t struct_size; /**< Set by the caller: sizeof(mxauth_refresh_outcome). */
  uint32_t action;      /**< MXAUTH_REFRESH_REFUSE, …_ALLOW, …_ISSUE or …_REVOKE_SESSION. */
  uint64_t issued;      /**< With …_ISSUE the new generation; else 0. */
  uint64_t retired[2];  /**< Generations whose tokens are not good from now on, both of them; 0 for none. */
} mxauth_refresh_outcome;

#define MXAUTH_REFRESH_OUTCOME_INIT { sizeof(mxauth_refresh_outcome), 0, 0, { 0, 0 } }

/**
 * Decides about an `event` (MXAUTH_REFRESH_USE_REFRESH, …_USE_ACCESS or …_REVOKE) and changes `*state` accordingly. Two
 * generations at most are good at a time: the newest and the one that it was got with, which stays until a token of the
 * newest has been used, so that a client that never received the newest can refresh again; it then gets a pair that
 * replaces the one that was lost. Any other refresh token that was ever issued means that two have the same token, and
 * ends the session. An access token that is not good any more is refused and ends nothing: requests overtake each other.
 *
 * Whether an access token has expired, and whether it is the right client that brings a refresh token, is for the caller
 * to look at before. A refresh that is refused, or ends the session, is answered with what mxauth_error_response has for
 * MXAUTH_GRANT_INVALID. Read, step and store within one transaction of the database, in which the new pair is stored, too.
 *
 * Returns MXAUTH_OK when it was decided, whatever the action is; MXAUTH_INPUT_INVALID (a generation that was never issued,
 * one after which there is no number, a state that is none) or MXAUTH_MISUSE, both of which change nothing but set
 * outcome->action to MXAUTH_REFRESH_REFUSE where it can be written. Since 0.1.
 */
mxauth_status mxauth_refresh_step(mxauth_refresh_state *state, uint32_t event, uint64_t generation,
                                  mxauth_refresh_outcome *outcome, mxauth_error *error);

/** What a server keeps of a device code (MSC4341, RFC 8628). Times are Unix seconds. */
typedef struct mxauth_device_grant {
  uint32_t struct_size; /**< Set by the caller: sizeof(mxauth_device_grant). */
  uint32_t flags;       /**< 0, MXAUTH_DEVICE_GRANT_REDEEMED or MXAUTH_DEVICE_GRANT_EXPIRED; kept by polls. */
  uint32_t decision;    /**< The user's, set by the caller: MXAUTH_DEVICE_GRANT_PENDING, …_APPROVED or …_DENIED. */
  uint32_t interval;    /**< Seconds to wait between polls, as the client was told; 0: not told, which means 5. */
  int64_t last_poll;    /**< -1: none so far. */
  int64_t expires_at;   /**< From that second on the code is not good. */
} mxauth_device_grant;

#define MXAUTH_DEVICE_GRANT_INIT(expires_at, interval) \
  { sizeof(mxauth_device_grant), 0, MXAUTH_DEVICE_GRANT_PENDING, (uint32_t)(interval), -1, (int64_t)(expires_at) }

#define MXAUTH_DEVICE_GRANT_REDEEMED ((uint32_t)1 << 0) /**< Tokens have been issued. */
#define MXAUTH_DEVICE_GRANT_EXPIRED ((uint32_t)1 << 1)  /**< The client has been told that the code has expired. */

#define MXAUTH_DEVICE_GRANT_PENDING 0
#define MXAUTH_DEVICE_GRANT_APPROVED 1
#define MXAUTH_DEVICE_GRANT_DENIED 2

#define MXAUTH_DEVICE_POLL_ISSUE 1     /**< Issue tokens, now and never again. */
#define MXAUTH_DEVICE_POLL_PENDING 2   /**< authorization_pending */
#define MXAUTH_DEVICE_POLL_SLOW_DOWN 3 /**< slow_down: the interval has become five seconds longer. */
#define MXAUTH_DEVICE_POLL_DENIED 4    /**< access_denied */
#define MXAUTH_DEVICE_POLL_EXPIRED 5   /**< expired_token */
#define MXAUTH_DEVICE_POLL_REDEEMED 6  /**< invalid_grant */

/**
 * Decides what a client is answered that polls for tokens at `now` (RFC 8628 section 3.5), sets `*outcome` to
 * MXAUTH_DEVICE_POLL_… and changes `*grant` accordingly. What comes first wins: redeemed, expired, denied, approved, and
 * only while the user has not decided whether the poll comes too early. The clock may be set back: what has expired stays
 * so, and a poll before the last one counts as too early once. Read, poll and store within one transaction of the
 * database, in which the tokens are stored, too.
 *
 * Returns MXAUTH_OK, MXAUTH_INPUT_INVALID (times before 1970, values that are none) or MXAUTH_MISUSE. Since 0.1.
 */
mxauth_status mxauth_device_grant_poll(mxauth_device_grant *grant, int64_t now, uint32_t *outcome, mxauth_error *error);

/**
 * The OAuth error of an MXAUTH_DEVICE_POLL_…, to be answered with HTTP status 400: "" for MXAUTH_DEVICE_POLL_ISSUE, NULL
 * for what is none. Static. Since 0.1.
 */
const char *mxauth_device_grant_error(uint32_t outcome);

#ifdef __cplusplus
}
#endif

#endif
