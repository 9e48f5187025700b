#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh LIBRARY: bindings/go with the Go of the system, which also looks for races, and with a current one, and the
# example homeserver. LIBRARY is the folder of libmxauth.so; $VENV has what requirements.txt lists. Ends with
# `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")/../.."
library=$(realpath "$1")
venv=$(realpath "${VENV:-build/go-venv}")
work=$PWD/build/go
mkdir -p "$work"
packaging/pkg-config-of-build "$library" > "$work/mxauth.pc"
export PKG_CONFIG_PATH=$work LD_LIBRARY_PATH=$library GOCACHE=$work/cache GOFLAGS=-mod=readonly GOTOOLCHAIN=local
passed=0
failed=0

count() { # LOG: tests with their subtests, as `go test -v` says.
  passed=$((passed + $(grep -c '^ *--- PASS' "$1")))
  failed=$((failed + $(grep -c '^ *--- FAIL' "$1")))
}
check() { # WHAT COMMAND...
  local what=$1
  shift
  if "$@"; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAILED: $what" >&2
  fi
}
go_test() { # NAME GO [FLAG...]
  local name=$1 go=$2
  shift 2
  echo "# $("$go" version)${*:+ $*}"
  (cd bindings/go && timeout 300 "$go" test -count=1 -timeout 240s -v "$@" .) > "$work/$name.log" 2>&1
  local status=$?
  grep -vE '^(=== |--- PASS|    --- PASS|PASS$)' "$work/$name.log"
  count "$work/$name.log"
  check "$name ends well" test $status = 0
}

current=$venv/bin/go
for go in go "$current"; do
  check "$go vet" env -C bindings/go "$go" vet .
done
go_test system go
go_test current "$current"
go_test race go -race
check 'gofmt' test -z "$(gofmt -l bindings/go examples/homeserver-go Tests/go)"
check 'the homeserver is under 200 lines' test "$(wc -l < examples/homeserver-go/main.go)" -lt 200
if (cd examples/homeserver-go && go vet . && go build -o "$work/homeserver" .); then
  "$venv/bin/python" -B Tests/go/homeserver.py "$work/homeserver" | tee "$work/homeserver.log"
  read -r more bad <<< "$(sed -nE 's/.*: ([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$work/homeserver.log")"
  passed=$((passed + ${more:-0}))
  failed=$((failed + ${bad:-1}))
else
  failed=$((failed + 1))
fi
# The one command that a reader tries, and the first thing that it says to try.
PYTHON=$venv/bin/python examples/homeserver-go/run.sh "$library" > "$work/example.log" 2>&1 &
example=$!
for _ in {1..600}; do
  grep -q '^# id-token' "$work/example.log" && break
  kill -0 $example 2> /dev/null || break
  sleep 0.1
done
answer=$(bash -c "$(grep -m1 '^curl' "$work/example.log") --silent")
check "run.sh: $answer" grep -q '"user_id":"@alice:example.org"' <<< "$answer"
kill $example
wait $example
check 'run.sh leaves no homeserver' test -z "$(pgrep -f "^build/examples/homeserver-go/homeserver")"
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
