#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Instructions of a hit through mxauth.hpp beside those through mxauth.h, counted by callgrind: cost.sh PROGRAM
set -euo pipefail
program=$1
times=2000
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

count() { # VARIANT TIMES
  valgrind --tool=callgrind --callgrind-out-file="$work/$1-$2" "$program" "$1" "$2" 2> "$work/log" ||
    { cat "$work/log" >&2; exit 1; }
  sed -n 's/.*Collected : //p' "$work/log"
}
per_hit() { # What is done once cancels out.
  echo $((($(count "$1" $times) - $(count "$1" 0)) / times))
}

c=$(per_hit c)
verdict=$(per_hit verdict)
result=$(per_hit result)
echo "instructions of a hit: $c through mxauth.h, $verdict into a verdict, $result as a result"
passed=0
((verdict - c <= 10)) && passed=$((passed + 1))
((result - c <= 100)) && passed=$((passed + 1))
echo "cost in instructions: $passed passed, $((2 - passed)) failed"
((passed == 2))
