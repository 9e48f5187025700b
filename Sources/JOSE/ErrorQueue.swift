// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// OpenSSL's error queue belongs to the host.
enum ErrorQueue {
    /// Runs `body` and leaves the queue as it was. The queue holds 16 errors: `body` is one operation, not many.
    static func untouched<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        ERR_set_mark()
        defer { ERR_pop_to_mark() }
        return try body()
    }
}
