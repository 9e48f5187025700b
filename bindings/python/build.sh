#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build.sh PYTHON INCLUDE LIBRARY TARGET: the package mxauth in the folder TARGET, from mxauth.h in the folder INCLUDE and
# libmxauth.so.1 in the folder LIBRARY, which is copied along. PYTHON needs setuptools.
set -eu
if [ $# -ne 4 ]; then
  echo "usage: $0 PYTHON INCLUDE LIBRARY TARGET" >&2
  exit 2
fi
python=$(realpath -s "$1")
MXAUTH_INCLUDE=$(realpath "$2")
MXAUTH_LIBRARY=$(realpath "$3")/libmxauth.so.1
target=$(realpath -m "$4")
export MXAUTH_INCLUDE MXAUTH_LIBRARY
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp -R "$(dirname "$0")/." "$work/source"
cd "$work/source"
"$python" setup.py --quiet build --build-lib "$target"
