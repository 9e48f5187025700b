#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh LIBRARY OUTPUT: what a token costs with the Go of the system and with a current one ($VENV/bin/go).
set -euo pipefail
cd "$(dirname "$0")/../.."
library=$(realpath "$1")
work=$PWD/build/go
mkdir -p "$work"
packaging/pkg-config-of-build "$library" > "$work/mxauth.pc"
export PKG_CONFIG_PATH=$work LD_LIBRARY_PATH=$library GOCACHE=$work/cache GOTOOLCHAIN=local
for go in go "$(realpath "${VENV:-build/go-venv}/bin/go")"; do
  (cd bench/go && "$go" build -o "$work/bench" .)
  "$work/bench" > "$work/bench-$(basename "$(dirname "$go")").json"
done
python3 bench/go/report.py "$2" "$work"/bench-*.json
