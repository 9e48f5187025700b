// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

/// What a signing key makes, judged by verification keys that were not made from it.
@Suite struct SigningTests {
    private typealias Text = PrivateKeyText

    static let pairs: [(PrivateKeyText, PrivateKeyText)] = [
        (Text.rsa, Text.rsaPublic), (Text.p256, Text.p256Public), (Text.p384, Text.p384Public), (Text.p521, Text.p521Public),
        (Text.ed25519, Text.ed25519Public),
    ]

    private func pair(_ texts: (PrivateKeyText, PrivateKeyText)) throws -> (SigningKey, VerificationKey) {
        (try signingKey(texts.0.pem), try #require(try keySet(texts.1.pem).keys.first))
    }

    @Test(arguments: pairs) func signsEverySize(_ text: PrivateKeyText, _ publicText: PrivateKeyText) throws {
        let (key, publicKey) = try pair((text, publicText))
        var random = SeededRandom(seed: 7)
        for count in [0, 1, 2, 31, 32, 33, 1000, 100_000] {
            let input = random.bytes(count)
            let signature = try #require(key.sign(input))
            #expect(publicKey.verify(signature, over: input, with: key.algorithm) == .valid)
            #expect(publicKey.verify(signature, over: input + [0], with: key.algorithm) == .invalid)
        }
    }

    /// RFC 7518 section 3.4: R and S have their leading zeros, so the size never varies; DER would.
    @Test(arguments: zip(pairs, [256, 64, 96, 132, 64])) func sizes(_ texts: (PrivateKeyText, PrivateKeyText), _ size: Int) throws {
        let (key, publicKey) = try pair(texts)
        var withLeadingZero = 0
        for number in 0..<(size == 256 ? 20 : 1000) {
            let input = Array("\(number)".utf8)
            let signature = try #require(key.sign(input))
            #expect(signature.count == size)
            if signature[0] == 0 || signature[size / 2] == 0 { withLeadingZero += 1 }
            if number < 100 || signature[0] == 0 || signature[size / 2] == 0 {
                #expect(publicKey.verify(signature, over: input, with: key.algorithm) == .valid)
            }
        }
        // Of a thousand, about eight begin with a zero in one half.
        if size != 256 { #expect(withLeadingZero > 0) }
    }

    @Test func keysDoNotAnswerForEachOther() throws {
        let input = Array("input".utf8)
        for signer in Self.pairs {
            let key = try signingKey(signer.0.pem)
            let signature = try #require(key.sign(input))
            for other in Self.pairs where other.1.pem != signer.1.pem {
                let publicKey = try #require(try keySet(other.1.pem).keys.first)
                #expect(publicKey.verify(signature, over: input, with: key.algorithm) != .valid)
            }
            let publicKey = try #require(try keySet(signer.1.pem).keys.first)
            for other in SignatureAlgorithm.allCases where other != key.algorithm && !(key.algorithm == .eddsa && other == .ed25519) {
                guard publicKey.algorithms.contains(other) else { continue }
                #expect(publicKey.verify(signature, over: input, with: other) != .valid, "\(other)")
            }
        }
    }

    @Test(arguments: pairs) func everyBitCounts(_ text: PrivateKeyText, _ publicText: PrivateKeyText) throws {
        let (key, publicKey) = try pair((text, publicText))
        let input = Array("input".utf8)
        let good = try #require(key.sign(input))
        for bit in stride(from: 0, to: good.count * 8, by: 11) {
            var signature = good
            signature[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(publicKey.verify(signature, over: input, with: key.algorithm) == .invalid, "bit \(bit)")
        }
    }

    /// RSASSA-PKCS1-v1_5 and Ed25519 leave no choice, so the bytes are those of others.
    @Test func theBytesOfTheRFCs() throws {
        for (text, file) in [(Text.rfc7515A2, "rfc7515_a2_rs256"), (Text.rfc8037A1, "rfc8037_a4_ed25519")] {
            let token = try Vectors.json("rfc/\(file).json").text("token")
            let parts = token.split(separator: ".").map { Array($0.utf8) }
            let header = try #require(parts[0].withView { Base64URL.decode($0) })
            let payload = try #require(parts[1].withView { Base64URL.decode($0) })
            let made = try #require(try signingKey(text.pem).compactJWS(header: header, payload: payload))
            #expect(String(decoding: made, as: UTF8.self) == token)
        }
    }

    /// `openssl dgst -sha256 -sign` and `openssl pkeyutl -sign -rawin` over "signed by openssl".
    @Test(arguments: [
        (
            Text.rsa,
            "UjwtUYpF_P3Y0p4ts7lVsKgboe1axictgtIq_9zVan1vF3-Njo73h52xx0qUN6AByvwIJQOrseW3ip69HtXtPzLd5M8dnvsrAqNthaknwcTTMYigO8Ny"
                + "gloX-9LNuJNCz5gQuSh6VcCP2ZOw4S-7yovHfy8JAq6tAdtyVcAHUyL6elbk2CalROD_4wjTZf6bTFBCUDJRCcDfV51kW85F0zOKpEPIuGg6axEdSP-5"
                + "WG3JD_yntX93VRsAIfyz6MsKLovQjuvFYSD_MEh-fmEI_sGFRGhOr2q6ZCcECmEfpNJFpwgnc4p4lwy4J5MZ-ZZYcXBPpRFruVAb1cyfdoALog"
        ),
        (Text.ed25519, "03vvWrG6QqXN1Ui0siA1PwxEHOH3jvIgffxCVamAZqELYp8mBt1E0P-ZT3jxEVLDFmbIFF2Z_WzHZmKxZV3OBw"),
    ])
    func theBytesOfTheCommand(_ text: PrivateKeyText, _ expected: String) throws {
        let signature = try #require(try signingKey(text.pem).sign(Array("signed by openssl".utf8)))
        #expect(base64URL(signature) == expected)
    }

    // MARK: Whole tokens

    @Test(arguments: pairs) func compactTokens(_ text: PrivateKeyText, _ publicText: PrivateKeyText) throws {
        let key = try signingKey(text.pem)
        let header = Array("{\"alg\":\"\(String(key.algorithm.name))\",\"typ\":\"JWT\"}".utf8)
        let payload = Array("{\"iss\":\"me\",\"sub\":\"me\"}".utf8)
        let token = try #require(key.compactJWS(header: header, payload: payload))
        let keys = try keySet(publicText.pem)
        #expect(try JWS.verify(token, keys) == payload)
        for other in Self.pairs where other.1.pem != publicText.pem { #expect(JWS.refusal(token, try keySet(other.1.pem)) != nil) }
        for at in token.indices {
            var changed = token
            changed[at] = changed[at] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(JWS.refusal(changed, keys) != nil, "character \(at)")
        }
        for count in stride(from: 0, to: token.count, by: 3) { #expect(JWS.refusal(Array(token.prefix(count)), keys) != nil) }
    }

    @Test func emptyParts() throws {
        let token = try #require(try signingKey(Text.ed25519.pem).compactJWS(header: [], payload: []))
        #expect(token.prefix(2) == ArraySlice("..".utf8))
        #expect(token.count == 2 + 86)
    }

    @Test func oneKeyOnManyThreads() async throws {
        let (key, publicKey) = try pair(Self.pairs[1])
        let good = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let input = Array("\(number)".utf8)
                    return key.sign(input).map { publicKey.verify($0, over: input, with: .es256) } == .valid
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(good == 200)
    }
}
