#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs test programs, one for each processor at a time, and adds up what they report: run.sh CORPUS PROGRAM...
# A program that ends without its last line, or otherwise than that line says, counts as one more failure.
set -uo pipefail
cd "$(dirname "$0")"
corpus=$1
shift
processors=$(nproc)
outputs=$(mktemp -d)
trap 'rm -rf "$outputs"' EXIT

run() { # PROGRAM OUTPUT
  case $1 in
    exports.sh*) eval "./$1" >"$2" ;;
    */corpus) ${WRAPPER:-} "$1" "$corpus" "${CORPUS_STEP:-1}" >"$2" ;;
    *) ${WRAPPER:-} "$1" "$corpus" >"$2" ;;
  esac
  echo $? >"$2.status"
}

for number in $(seq $#); do
  (($(jobs -rp | wc -l) < processors)) || wait -n
  run "${!number}" "$outputs/$number" &
done
wait

passed=0
failed=0
for number in $(seq $#); do
  output=$outputs/$number
  status=$(<"$output.status")
  cat "$output"
  if [[ $(tail -n 1 "$output") =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
    reported=$([ "${BASH_REMATCH[2]}" = 0 ] && echo 0 || echo 1)
  else
    reported=none
  fi
  if [ "$reported" != "$status" ]; then
    echo "FAILED: ${!number} ended with status $status" >&2
    failed=$((failed + 1))
  fi
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
