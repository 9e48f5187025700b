#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The packages in build/deb, installed and used in a minimal root of this release that never saw Swift, and removed again
# without a trace. Needs root; PYTHON with joserfc for the issuer, which stays outside.
set -uo pipefail
. "$(dirname "$0")/checks.sh"
cd "$(dirname "$0")/../.." || exit 2
if [ "$(id -u)" != 0 ]; then
  echo "root: SKIPPED, ALL OF IT: changing the root folder takes root" >&2
  echo "root: 0 passed, 0 failed, 1 skipped"
  exit 0
fi
base=$(Tests/packages/make_root) || exit 1
work=$(mktemp -d)
root=$(dirname "$base")/run
issuer=
remove() {
  [ -z "$issuer" ] || kill "$issuer" 2>/dev/null
  grep -qF " $root/" /proc/mounts || rm -rf "$root"
  rm -rf "$work"
}
trap remove EXIT
rm -rf "$root"
cp -a "$base" "$root"

# With a /proc, which the tool reads its arguments from, in a name space of its own: nothing is left mounted.
within() { unshare --mount sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
swift_files() { find "$root" -xdev -iname '*swift*' ! -path '*/zoneinfo/*' | xargs; }
# Names; what apt, dpkg and man-db keep of their own doings is theirs.
listing() { (cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./tmp -o -path ./var/cache \
  -o -path ./var/log -o -path ./var/lib/apt -o -path ./var/lib/dpkg \) -prune -o -print | LC_ALL=C sort); }
same 'what has to do with Swift' "$(swift_files)" ''
listing >"$work/before"

packages=$(cd build/deb && ls -- *.deb | sed 's/_.*//' | xargs)
mkdir "$root/tmp/debs" && cp build/deb/*.deb "$root/tmp/debs"
check 'apt update' within apt-get update -q
check 'apt install ./*.deb' within sh -c 'cd /tmp/debs && apt-get install -y -q ./*.deb'
for package in $packages; do
  same "$package" "$(within dpkg-query -W -f '${db:Status-Status}' "$package")" installed
done
for library in libcurl.so.4 libsodium.so.23; do
  check "recommended: $library" within sh -c "ldconfig -p | grep -qF $library"
done
same 'dpkg --verify' "$(within dpkg --verify libmxauth1 libmxauth-dev mxauth 2>&1)" ''
same 'what has to do with Swift, afterwards' "$(swift_files)" ''

# ---- The tool
check 'mxauth --help' within mxauth --help
same 'the library that it takes' "$(within ldd /usr/bin/mxauth | awk '/libmxauth/ {print $3}' | sed 's,^/usr,,')" \
  "/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)/libmxauth.so.1"
for page in '1 mxauth' '3 mxauth' '3 mxauth_validate' '5 mxauth.conf'; do
  # shellcheck disable=SC2086 # section and name
  check "man $page" within man -w $page
done
same 'apropos' "$(within apropos -e mxauth.conf | sed 's/ (.*//')" mxauth.conf

# ---- README.md's program
"$PYTHON" Tests/packages/make_token.py "$work" || exit 2
Tests/packages/readme_example >"$root/tmp/example.c"
cp "$work"/*.jwt "$work/keys.json" "$root/tmp"
check 'cc example.c' within sh -c 'cd /tmp && cc example.c $(pkg-config --cflags --libs mxauth) -o example'
same 'a good token' "$(within sh -c '/tmp/example "$(cat /tmp/keys.json)" "$(cat /tmp/good.jwt)"')" @alice:example.org
check_not 'an expired token' within sh -c '/tmp/example "$(cat /tmp/keys.json)" "$(cat /tmp/expired.jwt)"'
within sh -c '/tmp/example "$(cat /tmp/keys.json)" "$(cat /tmp/expired.jwt)"' >"$work/reason" 2>&1
check 'and the reason' grep -q 'The token has expired' "$work/reason"

# ---- An issuer on loopback, asked through the libcurl that was recommended
"$PYTHON" examples/issuer/issuer.py --tokens "$work/tokens" --opaque-tokens "$work/opaque" --secret secret >"$work/issuer" &
issuer=$!
for _ in {1..100}; do [ -s "$work/issuer" ] && break; sleep 0.1; done
url=$(<"$work/issuer")
# Options of all issuers come before the first one.
verify() { awk -v name="$1" '$1 == name {print $2}' "$work/tokens" | within mxauth verify -o server_name=example.org \
  -o allow_http=loopback -o "issuer=$url" -o issuer.audience=https://matrix.example.org/ -; }
check 'a token of the issuer' verify good-ES256
check_not 'a token of the issuer that was tampered with' verify tampered-payload

# ---- A program that was built elsewhere needs the library alone
check 'compiled with the baseline header' cc -std=c11 -Ipackaging/abi Tests/packages/baseline.c -o "$root/tmp/baseline" \
  -Lbuild/embedded -lmxauth
cp Tests/cli/fixture/keys.json "$root/tmp/fixture-keys.json" && cp Tests/cli/fixture/good.jwt "$root/tmp/fixture.jwt"
check 'apt remove libmxauth-dev mxauth' within apt-get remove -y -q libmxauth-dev mxauth
check_not 'the header is still there' test -e "$root/usr/include/mxauth.h"
check 'the program of the baseline' within sh -c '/tmp/baseline "$(cat /tmp/fixture-keys.json)" "$(cat /tmp/fixture.jwt)"'

# ---- nginx
if [[ $packages == *libnginx-mod-http-mxauth* ]]; then
  check 'the module is enabled' within test -e /etc/nginx/modules-enabled/50-mod-http-mxauth.conf
  check 'nginx -t' within nginx -t
  printf 'server { mxauth_option server_name nonsense! ; }\n' >"$root/etc/nginx/conf.d/wrong.conf"
  check_not 'nginx -t with a value that is none' within nginx -t
  within nginx -t >"$work/reason" 2>&1
  check 'and the reason' grep -q mxauth_option "$work/reason"
  check_not 'and the reason: an unknown directive' grep -q 'unknown directive' "$work/reason"
  rm "$root/etc/nginx/conf.d/wrong.conf"
  check 'apt purge libnginx-mod-http-mxauth' within apt-get purge -y -q libnginx-mod-http-mxauth
  check 'nginx -t without the module' within nginx -t
else
  echo "root: SKIPPED nginx: there is no package libnginx-mod-http-mxauth" >&2
fi

# ---- Once more, and away
check 'apt install ./*.deb again' within sh -c 'cd /tmp/debs && apt-get install -y -q ./*.deb'
# shellcheck disable=SC2086 # a list of words
check 'apt purge' within apt-get purge -y -q --autoremove $packages
check_not 'the program of the baseline without the library' within /tmp/baseline x y
listing >"$work/after"
same 'files that came or went' "$(diff "$work/before" "$work/after" | grep '^[<>]' | head -n 20 | xargs)" ''
same 'what dpkg remembers of it' "$(within dpkg-query -l '*mxauth*' 2>/dev/null | grep -c '^[a-z][a-z] ')" 0
same 'what ldconfig remembers of it' "$(within ldconfig -p | grep -c mxauth)" 0

report root
