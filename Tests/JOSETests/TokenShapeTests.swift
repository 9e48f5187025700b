// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

/// `CompactJWS` and `JOSEHeader`: what a token looks like before any key is touched.
@Suite struct TokenShapeTests {
    private func shape(_ token: String) -> CompactJWS.Shape? {
        Array(token.utf8).withView { view in
            do throws(CompactJWS.Shape) {
                _ = try CompactJWS(view)
                return nil
            } catch {
                return error
            }
        }
    }

    @Test(arguments: ["a.b.c", "..", "a..", ".b.", "..c", "a.b.", " . . ", "é.\0.\n"]) func threeParts(_ token: String) throws {
        let bytes = Array(token.utf8)
        bytes.withView { view in
            guard let parts = try? CompactJWS(view) else {
                Issue.record("refused")
                return
            }
            let expected = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(Array.init)
            #expect([[UInt8](parts.header), [UInt8](parts.payload), [UInt8](parts.signature)] == expected)
            #expect([UInt8](parts.signingInput) == expected[0] + [UInt8(ascii: ".")] + expected[1])
        }
    }

    @Test(arguments: ["", "a", "opaque-token", "mct_abc", "{}", " "]) func opaque(_ token: String) {
        #expect(shape(token) == .opaque)
    }

    @Test(arguments: ["a.b", ".", "a.", "a.b.c.d", "...", "a.b.c.d.e.f", ".....", "a.b.c.d.e.f.g.h"]) func malformed(_ token: String) {
        #expect(shape(token) == .malformed)
    }

    @Test(arguments: ["a.b.c.d.e", "....", "a....e"]) func encrypted(_ token: String) {
        #expect(shape(token) == .encrypted)
    }

    @Test func manyDots() {
        #expect(shape(String(repeating: ".", count: 100_000)) == .malformed)
        #expect(shape(String(repeating: "a", count: 100_000) + ".b.c") == nil)
    }

    // MARK: Header

    enum Fault: Equatable {
        case notAString(String)
        case critMalformed, critUnsupported, unencodedPayload

        init(_ fault: JOSEHeader.Fault) {
            self =
                switch fault {
                case .notAString(let name): .notAString(String(name))
                case .critMalformed: .critMalformed
                case .critUnsupported: .critUnsupported
                case .unencodedPayload: .unencodedPayload
                }
        }
    }

    private func fault(_ header: String) throws -> Fault? {
        let document = try Document(header)
        do throws(JOSEHeader.Fault) {
            _ = try JOSEHeader(document.object)
            return nil
        } catch {
            return Fault(error)
        }
    }

    @Test func parameters() throws {
        let document = try Document(#"{"typ":"at+jwt","kid":"k\u0069d","alg":"RS256","cty":1,"jku":[],"jwk":{"kty":"oct"},"x5u":null,"b64":true}"#)
        let header = try #require(try? JOSEHeader(document.object))
        #expect(header.alg.map { [UInt8]($0) } == Array("RS256".utf8))
        #expect(header.kid.map { [UInt8]($0) } == Array("kid".utf8))
        #expect(header.typ.map { [UInt8]($0) } == Array("at+jwt".utf8))
        let empty = try Document("{}")
        let none = try #require(try? JOSEHeader(empty.object))
        #expect(none.alg == nil && none.kid == nil && none.typ == nil)
    }

    @Test(arguments: ["alg", "kid", "typ"], ["1", "null", "true", "[]", "{}", "[\"RS256\"]", "1.5"])
    func parametersOfOtherTypes(_ name: String, _ value: String) throws {
        #expect(try fault("{\"\(name)\":\(value)}") == .notAString(name))
    }

    @Test(arguments: [
        #"{"crit":[]}"#, #"{"crit":"exp"}"#, #"{"crit":null}"#, #"{"crit":{}}"#, #"{"crit":true}"#, #"{"crit":[1],"1":1}"#,
        #"{"crit":[null]}"#, #"{"crit":["absent"]}"#, #"{"crit":["a","a"],"a":1}"#, #"{"crit":["a","\u0061"],"a":1}"#,
        #"{"crit":["a","absent"],"a":1}"#, #"{"crit":["alg"],"alg":"RS256"}"#, #"{"crit":["kid"],"kid":"a"}"#,
        #"{"crit":["crit"]}"#, #"{"crit":["typ"],"typ":"JWT"}"#, #"{"crit":["a","jwk"],"a":1,"jwk":{}}"#, #"{"crit":["enc"],"enc":"x"}"#,
        #"{"crit":["x5t#S256"],"x5t#S256":"x"}"#, #"{"crit":["p2c"],"p2c":1}"#, #"{"crit":[["a"]],"a":1}"#, #"{"crit":[""]}"#,
        #"{"crit":["b64"]}"#,
        #"{"crit":["a","b","c","d","e","f","g","h","i","j","k","l","m","n","o","p","q"],"a":1}"#,
    ])
    func malformedCrit(_ header: String) throws {
        #expect(try fault(header) == .critMalformed)
    }

    @Test(arguments: [
        #"{"crit":["a"],"a":1}"#, #"{"crit":["exp"],"exp":1}"#, #"{"crit":["b64"],"b64":true}"#, #"{"crit":["b64"],"b64":false}"#,
        #"{"crit":["http://example.invalid/x"],"http://example.invalid/x":true}"#, #"{"a":null,"crit":["a"]}"#, #"{"":1,"crit":[""]}"#,
        #"{"crit":["ALG"],"ALG":"x"}"#,
    ])
    func unsupportedCrit(_ header: String) throws {
        #expect(try fault(header) == .critUnsupported)
    }

    @Test(arguments: ["false", "null", "0", "1", "\"false\"", "\"true\"", "[]", "{}"]) func unencodedPayload(_ value: String) throws {
        #expect(try fault("{\"alg\":\"RS256\",\"b64\":\(value)}") == .unencodedPayload)
    }

    // MARK: Whole tokens

    /// Unsecured tokens, in every spelling, with and without a signature, with and without keys.
    @Test(arguments: ["none", "None", "NONE", "nOnE", "", "NoNe\\u0000", " none"], ["", "AAAA", "c2ln"])
    func unsecured(_ name: String, _ signature: String) throws {
        for header in ["{\"alg\":\"\(name)\"}", "{\"alg\":\"\(name)\",\"typ\":\"at+jwt\",\"kid\":\"a\"}", "{\"typ\":\"JWT\"}"] {
            let token = Array("\(base64URL(Array(header.utf8))).e30.\(signature)".utf8)
            for keys in [jwks([]), TestKey.rsa.jwk(), TestKey.oct.jwk()] {
                let refusal = JWS.refusal(token, try keySet(keys))
                #expect(refusal == .algorithm || refusal == .headerJSON(.syntax))
            }
        }
    }

    /// A public key is never taken for the secret of an HMAC, whatever the tag is.
    @Test(arguments: ["HS256", "HS384", "HS512"], [TestKey.rsa, .p256, .p521, .ed25519])
    func macOverAPublicKey(_ algorithm: String, _ key: TestKey) throws {
        let header = base64URL(Array("{\"alg\":\"\(algorithm)\"}".utf8))
        let tag = base64URL([UInt8](repeating: 0, count: 64))
        #expect(JWS.refusal(Array("\(header).e30.\(tag)".utf8), try keySet(key.jwk())) == .noKey)
    }

    /// The keys that a header brings along are not even read.
    @Test(arguments: [#""jwk":\#(TestKey.oct.jwk())"#, #""jku":"https://attacker.example/""#, #""x5u":"https://attacker.example/""#, #""x5c":["AAAA"]"#])
    func keysInTheHeader(_ parameter: String) throws {
        let header = base64URL(Array("{\"alg\":\"HS256\",\(parameter)}".utf8))
        let token = Array("\(header).e30.\(base64URL([UInt8](repeating: 0, count: 32)))".utf8)
        #expect(JWS.refusal(token, try keySet(TestKey.rsa.jwk())) == .noKey)
        #expect(JWS.refusal(token, try keySet(jwks([]))) == .noKey)
    }
}
