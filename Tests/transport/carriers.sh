# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh here and in Tests/introspection: runs the cases of a folder with both carriers of exchanges, and adds
# up what parts say. Needs $library, $python and $work.

carriers=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
status=0

# both_carriers FOLDER SECONDS: with the library's transport and with an event loop of the host's own, both at once: they
# wait more than they compute.
both_carriers() {
  local driver processes=()
  for driver in transport host; do
    MXAUTH_LIBRARY=$library MXAUTH_DRIVER=$driver MXAUTH_TESTS=$1 PYTHONDONTWRITEBYTECODE=1 \
      timeout "$2" "$python" "$carriers/suite.py" >"$work/$driver" 2>&1 &
    processes+=($!)
  done
  wait "${processes[0]}" || status=1
  wait "${processes[1]}" || status=1
}

# report PART...: what each has said, and the sum as the last line; fails if anything did.
report() {
  local part counts passed=0 failed=0
  for part in "$@"; do
    echo "== $part"
    cat "$work/$part"
    counts=$(tail -n 1 "$work/$part")
    # A part that crashed, hung or was not built says nothing of the kind: that is one failure.
    if [[ $counts =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
      passed=$((passed + BASH_REMATCH[1]))
      failed=$((failed + BASH_REMATCH[2]))
    else
      failed=$((failed + 1))
    fi
  done
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$status" -eq 0 ]
}
