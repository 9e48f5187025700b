#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# bench.sh MODULE LIBRARY RESULTS: what the module costs, as ratios of requests per second in one run; see bench.py.
set -euo pipefail
if [ $# -ne 3 ]; then
  echo "usage: $0 MODULE LIBRARY RESULTS" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
MXAUTH_NGINX_MODULE=$(realpath "$1")
LD_LIBRARY_PATH=$(realpath "$2")
export MXAUTH_NGINX_MODULE LD_LIBRARY_PATH
export MXAUTH_LIBRARY=$LD_LIBRARY_PATH/libmxauth.so.1
PYTHONPATH=$here:$here/../transport:$here/../introspection PYTHONDONTWRITEBYTECODE=1 \
  exec "${PYTHON:-python3}" "$here/bench.py" "$(realpath -m "$3")"
