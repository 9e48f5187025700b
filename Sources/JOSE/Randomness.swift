// SPDX-License-Identifier: Apache-2.0
import COpenSSL

package enum Randomness {
    /// `count` bytes from libcrypto; nil if it has none to give.
    package static func bytes(_ count: Int32) -> [UInt8]? {
        guard count >= 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        return ErrorQueue.untouched { RAND_bytes(&bytes, count) } == 1 ? bytes : nil
    }
}
