#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh LIBRARY: every test of introspection and revocation, against that shared object. The cases run twice: with the
# library's transport and with an event loop of the host's own. Python is $PYTHON, or python3.
set -uo pipefail
if [ $# -ne 1 ]; then
  echo "usage: $0 LIBRARY" >&2
  exit 2
fi
library=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

suite() {
  MXAUTH_LIBRARY=$library MXAUTH_DRIVER=$1 MXAUTH_TESTS=$here PYTHONDONTWRITEBYTECODE=1 \
    timeout 300 "$python" "$here/../transport/suite.py"
}

# Both at once: they wait more than they compute.
suite transport >"$work/transport" 2>&1 &
first=$!
suite host >"$work/host" 2>&1 &
second=$!
wait $first; status=$?
wait $second || status=1

passed=0
failed=0
for part in transport host; do
  echo "== $part"
  cat "$work/$part"
  counts=$(tail -n 1 "$work/$part")
  # A part that crashed or hung says nothing of the kind: that is one failure.
  if [[ $counts =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
  else
    failed=$((failed + 1))
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$status" -eq 0 ]
