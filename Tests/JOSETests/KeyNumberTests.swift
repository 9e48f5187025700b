// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

/// The numbers of a JWK: their encoding, their size, and whether they are a key at all.
@Suite struct KeyNumberTests {
    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8).withView { Base64URL.decode($0) } ?? [] }
    private static let n = bytes(TestKey.n)
    private static let x = bytes(TestKey.x)
    private static let y = bytes(TestKey.y)
    private static func number(_ bytes: [UInt8]) -> String { quoted(base64URL(bytes)) }
    private static func odd(bits: Int) -> String {
        let count = (bits + 7) / 8
        return number([UInt8(1 << ((bits - 1) % 8))] + [UInt8](repeating: 0, count: count - 2) + [0x01])
    }
    private static let fieldPrime: [UInt8] =
        [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 12) + [UInt8](repeating: 0xFF, count: 12)

    @Test(arguments: [2048, 2049, 2056, 3072, 4096, 8192]) func rsaSizes(_ bits: Int) throws {
        let set = try keySet(TestKey.rsa.jwk(["n": Self.odd(bits: bits)]))
        #expect(set.problems.isEmpty)
        #expect(set.keys.first?.bits == bits)
    }

    @Test(arguments: [
        KeyCase(.rsa, ["n": odd(bits: 2047)], "n: the modulus has 2047 bits"),
        KeyCase(.rsa, ["n": odd(bits: 1024)], "n: the modulus has 1024 bits"),
        KeyCase(.rsa, ["n": odd(bits: 512)], "n: the modulus has 512 bits"),
        KeyCase(.rsa, ["n": "\"AQ\""], "n: the modulus has 1 bits"),
        KeyCase(.rsa, ["n": odd(bits: 8193)], "n: the modulus has 8193 bits"),
        KeyCase(.rsa, ["n": odd(bits: 16384)], "n: the modulus has 16384 bits"),
        KeyCase(.rsa, ["n": odd(bits: 16392)], "n: 2049 bytes are too many"),
        KeyCase(.rsa, ["n": odd(bits: 1_000_000)], "n:"),
        KeyCase(.rsa, ["n": number(n.dropLast() + [n[255] & 0xFE])], "n: the modulus is even"),
        KeyCase(.rsa, ["n": number([0] + n)], "n: leading zero octets"),
        KeyCase(.rsa, ["n": "\"AA\""], "n: leading zero octets"),
        KeyCase(.rsa, ["n": "\"\""], "n: empty"),
        KeyCase(.rsa, ["n": ""], "n: missing"),
        KeyCase(.rsa, ["n": "null"], "n: not a string"),
        KeyCase(.rsa, ["n": "65537"], "n: not a string"),
        KeyCase(.rsa, ["n": quoted(TestKey.n + "==")], "n: not strict base64url"),
        KeyCase(.rsa, ["n": quoted(TestKey.n + "\\n")], "n: not strict base64url"),
        KeyCase(.rsa, ["n": quoted(TestKey.n.replacing("_", with: "/").replacing("-", with: "+"))], "n: not strict"),
        KeyCase(.rsa, ["e": "\"AQ\""], "e:"),
        KeyCase(.rsa, ["e": "\"Ag\""], "e:"),
        KeyCase(.rsa, ["e": "\"AQAA\""], "e:"),
        KeyCase(.rsa, ["e": "\"AQAAAAE\""], "e:"),
        KeyCase(.rsa, ["e": "\"AA\""], "e: leading zero octets"),
        KeyCase(.rsa, ["e": "\"AAEAAQ\""], "e: leading zero octets"),
        KeyCase(.rsa, ["e": quoted(TestKey.n)], "e:"),
        KeyCase(.rsa, ["e": "\"\""], "e: empty"),
        KeyCase(.rsa, ["e": ""], "e: missing"),
        KeyCase(.rsa, ["e": "65537"], "e: not a string"),
        KeyCase(.rsa, ["e": "\"AQAB=\""], "e: not strict base64url"),
        KeyCase(.rsa, ["e": "\"AQABA\""], "e: not strict base64url"),
    ])
    func rsaRefused(_ test: KeyCase) throws { try expectRefused(test) }

    @Test(arguments: [
        KeyCase(.p256, ["y": number(y.dropLast() + [y[31] ^ 1])], "x, y: not a point of P-256"),
        KeyCase(.p256, ["x": quoted(TestKey.y), "y": quoted(TestKey.x)], "x, y: not a point"),
        KeyCase(.p256, ["y": quoted(TestKey.x)], "x, y: not a point"),
        KeyCase(.p256, ["x": number([UInt8](repeating: 0, count: 32)), "y": number([UInt8](repeating: 0, count: 32))], "x, y:"),
        KeyCase(.p256, ["x": number([UInt8](repeating: 0xFF, count: 32))], "x, y: not a point"),
        KeyCase(.p256, ["x": number(fieldPrime)], "x, y: not a point"),
        KeyCase(.p256, ["crv": "\"secp256k1\""], "x, y: not a point of secp256k1"),
        KeyCase(.p256, ["crv": "\"P-384\""], "x: 32 bytes where 48 are needed"),
        KeyCase(.p521, ["crv": "\"P-256\""], "x: 66 bytes where 32 are needed"),
        KeyCase(.p521, ["crv": "\"P-384\""], "x: 66 bytes where 48 are needed"),
        // The coordinates of a P-384 point under the name of P-256.
        KeyCase(.p256, ["x": number([UInt8](repeating: 1, count: 48)), "y": number([UInt8](repeating: 1, count: 48))], "x: 48 bytes"),
        KeyCase(.p256, ["x": number([0] + x)], "x: 33 bytes"),
        KeyCase(.p256, ["x": number(Array(x.dropFirst()))], "x: 31 bytes"),
        KeyCase(.p256, ["y": number([0] + y)], "y: 33 bytes"),
        KeyCase(.p256, ["y": number(Array(y.dropLast()))], "y: 31 bytes"),
        KeyCase(.p256, ["x": "\"\""], "x: empty"),
        KeyCase(.p256, ["x": ""], "x: missing"),
        KeyCase(.p256, ["y": ""], "y: missing"),
        KeyCase(.p256, ["y": "false"], "y: not a string"),
        KeyCase(.p256, ["x": quoted(TestKey.x + "=")], "x: not strict base64url"),
        KeyCase(.p256, ["x": quoted(TestKey.x.dropLast() + "V")], "x: not strict base64url"),
        KeyCase(.p256, ["crv": ""], "crv: missing"),
        KeyCase(.p256, ["crv": "1"], "crv: not a string"),
        KeyCase(.p256, ["crv": "\"p-256\""], "crv:"),
        KeyCase(.p256, ["crv": "\"prime256v1\""], "crv:"),
        KeyCase(.p256, ["crv": "\"P-224\""], "crv:"),
        KeyCase(.p256, ["crv": "\"Ed25519\""], "crv:"),
        KeyCase(.p256, ["kty": "\"OKP\""], "crv:"),
        KeyCase(.ed25519, ["kty": "\"EC\""], "crv:"),
        KeyCase(.ed25519, ["crv": "\"X25519\""], "crv:"),
        KeyCase(.ed25519, ["crv": "\"ed25519\""], "crv:"),
        KeyCase(.ed25519, ["crv": "\"Ed448\""], "x: 32 bytes where 57 are needed"),
        KeyCase(.ed25519, ["x": number([UInt8](repeating: 1, count: 31))], "x: 31 bytes"),
        KeyCase(.ed25519, ["x": number([UInt8](repeating: 1, count: 33))], "x: 33 bytes"),
        KeyCase(.ed25519, ["x": "\"\""], "x: empty"),
        KeyCase(.ed25519, ["x": ""], "x: missing"),
    ])
    func curvesRefused(_ test: KeyCase) throws { try expectRefused(test) }

    /// Whoever fetched such a set can sign.
    @Test(arguments: [
        KeyCase(.rsa, ["d": quoted(TestKey.n)], "d: this is a private key"),
        KeyCase(.rsa, ["p": "\"AQ\""], "p:"), KeyCase(.rsa, ["q": "\"AQ\""], "q:"), KeyCase(.rsa, ["dp": "\"AQ\""], "dp:"),
        KeyCase(.rsa, ["dq": "\"AQ\""], "dq:"), KeyCase(.rsa, ["qi": "\"AQ\""], "qi:"), KeyCase(.rsa, ["oth": "[]"], "oth:"),
        KeyCase(.rsa, ["d": "null"], "d:"), KeyCase(.rsa, ["d": "\"\""], "d:"),
        KeyCase(.p256, ["d": quoted(TestKey.x)], "d:"), KeyCase(.p521, ["d": "1"], "d:"),
        KeyCase(.ed25519, ["d": "\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\""], "d:"),
    ])
    func privateKeys(_ test: KeyCase) throws { try expectRefused(test) }

    /// RFC 7518 section 3.2: a secret is at least as long as the hash.
    @Test(arguments: [
        ("HS256", 0), ("HS256", 1), ("HS256", 31), ("HS384", 32), ("HS384", 47), ("HS512", 48), ("HS512", 63), ("", 31), ("", 16),
    ])
    func shortSecrets(_ algorithm: String, _ count: Int) throws {
        let secret = Self.number([UInt8](repeating: 7, count: count))
        try expectRefused(KeyCase(.oct, ["k": secret, "alg": algorithm.isEmpty ? "" : quoted(algorithm)], "k:"))
    }

    @Test(arguments: [
        KeyCase(.oct, ["k": ""], "k: missing"), KeyCase(.oct, ["k": "null"], "k: not a string"),
        KeyCase(.oct, ["k": quoted(TestKey.secret + "==")], "k: not strict base64url"),
        KeyCase(.oct, ["k": quoted(TestKey.secret.replacing("-", with: "+"))], "k: not strict base64url"),
        KeyCase(.oct, ["k": quoted(" " + TestKey.secret)], "k: not strict base64url"),
    ])
    func malformedSecrets(_ test: KeyCase) throws { try expectRefused(test) }

    /// A public key is known to everybody, so as a secret it is worth nothing (CVE-2022-29217, CVE-2026-34950).
    @Test(arguments: [
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE", "-----BEGIN CERTIFICATE-----\nMIIBIjANBgkqhkiG9w0B",
        "-----BEGIN RSA PUBLIC KEY-----\nMIIBCgKCAQEA", " \n\t-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYI",
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ issuer",
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAI",
        "{\"kty\":\"RSA\",\"n\":\"\(TestKey.n)\",\"e\":\"AQAB\"}", "{\"keys\":[{\"kty\":\"RSA\",\"e\":\"AQAB\"}]}",
        "{\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"\(TestKey.n)\"}", "{\n  \"kty\": \"RSA\",\n  \"e\": \"AQAB\"\n}  ",
    ])
    func publicKeysAsSecrets(_ text: String) throws {
        try expectRefused(KeyCase(.oct, ["k": Self.number(Array(text.utf8))], "k:"))
    }

    private func expectRefused(_ test: KeyCase) throws {
        let set = try keySet(jwks([test.key.jwk(test.changes)]))
        #expect(set.keys.isEmpty)
        let problem = try #require(set.problems.first)
        #expect(problem.hasPrefix(test.expected), "\(problem)")
    }
}
