// SPDX-License-Identifier: Apache-2.0
import CVector
import Testing

/// The functions of Sources/CVector against AES as FIPS 197 describes it, byte by byte.
@Suite struct AESHashTests {
    private static let functions: [mxauth_aes_hash] = [mxauth_aes_hash_narrow(), mxauth_aes_hash_wide()].compactMap { $0 }
    private static let group = Int(MXAUTH_AES_HASH_GROUP)
    private static let sizes = [0, 1, 15, 16, 17, 127, 128, 129, 143, 144, 255, 256, 257, 384, 700, 1000]

    @Test(arguments: sizes) func agreesWithTheStandard(_ size: Int) {
        var random = SystemRandomNumberGenerator()
        let groups = max(1, (size + Self.group - 1) / Self.group)
        let keySize = groups * Self.group * Int(MXAUTH_AES_HASH_KEY_FACTOR)
        let key = UnsafeMutableRawBufferPointer.allocate(byteCount: keySize, alignment: 32)
        defer { key.deallocate() }
        for at in key.indices { key[at] = .random(in: .min ... .max, using: &random) }
        let text = (0..<size).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let expected = Self.hash(text, Array(key), groups)
        for function in Self.functions {
            var words: [UInt64] = [0, 0]
            function(key.baseAddress, text, size, &words)
            #expect(words.withUnsafeBytes { Array($0) } == expected, "\(size) bytes")
        }
    }

    /// Nothing behind the text, or behind the key of its groups, is read: the sanitizers' runs see that, and here it
    /// would change the result.
    @Test(arguments: sizes) func readsNoFurther(_ size: Int) throws {
        for function in Self.functions {
            let groups = max(1, (size + Self.group - 1) / Self.group)
            let used = groups * Self.group * Int(MXAUTH_AES_HASH_KEY_FACTOR)
            let key = UnsafeMutableRawBufferPointer.allocate(byteCount: used + 512, alignment: 32)
            defer { key.deallocate() }
            var results: Set<[UInt64]> = []
            for filler in [UInt8(0), 0xFF] {
                for at in key.indices { key[at] = at < used ? UInt8(truncatingIfNeeded: at &* 31) : filler }
                let text = [UInt8](repeating: 7, count: size) + [UInt8](repeating: filler, count: 256)
                var words: [UInt64] = [0, 0]
                function(key.baseAddress, text, size, &words)
                results.insert(words)
            }
            #expect(results.count == 1, "\(size) bytes")
        }
    }

    // MARK: The definition

    private static func hash(_ text: [UInt8], _ key: [UInt8], _ groups: Int) -> [UInt8] {
        var sum = [UInt8](repeating: 0, count: 16)
        for index in 0..<groups {
            // The last one ends with the text; a text shorter than one is filled up with zeros.
            let start = min(index * group, max(0, text.count - group))
            let bytes = Array((text[start...] + [UInt8](repeating: 0, count: group)).prefix(group))
            for block in 0..<8 {
                // Those of two blocks lie side by side.
                func roundKey(_ round: Int) -> ArraySlice<UInt8> {
                    let at = ((index * 4 + block / 2) * 8 + round * 2 + block % 2) * 16
                    return key[at..<at + 16]
                }
                var state = zip(bytes[block * 16 ..< block * 16 + 16], roundKey(0)).map { $0 ^ $1 }
                for round in 1...3 { state = zip(aesRound(state), roundKey(round)).map { $0 ^ $1 } }
                sum = zip(sum, aesRound(state)).map { $0 ^ $1 }
            }
        }
        return sum
    }

    /// SubBytes, ShiftRows and MixColumns of FIPS 197 section 5.1, without a key.
    private static func aesRound(_ state: [UInt8]) -> [UInt8] {
        let shifted = (0..<16).map { substitutes[Int(state[($0 + 4 * ($0 % 4)) % 16])] }
        return (0..<16).map { at in
            let column = at / 4 * 4
            let (a, b, c, d) = (
                shifted[column + at % 4], shifted[column + (at + 1) % 4], shifted[column + (at + 2) % 4], shifted[column + (at + 3) % 4]
            )
            return multiply(a, 2) ^ multiply(b, 3) ^ c ^ d
        }
    }

    private static let substitutes = (0...255).map { substitute(UInt8($0)) }

    /// Section 5.1.1: the inverse in GF(2^8), then an affine transformation.
    private static func substitute(_ byte: UInt8) -> UInt8 {
        let inverse = byte == 0 ? 0 : (1...255).map { UInt8($0) }.first { multiply(byte, $0) == 1 } ?? 0
        func rotate(_ count: UInt8) -> UInt8 { inverse << count | inverse >> (8 - count) }
        return inverse ^ rotate(1) ^ rotate(2) ^ rotate(3) ^ rotate(4) ^ 0x63
    }

    /// Section 4.2: modulo x^8 + x^4 + x^3 + x + 1.
    private static func multiply(_ a: UInt8, _ b: UInt8) -> UInt8 {
        var (a, b, product) = (a, b, UInt8(0))
        while b != 0 {
            if b & 1 != 0 { product ^= a }
            a = a & 0x80 != 0 ? a << 1 ^ 0x1B : a << 1
            b >>= 1
        }
        return product
    }
}
