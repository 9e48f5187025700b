/* SPDX-License-Identifier: Apache-2.0
 *
 * Inputs as large as an attacker can make them: a clear answer, in bounded time and memory.
 */
#define _DEFAULT_SOURCE
#include <sys/resource.h>
#include <time.h>

#include "helper.h"

enum { MIB = 1048576 };
static mxauth_validator *validator;

/** A text under construction. */
typedef struct text {
  char *bytes;
  size_t length, room;
} text;

static void add(text *to, const char *bytes) {
  size_t size = strlen(bytes);
  if (to->length + size >= to->room) {
    to->room = (to->length + size) * 2 + 64;
    to->bytes = realloc(to->bytes, to->room);
    need(to->bytes != NULL, "memory");
  }
  memcpy(to->bytes + to->length, bytes, size + 1);
  to->length += size;
}

static text repeated(const char *before, const char *unit, size_t count, const char *after) {
  text made = {0};
  add(&made, before);
  for (size_t i = 0; i < count; i++) add(&made, unit);
  add(&made, after);
  return made;
}

static void add_base64url(text *to, const char *bytes, size_t size) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (size_t i = 0; i < size; i += 3) {
    uint32_t bits = (uint32_t)(unsigned char)bytes[i] << 16;
    if (i + 1 < size) bits |= (uint32_t)(unsigned char)bytes[i + 1] << 8;
    if (i + 2 < size) bits |= (unsigned char)bytes[i + 2];
    char four[5] = {alphabet[bits >> 18], alphabet[bits >> 12 & 63], alphabet[bits >> 6 & 63], alphabet[bits & 63], 0};
    if (size - i < 3) four[size - i + 1] = 0;
    add(to, four);
  }
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void judge(const char *what, const char *token, size_t length, mxauth_status expected) {
  char *exact = block_of(token, length);
  mxauth_verdict verdict;
  mxauth_error error = MXAUTH_ERROR_INIT;
  spoil(&verdict);
  double start = seconds();
  mxauth_status status = mxauth_validate(validator, exact, length, &verdict, &error);
  double taken = seconds() - start;
  check(status == expected && is_refusal(&verdict, expected), "%s: %s, not %s", what, mxauth_status_name(status),
        mxauth_status_name(expected));
  check(taken < 5, "%s took %.1f s", what, taken);
  size_t needed = 0;
  check(mxauth_explain(validator, exact, length, NULL, 0, &needed, NULL) == MXAUTH_BUFFER_TOO_SMALL && needed < 65536,
        "%s: an explanation of %zu bytes", what, needed);
  free(exact);
}

/** A token whose header or claims are `json`; signed by nobody. */
static void judge_json(const char *what, int as_header, text json, mxauth_status expected) {
  const char *header = "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"p-256\"}";
  const char *claims = "{\"iss\":\"https://issuer.example/\"}";
  text token = {0};
  add_base64url(&token, as_header ? json.bytes : header, as_header ? json.length : strlen(header));
  add(&token, ".");
  add_base64url(&token, as_header ? claims : json.bytes, as_header ? strlen(claims) : json.length);
  add(&token, ".");
  char zeros[64] = {0};
  add_base64url(&token, zeros, sizeof zeros);
  check(token.length <= MIB, "%s: the token has %zu bytes", what, token.length);
  judge(what, token.bytes, token.length, expected);
  free(token.bytes);
  free(json.bytes);
}

static void tokens(void) {
  text dots = repeated("", ".", MIB, "");
  judge("1 MiB of dots", dots.bytes, MIB, MXAUTH_TOKEN_MALFORMED);
  free(dots.bytes);
  text letters = repeated("", "A", MIB, "..");
  judge("1 MiB without a dot", letters.bytes, MIB, MXAUTH_TOKEN_OPAQUE);
  letters.bytes[MIB - 2] = letters.bytes[MIB - 1] = '.';
  judge("a header of 1 MiB", letters.bytes, MIB, MXAUTH_HEADER_MALFORMED);
  judge("1 MiB and a byte", letters.bytes, MIB + 1, MXAUTH_TOKEN_TOO_LARGE);
  letters.bytes[0] = letters.bytes[1] = '.';
  letters.bytes[MIB - 2] = letters.bytes[MIB - 1] = 'A';
  judge("a signature of 1 MiB", letters.bytes, MIB, MXAUTH_HEADER_MALFORMED);
  free(letters.bytes);
  text zeros = repeated("", "\001", MIB, "");
  memset(zeros.bytes, 0, MIB);
  judge("1 MiB of NUL", zeros.bytes, MIB, MXAUTH_TOKEN_OPAQUE);
  free(zeros.bytes);

  for (int header = 0; header < 2; header++) {
    mxauth_status malformed = header ? MXAUTH_HEADER_MALFORMED : MXAUTH_CLAIMS_MALFORMED;
    judge_json("arrays 100,000 deep", header, repeated("{\"x\":", "[", 100000, "}"), malformed);
    judge_json("objects 100,000 deep", header, repeated("", "{\"x\":", 100000, "1"), malformed);
    judge_json("700,000 brackets alone", header, repeated("", "[", 700000, ""), malformed);
    text members = {0};
    for (int i = 0; i < 100000; i++) {
      char member[32];
      snprintf(member, sizeof member, "%c\"%x\":", i == 0 ? '{' : ',', (unsigned)i);
      add(&members, member);
      add(&members, "0");
    }
    add(&members, "}");
    members.length = members.length > 780000 ? 780000 : members.length;
    judge_json("100,000 members", header, members, malformed);
    judge_json("one name 100,000 times", header, repeated("{\"x\":1", ",\"x\":1", 100000, "}"), malformed);
    judge_json("100,000 elements", header, repeated("{\"x\":[0", ",0", 100000, "]}"), malformed);
    judge_json("a string without an end", header, repeated("{\"x\":\"", "x", 780000, ""), malformed);
    judge_json("a number of 780,000 digits", header, repeated("{\"x\":", "9", 780000, "}"), malformed);
    judge_json("a number of 780,000 zeros", header, repeated("{\"x\":0.", "0", 780000, "}x"), malformed);
    judge_json("backslashes", header, repeated("{\"x\":\"", "\\\\", 390000, "}"), malformed);
  }
  judge_json("a string of 780,000 bytes", 0, repeated("{\"iss\":\"https://issuer.example/\",\"x\":\"", "x", 780000, "\"}"),
             MXAUTH_SIGNATURE_INVALID);
  judge_json("an issuer of 780,000 bytes", 0, repeated("{\"iss\":\"", "x", 780000, "\"}"), MXAUTH_ISSUER_UNKNOWN);
  judge_json("a kid of 780,000 bytes", 1, repeated("{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"", "x", 780000, "\"}"),
             MXAUTH_KEY_UNKNOWN);
  judge_json("an alg of 780,000 bytes", 1, repeated("{\"alg\":\"", "x", 780000, "\"}"), MXAUTH_ALGORITHM_NOT_ALLOWED);
}

static void set_keys(const char *what, const char *most, text keys, mxauth_status expected) {
  mxauth_config *config = mxauth_config_new();
  mxauth_error error = MXAUTH_ERROR_INIT;
  if (most != NULL) need(mxauth_config_set(config, "max_key_set_bytes", most, NULL) == MXAUTH_OK, most);
  need(mxauth_config_set(config, "issuer", "https://issuer.example/", NULL) == MXAUTH_OK, "an issuer");
  double start = seconds();
  mxauth_status status = mxauth_config_set(config, "issuer.keys", keys.bytes, &error);
  double taken = seconds() - start;
  check(status == expected, "%s: %s, not %s: %s", what, mxauth_status_name(status), mxauth_status_name(expected),
        error.message);
  check(taken < 20, "%s took %.1f s", what, taken);
  mxauth_config_free(config);
  free(keys.bytes);
}

/** `count` entries with one key under as many names. */
static text key_set(const json_t *corpus, size_t count, int one_name) {
  const json_t *jwk = json_array_get(json_object_get(json_object_get(json_object_get(corpus, "keys"), "main"), "keys"), 2);
  need(strcmp(text_of(jwk, "crv"), "P-256") == 0, "a key of P-256");
  text set = {0};
  for (size_t i = 0; i < count; i++) {
    char entry[256];
    snprintf(entry, sizeof entry, "%s{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"%zu\",\"x\":\"%s\",\"y\":\"%s\"}",
             i == 0 ? "{\"keys\":[" : ",", one_name ? 0 : i, text_of(jwk, "x"), text_of(jwk, "y"));
    add(&set, entry);
  }
  add(&set, "]}");
  return set;
}

static void key_sets(const json_t *corpus) {
  set_keys("10,000 keys by default", NULL, key_set(corpus, 10000, 0), MXAUTH_OPTION_INVALID);
  set_keys("10,000 keys where 4 MiB are allowed", "4194304", key_set(corpus, 10000, 0), MXAUTH_OK);
  set_keys("10,000 keys of one name", "4194304", key_set(corpus, 10000, 1), MXAUTH_KEY_SET_INVALID);
  set_keys("a key set 100,000 deep", NULL, repeated("{\"keys\":", "[", 100000, "]}"), MXAUTH_KEY_SET_INVALID);
  set_keys("a key set of objects 100,000 deep", NULL, repeated("", "{\"x\":", 100000, ""), MXAUTH_KEY_SET_INVALID);
  set_keys("100,000 empty entries", NULL, repeated("{\"keys\":[{}", ",{}", 100000, "]}"), MXAUTH_KEY_SET_INVALID);
  set_keys("key_ops of 100,000 entries", NULL,
           repeated("{\"kty\":\"oct\",\"key_ops\":[\"x\"", ",\"x\"", 100000, "]}"), MXAUTH_KEY_SET_INVALID);
  set_keys("a modulus of 1 MB", NULL, repeated("{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"", "_", 1000000, "\"}"),
           MXAUTH_KEY_SET_INVALID);
  set_keys("an exponent of 1 MB", NULL, repeated("{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"", "_", 1000000, "\"}"),
           MXAUTH_KEY_SET_INVALID);
  set_keys("a kid of 1 MB", NULL, repeated("{\"kty\":\"RSA\",\"kid\":\"", "x", 1000000, "\"}"), MXAUTH_KEY_SET_INVALID);
  set_keys("10,000 empty PEM blocks", NULL,
           repeated("", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", 10000, ""), MXAUTH_KEY_SET_INVALID);
}

int main(int argc, char **argv) {
  json_t *corpus = corpus_load(argc, argv);
  validator = validator_for(corpus, "large tokens");
  double start = seconds();
  tokens();
  key_sets(corpus);
  double taken = seconds() - start;
  check(taken < 60, "all of it took %.1f s", taken);
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  // In kB on Linux. The sanitizers keep a shadow of all memory; valgrind likewise.
  long most = getenv("TEST_MEMORY_MIB") ? atol(getenv("TEST_MEMORY_MIB")) : 512;
  check(usage.ru_maxrss < most * 1024, "%ld MiB of memory", usage.ru_maxrss / 1024);
  mxauth_validator_free(validator);
  json_decref(corpus);
  return finish("limits");
}
