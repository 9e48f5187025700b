#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What must not compile does not, for the reason that is expected: each file of refused/ has a line `// REFUSED: PATTERN`, and
# compiles if that is taken away, as -DALLOWED does.
set -uo pipefail
cd "$(dirname "$0")"
passed=0
failed=0
flags=(-std=c++17 -Wall -Wextra -Werror -fsyntax-only -I../../include)

for compiler in "$@"; do
  for file in refused/*.cpp; do
    pattern=$(sed -n 's,^// REFUSED: ,,p' "$file")
    if said=$("$compiler" "${flags[@]}" "$file" 2>&1) || ! grep -qE "$pattern" <<<"$said"; then
      failed=$((failed + 1))
      echo "FAILED: $compiler takes $file, or says nothing of $pattern" >&2
    else passed=$((passed + 1)); fi
    if "$compiler" "${flags[@]}" -DALLOWED "$file"; then passed=$((passed + 1)); else
      failed=$((failed + 1))
      echo "FAILED: $compiler does not take the rest of $file" >&2
    fi
  done
done

echo "refused: $passed passed, $failed failed"
[ $failed = 0 ]
