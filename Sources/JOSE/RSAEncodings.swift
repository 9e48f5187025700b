// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import CSystem

/// EMSA-PKCS1-v1_5 (RFC 8017 section 9.2): the encoding is made anew and compared, so there is nothing to parse.
enum PKCS1Encoding {
    /// Nil if the input cannot be hashed.
    static func isValid(_ message: ByteView, for input: ByteView, with algorithm: SignatureAlgorithm) -> Bool? {
        let hashSize = algorithm.hashSize
        guard let info = mxauth_digest_info(hashSize) else { return false }
        let infoSize = Int(MXAUTH_DIGEST_INFO_SIZE)
        // 0x00 0x01, eight bytes of 0xFF at least, 0x00, the info and the digest.
        let separator = message.count - hashSize - infoSize - 1
        guard separator >= 10, message[0] == 0, message[1] == 1, message[separator] == 0,
            memcmp(message.base + separator + 1, info, infoSize) == 0
        else { return false }
        for index in 2..<separator where message[index] != 0xFF { return false }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(EVP_MAX_MD_SIZE)) { digest in
            guard let base = digest.baseAddress, mxauth_sha2(hashSize, input.base, input.count, base) == 1 else {
                return nil
            }
            return message.dropFirst(message.count - hashSize) == ByteView(base, count: hashSize)
        }
    }
}

/// EMSA-PSS (RFC 8017 section 9.1.2) with a salt as long as the hash, and that hash for MGF1, too.
enum PSSEncoding {
    /// `bits` are one fewer than the modulus has, which may leave one byte in front without any. `message` is
    /// overwritten. Nil if something cannot be hashed.
    static func isValid(
        _ message: UnsafeMutablePointer<UInt8>, bits: Int, size: Int, for input: ByteView, with algorithm: SignatureAlgorithm
    ) -> Bool? {
        let hashSize = algorithm.hashSize
        let encodedSize = (bits + 7) / 8
        let encoded = message + (size - encodedSize)
        // The data block: zeros, 0x01 and the salt, masked; then the hash, and 0xBC.
        let blockSize = encodedSize - hashSize - 1
        let saltAt = blockSize - hashSize
        guard hashSize > 0, saltAt >= 1, size == encodedSize || message[0] == 0, encoded[encodedSize - 1] == 0xBC else {
            return false
        }
        let unusedBits = UInt8(encodedSize * 8 - bits)
        guard encoded[0] & ~(0xFF >> unusedBits) == 0 else { return false }
        let hash = encoded + blockSize
        guard unmask(encoded, count: blockSize, by: hash, hashSize) else { return nil }
        encoded[0] &= 0xFF >> unusedBits
        for index in 0..<saltAt - 1 where encoded[index] != 0 { return false }
        guard encoded[saltAt - 1] == 1 else { return false }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 8 + 3 * Int(EVP_MAX_MD_SIZE)) { buffer in
            // Eight zeros, the digest of the input and the salt; behind them what they hash to.
            guard let base = buffer.baseAddress else { return nil }
            base.initialize(repeating: 0, count: 8)
            let end = base + 8 + 2 * hashSize
            guard mxauth_sha2(hashSize, input.base, input.count, base + 8) == 1 else { return nil }
            memcpy(base + 8 + hashSize, encoded + saltAt, hashSize)
            guard mxauth_sha2(hashSize, base, 8 + 2 * hashSize, end) == 1 else { return nil }
            return memcmp(end, hash, hashSize) == 0
        }
    }

    /// MGF1 of `seed` over `block` (RFC 8017 appendix B.2.1).
    private static func unmask(
        _ block: UnsafeMutablePointer<UInt8>, count: Int, by seed: UnsafeMutablePointer<UInt8>, _ hashSize: Int
    ) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4 + 2 * Int(EVP_MAX_MD_SIZE)) { buffer in
            guard let base = buffer.baseAddress else { return false }
            let mask = base + hashSize + 4
            memcpy(base, seed, hashSize)
            base[hashSize] = 0
            base[hashSize + 1] = 0
            var at = 0
            var counter = 0
            while at < count {
                base[hashSize + 2] = UInt8(truncatingIfNeeded: counter >> 8)
                base[hashSize + 3] = UInt8(truncatingIfNeeded: counter)
                guard mxauth_sha2(hashSize, base, hashSize + 4, mask) == 1 else { return false }
                for index in 0..<min(hashSize, count - at) { block[at + index] ^= mask[index] }
                at += hashSize
                counter += 1
            }
            return true
        }
    }
}
