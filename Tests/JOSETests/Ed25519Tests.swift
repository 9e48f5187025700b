// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Foundation
import Testing

@testable import JOSE

/// libcrypto, libsodium and we: what each accepts, and that ours is what all do.
@Suite struct Ed25519Tests {
    /// A key as each of them has it.
    private struct Verifiers {
        let raw: [UInt8]
        let plain: VerificationKey
        let quick: VerificationKey
        private let libcrypto: OpaquePointer

        init?(_ raw: [UInt8]) throws {
            let jwk = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"\(base64URL(raw))\"}"
            guard let plain = try keySet(jwk).keys.first, let quick = try keySet(jwk).keys.first,
                let libcrypto = plain.material.publicKey
            else { return nil }
            (self.raw, self.plain, self.quick, self.libcrypto) = (raw, plain, quick, libcrypto)
            if plain.gainsFromSodium { try #require(quick.prepareTable()) }
        }

        func ours(_ signature: [UInt8], _ message: [UInt8]) -> Bool? {
            let outcomes = [plain, quick].map { $0.verify(signature, over: message, with: .eddsa) }
            return outcomes[0] == outcomes[1] && outcomes[0] != .failed ? outcomes[0] == .valid : nil
        }

        func libcryptos(_ signature: [UInt8], _ message: [UInt8]) -> Bool {
            ErrorQueue.untouched {
                let context = EVP_MD_CTX_new()
                defer { EVP_MD_CTX_free(context) }
                return EVP_DigestVerifyInit(context, nil, nil, nil, libcrypto) == 1
                    && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
            }
        }

        func sodiums(_ signature: [UInt8], _ message: [UInt8], _ verify: SodiumLibrary.Verify) -> Bool {
            verify(signature, message, UInt64(message.count), raw) == 0
        }
    }

    static let verify = SodiumLibrary.verifier().map { unsafeBitCast($0, to: SodiumLibrary.Verify.self) }

    private struct Edge: Decodable {
        let kind: String
        let key: String
        let msg: String
        let sig: String
        let cofactorless: Bool
        let cofactored: Bool
        let strict: Bool

        func bytes(_ text: String) throws -> [UInt8] { try ["text": text].hex("text") }
    }

    /// Small and mixed order, encodings that are too large: see make.py beside the file.
    @Test func edges() throws {
        let verify = try #require(Self.verify, "libsodium 1.0.18 is needed: make deps")
        let edges = try JSONDecoder().decode([Edge].self, from: Data(contentsOf: Vectors.url("ed25519/edges.json")))
        var (accepted, onlyLibcrypto, onlyCofactored) = (0, 0, 0)
        for edge in edges {
            let (signature, message) = (try edge.bytes(edge.sig), try edge.bytes(edge.msg))
            guard let verifiers = try Verifiers(try edge.bytes(edge.key)) else {
                Issue.record("libcrypto takes no key \(edge.key)")
                continue
            }
            let libcrypto = verifiers.libcryptos(signature, message)
            let sodium = verifiers.sodiums(signature, message, verify)
            let ours = verifiers.ours(signature, message)
            #expect(libcrypto == edge.cofactorless, "\(edge)")
            #expect(sodium == edge.strict, "\(edge)")
            #expect(ours == edge.strict, "\(edge)")
            #expect(ours == (libcrypto && sodium))
            if ours == true { accepted += 1 }
            if libcrypto, !sodium { onlyLibcrypto += 1 }
            if edge.cofactored, !edge.cofactorless { onlyCofactored += 1 }
        }
        print("Ed25519 edges: \(edges.count), accepted \(accepted), by libcrypto alone \(onlyLibcrypto), "
            + "good only up to small order \(onlyCofactored)")
        #expect(accepted > 20 && onlyLibcrypto > 100 && onlyCofactored > 300)
    }

    @Test func changedSignatures() throws {
        let verify = try #require(Self.verify)
        var random = SeededRandom(seed: 40)
        var (accepted, left) = (0, ECTableTests.cases)
        while left > 0 {
            let secret = random.bytes(32)
            let pair = try #require(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, secret, 32))
            defer { EVP_PKEY_free(pair) }
            var (raw, size) = ([UInt8](repeating: 0, count: 32), 32)
            try #require(EVP_PKEY_get_raw_public_key(pair, &raw, &size) == 1)
            let verifiers = try #require(try Verifiers(raw))
            for _ in 0..<min(left, 50) {
                var message = random.bytes(random.below(300))
                var signature = try Self.sign(message, pair)
                switch random.below(8) {
                case 0, 1: break
                case 2, 3: signature[random.below(64)] ^= 1 << UInt8(random.below(8))
                case 4: message.append(0)
                case 5: signature = random.bytes(64)
                case 6: signature.replaceSubrange(32..<64, with: random.bytes(31) + [0x10])
                default: signature.replaceSubrange(0..<32, with: random.bytes(32))
                }
                let ours = verifiers.ours(signature, message)
                #expect(ours == verifiers.libcryptos(signature, message))
                #expect(ours == verifiers.sodiums(signature, message, verify))
                if ours == true { accepted += 1 }
            }
            left -= min(left, 50)
        }
        print("Ed25519: \(ECTableTests.cases) signatures, of which \(accepted) are good")
        #expect(accepted > ECTableTests.cases / 8 && accepted < ECTableTests.cases / 2)
    }

    private static func sign(_ message: [UInt8], _ pair: OpaquePointer) throws -> [UInt8] {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        var (signature, size) = ([UInt8](repeating: 0, count: 64), 64)
        try #require(EVP_DigestSignInit(context, nil, nil, nil, pair) == 1)
        try #require(EVP_DigestSign(context, &signature, &size, message, message.count) == 1)
        return signature
    }

    /// A library that does not answer as libcrypto does is not used.
    @Test func otherLibrariesAreFoundOut() {
        #expect(!SodiumLibrary.agrees { _, _, _, _ in 0 })
        #expect(!SodiumLibrary.agrees { _, _, _, _ in -1 })
        // Cofactored, as from 1.0.19 on: the damaged one alone is refused.
        #expect(!SodiumLibrary.agrees { signature, _, _, _ in signature?[32] == 0x7F && signature?[63] == 0x04 ? -1 : 0 })
        // Only what is wrong in R, or only what is wrong in the key.
        #expect(!SodiumLibrary.agrees { signature, _, _, _ in signature?[0] == 0xD4 || signature?[63] == 0x05 ? 0 : -1 })
        #expect(!SodiumLibrary.agrees { signature, _, _, key in signature?[63] == 0x05 || key?[0] == 0x56 ? 0 : -1 })
        // The right answers to the four.
        #expect(SodiumLibrary.agrees { signature, _, _, _ in signature?[0] == 0xFA && signature?[32] == 0x7F && signature?[63] == 0x05 ? 0 : -1 })
    }

    /// The numbers at which the checks begin and end.
    @Test func bounds() throws {
        for count in [0, 63, 65] {
            #expect(![UInt8](repeating: 2, count: count).withView { Ed25519.isWellFormed(signature: $0) })
        }
        // The order is edd3f55c1a631258d69cf7a2def9de14 and sixteen bytes of which only the last, 10, is not 0.
        let low = "edd3f55c1a631258d69cf7a2def9de14"
        let zeros = String(repeating: "00", count: 15)
        let ofS: [(String, Bool)] = [
            ("\(low)\(zeros)10", false), ("ec\(low.dropFirst(2))\(zeros)10", true), ("ee\(low.dropFirst(2))\(zeros)10", false),
            ("\(low.dropLast(2))13\(zeros)10", true), ("\(low.dropLast(2))15\(zeros)10", false),
            ("\(low)01\(zeros.dropLast(2))10", false), ("\(low)\(zeros)0f", true), ("\(low)\(zeros)11", false),
            (String(repeating: "00", count: 32), true), (String(repeating: "ff", count: 32), false),
        ]
        let r = [2] + [UInt8](repeating: 0, count: 31)
        for (text, isGood) in ofS {
            let s = try ["s": text].hex("s")
            #expect((r + s).withView { Ed25519.isWellFormed(signature: $0) } == isGood, "\(text)")
        }
        let prime = "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
        for sign in ["7f", "ff"] {
            for (first, isGood) in [("ed", false), ("ec", false), ("eb", true), ("ee", false), ("ff", false)] {
                let key = try ["key": first + prime.dropFirst(2).dropLast(2) + sign].hex("key")
                #expect(Ed25519.isWellFormed(key: key) == isGood)
            }
        }
    }
}
