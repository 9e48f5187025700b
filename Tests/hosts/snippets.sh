#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Each block of C and C++ in the documents compiles by itself, without a warning: snippets.sh DOCUMENT...
set -uo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
include=$(realpath "$(dirname "$0")/../../include")
passed=0
failed=0

for document in "$@"; do
  awk -v stem="$work/$(basename "$document" .md)" '/^```$/ {file = ""} file {print > file}
    /^```(c|cpp)$/ {file = stem "-" ++count "." substr($0, 4)}' "$document"
done
for block in "$work"/*; do
  case $block in
    *.c) compile=("${CC:-cc}" -std=gnu11) ;;
    *) compile=("${CXX:-g++}" -std=c++17 -Wconversion -Wshadow -Wold-style-cast) ;;
  esac
  if "${compile[@]}" -Wall -Wextra -Werror -pedantic -fsyntax-only -I"$include" "$block"; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAILED: $(basename "$block")" >&2
  fi
done

echo "snippets: $passed passed, $failed failed"
((failed == 0 && passed > 0))
