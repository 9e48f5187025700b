#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Starts the homeserver beside a small authorization server, and goes through it with that one's tokens. Needs `make python`;
# leaves nothing running.
set -euo pipefail
cd "$(dirname "$0")/../.."
. examples/start.sh
python=${PYTHON:-build/python-venv/bin/python}
work=build/examples/homeserver-python
mkdir -p $work
rm -f $work/*

export PYTHONPATH=build/python
start $work/issuer "$python" examples/issuer/issuer.py --tokens $work/tokens
start $work/url "$python" examples/homeserver-python/homeserver.py "$(< $work/issuer)" https://matrix.example.org/ \
  examples/homeserver-python/metadata.json 2> $work/log || { cat $work/log >&2; exit 1; }
client=$(< $work/url)/_matrix/client

token() { sed -n "s/^$1\t//p" $work/tokens; }
ask() { # METHOD PATH LABEL [BODY]
  printf '%s %s with %s\n  ' "$1" "$2" "${3:-no token}"
  curl --silent --request "$1" ${3:+--header "Authorization: Bearer $(token "$3")"} ${4:+--data "$4"} \
    --write-out ' (%{http_code})\n' "$client$2" | cut -c -400
}
ask GET /versions ""
ask GET /v1/auth_metadata ""
ask GET /v3/login ""
for label in good-RS256 "" expired tampered-payload no-api-scope; do
  ask GET /v3/account/whoami "$label"
done
ask POST /v3/createRoom good-RS256 '{}'
ask GET /v3/sync good-ES256
ask POST /v3/keys/device_signing/upload good-RS256 '{"master_key": {"keys": {"ed25519:A": "A"}}}'
ask POST /v3/keys/device_signing/upload good-RS256 '{"master_key": {"keys": {"ed25519:B": "B"}}}'
ask POST /v3/logout good-RS256 '{}'
ask GET /v3/account/whoami good-RS256
ask GET /v3/account/whoami good-EdDSA
