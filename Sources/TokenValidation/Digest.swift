// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import JOSE

/// What caches know a token by, so that no token stays in memory and a hit is a whole token compared.
struct Digest: Equatable, Sendable {
    let words: (UInt64, UInt64, UInt64, UInt64)

    init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// Where a table keeps it. Texts that differ in a few bits may do so in a few bits of one word alone.
    var hash: UInt64 {
        let product = (words.0 ^ words.3 ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: words.1 ^ words.2 ^ 0xD1B5_4A32_D192_ED03)
        return product.high ^ product.low
    }

    static func == (a: Digest, b: Digest) -> Bool {
        (a.words.0 ^ b.words.0) | (a.words.1 ^ b.words.1) | (a.words.2 ^ b.words.2) | (a.words.3 ^ b.words.3) == 0
    }

    static func sha256(_ text: ByteView) -> (UInt64, UInt64, UInt64, UInt64) {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { output in
            mxauth_sha256(text.base, text.count, output.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
        return words
    }
}

extension KeyedHash {
    /// Opaque tokens are short and nothing but a secret: of them SHA-256 is kept, which leads nobody back. A JWT has too
    /// many bytes to be reckoned back to.
    @inline(__always)
    func digest(of token: ByteView) -> Digest {
        Digest(words: token.count <= Self.longestOpaque ? Digest.sha256(token) : value(of: token))
    }

    /// Two blocks of SHA-256.
    private static var longestOpaque: Int { 119 }
}
