// SPDX-License-Identifier: Apache-2.0
import Foundation
import JOSE
import Testing

/// PEM is read through `KeySet`: the fixtures are keys and certificates that the openssl command wrote.
@Suite struct PEMTests {
    static func pem(_ name: String) throws -> String {
        try String(contentsOf: Vectors.url("pem/\(name).pem"), encoding: .utf8)
    }

    @Test(arguments: [
        ("rsa_2048", "RS256 RS384 RS512 PS256 PS384 PS512", 2048), ("ec_p256", "ES256", 256), ("ec_p256_compressed", "ES256", 256),
        ("ec_p384", "ES384", 384), ("ec_p521", "ES512", 521), ("ec_secp256k1", "ES256K", 256),
        ("ed25519", "EdDSA Ed25519", 256), ("ed448", "EdDSA Ed448", 456),
        ("certificate_ec_p256", "ES256", 256), ("certificate_rsa_2048", "RS256 RS384 RS512 PS256 PS384 PS512", 2048),
        // RFC 4055: the parameters of a key bound to RSASSA-PSS name its hash and its least salt.
        ("pss_sha256", "PS256", 2048), ("pss_sha384", "PS384", 2048),
    ])
    func usable(_ name: String, _ algorithms: String, _ bits: Int) throws {
        let set = try keySet(try Self.pem(name))
        #expect(set.problems.isEmpty)
        #expect(set.keys.map { $0.algorithms.names } == [algorithms])
        #expect(set.keys.map(\.bits) == [bits])
        #expect(set.keys.allSatisfy { $0.kid == nil })
    }

    @Test(arguments: [
        ("rsa_1024", "n: the modulus has 1024 bits"), ("ec_p224", "not a curve of JWS"), ("ec_brainpool", "not a curve of JWS"),
        ("ec_p256_explicit", "the curve is spelled out"), ("x25519", "not an RSA, EC, Ed25519 or Ed448 key"),
        ("dh", "not an RSA, EC, Ed25519 or Ed448 key"), ("pss_sha1", "its RSASSA-PSS parameters"),
        ("pss_mixed_hashes", "its RSASSA-PSS parameters"), ("pss_long_salt", "its RSASSA-PSS parameters"),
        ("rsa_2048_pkcs1", "PEM block \"RSA PUBLIC KEY\" is neither"),
    ])
    func unusable(_ name: String, _ problem: String) throws {
        let set = try keySet(try Self.pem(name))
        #expect(set.keys.isEmpty)
        #expect(set.problems.count == 1)
        #expect(set.problems.first?.hasPrefix(problem) == true, "\(set.problems)")
    }

    /// A PSS key without parameters is bound to no hash, so it serves no one algorithm.
    @Test func pssWithoutParameters() throws {
        #expect(try keySet(try Self.pem("pss_unrestricted")).keys.isEmpty)
    }

    @Test(arguments: [
        "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PARAMETERS",
        "CERTIFICATE REQUEST", "X509 CRL", "PGP PUBLIC KEY BLOCK", "TRUSTED CERTIFICATE", "X509 CERTIFICATE", "public key", "PUBLIC KEY ",
    ])
    func otherBlocks(_ label: String) throws {
        // What is inside is a good public key; the label alone decides.
        let text = try Self.pem("ec_p256").replacing("PUBLIC KEY", with: label)
        let set = try? keySet(text)
        #expect(set?.keys.isEmpty ?? true)
        #expect(set == nil || set?.problems.count == 1)
    }

    @Test func aCertificateIsOnlyAnEnvelope() throws {
        let key = try #require(try keySet(try Self.pem("ec_p256")).keys.first)
        for name in ["certificate_ec_p256", "ec_p256_compressed"] {
            let other = try #require(try keySet(try Self.pem(name)).keys.first)
            #expect(other.thumbprint == key.thumbprint)
        }
    }

    @Test func severalBlocks() throws {
        let names = ["rsa_2048", "ec_p224", "certificate_ec_p256", "rsa_2048_pkcs1", "ed25519"]
        let set = try keySet("Keys of the issuer\n" + (try names.map(Self.pem)).joined(separator: "\nand\n") + "\nend\n")
        #expect(set.entries.count == 5)
        #expect(set.keys.map { String($0.type.name) } == ["RSA", "EC", "OKP"])
        #expect(set.problems.count == 2)
    }

    /// "An entry that is bad is skipped and the rest serves": also when its base64 is what is bad.
    @Test(arguments: ["!!!!", "MFkw*EwYH", "MFk", "", "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\nMFk="])
    func aBrokenBlockAmongGoodOnes(_ content: String) throws {
        let broken = "-----BEGIN PUBLIC KEY-----\n\(content)\n-----END PUBLIC KEY-----\n"
        let set = try keySet(try Self.pem("ec_p256") + broken + (try Self.pem("ed25519")))
        #expect(set.keys.count == 2)
        #expect(set.problems.count == 1)
    }

    @Test func aBlockWithoutEnd() throws {
        let good = try Self.pem("ec_p256")
        let set = try keySet(good + "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n")
        #expect(set.keys.count == 1)
        #expect(set.problems.count == 1)
    }

    @Test(arguments: [
        "-----BEGIN PUBLIC KEY-----", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "-----BEGIN PUBLIC KEY-----\n\0\n-----END PUBLIC KEY-----\n",
        "-----END PUBLIC KEY-----\n", "-----BEGIN -----\nMAA=\n-----END -----\n", "BEGIN PUBLIC KEY\nMAA=\nEND PUBLIC KEY",
    ])
    func junk(_ text: String) throws {
        let set = try? keySet(text)
        #expect(set?.keys.isEmpty ?? true)
    }

    /// The label and the content have to be of the same kind.
    @Test func swappedLabels() throws {
        let key = try Self.pem("ec_p256").replacing("PUBLIC KEY", with: "CERTIFICATE")
        let certificate = try Self.pem("certificate_ec_p256").replacing("CERTIFICATE", with: "PUBLIC KEY")
        let set = try keySet(key + certificate)
        #expect(set.keys.isEmpty)
        #expect(set.problems.count == 2)
    }

    @Test(arguments: ["ec_p256", "rsa_2048", "certificate_ec_p256"]) func bytesAfterTheKey(_ name: String) throws {
        let lines = try Self.pem(name).split(separator: "\n")
        let der = try #require(Data(base64Encoded: lines.dropFirst().dropLast().joined()))
        func block(_ der: Data) -> String {
            "\(lines[0])\n\(der.base64EncodedString(options: .lineLength64Characters))\n\(lines[lines.count - 1])\n"
        }
        #expect(try keySet(block(der)).keys.count == 1)
        #expect(try keySet(block(der + [0])).keys.isEmpty)
        #expect(try keySet(block(der + der)).keys.isEmpty)
        for cut in [1, 2, der.count / 2, der.count - 1] {
            #expect(try keySet(block(der.dropLast(cut))).keys.isEmpty)
        }
    }

    @Test func lineEndsAndSpace() throws {
        let text = try Self.pem("ec_p256")
        #expect(try keySet(text.replacing("\n", with: "\r\n")).keys.count == 1)
        #expect(try keySet("\n \t\r\n" + text).keys.count == 1)
        #expect(try keySet(text.trimmingCharacters(in: .newlines)).keys.count == 1)
    }

    /// The binary form of a public key is as public as its text, so it is no secret either (CVE-2022-29217).
    @Test(arguments: ["ec_p256", "rsa_2048", "ed25519", "certificate_ec_p256"]) func derAsASecret(_ name: String) throws {
        let lines = try Self.pem(name).split(separator: "\n")
        let der = try #require(Data(base64Encoded: lines.dropFirst().dropLast().joined()))
        let set = try keySet(TestKey.oct.jwk(["k": quoted(base64URL([UInt8](der)))]))
        #expect(set.keys.isEmpty)
        #expect(set.problems.first?.hasPrefix("k:") == true, "\(set.problems)")
    }
}
