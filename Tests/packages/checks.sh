# SPDX-License-Identifier: Apache-2.0
# Counts, for the scripts beside it.
passed=0
failed=0
pass() { passed=$((passed + 1)); }

fail() {  # WORDS [FILE with what was said]
  failed=$((failed + 1))
  echo "FAILED: $1" >&2
  [ -z "${2:-}" ] || tail -n 20 "$2" | sed 's/^/    /' >&2
}

check() {  # WHAT COMMAND...: it has to succeed.
  local what=$1
  shift
  if "$@" >"$work/said" 2>&1; then pass; else fail "$what" "$work/said"; fi
}

check_not() {  # WHAT COMMAND...: it has to fail.
  local what=$1
  shift
  if "$@" >"$work/said" 2>&1; then fail "$what: succeeded" "$work/said"; else pass; fi
}

same() {  # WHAT FOUND EXPECTED
  if [ "$2" = "$3" ]; then pass; else fail "$1: '$2', not '$3'"; fi
}

report() {  # NAME
  echo "$1: $passed passed, $failed failed"
  [ "$failed" = 0 ]
}
