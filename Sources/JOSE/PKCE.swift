// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// Proof Key for Code Exchange (RFC 7636), with S256 only.
package enum PKCE {
    package enum Fault: Error {
        /// Not S256, or not said, which would mean plain (section 4.3).
        case method
        case challenge
        case verifier
        /// The challenge was made of another verifier.
        case mismatch
    }

    /// Whether the client that redeems a code knows what `challenge` was made of (section 4.6).
    package static func check(_ verifier: ByteView, against challenge: ByteView, method: ByteView?) throws(Fault) {
        guard let method, isS256(method) else { throw .method }
        guard isChallenge(challenge) else { throw .challenge }
        let expected = try Self.challenge(of: verifier)
        let difference = expected.withView { CRYPTO_memcmp($0.base, challenge.base, challengeSize) }
        guard difference == 0 else { throw .mismatch }
    }

    /// What a client sends of `verifier` (section 4.2).
    package static func challenge(of verifier: ByteView) throws(Fault) -> [UInt8] {
        guard isVerifier(verifier) else { throw .verifier }
        var digest = [UInt8](repeating: 0, count: 32)
        mxauth_sha256(verifier.base, verifier.count, &digest)
        return digest.withView(Base64URL.encode)
    }

    /// Exactly so: the method is compared with case.
    package static func isS256(_ method: ByteView) -> Bool { method == "S256" }

    /// Whether it is base64url of a SHA-256 digest, in the one spelling that this has: no padding, no bits beyond the
    /// digest in its last character.
    package static func isChallenge(_ text: ByteView) -> Bool {
        text.count == challengeSize && Base64URL.decode(text)?.count == 32
    }

    /// 43 to 128 unreserved characters (section 4.1).
    package static func isVerifier(_ text: ByteView) -> Bool {
        guard (43...128).contains(text.count) else { return false }
        for i in 0..<text.count {
            switch text[i] {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                continue
            default: return false
            }
        }
        return true
    }

    private static var challengeSize: Int { 43 }
}
