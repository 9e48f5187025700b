#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh PACKAGE SYNAPSE_PYTHON [TEST...]: the introspection server with the package mxauth of the folder PACKAGE, and the Synapse that
# SYNAPSE_PYTHON has. Python is $PYTHON, or python3; it has what requirements.txt lists.
set -euo pipefail
if [ $# -lt 2 ]; then
  echo "usage: $0 PACKAGE SYNAPSE_PYTHON [TEST...]" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH=$(realpath "$1")
MXAUTH_SYNAPSE_PYTHON=$(realpath -s "$2")
# For the one clock that has to run faster: Synapse's two minutes.
MXAUTH_FAKETIME=$(dpkg -L libfaketime | grep -m 1 /libfaketimeMT.so)
export PYTHONPATH MXAUTH_SYNAPSE_PYTHON MXAUTH_FAKETIME
shift 2
MXAUTH_TESTS=$here PYTHONDONTWRITEBYTECODE=1 exec "${PYTHON:-python3}" "$here/../transport/suite.py" "$@"
