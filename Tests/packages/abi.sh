#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# packaging/abi/check notices what breaks programs, on copies of the header, and nothing else: abi.sh LIBRARY
set -uo pipefail
. "$(dirname "$0")/checks.sh"
cd "$(dirname "$0")/../.." || exit 2
library=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
header=$work/mxauth.h

# changed NAME PERL: a copy of the header with that done to it. A change that finds nothing to change is a fault of this test.
changed() {
  name=$1
  perl -0pe "$2" packaging/abi/mxauth-1.0.h >"$header"
  if cmp -s packaging/abi/mxauth-1.0.h "$header"; then fail "$name: nothing was changed"; return 1; fi
}
refused() {  # NAME PERL WORDS
  changed "$1" "$2" || return
  if packaging/abi/check "$header" >"$work/out" 2>&1; then fail "$1: accepted"; return; fi
  if grep -qE -- "$3" "$work/out"; then pass; else fail "$1: the reason lacks $3:" "$work/out"; fi
}
accepted() {  # NAME PERL
  changed "$1" "$2" || return
  if packaging/abi/check "$header" >"$work/out" 2>&1; then pass; else fail "$1: refused" "$work/out"; fi
}

refused 'a function that is gone' 's/mxauth_status mxauth_revoke\(.*?\);//s' 'mxauth_revoke@@MXAUTH_1.0'
refused 'a narrower parameter' 's/int64_t not_before/int32_t not_before/' 'mxauth_revoke\('
refused 'one parameter more' 's/(mxauth_validator_free\(mxauth_validator \*validator)/$1, int how/' 'mxauth_validator_free'
refused 'parameters in another order' 's/const char \*token, size_t length, int64_t timeout_ms/size_t length, const char *token, int64_t timeout_ms/' 'mxauth_validate_wait'
refused 'another return type' 's/int64_t mxauth_next_deadline/int32_t mxauth_next_deadline/' 'mxauth_next_deadline'
refused 'a callback with other parameters' 's/\(\*mxauth_clock\)\(void \*user, uint32_t clock\)/(*mxauth_clock)(void *user, uint64_t clock)/' 'mxauth_config_set_clock'
refused 'members in another order' 's/(  uint32_t kind; [^\n]*\n)(  uint32_t flags; [^\n]*\n)/$2$1/' 'mxauth_verdict.kind: offset, size and type 12 4 uint32_t, not 8 4 uint32_t'
refused 'a member in between' 's/(  uint64_t grants; [^\n]*\n)/  uint64_t more;\n$1/' 'mxauth_verdict.more lies within'
refused 'a member in the padding' 's/(  uint32_t issuer; [^\n]*\n)/$1  uint8_t more;\n/' 'mxauth_verdict'
refused 'a member that is gone' 's/  int64_t issued_at; [^\n]*\n//' 'mxauth_verdict.issued_at is gone'
refused 'a member that lost its sign' 's/int64_t expires_at;/uint64_t expires_at;/' 'mxauth_verdict.expires_at: .* uint64_t, not 24 8 int64_t'
refused 'a larger array within' 's/bytes\[256\]/bytes[512]/' 'mxauth_text: size'
refused 'something appended to a struct without struct_size' 's/(  char bytes\[256\];)/$1\n  char more;/' 'mxauth_text: size'
refused 'another value in an enum' 's/MXAUTH_EXPIRED = 402/MXAUTH_EXPIRED = 499/' 'MXAUTH_EXPIRED: value 499, not 402'
refused 'a constant that is gone' 's/  MXAUTH_TIMED_OUT = 601,[^\n]*\n//' 'MXAUTH_TIMED_OUT is gone'
refused 'another bit' 's/(MXAUTH_GRANT_OPENID .*?)<< 1/$1<< 9/' 'MXAUTH_GRANT_OPENID: value 512, not 2'
refused 'another macro with parameters' 's/32 \+ \(n\)/33 + (n)/' 'MXAUTH_GRANT_OPERATOR'
refused 'another type of status' 's/typedef int32_t mxauth_status/typedef int64_t mxauth_status/' 'mxauth_status'

accepted 'a new function' 's/(void mxauth_config_free)/int mxauth_new_function(int number);\n$1/'
accepted 'a new status' 's/(  MXAUTH_GRANT_INVALID = 112,)/  MXAUTH_NEW_STATUS = 113,\n$1/'
accepted 'a new constant' 's/(#define MXAUTH_KIND_NONE 0)/#define MXAUTH_KIND_NEW 3\n$1/'
accepted 'a new struct' 's/(typedef struct mxauth_text)/typedef struct mxauth_new { uint32_t struct_size; } mxauth_new;\n$1/'
accepted 'a member appended to a verdict' 's/(  uint64_t exchange; [^\n]*\n)(} mxauth_verdict;)/$1  uint64_t more;\n$2/'
accepted 'a member appended to statistics' 's/(} mxauth_stats;)/  uint64_t more;\n$1/'

if packaging/abi/check include/mxauth.h "$library" >"$work/out" 2>&1; then pass; else fail 'the header and library' "$work/out"; fi
perl -0pe 's/void mxauth_clear_events\(.*?\);//' packaging/abi/mxauth-1.0.h >"$header"
packaging/abi/stub "$header" "$work/without.so"
if packaging/abi/check include/mxauth.h "$work/without.so" >"$work/out" 2>&1; then fail 'a library without a function: accepted'; else
  if grep -q 'lacks mxauth_clear_events@@MXAUTH_1.0' "$work/out"; then pass; else fail 'a library without a function' "$work/out"; fi
fi

report abi
