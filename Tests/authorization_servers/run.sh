#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh LIBRARY: that shared object against authorization servers that are not ours. Python is $PYTHON, or python3; it
# has what requirements.txt lists.
set -euo pipefail
if [ $# -ne 1 ]; then
  echo "usage: $0 LIBRARY" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
MXAUTH_LIBRARY=$(realpath "$1") MXAUTH_DRIVER=transport PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 \
  timeout 300 "${PYTHON:-python3}" "$here/../transport/suite.py" test_recipes test_authlib test_canaille
