#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs test programs one after the other and adds up what they report: run.sh CORPUS PROGRAM...
# A program that ends without its last line, or otherwise than that line says, counts as one more failure.
set -uo pipefail
cd "$(dirname "$0")"
corpus=$1
shift
passed=0
failed=0

for program in "$@"; do
  output=$(mktemp)
  case $program in
    exports.sh*) eval "./$program" >"$output" ;;
    */corpus) ${WRAPPER:-} "$program" "$corpus" "${CORPUS_STEP:-1}" >"$output" ;;
    *) ${WRAPPER:-} "$program" "$corpus" >"$output" ;;
  esac
  status=$?
  cat "$output"
  if [[ $(tail -n 1 "$output") =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
    reported=$([ "${BASH_REMATCH[2]}" = 0 ] && echo 0 || echo 1)
  else
    reported=none
  fi
  if [ "$reported" != "$status" ]; then
    echo "FAILED: $program ended with status $status" >&2
    failed=$((failed + 1))
  fi
  rm -f "$output"
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
