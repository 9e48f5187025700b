# SPDX-License-Identifier: Apache-2.0
# For the run.sh of each example: `start OUTPUT COMMAND...` runs COMMAND in the background and returns when its first line,
# the URL that it listens on, is in the file OUTPUT, or fails if none comes. All of them end with the shell.
# shellcheck shell=bash
processes=()
trap 'kill "${processes[@]}" 2> /dev/null || true; wait' EXIT
trap exit INT TERM

start() {
  local output=$1
  shift
  "$@" > "$output" &
  processes+=($!)
  for _ in {1..100}; do
    [[ -s $output ]] && return
    kill -0 $! 2> /dev/null || break
    sleep 0.1
  done
  echo "run.sh: $1 did not start" >&2
  return 1
}
