#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh LIBRARY: that shared object and Synapse on the same introspection answers. Python is $PYTHON, or python3; it
# has what requirements.txt lists. Arguments after LIBRARY go to compare.py.
set -euo pipefail
if [ $# -lt 1 ]; then
  echo "usage: $0 LIBRARY [--seed N] [--answers N]" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
library=$(realpath "$1")
shift
# Synapse's client would go through a proxy, to this machine too.
NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 MXAUTH_LIBRARY=$library MXAUTH_DRIVER=host PYTHONDONTWRITEBYTECODE=1 \
  PYTHONPATH=$here:$here/../introspection:$here/../transport timeout 600 "${PYTHON:-python3}" "$here/compare.py" "$@"
