#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# build.sh INCLUDE LIBRARY OUTPUT: builds the module for the installed nginx in the folder OUTPUT, as Debian's dh_nginx does:
# from the headers and the flags of nginx-dev, so that it loads into that very nginx. INCLUDE holds mxauth.h, LIBRARY
# libmxauth.so. NGINX_DEV names another copy of nginx-dev's sources, CFLAGS and LDFLAGS what Debian's packages add.
set -euo pipefail
if [ $# -ne 3 ]; then
  echo "usage: $0 INCLUDE LIBRARY OUTPUT" >&2
  exit 2
fi
MXAUTH_INCLUDE=$(realpath "$1")
MXAUTH_LIB=$(realpath "$2")
export MXAUTH_INCLUDE MXAUTH_LIB
output=$(realpath -m "$3")
here=$(cd "$(dirname "$0")" && pwd)
sources=${NGINX_DEV:-/usr/share/nginx/src}
if [ ! -r "$sources/conf_flags" ]; then
  echo "$0: no $sources/conf_flags: install nginx-dev, or name its sources in NGINX_DEV" >&2
  exit 1
fi

# configure writes beside itself, and its own folder belongs to the package.
mkdir -p "$output"
rm -rf "$output/src"
cp -r "$sources" "$output/src"
cd "$output/src"
# shellcheck disable=SC1091 # sets NGX_CONF_FLAGS
. ./conf_flags
warnings='-Wall -Wextra -Wno-unused-parameter'
if ! ./configure "${NGX_CONF_FLAGS[@]}" --builddir="$output/objs" --add-dynamic-module="$here" \
  --with-cc-opt="${CFLAGS:--g -O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2} -fPIC $warnings" \
  --with-ld-opt="${LDFLAGS:--Wl,-z,relro -Wl,-z,now} -fPIC" >"$output/configure.log" 2>&1; then
  tail -n 20 "$output/configure.log" >&2
  exit 1
fi
make -s -f "$output/objs/Makefile" modules
cp "$output/objs/ngx_http_mxauth_module.so" "$output/"
