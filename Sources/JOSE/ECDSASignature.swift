// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// ECDSA signatures as JWS writes them (R and S side by side, RFC 7518 section 3.4), turned into the DER SEQUENCE
/// of two INTEGERs that libcrypto takes, and back.
enum ECDSASignature {
    /// P-521: two integers of 66 bytes with tag, length and sign byte, and the outer tag with a two-byte length.
    private static let largestDER = 2 * (66 + 3) + 3

    /// Lends `body` the DER form of `signature`, whose length is even and at most 132.
    static func withDER<R>(of signature: ByteView, _ body: (ByteView) -> R) -> R {
        withUnsafeTemporaryAllocation(byteCount: largestDER, alignment: 1) { buffer in
            let der = buffer.bindMemory(to: UInt8.self)
            let half = signature.count / 2
            let r = Integer(signature.slice(0, count: half))
            let s = Integer(signature.slice(half, count: half))
            let content = r.encodedCount + s.encodedCount
            var end = 0
            func put(_ byte: Int) {
                der[end] = UInt8(truncatingIfNeeded: byte)
                end += 1
            }
            func put(_ integer: Integer) {
                put(0x02)
                put(integer.encodedCount - 2)
                if integer.needsSignByte { put(0) }
                for i in 0..<integer.magnitude.count { put(Int(integer.magnitude[i])) }
            }
            put(0x30)
            if content >= 0x80 { put(0x81) }
            put(content)
            put(r)
            put(s)
            guard let base = der.baseAddress else { return body(.empty) }
            return body(ByteView(UnsafePointer(base), count: end))
        }
    }

    /// R and S of a DER signature that libcrypto has made, each with its leading zeros.
    static func raw(ofDER der: ByteView, _ curve: Curve) -> [UInt8]? {
        var input: UnsafePointer<UInt8>? = der.base
        guard let signature = d2i_ECDSA_SIG(nil, &input, der.count) else { return nil }
        defer { ECDSA_SIG_free(signature) }
        let size = curve.fieldSize
        func number(_ value: OpaquePointer?) -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: size)
            return BN_bn2binpad(value, &bytes, Int32(truncatingIfNeeded: size)) < 0 ? nil : bytes
        }
        guard let r = number(ECDSA_SIG_get0_r(signature)), let s = number(ECDSA_SIG_get0_s(signature)) else {
            return nil
        }
        return r + s
    }

    private struct Integer {
        /// Without leading zeros, but at least one byte.
        let magnitude: ByteView

        init(_ bytes: ByteView) {
            var zeros = 0
            while zeros < bytes.count - 1, bytes[zeros] == 0 { zeros += 1 }
            magnitude = bytes.dropFirst(zeros)
        }

        var needsSignByte: Bool { magnitude[0] & 0x80 != 0 }
        var encodedCount: Int { 2 + (needsSignByte ? 1 : 0) + magnitude.count }
    }
}
