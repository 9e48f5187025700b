#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compiles server.cpp, starts it beside a small authorization server, and shows what it answers to that one's tokens:
# run.sh [LIBRARY DIRECTORY]. Needs the built library and the Python environment in build/venv; leaves nothing running.
set -euo pipefail
cd "$(dirname "$0")/../.."
. examples/start.sh

library=$(realpath "${1:-build/embedded}")
work=build/examples/cpp
mkdir -p $work
rm -f $work/*

# shellcheck disable=SC2046,SC2086 # lists of words
${CXX:-g++} -std=c++17 -O1 -Wall -Wextra -Werror -Iinclude examples/cpp/server.cpp -o $work/server -L"$library" \
  -lmxauth -Wl,-rpath,"$library" $(pkg-config --cflags --libs cpp-httplib) -pthread

start $work/issuer "${PYTHON:-build/venv/bin/python}" examples/issuer/issuer.py --tokens $work/tokens
start $work/url $work/server server_name=example.org allow_http=loopback issuer="$(< $work/issuer)" \
  issuer.audience=https://matrix.example.org/

url=$(< $work/url)_matrix/client/v3/account/whoami
echo "GET $url"
while IFS=$'\t' read -r label token; do
  printf '%-18s' "$label"
  curl --silent --header "Authorization: Bearer $token" --write-out ' (%{http_code})\n' "$url"
done < $work/tokens
printf '%-18s' 'no token'
curl --silent --write-out ' (%{http_code})\n' "$url"
