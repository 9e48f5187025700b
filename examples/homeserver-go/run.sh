#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the homeserver, starts it beside a small authorization server, and prints tokens to try until it is
# interrupted: run.sh [LIBRARY DIRECTORY]. Needs the built library, the Python environment in build/venv, and Go.
set -euo pipefail
cd "$(dirname "$0")/../.."
. examples/start.sh

library=$(realpath "${1:-build/embedded}")
work=build/examples/homeserver-go
mkdir -p $work
rm -f $work/*

packaging/pkg-config-of-build "$library" > $work/mxauth.pc
(cd examples/homeserver-go && PKG_CONFIG_PATH=$OLDPWD/$work "${GO:-go}" build -o "$OLDPWD/$work/homeserver")

start $work/issuer "${PYTHON:-build/venv/bin/python}" examples/issuer/issuer.py --tokens $work/tokens
issuer=$(< $work/issuer)
# What that server says of itself, with the endpoints that it has not.
metadata='{"issuer":"ISSUER","authorization_endpoint":"ISSUERauthorize","token_endpoint":"ISSUERtoken",
  "registration_endpoint":"ISSUERregister","revocation_endpoint":"ISSUERrevoke","response_types_supported":["code"],
  "grant_types_supported":["authorization_code","refresh_token"],"response_modes_supported":["query","fragment"],
  "code_challenge_methods_supported":["S256"]}'
LD_LIBRARY_PATH=$library start $work/url $work/homeserver example.org "$issuer" "${metadata//ISSUER/$issuer}" \
  allow_http=loopback issuer.audience=https://matrix.example.org/

url=$(< $work/url)
echo "A homeserver at $url, for tokens of $issuer. Try:"
while IFS=$'\t' read -r label token; do
  printf "\n# %s\ncurl -H 'Authorization: Bearer %s' %s_matrix/client/v3/account/whoami\n" "$label" "$token" "$url"
done < $work/tokens
wait
