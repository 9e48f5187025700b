// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// HMAC with a secret whose part of the work is done: one state for each hash that it may serve.
struct MACStates {
    private let states: UnsafeMutablePointer<mxauth_hmac>

    private static var count: Int { 3 }

    init(secret: ByteView) {
        states = .allocate(capacity: Self.count)
        states.initialize(repeating: mxauth_hmac(), count: Self.count)
        // None of these can fail: memory is all they would need.
        for position in 0..<Self.count {
            _ = mxauth_hmac_init(states + position, 32 + 16 * position, secret.base, secret.count)
        }
    }

    /// Whoever holds it calls this once.
    func wipe() {
        OPENSSL_cleanse(states, Self.count * MemoryLayout<mxauth_hmac>.stride)
        states.deallocate()
    }

    func verify(_ tag: ByteView, over input: ByteView, with algorithm: SignatureAlgorithm) -> SignatureOutcome {
        let size = algorithm.hashSize
        let position = (size - 32) / 16
        guard (0..<Self.count).contains(position), tag.count == size else { return .invalid }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(EVP_MAX_MD_SIZE)) { expected in
            guard let base = expected.baseAddress,
                mxauth_hmac_tag(states + position, size, input.base, input.count, base) == 1
            else { return .failed }
            defer { OPENSSL_cleanse(base, expected.count) }
            return CRYPTO_memcmp(base, tag.base, size) == 0 ? .valid : .invalid
        }
    }
}
