#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Whether mxauth.hpp leaves anything of mxauth.h out. That header and the library agree: Tests/abi/exports.sh.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/../.."
passed=0
failed=0

check() { # WHAT FOUND
  if [ -z "$2" ]; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAILED: $1: $2" >&2
  fi
}

# Comments speak of functions, too, and do not count.
code=$(g++ -fpreprocessed -dD -E -P -x c++ - < <(cat include/mxauth/*.hpp) 2> /dev/null)
called=$(grep -oE '\bmxauth_[a-z0-9_]+\(' <<<"$code" | tr -d '(' | grep -v '^mxauth_hpp_' | sort -u)
declared=$(sed -n 's,^[^ */#].*[ *]\(mxauth_[a-z_]*\)(.*,\1,p' include/mxauth.h | sort -u)
check 'functions without a counterpart in C++' "$(comm -13 <(echo "$called") <(echo "$declared") | xargs)"
check 'functions that mxauth.h does not have' "$(comm -23 <(echo "$called") <(echo "$declared") | xargs)"

# Constants are used by their name, or compared with it in constants.cpp.
known=$( (echo "$code"; cat Tests/cpp/constants.cpp) | grep -oE '\bMXAUTH_[A-Z0-9_]+' | sort -u)
macros=$(sed -nE 's/^#define (MXAUTH_[A-Z0-9_]+)(\(|[[:space:]]).*/\1/p' include/mxauth.h | grep -vE '^MXAUTH_VERSION_|_INIT$|^MXAUTH_DEVICE_GRANT_(REDEEMED|EXPIRED)$' | sort -u)
check 'constants that C++ does not know' "$(comm -13 <(echo "$known") <(echo "$macros") | xargs)"

# One way in; and each part compiles by itself.
for part in include/mxauth/*.hpp; do
  check "$part, not in mxauth.hpp" "$(grep -qE "\"mxauth/$(basename "$part")\"" include/mxauth.hpp ||
    grep -rlq "\"$(basename "$part")\"" include/mxauth || echo missing)"
  check "$part, by itself" "$(g++ -std=c++17 -fsyntax-only -Wall -Wextra -Werror -x c++ "$part" 2>&1 | head -3)"
done

echo "completeness: $passed passed, $failed failed"
[ $failed = 0 ]
