#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Judges the tokens of a small authorization server and compares each verdict with what it should be. Needs the built
# library in build/lib and the Python environment in build/venv; leaves nothing running.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-build/venv/bin/python}
work=build/demo
mkdir -p $work
rm -f $work/*

for program in validate revoke; do
  "${CC:-cc}" -std=c11 -Wall -Wextra -Werror -pedantic -Iinclude examples/c/$program.c -o $work/$program \
    -Lbuild/lib -lmxauth -Wl,-rpath,"$PWD/build/lib"
done

secret=only-the-homeserver-knows-it
"$python" examples/issuer/issuer.py --tokens $work/tokens --opaque-tokens $work/opaque --secret "$secret" \
  > $work/issuer &
issuer_process=$!
trap 'kill $issuer_process 2> /dev/null || true; wait $issuer_process 2> /dev/null || true' EXIT
for _ in {1..100}; do
  [[ -s $work/issuer ]] && break
  kill -0 $issuer_process 2> /dev/null || { echo "demo: the authorization server did not start" >&2; exit 1; }
  sleep 0.1
done
issuer=$(< $work/issuer)

cat > $work/expected <<'TABLE'
good-RS256        MXAUTH_OK
good-ES256        MXAUTH_OK
good-EdDSA        MXAUTH_OK
good-PS256        MXAUTH_OK
expired           MXAUTH_EXPIRED
wrong-audience    MXAUTH_AUDIENCE_MISMATCH
wrong-issuer      MXAUTH_ISSUER_UNKNOWN
tampered-payload  MXAUTH_SIGNATURE_INVALID
alg-none          MXAUTH_ALGORITHM_NOT_ALLOWED
key-confusion     MXAUTH_ALGORITHM_NOT_ALLOWED
foreign-key       MXAUTH_SIGNATURE_INVALID
unknown-kid       MXAUTH_KEY_UNKNOWN
two-devices       MXAUTH_DEVICE_AMBIGUOUS
no-api-scope      MXAUTH_SCOPE_INSUFFICIENT
id-token          MXAUTH_TYPE_NOT_ACCEPTED
TABLE

echo "A C program asks libmxauth to judge $(wc -l < $work/tokens) tokens of an authorization server at $issuer"
echo "The library finds the server's keys by itself, from nothing but its name."
echo
$work/validate server_name=example.org allow_http=loopback issuer="$issuer" \
  issuer.audience=https://matrix.example.org/ < $work/tokens > $work/verdicts

columns=120
[[ -t 1 ]] && columns=$(tput cols 2> /dev/null || echo 120)
show() { awk -F '\t' -v width="$columns" -f examples/demo.awk "$@"; }
show $work/expected $work/verdicts

cat > $work/expected-opaque <<'TABLE'
good          MXAUTH_OK
good-again    MXAUTH_OK
good-revoked  MXAUTH_REVOKED
never-issued  MXAUTH_TOKEN_INACTIVE
refresh       MXAUTH_NOT_ACCESS_TOKEN
mistyped      MXAUTH_TOKEN_IMPLAUSIBLE
asked         2
TABLE

echo
echo "Another C program asks about opaque tokens, and revokes the one that is good."
echo "The library asks the server what only the server can know, and remembers the answer."
echo
$work/revoke "$issuer" "$secret" < $work/opaque > $work/verdicts-opaque
show $work/expected-opaque $work/verdicts-opaque
