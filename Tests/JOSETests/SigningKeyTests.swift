// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Foundation
import JOSE
import Testing

/// Which PEM texts hold a key that we sign with. What it makes is in SigningTests.
@Suite struct SigningKeyTests {
    private typealias Text = PrivateKeyText

    private func problem(_ pem: String) -> String? {
        do throws(KeyProblem) {
            _ = try signingKey(pem)
            return nil
        } catch {
            return error.sentence
        }
    }

    private func refuses(_ pem: String, _ beginning: String, _ location: SourceLocation = #_sourceLocation) {
        let sentence = problem(pem)
        #expect(sentence?.hasPrefix(beginning) == true, "\(sentence ?? "accepted")", sourceLocation: location)
    }

    // MARK: Keys that sign

    static let good: [(PrivateKeyText, SignatureAlgorithm, PrivateKeyText)] = [
        (Text.rsa, .rs256, Text.rsaPublic), (Text.p256, .es256, Text.p256Public), (Text.p384, .es384, Text.p384Public),
        (Text.p521, .es512, Text.p521Public), (Text.ed25519, .eddsa, Text.ed25519Public),
        (Text.rsaTraditional, .rs256, Text.rsaPublic), (Text.p256Traditional, .es256, Text.p256Public),
        (Text.p384Traditional, .es384, Text.p384Public), (Text.p256WithoutPublic, .es256, Text.p256Public),
    ]

    @Test(arguments: good) func reads(_ text: PrivateKeyText, _ algorithm: SignatureAlgorithm, _ publicText: PrivateKeyText) throws {
        let key = try signingKey(text.pem)
        #expect(key.algorithm == algorithm)
        let publicKey = try #require(try keySet(publicText.pem).keys.first)
        #expect(key.thumbprint == publicKey.thumbprint)
    }

    @Test func publishedThumbprints() throws {
        func thumbprint(_ pem: String) throws -> String { String(decoding: try signingKey(pem).thumbprint, as: UTF8.self) }
        let published = try Vectors.json("rfc/computed_thumbprints.json").object("keys").object("rfc7515_a2")
        #expect(try thumbprint(Text.rfc7515A2.pem) == published.text("thumbprint_sha256"))
        // RFC 8037 appendix A.3.
        #expect(try thumbprint(Text.rfc8037A1.pem) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    }

    /// What commonly stands beside the key in one file.
    @Test func otherBlocksBesideIt() throws {
        #expect(try signingKey(Text.p384WithParameters.pem).algorithm == .es384)
        let certificate = try PEMTests.pem("certificate_ec_p256")
        for text in [
            certificate + Text.ed25519.pem, Text.ed25519.pem + "\n" + certificate, Text.p521Public.pem + "\n" + Text.ed25519.pem,
            "The key of our client:\n" + Text.ed25519.pem + "\nKeep it.\n", Text.ed25519.pem.replacing("\n", with: "\r\n"),
        ] { #expect(try signingKey(text).algorithm == .eddsa) }
    }

    // MARK: Keys that do not

    @Test(arguments: [
        (Text.rsa1024, "n: the modulus has 1024 bits"), (Text.pss, "not a key for RS256"), (Text.p224, "not a curve of JWS"),
        (Text.secp256k1, "not a key for RS256"), (Text.ed448, "not a key for RS256"),
        (Text.x25519, "not an RSA, EC, Ed25519 or Ed448 key"), (Text.dsa, "not an RSA, EC, Ed25519 or Ed448 key"),
        (Text.p256Explicit, "the curve is spelled out"), (Text.p256ExplicitPKCS8, "the curve is spelled out"),
        (Text.rsaTorn, "its private and public halves"), (Text.p256Torn, "its private and public halves"),
    ])
    func otherKeys(_ text: PrivateKeyText, _ beginning: String) {
        refuses(text.pem, beginning)
    }

    /// Whoever has a terminal is not asked there either: the content is never decrypted.
    @Test func encryptedKeys() {
        refuses(Text.p256Encrypted.pem, "the private key is encrypted")
        refuses(Text.p256TraditionalEncrypted.pem, "the private key is encrypted")
        // An encrypted key whose label hides it.
        for label in ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"] {
            refuses(Text.p256Encrypted.pem.replacing("ENCRYPTED PRIVATE KEY", with: label), "PEM block \"\(label)\" does not hold")
        }
        let header = "-----BEGIN PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,89250F2B514B95EDE0AAC471FB45E47F\n\n"
        refuses(Text.p256.pem.replacing("-----BEGIN PRIVATE KEY-----\n", with: header), "the private key is encrypted")
    }

    @Test func moreThanOne() {
        refuses(Text.p256.pem + "\n" + Text.p256.pem, "more than one private key")
        refuses(Text.p256.pem + "\n" + Text.ed25519.pem, "more than one private key")
        refuses(Text.p256.pem + "\n" + Text.p256Public.pem + "\n" + Text.rsa1024.pem, "more than one private key")
        // The first problem is the one that is told.
        refuses(Text.rsa1024.pem + "\n" + Text.p256.pem + "\n" + Text.p256.pem, "n: the modulus")
        refuses(Text.p256Encrypted.pem + "\n" + Text.p256.pem, "the private key is encrypted")
    }

    @Test(arguments: [
        "", " ", "\n", "\0", "secret", "{\"kty\":\"EC\"}", "-----BEGIN", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----\n",
        "BEGIN PRIVATE KEY\nMAA=\nEND PRIVATE KEY", Text.p256Public.pem, Text.p256Public.pem + "\n" + Text.rsaPublic.pem,
    ])
    func withoutAPrivateKey(_ text: String) {
        #expect(problem(text) != nil)
    }

    @Test(arguments: [
        "PUBLIC KEY", "CERTIFICATE", "PRIVATE KEYS", "private key", "PRIVATE", "KEY", "EC PARAMETERS",
    ])
    func labelsOfOtherThings(_ label: String) {
        refuses(Text.p256.pem.replacing("PRIVATE KEY", with: label), "no PEM block with a private key")
    }

    @Test(arguments: [
        "OPENSSH PRIVATE KEY", "DSA PRIVATE KEY", "ANY PRIVATE KEY", "X PRIVATE KEY", "ED25519 PRIVATE KEY", "NOT A PRIVATE KEY",
    ])
    func labelsOfOtherPrivateKeys(_ label: String) {
        refuses(Text.p256.pem.replacing("PRIVATE KEY", with: label), "PEM block \"\(label)\" is none of")
    }

    /// The label and the content have to be of the same kind.
    @Test func swappedLabels() {
        refuses(Text.p256Traditional.pem.replacing("EC PRIVATE", with: "RSA PRIVATE"), "PEM block \"RSA PRIVATE KEY\" does not hold")
        refuses(Text.rsaTraditional.pem.replacing("RSA PRIVATE", with: "EC PRIVATE"), "PEM block \"EC PRIVATE KEY\" does not hold")
        refuses(Text.p256Traditional.pem.replacing("EC PRIVATE", with: "PRIVATE"), "PEM block \"PRIVATE KEY\" does not hold")
        refuses(Text.rsaTraditional.pem.replacing("RSA PRIVATE", with: "PRIVATE"), "PEM block \"PRIVATE KEY\" does not hold")
        refuses(Text.p256Public.pem.replacing("PUBLIC", with: "PRIVATE"), "PEM block \"PRIVATE KEY\" does not hold")
        refuses(Text.rsaPublic.pem.replacing("PUBLIC", with: "RSA PRIVATE"), "PEM block \"RSA PRIVATE KEY\" does not hold")
    }

    @Test(arguments: [Text.rsa, Text.p256, Text.ed25519, Text.rsaTraditional, Text.p521])
    func bytesAfterAndBytesMissing(_ text: PrivateKeyText) throws {
        let (lines, der) = try parts(text.pem)
        func block(_ der: Data) -> String {
            "\(lines[0])\n\(der.base64EncodedString(options: .lineLength64Characters))\n\(lines[lines.count - 1])\n"
        }
        #expect(problem(block(der)) == nil)
        #expect(problem(block(der + [0])) != nil)
        #expect(problem(block(der + der)) != nil)
        for cut in 1...der.count { #expect(problem(block(der.dropLast(cut))) != nil, "\(cut) bytes less") }
    }

    /// No cut through the text leaves a key.
    @Test(arguments: [Text.p256, Text.ed25519]) func everyPrefix(_ text: PrivateKeyText) {
        let pem = text.pem.trimmingCharacters(in: .newlines)
        #expect(problem(pem) == nil)
        for count in 0..<pem.utf8.count { #expect(problem(String(pem.prefix(count))) != nil, "\(count) bytes") }
    }

    /// A flipped bit is noticed, or it was none of the key's own, such as one of a version number.
    @Test(arguments: [(Text.p256, Text.p256Public), (Text.p384Traditional, Text.p384Public), (Text.p521, Text.p521Public)])
    func flippedBits(_ text: PrivateKeyText, _ publicText: PrivateKeyText) throws {
        let publicKey = try #require(try keySet(publicText.pem).keys.first)
        let (lines, der) = try parts(text.pem)
        var survivors = 0
        for bit in 0..<der.count * 8 {
            var changed = der
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let base64 = changed.base64EncodedString(options: .lineLength64Characters)
            guard let key = try? signingKey("\(lines[0])\n\(base64)\n\(lines[lines.count - 1])\n") else { continue }
            survivors += 1
            #expect(key.sign([1]).map { publicKey.verify($0, over: [1], with: key.algorithm) } == .valid, "bit \(bit)")
        }
        #expect(survivors < 20)
    }

    private func parts(_ pem: String) throws -> (lines: [Substring], der: Data) {
        let lines = pem.split(separator: "\n")
        return (lines, try #require(Data(base64Encoded: lines.dropFirst().dropLast().joined())))
    }

    // MARK: The error queue of the host

    @Test(arguments: [Text.rsa, .p256, .rsa1024, .p256Encrypted, .rsaTorn, .p256Torn, .dsa, .x25519, .junk])
    func leavesTheErrorQueueAlone(_ text: PrivateKeyText) {
        let held: [Int32] = Array(1...12)
        ERR_clear_error()
        for reason in held {
            ERR_new()
            ERR_set_debug("host", 1, "host")
            withVaList([]) { ERR_vset_error(ERR_LIB_USER, reason, nil, $0) }
        }
        let key = try? signingKey(text.pem)
        _ = key?.sign([1, 2, 3])
        _ = key?.compactJWS(header: Array("{}".utf8), payload: Array("{}".utf8))
        for reason in held { #expect(ERR_GET_REASON(ERR_get_error()) == reason) }
        #expect(ERR_get_error() == 0)
    }
}
