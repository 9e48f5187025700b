// SPDX-License-Identifier: Apache-2.0
import Foundation
import JOSE
import Testing

/// Edges of `verify` that need no vectors: sizes, forms, and the wrong algorithm for a good signature.
@Suite struct SignatureTests {
    /// A key, what it signed and the signature, from the RFC examples.
    struct Sample {
        let key: VerificationKey
        let algorithm: SignatureAlgorithm
        let input: [UInt8]
        let signature: [UInt8]

        init(_ file: String) throws {
            let vector = try Vectors.json("rfc/\(file).json")
            key = try #require(try keySet(jwk: try vector.object("jwk")).keys.first)
            algorithm = try #require(Array(try vector.text("alg").utf8).withView { SignatureAlgorithm(name: $0) })
            let token = Array(try vector.text("token").utf8)
            let parts = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(Array.init)
            input = parts[0] + [UInt8(ascii: ".")] + parts[1]
            signature = try #require(parts[2].withView { Base64URL.decode($0) })
        }

        func verify(_ signature: [UInt8]) -> SignatureOutcome { key.verify(signature, over: input, with: algorithm) }
    }

    static let files = [
        "rfc7515_a1_hs256", "rfc7515_a2_rs256", "rfc7515_a3_es256", "rfc7515_a4_es512", "rfc7520_4_2_ps384", "rfc8037_a4_ed25519",
    ]

    @Test(arguments: files) func oneGoodSignature(_ file: String) throws {
        let sample = try Sample(file)
        #expect(sample.verify(sample.signature) == .valid)
        #expect(sample.key.verify(sample.signature, over: sample.input + [0], with: sample.algorithm) == .invalid)
        #expect(sample.key.verify(sample.signature, over: [], with: sample.algorithm) == .invalid)
    }

    @Test(arguments: files) func everyBitCounts(_ file: String) throws {
        let sample = try Sample(file)
        for bit in stride(from: 0, to: sample.signature.count * 8, by: sample.signature.count > 200 ? 13 : 1) {
            var signature = sample.signature
            signature[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(sample.verify(signature) == .invalid, "bit \(bit)")
        }
    }

    /// Every signature has one size: nothing shorter, nothing longer, whatever stands in it.
    @Test(arguments: files) func sizes(_ file: String) throws {
        let sample = try Sample(file)
        let size = sample.signature.count
        for count in Set([0, 1, 2, size / 2, size - 2, size - 1, size + 1, size + 2, size * 2, 1024, 65_536]).subtracting([size]) {
            let padded = Array((sample.signature + [UInt8](repeating: 0, count: 65_536)).prefix(count))
            #expect(sample.verify(padded) == .invalid, "\(count) bytes")
            #expect(sample.verify([UInt8](repeating: 0xFF, count: count)) == .invalid)
            if count > size {
                let zeros = [UInt8](repeating: 0, count: count - size)
                #expect(sample.verify(zeros + sample.signature) == .invalid)
            }
        }
    }

    // MARK: ECDSA (RFC 7518 section 3.4)

    @Test(arguments: ["rfc7515_a3_es256", "rfc7515_a4_es512"]) func derIsNoJWSSignature(_ file: String) throws {
        let sample = try Sample(file)
        #expect(sample.verify(Self.der(sample.signature)) == .invalid)
        // Also when it is padded to the right size.
        let padded = (Self.der(sample.signature) + [UInt8](repeating: 0, count: 256)).prefix(sample.signature.count)
        #expect(sample.verify(Array(padded)) == .invalid)
    }

    /// CVE-2022-21449: zero is not in the range of R and S, nor is anything from the order of the group on.
    @Test func numbersOutOfRange() throws {
        let sample = try Sample("rfc7515_a3_es256")
        let order: [UInt8] = [
            0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17,
            0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
        ]
        let zero = [UInt8](repeating: 0, count: 32)
        let one = [UInt8](repeating: 0, count: 31) + [1]
        let top = [UInt8](repeating: 0xFF, count: 32)
        let sign = [0x80] + [UInt8](repeating: 0, count: 31)
        let edges = [zero, one, order, order.dropLast() + [0x52], order.dropLast() + [0x50], top, sign]
        let r = Array(sample.signature.prefix(32))
        let s = Array(sample.signature.suffix(32))
        for edge in edges {
            for signature in [edge + s, r + edge] + edges.map({ edge + $0 }) { #expect(sample.verify(signature) == .invalid) }
        }
        #expect(sample.verify(s + r) == .invalid)
        #expect(sample.verify(r + r) == .invalid)
    }

    /// R and S of every magnitude: leading zeros and sign bytes change the DER form that libcrypto sees.
    @Test(arguments: ["rfc7515_a3_es256", "rfc7515_a4_es512"]) func shortNumbers(_ file: String) throws {
        let sample = try Sample(file)
        let half = sample.signature.count / 2
        for zeros in 0...half {
            for first in [0x01, 0x7F, 0x80, 0xFF] as [UInt8] {
                let number = Array(([UInt8](repeating: 0, count: zeros) + [UInt8](repeating: first, count: half)).prefix(half))
                #expect(sample.verify(number + sample.signature.suffix(half)) == .invalid)
                #expect(sample.verify(sample.signature.prefix(half) + number) == .invalid)
            }
        }
    }

    // MARK: Keys and algorithms

    /// What a key set lets a key serve is what keeps these apart; `verify` alone must still not say yes.
    @Test func goodSignatureOfAnotherAlgorithm() throws {
        let rsa = try Sample("rfc7515_a2_rs256")
        for algorithm in [SignatureAlgorithm.rs384, .rs512, .ps256, .ps384, .ps512] {
            #expect(rsa.key.verify(rsa.signature, over: rsa.input, with: algorithm) != .valid)
        }
        let mac = try Sample("rfc7515_a1_hs256")
        for algorithm in [SignatureAlgorithm.hs384, .hs512] {
            #expect(mac.key.verify(mac.signature, over: mac.input, with: algorithm) != .valid)
        }
    }

    @Test func goodSignatureOfAnotherKey() throws {
        let a = try Sample("rfc7515_a2_rs256")
        let b = try Sample("rfc7520_4_1_rs256")
        #expect(a.key.verify(b.signature, over: b.input, with: .rs256) == .invalid)
        #expect(b.key.verify(a.signature, over: a.input, with: .rs256) == .invalid)
    }

    /// A family is no pin: a key for one algorithm serves no other one, and HMAC least of all.
    @Test(arguments: SignatureAlgorithm.allCases) func algorithmsOfABoundKey(_ algorithm: SignatureAlgorithm) throws {
        for key in TestKey.allCases {
            guard let bound = try keySet(key.jwk(["alg": quoted(String(algorithm.name))])).keys.first else { continue }
            let served = SignatureAlgorithm.allCases.filter(bound.algorithms.contains)
            #expect(served == (key == .ed25519 ? [.eddsa, .ed25519] : [algorithm]))
        }
    }

    /// Names are compared byte for byte, and `none` is no name.
    @Test(arguments: ["none", "None", "NONE", "nOnE", "", " RS256", "RS256 ", "rs256", "Rs256", "RS2566", "RS25", "ES521", "EDDSA", "HS256\0", "RS1", "HS1", "PS128"])
    func unknownNames(_ name: String) {
        #expect(Array(name.utf8).withView { SignatureAlgorithm(name: $0) } == nil)
    }

    @Test(arguments: SignatureAlgorithm.allCases) func knownNames(_ algorithm: SignatureAlgorithm) {
        #expect(SignatureAlgorithm(name: ByteView(algorithm.name)) == algorithm)
    }

    private static func der(_ signature: [UInt8]) -> [UInt8] {
        func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            let magnitude = Array(bytes.drop { $0 == 0 })
            let content = (magnitude[0] & 0x80 != 0 ? [0] : []) + magnitude
            return [0x02, UInt8(content.count)] + content
        }
        let content = integer(signature.prefix(signature.count / 2)) + integer(signature.suffix(signature.count / 2))
        return (content.count < 128 ? [0x30, UInt8(content.count)] : [0x30, 0x81, UInt8(content.count)]) + content
    }
}
