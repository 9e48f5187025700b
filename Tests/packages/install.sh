#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What `make install` puts into an empty folder can be built with, run and taken away again. Needs PYTHON with joserfc.
set -uo pipefail
. "$(dirname "$0")/checks.sh"
cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stage=$work/stage
libdir=/opt/mx/lib/here

installing() { make -s --no-print-directory -f packaging/install.mk "$@" DESTDIR="$stage" PREFIX=/opt/mx LIBDIR=$libdir; }
mkdir -p "$stage$libdir"
# What an earlier version left would win when ldconfig makes the link.
touch "$stage$libdir/libmxauth.so.1.99.0"
check 'make install' installing install
cp -a "$stage" "$work/once"
check 'make install again' installing install
check 'the same both times' diff -r "$work/once" "$stage"
check_not 'an earlier version is left' test -e "$stage$libdir/libmxauth.so.1.99.0"

version=$(make -s --no-print-directory -f packaging/install.mk version)
minor_patch=${version#*.}
same 'where libmxauth.so leads' "$(basename "$(readlink -f "$stage$libdir/libmxauth.so")")" "libmxauth.so.1.$minor_patch"
same 'where libmxauth.so.1 leads' "$(readlink "$stage$libdir/libmxauth.so.1")" "libmxauth.so.1.$minor_patch"
same 'SONAME' "$(readelf -dW "$stage$libdir/libmxauth.so" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')" libmxauth.so.1
check 'the Embedded build' cmp build/embedded/libmxauth.so.1 "$stage$libdir/libmxauth.so.1.$minor_patch"
same 'files that are not to be found anywhere else' "$(cd "$stage" && find . ! -path './opt*' ! -name .)" ''
same 'mentions of the stage' "$(grep -rlF "$stage" "$stage" | xargs)" ''
same 'mentions of the source' "$(grep -rlF "$PWD/" "$stage" | xargs)" ''
for header in include/*.h include/*.hpp; do
  [ ! -e "$header" ] || check "$header" cmp "$header" "$stage/opt/mx/$header"
done

# ---- A token and the program of README.md
"$PYTHON" Tests/packages/make_token.py "$work" || exit 2
Tests/packages/readme_example >"$work/example.c"
judges() {  # PROGRAM: prints whose a good token is, and refuses an expired one.
  local keys
  keys=$(<"$work/keys.json")
  same "$1: a good token" "$(LD_LIBRARY_PATH="$stage$libdir" "$1" "$keys" "$(<"$work/good.jwt")")" @alice:example.org
  check_not "$1: an expired token" env LD_LIBRARY_PATH="$stage$libdir" "$1" "$keys" "$(<"$work/expired.jwt")"
}

# ---- pkg-config
config() { PKG_CONFIG_LIBDIR="$stage$libdir/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$stage" pkg-config "$@"; }
same 'pkg-config --modversion' "$(config --modversion mxauth)" "$version"
same 'pkg-config --libs --static' "$(config --libs --static mxauth | xargs)" "-L$stage$libdir -lmxauth"
same 'pkg-config --variable=includedir' "$(PKG_CONFIG_SYSROOT_DIR='' config --variable=includedir mxauth)" "$stage/opt/mx/include"
check_not 'pkg-config: a later version' config --exists 'mxauth >= 999'
# shellcheck disable=SC2046 # a list of words
check 'compiled with pkg-config' cc -Wall -Wextra -Werror "$work/example.c" -o "$work/by-pkg-config" $(config --cflags --libs mxauth)
judges "$work/by-pkg-config"

# ---- CMake
cmake_with() {  # WANTED
  rm -rf "$work/cmake"
  cmake -S Tests/packages/cmake -B "$work/cmake" -DCMAKE_PREFIX_PATH="$stage/opt/mx" -Dmxauth_DIR="$stage$libdir/cmake/mxauth" \
    -DEXAMPLE="$work/example.c" -DWANTED="$1"
}
major=${version%%.*}
minor=${minor_patch%%.*}
check_not 'CMake: a later patch' cmake_with "$version.1"
check_not 'CMake: a later minor version' cmake_with "$major.$((minor + 1))"
check_not 'CMake: a later major version' cmake_with $((major + 1))
if [ "$major" = 0 ]; then check_not 'CMake: an earlier minor version before 1.0' cmake_with 0.0; fi
check 'CMake: the very version' cmake_with "$version"
mv "$stage/opt/mx/include/mxauth.h" "$work/mxauth.h"
check_not 'CMake: without the header' cmake_with ''
mv "$work/mxauth.h" "$stage/opt/mx/include/mxauth.h"
mv "$stage$libdir/libmxauth.so.1.$minor_patch" "$work/library"
check_not 'CMake: without the library' cmake_with "$version"
mv "$work/library" "$stage$libdir/libmxauth.so.1.$minor_patch"
check 'CMake: any version' cmake_with ''
check 'built with CMake' cmake --build "$work/cmake"
same 'what it needs' "$(readelf -dW "$work/cmake/consumer" | sed -n 's/.*NEEDED.*\[\(libmx.*\)\]/\1/p')" libmxauth.so.1
judges "$work/cmake/consumer"
# Moved as a whole: what is installed finds itself.
mv "$stage" "$work/moved" && stage=$work/moved
check 'CMake: moved' cmake_with "$version"
check 'built with CMake: moved' cmake --build "$work/cmake"
mv "$work/moved" "$work/stage" && stage=$work/stage

# ---- A program of the baseline
check 'compiled with the baseline header' cc -std=c11 -Wall -Wextra -Werror -pedantic -Ipackaging/abi Tests/packages/baseline.c \
  -o "$work/baseline" -L"$stage$libdir" -lmxauth
check 'the program of the baseline' env LD_LIBRARY_PATH="$stage$libdir" "$work/baseline" \
  "$(<Tests/cli/fixture/keys.json)" "$(<Tests/cli/fixture/good.jwt)"

# ---- The tool
tool=$stage/opt/mx/bin/mxauth
same 'rpath of the tool' "$(readelf -dW "$tool" | grep -cE 'RPATH|RUNPATH')" 0
same 'the library that it takes' "$(LD_LIBRARY_PATH="$stage$libdir" ldd "$tool" | awk '/libmxauth/ {print $3}')" "$stage$libdir/libmxauth.so.1"
same 'mxauth --version' "$(LD_LIBRARY_PATH="$stage$libdir" "$tool" --version)" "mxauth $version (libmxauth $version)"
check_not 'the tool without its library' env LD_LIBRARY_PATH= "$tool" --version

# ---- Manual pages and completions
for page in "$stage"/opt/mx/share/man/man?/*; do
  warnings=$(cd "$stage/opt/mx/share/man" && LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 "$page" 2>&1 >"$work/page")
  [ -z "$warnings" ] || fail "man --warnings ${page##*/}: $warnings"
done
pages=$(cd "$stage/opt/mx/share/man/man3" && ls)
for function in $(nm -D --defined-only build/embedded/libmxauth.so.1 | awk '$2 == "T" {sub(/@.*/, "", $3); print $3}'); do
  case $pages in *"$function.3"*) pass ;; *) fail "no page for $function" ;; esac
done
shown=$(MANPATH=$stage/opt/mx/share/man MANWIDTH=80 man -E UTF-8 mxauth_validate | col -b)
for words in 'mxauth_validate(mxauth_validator \*validator, const char \*token' 'MXAUTH_EXPIRED 402' 'The token has expired' 'Text is UTF-8'; do
  if grep -q -- "$words" <<<"$shown"; then pass; else fail "man mxauth_validate lacks: $words"; fi
done
shown=$(MANPATH=$stage/opt/mx/share/man MANWIDTH=80 man -E UTF-8 mxauth.conf | col -b)
for option in $(build/bin/mxauth options --markdown | sed -n 's/^| `\([a-z_.]*\)`.*/\1/p'); do
  if grep -q "^ *$option\b" <<<"$shown"; then pass; else fail "mxauth.conf(5) lacks $option"; fi
done
shown=$(MANPATH=$stage/opt/mx/share/man MANWIDTH=200 man -E UTF-8 1 mxauth | col -b)
for command in $(build/bin/mxauth --help | sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p'); do
  if grep -q "^ *mxauth $command\b" <<<"$shown"; then pass; else fail "mxauth(1) lacks $command"; fi
done
check 'completions of bash' bash -n "$stage/opt/mx/share/bash-completion/completions/mxauth"
for file in share/zsh/site-functions/_mxauth share/fish/vendor_completions.d/mxauth.fish; do
  check "$file knows explain" grep -q explain "$stage/opt/mx/$file"
done

# ---- And away
check 'make uninstall' installing uninstall
same 'what is left' "$(find "$stage" ! -type d)" ''
check 'make uninstall again' installing uninstall

report install
