// SPDX-License-Identifier: Apache-2.0
import Foundation
import JOSE
import Testing

@Suite struct KeySetTests {
    private func fault(_ text: String) -> KeySet.Fault? {
        do {
            _ = try keySet(text)
            return nil
        } catch {
            return error as? KeySet.Fault
        }
    }

    @Test(arguments: [
        "{", "{}}", "{\"keys\":[}", "{\"keys\":[]} x", "{\"keys\":[],\"keys\":[]}", "{\"keys\":[{\"kty\":\"RSA\",\"kty\":\"oct\"}]}",
        "{\"keys\":[],}", "{'keys':[]}", "{\"keys\":[\"\\u0000\"]}", "{\"keys\":[]}\0",
        // jansson's lexer swallows a NUL after a number or a literal name.
        "{\"a\":1\0,\"keys\":[]}", "{\"a\":null\0,\"keys\":[]}", "{\"keys\":[{\"a\":true\0}]}",
    ])
    func notJSON(_ text: String) {
        guard case .notJSON = fault(text) else {
            Issue.record("\(String(describing: fault(text)))")
            return
        }
    }

    @Test(arguments: ["{}", "{\"keys\":{}}", "{\"keys\":null}", "{\"keys\":\"x\"}", "{\"Keys\":[]}", "{\"key\":[]}", "{\"keys\":{},\"kty\":\"RSA\"}"])
    func notAKeySet(_ text: String) {
        guard case .notAKeySet = fault(text) else {
            Issue.record("\(String(describing: fault(text)))")
            return
        }
    }

    @Test(arguments: ["", " ", "[]", "<html></html>", "null", "secret", "\u{FEFF}{\"keys\":[]}", "[{\"kty\":\"RSA\"}]", "----BEGIN PUBLIC KEY----"])
    func neitherJSONNorPEM(_ text: String) {
        guard case .noPEMBlock = fault(text) else {
            Issue.record("\(String(describing: fault(text)))")
            return
        }
    }

    @Test func emptySet() throws {
        let set = try keySet(" \n{\"keys\":[]}\n")
        #expect(set.keys.isEmpty)
        #expect(set.entries.isEmpty)
        #expect(set.candidates(for: nil).isEmpty)
        #expect(set.candidates(for: ByteView("a")).isEmpty)
    }

    @Test func oneBadAmongGood() throws {
        let set = try keySet(jwks([
            TestKey.rsa.jwk(["kid": "\"a\""]), TestKey.p256.jwk(["kid": "\"b\"", "y": quoted(TestKey.x)]), TestKey.p521.jwk(["kid": "\"c\""]),
            TestKey.ed25519.jwk(["kid": "\"d\"", "use": "\"enc\""]),
        ]))
        #expect(set.keys.count == 2)
        #expect(set.entries.count == 4)
        #expect(set.problems.count == 2)
        guard case .skipped(let kid, _) = set.entries[1] else {
            Issue.record("the bad entry is usable")
            return
        }
        #expect(kid == Array("b".utf8))
    }

    // MARK: One name for several keys (RFC 7517 section 4.5)

    @Test func duplicateNamesOfOneAlgorithm() throws {
        let other = TestKey.p256.jwk(["kid": "\"a\"", "use": "\"sig\""])
        let set = try keySet(jwks([TestKey.p256.jwk(["kid": "\"a\""]), TestKey.rsa.jwk(["kid": "\"b\""]), other]))
        #expect(set.problems.count == 2)
        #expect(set.problems.allSatisfy { $0.hasPrefix("kid: another entry has the same") })
        #expect(set.keys.map(\.kid) == [Array("b".utf8)])
    }

    /// Also when one of the two is broken: it still claims the name.
    @Test func duplicateNameOfABrokenKey() throws {
        let set = try keySet(jwks([TestKey.p256.jwk(["kid": "\"a\"", "y": quoted(TestKey.x)]), TestKey.p256.jwk(["kid": "\"a\""])]))
        #expect(set.keys.isEmpty)
    }

    @Test func overlappingAlgorithmsOfOneName() throws {
        let free = TestKey.rsa.jwk(["kid": "\"a\""])
        let bound = TestKey.rsa.jwk(["kid": "\"a\"", "alg": "\"RS256\""])
        let alone = TestKey.rsa.jwk(["kid": "\"a\"", "alg": "\"PS256\""])
        #expect(try keySet(jwks([free, bound])).keys.isEmpty)
        #expect(try keySet(jwks([bound, alone])).keys.count == 2)
        #expect(try keySet(jwks([bound, alone, free])).keys.isEmpty)
        #expect(try keySet(jwks([bound, alone, alone])).keys.count == 1)
    }

    @Test func oneNameForKeysOfDifferentKinds() throws {
        let set = try keySet(jwks([TestKey.rsa, .p256, .p521, .ed25519].map { $0.jwk(["kid": "\"a\""]) }))
        #expect(set.problems.isEmpty)
        #expect(set.candidates(for: ByteView("a")) == 0..<4)
    }

    /// Keys for encryption claim no name among those for signatures.
    @Test func encryptionKeyOfTheSameName() throws {
        let set = try keySet(jwks([TestKey.rsa.jwk(["kid": "\"a\"", "use": "\"enc\""]), TestKey.rsa.jwk(["kid": "\"a\""])]))
        #expect(set.keys.count == 1)
    }

    @Test func unnamedKeysAreNoDuplicates() throws {
        #expect(try keySet(jwks([TestKey.p256.jwk(), TestKey.p256.jwk(), TestKey.rsa.jwk()])).keys.count == 3)
    }

    // MARK: Shared secrets

    @Test func secretsBesidePublicKeys() throws {
        let set = try keySet(jwks([TestKey.oct.jwk(["kid": "\"s\""]), TestKey.p256.jwk(["kid": "\"p\""])]))
        #expect(set.problems == ["kty: a shared secret in one set with public keys"])
        #expect(set.keys.map(\.kid) == [Array("p".utf8)])
        // The public key need not be usable: the set was published all the same.
        #expect(try keySet(jwks([TestKey.oct.jwk(), TestKey.rsa.jwk(["use": "\"enc\""])])).keys.isEmpty)
        #expect(try keySet(jwks([TestKey.oct.jwk(), TestKey.oct.jwk()])).keys.count == 2)
    }

    @Test func everyPublicKeyRefusesHMAC() throws {
        for key in [TestKey.rsa, .p256, .p521, .ed25519] {
            let keys = try keySet(key.jwk()).keys
            #expect(keys.count == 1)
            #expect(keys[0].algorithms.isDisjoint(with: .symmetric))
        }
        #expect(try keySet(TestKey.oct.jwk()).keys[0].algorithms.isDisjoint(with: .asymmetric))
    }

    // MARK: Candidates

    @Test func candidatesByName() throws {
        let names = ["b", "a", "", "ab", "B", "b0"]
        let set = try keySet(jwks(names.map { TestKey.p256.jwk(["kid": quoted($0)]) } + [TestKey.p256.jwk(), TestKey.rsa.jwk()]))
        #expect(set.keys.count == 8)
        for name in names {
            let found = Array(name.utf8).withView { set.candidates(for: $0) }
            #expect(found.count == 1)
            #expect(set.keys[found].first?.kid == Array(name.utf8))
        }
        // Names that none has fall back on the keys without one; no part of a name is enough.
        for name in ["c", "A", "aa", "b ", " b", "abc", "zzz", "/../b", "b'--"] {
            let found = Array(name.utf8).withView { set.candidates(for: $0) }
            #expect(found == 0..<2)
            #expect(set.keys[found].allSatisfy { $0.kid == nil })
        }
        #expect(set.candidates(for: nil) == 0..<8)
        // The unnamed ones keep the order of the document.
        #expect(set.keys.prefix(2).map { String($0.type.name) } == ["EC", "RSA"])
    }

    @Test func unknownNameWithoutUnnamedKeys() throws {
        let set = try keySet(jwks([TestKey.p256.jwk(["kid": "\"a\""])]))
        #expect(set.candidates(for: ByteView("b")).isEmpty)
        #expect([UInt8](repeating: UInt8(ascii: "a"), count: 65_536).withView { set.candidates(for: $0) }.isEmpty)
    }

    @Test func aThousandKeys() throws {
        let names = (0..<1000).map { "key-\($0 * 7919 % 1000)" }
        let set = try keySet(jwks(names.map { TestKey.ed25519.jwk(["kid": quoted($0)]) }))
        #expect(set.keys.count == 1000)
        for name in names {
            let found = Array(name.utf8).withView { set.candidates(for: $0) }
            #expect(found.count == 1)
            #expect(set.keys[found].first?.kid == Array(name.utf8))
        }
        for name in ["key-1000", "key-", "key-00", "key", "", "l"] {
            #expect(Array(name.utf8).withView { set.candidates(for: $0) }.isEmpty)
        }
    }

    // MARK: Restriction and report

    @Test func restrictionToLargerModuli() throws {
        let set = try keySet(jwks([TestKey.rsa.jwk(["kid": "\"a\""]), TestKey.p256.jwk(["kid": "\"b\""])]))
        #expect(set.restricted(toRSAOf: 2048).keys.count == 2)
        let restricted = set.restricted(toRSAOf: 2049)
        #expect(restricted.keys.map(\.kid) == [Array("b".utf8)])
        #expect(restricted.problems == ["n: the modulus has 2048 bits; at least 2049 are demanded"])
        #expect(set.keys.count == 2)
    }

    @Test func report() throws {
        let set = try keySet(jwks([
            TestKey.p256.jwk(["kid": "\"a\""]), TestKey.rsa.jwk(["use": "\"enc\"", "kid": "\"b\\\"\\n\""]), "1",
        ]))
        let text = try #require(set.report())
        let report = try #require(try JSONSerialization.jsonObject(with: Data(text)) as? JSONDictionary)
        #expect(try report.number("usable") == 1)
        #expect(try report.number("skipped") == 2)
        let keys = try report.objects("keys")
        #expect(try keys.map { try $0.number("index") } == [0, 1, 2])
        #expect(keys.map { $0["usable"] as? Bool } == [true, false, false])
        #expect(keys[0]["algorithms"] as? [String] == ["ES256"])
        #expect(try keys[0].text("thumbprint") == "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U")
        #expect(try keys[0].text("crv") == "P-256")
        #expect(try keys[0].number("bits") == 256)
        #expect(try keys[1].text("kid") == "b\"\n")
        #expect(try keys[1].text("problem").hasPrefix("use:"))
        #expect(keys[2]["kid"] == nil)
    }

    @Test func reportKeepsSecrets() throws {
        let report = try #require(try keySet(TestKey.oct.jwk()).report())
        let text = String(decoding: report, as: UTF8.self)
        #expect(!text.contains(TestKey.secret) && !text.contains(TestKey.secret.prefix(16)) && !text.contains("thumbprint"))
    }
}
