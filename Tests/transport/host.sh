#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The C host of host.c judges the tokens of a loopback issuer, then those of one that is away: host.sh LIBRARY, with a
# Python that has joserfc in $PYTHON. Ends with `N passed, N failed`.
set -euo pipefail
library=$(realpath "$1")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
passed=0
failed=0

check() { # check LABEL STATUS FILE
  if grep -qxF "$1"$'\t'"$2" "$3"; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAILED: $1 is not $2: $(grep -F "$1" "$3" || echo nothing)"
  fi
}

"${CC:-cc}" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -pedantic -Iinclude Tests/transport/host.c -o "$work/host" \
  "$library" -Wl,-rpath,"$(dirname "$library")"
"${PYTHON:-python3}" examples/issuer/issuer.py --tokens "$work/tokens" > "$work/issuer" &
server=$!
trap 'kill $server 2> /dev/null || true; rm -rf "$work"' EXIT
for _ in {1..100}; do
  [[ -s $work/issuer ]] && break
  sleep 0.1
done
options=(server_name=example.org allow_http=loopback issuer="$(< "$work/issuer")" issuer.audience=https://matrix.example.org/)

"$work/host" "${options[@]}" < "$work/tokens" > "$work/verdicts"
check good-RS256 MXAUTH_OK "$work/verdicts"
check good-ES256 MXAUTH_OK "$work/verdicts"
check good-EdDSA MXAUTH_OK "$work/verdicts"
check expired MXAUTH_EXPIRED "$work/verdicts"
check wrong-issuer MXAUTH_ISSUER_UNKNOWN "$work/verdicts"
check tampered-payload MXAUTH_SIGNATURE_INVALID "$work/verdicts"
check alg-none MXAUTH_ALGORITHM_NOT_ALLOWED "$work/verdicts"
check unknown-kid MXAUTH_KEY_UNKNOWN "$work/verdicts"
# The metadata, the key set, and the key set again for the unknown kid.
check exchanges 3 "$work/verdicts"

kill $server
wait $server 2> /dev/null || true
"$work/host" "${options[@]}" < "$work/tokens" > "$work/away"
check good-RS256 MXAUTH_KEYS_UNAVAILABLE "$work/away"
check unknown-kid MXAUTH_KEYS_UNAVAILABLE "$work/away"
check alg-none MXAUTH_ALGORITHM_NOT_ALLOWED "$work/away"
# Both places of the metadata, and no more while backing off.
check exchanges 2 "$work/away"

echo "$passed passed, $failed failed"
((failed == 0))
