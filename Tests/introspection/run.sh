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

. "$here/../transport/carriers.sh"

both_carriers "$here" 300

report transport host
