// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// What keys and signatures of Ed25519 have to be before anybody calculates with them (RFC 8032 section 5.1). libcrypto
/// and libsodium 1.0.18 agree on everything that gets past this: both encode S B - h A and compare it with R. Left out is
/// what they would treat differently: encodings of numbers that are too large, and points of small order, with which
/// something is signed that nobody signed.
enum Ed25519 {
    static var keySize: Int { 32 }

    /// Whether R and S, side by side, are worth a calculation.
    static func isWellFormed(signature: ByteView) -> Bool {
        signature.count == 2 * keySize && Number(signature.base).isOfLargeOrder && Number(signature.base + keySize).isBelowOrder
    }

    /// Whether the 32 bytes encode what may be a key. They may still be no point of the curve.
    static func isWellFormed(key: UnsafePointer<UInt8>) -> Bool { Number(key).isOfLargeOrder }

    /// 256 bits, the lowest first.
    private struct Number {
        let a: UInt64
        let b: UInt64
        let c: UInt64
        let d: UInt64

        init(_ bytes: UnsafePointer<UInt8>) {
            func word(_ index: Int) -> UInt64 {
                UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
            }
            (a, b, c, d) = (word(0), word(1), word(2), word(3))
        }

        /// Below the order of the base point, 2^252 + 27742317777372353535851937790883648493.
        var isBelowOrder: Bool {
            if d != 0x1000_0000_0000_0000 { return d < 0x1000_0000_0000_0000 }
            if c != 0 { return false }
            if b != 0x14DE_F9DE_A2F7_9CD6 { return b < 0x14DE_F9DE_A2F7_9CD6 }
            return a < 0x5812_631A_5CF5_D3ED
        }

        /// As the encoding of a point: y below the prime 2^255 - 19, and none of those of the eight points whose order
        /// divides 8. The highest bit is the sign of x, whatever it is.
        var isOfLargeOrder: Bool {
            let top = d & 0x7FFF_FFFF_FFFF_FFFF
            // 0 and 1.
            if top == 0, c == 0, b == 0 { return a > 1 }
            // -1, the prime and what is above it.
            if top == 0x7FFF_FFFF_FFFF_FFFF, c == .max, b == .max { return a < 0xFFFF_FFFF_FFFF_FFEC }
            // The two y of order 8.
            if top == 0x7A03_AC92_77FD_C74E, c == 0xC6CC_392C_FA53_202A, b == 0x0F67_100D_760B_3CBA {
                return a != 0x4FD8_4D3D_706A_17C7
            }
            if top == 0x05FC_536D_8802_38B1, c == 0x3933_C6D3_05AC_DFD5, b == 0xF098_EFF2_89F4_C345 {
                return a != 0xB027_B2C2_8F95_E826
            }
            return true
        }
    }
}

/// The 32 bytes of a public key, for as long as its owner keeps them.
struct Ed25519Key {
    let bytes: UnsafePointer<UInt8>
    let isWellFormed: Bool

    /// Nil if libcrypto does not say what the key is.
    static func make(of key: OpaquePointer) -> Ed25519Key? {
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: Ed25519.keySize)
        var count = Ed25519.keySize
        guard EVP_PKEY_get_raw_public_key(key, bytes, &count) == 1, count == Ed25519.keySize else {
            bytes.deallocate()
            return nil
        }
        return Ed25519Key(bytes: bytes, isWellFormed: Ed25519.isWellFormed(key: bytes))
    }

    /// Whoever holds it calls this once.
    func free() { bytes.deallocate() }
}
