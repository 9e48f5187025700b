#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the library and threads.c with ThreadSanitizer and runs them; ends with `N passed, N failed`. A data race makes
# the exit status 66.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
toolchain=$(realpath "$(dirname "$(realpath "$(command -v "${SWIFT:-swift}")")")/..")
"$toolchain/bin/swift" build --sanitize=thread --scratch-path .build/tsan --product mxauth >&2
library=$(realpath .build/tsan/debug)
mkdir -p build/transport
"$toolchain/bin/clang" -fsanitize=thread -std=c11 -O1 -g -Iinclude "$here/threads.c" -o build/transport/threads-tsan \
  "$library/libmxauth.so" -L"$toolchain/lib/swift/linux" -ldispatch -lBlocksRuntime -pthread \
  -Wl,-rpath,"$library" -Wl,-rpath,"$toolchain/lib/swift/linux"
TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=0}" build/transport/threads-tsan
