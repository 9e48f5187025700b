#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh MODULE LIBRARY [TEST...]: the nginx module with Debian's nginx, a homeserver and an issuer on loopback, LIBRARY being
# the folder of libmxauth.so.1. Python is $PYTHON, or python3. MXAUTH_LOAD_SECONDS says how long tests under load take (5).
set -uo pipefail
if [ $# -lt 2 ]; then
  echo "usage: $0 MODULE LIBRARY [TEST...]" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
MXAUTH_NGINX_MODULE=$(realpath "$1")
LD_LIBRARY_PATH=$(realpath "$2")
export MXAUTH_NGINX_MODULE LD_LIBRARY_PATH
shift 2
MXAUTH_TESTS=$here PYTHONPATH=$here/../introspection PYTHONDONTWRITEBYTECODE=1 \
  exec "${PYTHON:-python3}" "$here/../transport/suite.py" "$@"
