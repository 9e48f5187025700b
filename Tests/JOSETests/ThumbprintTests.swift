// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

/// RFC 7638: a digest of the required members alone. The examples of the RFCs are in RFCVectorTests.
@Suite struct ThumbprintTests {
    private func thumbprint(_ jwk: String) throws -> String? {
        let key = try #require(try keySet(jwk).keys.first)
        return key.thumbprint.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(arguments: [TestKey.rsa, .p256, .p521, .ed25519]) func otherMembersDoNotCount(_ key: TestKey) throws {
        let plain = try #require(try thumbprint(key.jwk()))
        #expect(plain.utf8.count == 43)
        #expect(try thumbprint(key.jwk(["kid": "\"x\"", "use": "\"sig\"", "key_ops": "[\"verify\"]", "extra": "1"])) == plain)
        #expect(try thumbprint(jwks([key.jwk()])) == plain)
    }

    @Test func everyKeyHasItsOwn() throws {
        let keys: [TestKey] = [.rsa, .p256, .p521, .ed25519]
        #expect(Set(try keys.map { try thumbprint($0.jwk()) }).count == keys.count)
        #expect(try thumbprint(TestKey.rsa.jwk()) != thumbprint(TestKey.rsa.jwk(["e": "\"Aw\""])))
    }

    @Test func secretsHaveNone() throws {
        #expect(try thumbprint(TestKey.oct.jwk()) == nil)
    }
}
