// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Testing

@testable import JOSE

/// Our RSA verification answers as libcrypto's does, also about encodings that only the owner of a key can make.
@Suite struct RSATests {
    static let algorithms: [SignatureAlgorithm] = [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512]
    /// Sizes around a byte's end, where the encoding of RSASSA-PSS is a byte shorter, and exponents of every shape.
    static let keys: [(Int, UInt)] = [
        (2048, 65537), (2049, 3), (2050, 5), (2052, 17), (2055, 257), (2056, 65539), (2057, 17), (2058, 4_294_967_291),
        (2064, 2_863_311_531), (3072, 65537),
    ]

    @Test(arguments: keys) func changedSignatures(_ bits: Int, _ exponent: UInt) throws {
        let sample = try RSASample(bits: bits, exponent: exponent)
        var random = SeededRandom(seed: UInt64(bits))
        for algorithm in Self.algorithms {
            let input = random.bytes(random.below(300))
            let good = try #require(sample.sign(input, algorithm))
            #expect(sample.verdict(good, input, algorithm) == true, "\(algorithm)")
            #expect(sample.verdict(good, input + [0], algorithm) == false)
            for other in Self.algorithms where other != algorithm { #expect(sample.verdict(good, input, other) == false) }
            for _ in 0..<20 {
                var signature = good
                signature[random.below(signature.count)] ^= 1 << UInt8(random.below(8))
                #expect(sample.verdict(signature, input, algorithm) == false)
            }
            for signature in [random.bytes(sample.size), [UInt8](repeating: 0, count: sample.size), [UInt8](repeating: 0xFF, count: sample.size)] {
                #expect(sample.verdict(signature, input, algorithm) == false)
            }
            for signature in [good.dropLast() + [], [0] + good, good + [0], []] {
                #expect(sample.key.verify(signature, over: input, with: algorithm) == .invalid)
            }
        }
    }

    /// s and s + n have the same power; only the one below n is a signature.
    @Test(arguments: [(2048, 65537), (2052, 3), (2049, 17)] as [(Int, UInt)])
    func representativesOutOfRange(_ bits: Int, _ exponent: UInt) throws {
        let sample = try RSASample(bits: bits, exponent: exponent)
        var modulus: OpaquePointer?
        try #require(EVP_PKEY_get_bn_param(sample.pair, "n", &modulus) == 1)
        let n = Number(copying: modulus!)
        BN_free(modulus)
        var fits = 0
        for serial in 0..<40 {
            let input = Array("\(serial)".utf8)
            let signature = try #require(sample.sign(input, .rs256))
            let larger = Number(signature) + n
            #expect(sample.verdict(signature, input, .rs256) == true)
            if BN_num_bits(larger.value) <= sample.size * 8 {
                fits += 1
                #expect(sample.verdict(larger.bytes(sample.size), input, .rs256) == false)
            }
            // -s has the power -m, which is no encoding.
            #expect(sample.verdict((n - Number(signature)).bytes(sample.size), input, .rs256) == false)
        }
        #expect(fits > 0)
        for edge in [Number(), Number(1), n - Number(1), n, n + Number(1)] where BN_num_bits(edge.value) <= sample.size * 8 {
            for algorithm in Self.algorithms { #expect(sample.verdict(edge.bytes(sample.size), [], algorithm) == false) }
        }
    }

    // MARK: EMSA-PKCS1-v1_5

    private static func digestInfo(_ size: Int) -> [UInt8] { Array(UnsafeBufferPointer(start: mxauth_digest_info(size), count: 19)) }

    @Test(arguments: [SignatureAlgorithm.rs256, .rs384, .rs512]) func paddings(_ algorithm: SignatureAlgorithm) throws {
        let sample = try RSASample(bits: 2048, exponent: 65537)
        let input = Array("input".utf8)
        let hash = sha2(input, algorithm.hashSize)
        let info = Self.digestInfo(algorithm.hashSize)
        func message(_ start: [UInt8], _ end: [UInt8]) -> [UInt8] {
            start + [UInt8](repeating: 0xFF, count: max(0, sample.size - start.count - end.count)) + end
        }
        let good = message([0, 1], [0] + info + hash)
        #expect(try sample.verdict(#require(sample.sign(encoded: good)), input, algorithm) == true)
        var withoutNull = info
        withoutNull.removeSubrange(15..<17)
        withoutNull[1] -= 2
        withoutNull[3] -= 2
        var bad = [
            message([0, 0], [0] + info + hash), message([0, 2], [0] + info + hash), message([1, 1], [0] + info + hash),
            message([0, 1], info + hash), message([0, 1], [1] + info + hash), message([0, 1, 0], [0] + info + hash),
            message([0, 1, 0xFE], [0] + info + hash), message([0, 1], [0, 0] + info + hash), message([0, 1], [0] + hash),
            message([0, 1], [0] + withoutNull + hash), message([0, 1], [0] + info + hash.dropLast()),
            message([0, 1], [0] + info + hash + [0]), message([0, 1], [0] + info + sha2([], algorithm.hashSize)),
            // Bleichenbacher's: short padding, the rest free behind the digest; and the same with all of it in front.
            [0, 1] + [UInt8](repeating: 0xFF, count: 8) + [0] + info + hash + [UInt8](repeating: 7, count: sample.size - 30 - hash.count),
            [UInt8](repeating: 0, count: sample.size - info.count - hash.count) + info + hash,
            [UInt8](repeating: 0, count: sample.size - hash.count) + hash,
        ]
        for other in [32, 48, 64] where other != hash.count {
            bad += [message([0, 1], [0] + Self.digestInfo(other) + sha2(input, other)), message([0, 1], [0] + Self.digestInfo(other) + hash)]
        }
        for position in 0..<good.count where position < 20 || position > good.count - info.count - hash.count - 20 {
            var changed = good
            changed[position] ^= position == 0 ? 0x01 : 0x80
            bad.append(changed)
        }
        for message in bad {
            guard let signature = sample.sign(encoded: message) else { continue }
            #expect(sample.verdict(signature, input, algorithm) == false, "\(message)")
        }
    }

    // MARK: EMSA-PSS

    @Test(arguments: keys.prefix(7)) func saltsAndMasks(_ bits: Int, _ exponent: UInt) throws {
        let sample = try RSASample(bits: bits, exponent: exponent)
        let input = Array("input".utf8)
        for algorithm in [SignatureAlgorithm.ps256, .ps384, .ps512] {
            let hashSize = algorithm.hashSize
            for saltSize in [0, 1, 20, hashSize - 1, hashSize, hashSize + 1, (bits + 6) / 8 - hashSize - 2] {
                let signature = try #require(sample.sign(input, algorithm, saltSize: Int32(saltSize)))
                #expect(sample.verdict(signature, input, algorithm) == (saltSize == hashSize), "\(algorithm), salt of \(saltSize)")
            }
            let encoding = PSSForm(bits: bits - 1, digest: sha2(input, hashSize))
            #expect(try sample.verdict(#require(sample.sign(encoded: padded(encoding.message()))), input, algorithm) == true)
            for change in PSSForm.Change.allCases {
                let message = padded(encoding.message(change))
                guard let signature = sample.sign(encoded: message) else { continue }
                #expect(sample.verdict(signature, input, algorithm) == false, "\(algorithm) \(change)")
            }
            // A first byte where the encoding has none.
            if sample.size > encoding.size {
                let message = [1] + encoding.message()
                if let signature = sample.sign(encoded: message) { #expect(sample.verdict(signature, input, algorithm) == false) }
            }
        }
        func padded(_ message: [UInt8]) -> [UInt8] { [UInt8](repeating: 0, count: sample.size - message.count) + message }
    }
}

/// EMSA-PSS with one thing wrong.
struct PSSForm {
    let bits: Int
    let digest: [UInt8]

    enum Change: CaseIterable {
        case trailer, firstOfZeros, lastOfZeros, separator, salt, hash, highBits, digest
    }

    var size: Int { (bits + 7) / 8 }

    func message(_ change: Change? = nil) -> [UInt8] {
        let hashSize = digest.count
        var salt = (0..<hashSize).map { UInt8($0) }
        let digest = change == .digest ? sha2([1], hashSize) : self.digest
        let hash = sha2([UInt8](repeating: 0, count: 8) + digest + salt, hashSize)
        if change == .salt { salt[0] ^= 1 }
        let zeros = size - 2 * hashSize - 2
        var block = [UInt8](repeating: 0, count: zeros) + [1] + salt
        if change == .firstOfZeros { block[min(1, zeros - 1)] = 1 }
        if change == .lastOfZeros { block[zeros - 1] = 1 }
        if change == .separator { block[zeros] = 2 }
        var mask: [UInt8] = []
        for counter in 0..<UInt8(block.count / hashSize + 1) { mask += sha2(hash + [0, 0, 0, counter], hashSize) }
        for index in block.indices { block[index] ^= mask[index] }
        block[0] &= 0xFF >> UInt8(size * 8 - bits)
        if change == .highBits, size * 8 > bits { block[0] |= 0x80 >> UInt8(size * 8 - bits - 1) }
        var end = hash
        if change == .hash || change == .highBits && size * 8 == bits { end[hashSize - 1] ^= 1 }
        return block + end + [change == .trailer ? 0xCC : 0xBC]
    }
}
