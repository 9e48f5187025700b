#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The packages in build/deb: what is in them, what they ask for, and that making them needs the built files and nothing else.
set -uo pipefail
. "$(dirname "$0")/checks.sh"
cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

field() { dpkg-deb -f build/deb/"$1"_*.deb "$2"; }
files() { dpkg-deb -c build/deb/"$1"_*.deb | awk '$1 !~ /^d/ {print $6}' | sed 's,^\.,,'; }
multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)

# Of the only warning left, which is about Debian's own archive: its first upload answers a bug report.
check 'lintian' lintian --allow-root --profile debian --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs build/deb/*.changes

same 'files of libmxauth1' "$(files libmxauth1 | grep -v /share/doc/ | grep -cE "^/usr/lib/$multiarch/libmxauth\.so\.1(\.[0-9]+\.[0-9]+)?$")" 2
same 'further files of libmxauth1' "$(files libmxauth1 | grep -vE "/share/doc/|/libmxauth\.so\.1" | xargs)" ''
for file in "/usr/lib/$multiarch/libmxauth.so" "/usr/lib/$multiarch/pkgconfig/mxauth.pc" "/usr/lib/$multiarch/cmake/mxauth/mxauth-config.cmake" \
  /usr/include/mxauth.h /usr/share/man/man3/mxauth_validate.3.gz; do
  check "libmxauth-dev has $file" grep -qx "$file" <<<"$(files libmxauth-dev)"
done
for file in /usr/bin/mxauth /usr/share/man/man1/mxauth.1.gz /usr/share/man/man5/mxauth.conf.5.gz \
  /usr/share/bash-completion/completions/mxauth /usr/share/zsh/vendor-completions/_mxauth; do
  check "mxauth has $file" grep -qx "$file" <<<"$(files mxauth)"
done

version=$(field libmxauth1 Version)
same 'what libmxauth1 depends on' "$(field libmxauth1 Depends | sed 's/ ([^)]*)//g; s/t64//g')" 'libc6, libjansson4, libssl3'
same 'what libmxauth1 recommends' "$(field libmxauth1 Recommends)" 'libcurl4 | libcurl4t64, libsodium23'
same 'what libmxauth-dev depends on' "$(field libmxauth-dev Depends)" "libmxauth1 (= $version)"
check 'mxauth depends on its very library' grep -qF "libmxauth1 (= $version)" <<<"$(field mxauth Depends)"
same 'packages that depend on Swift' "$(for deb in build/deb/*.deb; do dpkg-deb -f "$deb" Depends Recommends; done | grep -ci swift)" 0
module=build/nginx/ngx_http_mxauth_module.so
if [ -e $module ]; then
  check 'the nginx package has the module' grep -qx /usr/lib/nginx/modules/ngx_http_mxauth_module.so <<<"$(files libnginx-mod-http-mxauth)"
  check 'and what loads it' grep -qx /usr/share/nginx/modules-available/mod-http-mxauth.conf <<<"$(files libnginx-mod-http-mxauth)"
  check "the nginx package wants this nginx" grep -qE 'nginx-abi-|nginxabi' <<<"$(field libnginx-mod-http-mxauth Depends)"
  check 'and the library' grep -qF libmxauth1 <<<"$(field libnginx-mod-http-mxauth Depends)"
else
  echo "debs: SKIPPED libnginx-mod-http-mxauth: $module is not built" >&2
fi

mkdir "$work/control" && dpkg-deb -e build/deb/libmxauth1_*.deb "$work/control"
same 'functions in the symbols file' "$(sed -n 's/^ \(mxauth_[a-z_0-9]*\)@MXAUTH_1.0 .*/\1/p' "$work/control/symbols" | xargs)" \
  "$(nm -D --defined-only build/embedded/libmxauth.so.1 | awk '$2 == "T" {sub(/@.*/, "", $3); print $3}' | LC_ALL=C sort | xargs)"
check 'ldconfig is triggered' grep -q 'activate-noawait ldconfig' "$work/control/triggers"

# ---- From a copy of the source without git, elsewhere
copy=$work/copy
mkdir -p "$copy/build"
cp -r packaging include "$copy"
cp -r build/embedded build/bin build/man "$copy/build"
[ ! -e $module ] || install -D $module "$copy/$module"
make_debs() { (cd "$copy" && packaging/make-debs); }
check 'made elsewhere' make_debs
for deb in build/deb/*.deb; do
  check "the same bytes: ${deb##*/}" cmp "$deb" "$copy/$deb"
done

breaks() {  # WHAT FILE SED WORDS: with that change no packages are made, and the reason is said.
  cp "$copy/$2" "$work/kept"
  sed -i "$3" "$copy/$2"
  if cmp -s "$copy/$2" "$work/kept"; then fail "$1: nothing was changed"; return; fi
  if make_debs >"$work/said" 2>&1; then fail "$1: packages were made"; else
    if grep -q -- "$4" "$work/said"; then pass; else fail "$1: the reason lacks $4" "$work/said"; fi
  fi
  same "$1: packages that are left" "$(find "$copy/build/deb" -name '*.deb' 2>/dev/null | wc -l)" "${5:-0}"
  cp "$work/kept" "$copy/$2"
}
breaks 'another version in the header' include/mxauth.h 's/\(#define MXAUTH_VERSION_PATCH\) .*/\1 77/' 'add an entry'
breaks 'a function that is gone' packaging/debian/libmxauth1.symbols 's/^ mxauth_validate@/ mxauth_gone@MXAUTH_1.0 0.1.0\n&/' 'mxauth_gone'
breaks 'a function that is not listed' packaging/debian/libmxauth1.symbols '/^ mxauth_revoke@/d' 'mxauth_revoke@'
breaks 'a file in no package' packaging/debian/mxauth.install '/zsh/d' 'zsh/vendor-completions/_mxauth'

report debs
