#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The tool asks an issuer for its keys: fetch.sh BINARY, with a Python that has joserfc in $PYTHON.
set -euo pipefail
cd "$(dirname "$0")/../.."
mxauth=$(realpath "$1")
work=$(mktemp -d)
passed=0
failed=0

check() { # check WHAT EXPECTED ACTUAL
  if [[ $3 == *"$2"* ]]; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAILED: $1: not \"$2\" in: $3"
  fi
}

"${PYTHON:-python3}" examples/issuer/issuer.py --tokens "$work/tokens" > "$work/issuer" &
server=$!
trap 'kill $server 2> /dev/null || true; rm -rf "$work"' EXIT
for _ in {1..100}; do
  [[ -s $work/issuer ]] && break
  sleep 0.1
done
issuer=$(< "$work/issuer")

ask() { # ask SUBCOMMAND LABEL [ARGUMENT...]
  local subcommand=$1 label=$2
  shift 2
  awk -F '\t' -v label="$label" '$1 == label { printf "%s", $2 }' "$work/tokens" |
    "$mxauth" "$subcommand" --server-name example.org --issuer "$issuer" --audience https://matrix.example.org/ "$@" \
      2>&1 && echo "exit 0" || echo "exit $?"
}

http=(-o allow_http=loopback)
check "a good token" "@alice:example.org" "$(ask verify good-ES256 "${http[@]}")"
check "a good token's exit code" "exit 0" "$(ask verify good-RS256 "${http[@]}")"
check "its claims" '"iss"' "$(ask verify good-ES256 "${http[@]}" --claims)"
check "its explanation" "signature" "$(ask explain good-EdDSA "${http[@]}")"
check "a token of an unknown key" "MXAUTH_KEY_UNKNOWN" "$(ask verify unknown-kid "${http[@]}")"
check "an expired token's exit code" "exit 1" "$(ask verify expired "${http[@]}")"
check "plain http that nobody allowed" "exit 2" "$(ask verify good-ES256)"

kill $server
wait $server 2> /dev/null || true
check "an issuer that is away" "exit 2" "$(ask verify good-ES256 "${http[@]}")"
check "why" "issuer" "$(ask verify good-ES256 "${http[@]}")"

echo "$passed passed, $failed failed"
((failed == 0))
