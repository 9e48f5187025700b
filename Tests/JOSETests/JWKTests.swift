// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

/// What one entry of a key set may look like, and which algorithms it then serves (RFC 7517, 7518, 8037).
@Suite struct JWKTests {
    private static let rsa = "RS256 RS384 RS512 PS256 PS384 PS512"

    @Test(arguments: [
        KeyCase(.rsa, [:], rsa),
        KeyCase(.rsa, ["use": "\"sig\""], rsa),
        KeyCase(.rsa, ["key_ops": "[\"verify\"]"], rsa),
        KeyCase(.rsa, ["key_ops": "[\"sign\",\"verify\"]", "use": "\"sig\""], rsa),
        KeyCase(.rsa, ["alg": "\"RS256\""], "RS256"),
        KeyCase(.rsa, ["alg": "\"PS512\""], "PS512"),
        KeyCase(.rsa, ["e": "\"Aw\""], rsa),
        KeyCase(.rsa, ["e": "\"_____w\""], rsa),
        KeyCase(.rsa, ["x5c": "[\"anything\"]", "x5t": "\"anything\"", "unknown": "{\"a\":[1]}"], rsa),
        KeyCase(.p256, [:], "ES256"),
        KeyCase(.p256, ["alg": "\"ES256\"", "use": "\"sig\"", "kid": "\"a\""], "ES256"),
        KeyCase(.p521, [:], "ES512"),
        KeyCase(.ed25519, [:], "EdDSA Ed25519"),
        // One key under the general and the fully-specified name (RFC 9864).
        KeyCase(.ed25519, ["alg": "\"EdDSA\""], "EdDSA Ed25519"),
        KeyCase(.ed25519, ["alg": "\"Ed25519\""], "EdDSA Ed25519"),
        KeyCase(.oct, [:], "HS256 HS384 HS512"),
        KeyCase(.oct, ["alg": "\"HS384\""], "HS384"),
        KeyCase(.oct, ["k": quoted(base64URL([UInt8](repeating: 7, count: 32)))], "HS256"),
        KeyCase(.oct, ["k": quoted(base64URL([UInt8](repeating: 7, count: 47)))], "HS256"),
        KeyCase(.oct, ["k": quoted(base64URL([UInt8](repeating: 7, count: 48)))], "HS256 HS384"),
        KeyCase(.oct, ["k": quoted(base64URL([UInt8](repeating: 7, count: 64)))], "HS256 HS384 HS512"),
    ])
    func usable(_ test: KeyCase) throws {
        for text in [test.key.jwk(test.changes), jwks([test.key.jwk(test.changes)])] {
            let set = try keySet(text)
            #expect(set.problems.isEmpty)
            #expect(set.keys.map { $0.algorithms.names } == [test.expected])
        }
    }

    /// Each is refused with a sentence that begins with the member at fault.
    @Test(arguments: [
        KeyCase(.rsa, ["kty": ""], "kty: missing"),
        KeyCase(.rsa, ["kty": "1"], "kty: not a string"),
        KeyCase(.rsa, ["kty": "null"], "kty: not a string"),
        KeyCase(.rsa, ["kty": "\"rsa\""], "kty:"),
        KeyCase(.rsa, ["kty": "\"\""], "kty:"),
        KeyCase(.p256, ["kty": "\"ec\""], "kty:"),
        KeyCase(.oct, ["kty": "\"AES\""], "kty:"),
        KeyCase(.oct, ["kty": "\"OCT\""], "kty:"),
        KeyCase(.rsa, ["kid": "1"], "kid: not a string"),
        KeyCase(.rsa, ["kid": "null"], "kid: not a string"),
        KeyCase(.rsa, ["use": "\"enc\""], "use:"),
        KeyCase(.rsa, ["use": "\"SIG\""], "use:"),
        KeyCase(.rsa, ["use": "\"\""], "use:"),
        KeyCase(.rsa, ["use": "[\"sig\"]"], "use: not a string"),
        KeyCase(.oct, ["use": "\"enc\""], "use:"),
        KeyCase(.rsa, ["key_ops": "[]"], "key_ops:"),
        KeyCase(.rsa, ["key_ops": "[\"sign\"]"], "key_ops:"),
        KeyCase(.rsa, ["key_ops": "[\"Verify\"]"], "key_ops:"),
        KeyCase(.rsa, ["key_ops": "[\"encrypt\",\"wrapKey\"]"], "key_ops:"),
        KeyCase(.rsa, ["key_ops": "[\"verify\",\"verify\"]"], "key_ops:"),
        KeyCase(.rsa, ["key_ops": "[\"verify\",\"sign\",\"sign\"]"], "key_ops:"),
        KeyCase(.rsa, ["key_ops": "\"verify\""], "key_ops: not an array"),
        KeyCase(.rsa, ["key_ops": "{\"verify\":true}"], "key_ops: not an array"),
        KeyCase(.rsa, ["key_ops": "null"], "key_ops: not an array"),
        KeyCase(.rsa, ["key_ops": "[1]"], "key_ops:"),
        KeyCase(.rsa, ["key_ops": "[\"verify\",null]"], "key_ops:"),
        KeyCase(.rsa, ["key_ops": "[\(Array(repeating: "\"verify\"", count: 1000).joined(separator: ","))]"], "key_ops:"),
        KeyCase(.rsa, ["use": "\"sig\"", "key_ops": "[\"encrypt\"]"], "key_ops:"),
        KeyCase(.rsa, ["use": "\"enc\"", "key_ops": "[\"verify\"]"], "use:"),
        KeyCase(.rsa, ["alg": "\"none\""], "alg:"),
        KeyCase(.rsa, ["alg": "\"rs256\""], "alg:"),
        KeyCase(.rsa, ["alg": "\"\""], "alg:"),
        KeyCase(.rsa, ["alg": "\"RSA-OAEP\""], "alg:"),
        KeyCase(.rsa, ["alg": "256"], "alg: not a string"),
        KeyCase(.rsa, ["alg": "\"HS256\""], "alg:"),
        KeyCase(.rsa, ["alg": "\"ES256\""], "alg:"),
        KeyCase(.p256, ["alg": "\"RS256\""], "alg:"),
        KeyCase(.p256, ["alg": "\"HS256\""], "alg:"),
        KeyCase(.p256, ["alg": "\"ES384\""], "alg:"),
        KeyCase(.p256, ["alg": "\"ES256K\""], "alg:"),
        KeyCase(.p521, ["alg": "\"ES521\""], "alg:"),
        KeyCase(.p521, ["alg": "\"ES256\""], "alg:"),
        KeyCase(.p256, ["alg": "\"ECDH-ES\""], "alg:"),
        KeyCase(.ed25519, ["alg": "\"Ed448\""], "alg:"),
        KeyCase(.ed25519, ["alg": "\"ES256\""], "alg:"),
        KeyCase(.oct, ["alg": "\"RS256\""], "alg:"),
        KeyCase(.oct, ["alg": "\"A256GCM\""], "alg:"),
    ])
    func unusable(_ test: KeyCase) throws {
        for text in [test.key.jwk(test.changes), jwks([test.key.jwk(test.changes)])] {
            // An object without kty is no JWK at all.
            if test.changes["kty"] == "", !text.hasPrefix("{\"keys\"") { continue }
            let set = try keySet(text)
            #expect(set.keys.isEmpty)
            let problem = try #require(set.problems.first)
            #expect(problem.hasPrefix(test.expected), "\(problem)")
        }
    }

    @Test(arguments: ["1", "null", "\"RSA\"", "[]", "true", "[{\"kty\":\"RSA\"}]"])
    func entriesThatAreNoObjects(_ entry: String) throws {
        let set = try keySet(jwks([entry, TestKey.p256.jwk()]))
        #expect(set.problems == ["not a JSON object"])
        #expect(set.keys.count == 1)
    }

    /// A problem must not be a way to write into a log.
    @Test func problemsQuoteForeignTextSafely() throws {
        let set = try keySet(TestKey.rsa.jwk(["alg": "\"x\\n\\u001b[31m\\\"é" + String(repeating: "y", count: 500) + "\""]))
        let problem = try #require(set.problems.first)
        #expect(problem.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
        #expect(problem.contains("x\\x0a\\x1b[31m\\x22\\xc3\\xa9"))
        #expect(problem.utf8.count < 300)
    }
}
