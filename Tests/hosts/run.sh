#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Hosts that themselves use OpenSSL, jansson, libcurl, signals or Swift: run.sh LIBRARY PROGRAMS. What docs/embedding.md
# says is shown by these. Needs a Python with joserfc in $PYTHON. Ends with `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")"
library=$(realpath "$1")
programs=$2
work=$(mktemp -d)
"${PYTHON:-python3}" ../../examples/issuer/issuer.py --tokens "$work/tokens" > "$work/issuer" 2> /dev/null &
issuer=$!
trap 'kill $issuer 2> /dev/null; wait $issuer 2> /dev/null; rm -rf "$work"' EXIT
for _ in {1..100}; do
  [[ -s $work/issuer ]] && break
  sleep 0.1
done
url=$(< "$work/issuer")
# Of the kind of key whose preparation takes a thread for a while.
token=$(sed -n 's/^good-ES256\t//p' "$work/tokens")
passed=0
failed=0

run() { # COMMAND...
  local output status
  output=$("$@")
  status=$?
  echo "$output"
  if [[ $output =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
    [[ $status == 0 || ${BASH_REMATCH[2]} != 0 ]] && return
  fi
  failed=$((failed + 1))
  echo "FAILED: $1 ended with $status" >&2
}

# The other build has a whole Swift runtime inside, which does import some of these.
case $library in */embedded/*) run ./imports.sh "$library" ;; esac
run "$programs/openssl" ../corpus/tokens.json
run "$programs/jansson"
run "$programs/curl" "$url" "$token"
run "$programs/signals" "$url" "$token"
run "$programs/quiet" "$url" "$token"
run "$programs/leaving" "$url" "$token"
run "$programs/unload" "$library"
run "$programs/memory"
good=$(sed -n '/good_token =/,/;/s/^ *"\(.*\)".*/\1/p' ../cpp/fixture.hpp | tr -d '\n')
for host in swift swift-static; do run "$programs/$host" "$good"; done

echo "$passed passed, $failed failed"
[ $failed = 0 ]
