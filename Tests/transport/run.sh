#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh LIBRARY: every test of how key sets are fetched, against that shared object. The cases run twice: with the
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

. "$here/carriers.sh"

# A failure to build leaves the variable naming nothing, and its case failing.
export MXAUTH_SLOW_READ=$work/slow_read.so
"${CC:-cc}" -std=c11 -O2 -Wall -Wextra -Werror -shared -fPIC "$here/slow_read.c" -o "$MXAUTH_SLOW_READ" -ldl

both_carriers "$here" 150

if "${CC:-cc}" -std=c11 -O2 -Wall -Wextra -Werror -I"$here/../../include" "$here/threads.c" -o "$work/run-threads" \
  "$library" -Wl,-rpath,"$(dirname "$library")" -pthread >"$work/threads" 2>&1; then
  timeout 60 "$work/run-threads" >>"$work/threads" 2>&1 || status=1
fi

report transport host threads
