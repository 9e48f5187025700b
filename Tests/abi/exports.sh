#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a built libmxauth.so shows to the world: exports.sh LIBRARY HEADER
set -euo pipefail
export LC_ALL=C
library=$1
header=$2
passed=0
failed=0

check() {  # WHAT FOUND EXPECTED
  if [ "$2" = "$3" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $1: $2, not $3" >&2
  fi
}

# Only the Embedded build comes without a C++ runtime, and it has to.
case $library in
  */embedded/*) also='' embedded=yes ;;
  *) also='libgcc_s.so.1 libstdc++.so.6' embedded=no ;;
esac

dynamic=$(readelf -dW "$library")
check 'SONAME' "$(sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p' <<<"$dynamic")" 'libmxauth.so.1'
check 'RPATH or RUNPATH' "$(grep -cE '\((RPATH|RUNPATH)\)' <<<"$dynamic" || true)" 0
check 'BIND_NOW' "$(grep -cE '\(FLAGS\).*BIND_NOW' <<<"$dynamic" || true)" 1
check 'TEXTREL' "$(grep -c TEXTREL <<<"$dynamic" || true)" 0
allowed=" libcrypto.so.3 libjansson.so.4 libc.so.6 libm.so.6 ld-linux-x86-64.so.2 ld-linux-aarch64.so.1 libpthread.so.0 libdl.so.2 $also "
for needed in $(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' <<<"$dynamic"); do
  case $allowed in
    *" $needed "*) check "needs $needed" yes yes ;;
    *) check "needs $needed" yes no ;;
  esac
done

segments=$(readelf -lW "$library")
check 'GNU_RELRO' "$(grep -c GNU_RELRO <<<"$segments" || true)" 1
check 'an executable stack' "$(grep GNU_STACK <<<"$segments" | grep -c RWE || true)" 0

# Symbols in lower case are local: the loader never looks at them.
exported=$(nm -D --defined-only "$library" | awk '$2 ~ /[A-Z]/ && $2 != "A" {sub(/@.*/, "", $3); print $3}' | sort)
declared=$(sed 's,/\*.*\*/,,' "$header" | grep -oE '\bmxauth_[a-z_]+\(' | tr -d '(' | sort -u)
documented=$(sed -n 's,^[^ */#].*[ *]\(mxauth_[a-z_]*\)(.*,\1,p' "$header" | sort -u)
check 'symbols that the header does not declare' "$(comm -23 <(echo "$exported") <(echo "$documented") | xargs)" ''
check 'functions that the library does not export' "$(comm -13 <(echo "$exported") <(echo "$documented") | xargs)" ''
# Whatever comments call a function is one, too.
check 'functions that are only spoken of' "$(comm -23 <(echo "$declared") <(echo "$documented") | xargs)" ''

check 'Foundation' "$(strings -a "$library" | grep -cE 'libFoundation|FoundationEssentials|10Foundation' || true)" 0
root=$(cd "$(dirname "$0")/../.." && pwd)
check 'where it was built' "$(strings -a "$library" | grep -cF "$root/" || true)" 0
if [ $embedded = yes ]; then
  size=$(stat -Lc %s "$library")
  check 'below 1,000,000 bytes' "$([ "$size" -lt 1000000 ] && echo yes || echo "$size")" yes
fi

echo "exports: $passed passed, $failed failed"
[ $failed = 0 ]
