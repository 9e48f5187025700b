// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import JOSE

/// SHA-256 of a token: what caches know it by, so that no token stays in memory and a hit is a whole token compared.
struct Digest: Equatable, Sendable {
    let words: (UInt64, UInt64, UInt64, UInt64)

    init(_ token: ByteView) {
        words = Self.sha256(token, .empty)
    }

    /// Any eight bytes of it are as good as random.
    var hash: UInt64 { words.0 }

    static func == (a: Digest, b: Digest) -> Bool {
        a.words.0 == b.words.0 && a.words.1 == b.words.1 && a.words.2 == b.words.2 && a.words.3 == b.words.3
    }

    static func sha256(_ first: ByteView, _ second: ByteView) -> (UInt64, UInt64, UInt64, UInt64) {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { output in
            mxauth_sha256(
                first.base, first.count, second.base, second.count,
                output.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
        return words
    }
}
