// SPDX-License-Identifier: Apache-2.0
import JOSE

/// What became of the cases of one file.
struct Tally {
    /// Why a case that upstream labels valid is refused all the same; part of `refused`.
    enum Reason: String {
        case jwe = "JWE"
        case anomaly = "label argued against"
        case saltLength = "salt length"
        case shortKey = "key shorter than the hash"
        case truncatedTag = "truncated tag"
    }

    var accepted = 0
    var refused = 0
    var stricter: [Reason: Int] = [:]
    /// Cases that did not go as they must.
    var failures: [String] = []

    var total: Int { accepted + refused }

    /// Counts a case that must go as its label says or, for a `reason`, must be refused whatever its label.
    mutating func count(
        _ test: JSONDictionary, accepted isAccepted: Bool, stricter reason: Reason? = nil, _ note: String = ""
    ) throws {
        let isValid = try test.text("result") == "valid"
        if let reason, isValid { stricter[reason, default: 0] += 1 }
        try count(test, accepted: isAccepted, expected: isValid && reason == nil, note)
    }

    mutating func count(
        _ test: JSONDictionary, accepted isAccepted: Bool, expected: Bool, _ note: String = ""
    ) throws {
        if isAccepted { accepted += 1 } else { refused += 1 }
        if isAccepted != expected {
            let verb = isAccepted ? "accepted" : "refused"
            failures.append("tcId \(try test.number("tcId")) (\(try test.text("comment"))) was \(verb) \(note)")
        }
    }

    mutating func add(_ other: Tally) {
        accepted += other.accepted
        refused += other.refused
        stricter.merge(other.stricter, uniquingKeysWith: +)
    }
}

/// One file of Project Wycheproof.
struct WycheproofFile {
    let name: String
    let groups: [JSONDictionary]

    init(_ name: String) throws {
        self.name = name
        groups = try Vectors.json("wycheproof/testvectors_v1/\(name)").objects("testGroups")
    }

    func run() throws -> Tally {
        var tally = Tally()
        for group in groups {
            switch try group.text("type") {
            case "JsonWebSignature", "JsonWebCrypto", "JsonWebKey", "JsonWebEncryption":
                try runTokens(of: group, &tally)
            case "EcdsaP1363Verify", "EddsaVerify", "RsassaPkcs1Verify", "RsassaPssVerify",
                "RsassaPssWithParametersVerify":
                try runSignatures(of: group, &tally)
            case "MacTest":
                try runTags(of: group, &tally)
            case let other:
                throw VectorError(text: "\(name): \(other) is not a kind of group that we know")
            }
        }
        return tally
    }

    // MARK: Tokens

    private func runTokens(of group: JSONDictionary, _ tally: inout Tally) throws {
        // Groups of JWS give the public key where there is one; otherwise the key is a shared secret.
        let keys = try keySet(jwk: try group.object(group["public"] == nil ? "private" : "public"))
        let quickKeys = try keySet(jwk: try group.object(group["public"] == nil ? "private" : "public"))
        for key in quickKeys.keys where key.prepareTable() != (key.gainsFromTable || key.gainsFromSodium) {
            tally.failures.append("a key of type \(key.type.name) has no table")
        }
        for test in try group.objects("tests") {
            if let jwe = test["jwe"] {
                let token = try (jwe as? String).map { Array($0.utf8) } ?? jsonText(jwe)
                try tally.count(test, accepted: Self.isTakenForJWS(token), stricter: .jwe)
            } else {
                let token = try (test["jws"] as? String).map { Array($0.utf8) } ?? jsonText(test["jws"] ?? "")
                let refusal = JWS.refusal(token, keys)
                if JWS.refusal(token, quickKeys) != refusal {
                    tally.failures.append("tcId \(try test.number("tcId")): a table changes the answer")
                }
                let note = refusal.map { "(\($0))" } ?? ""
                switch try Anomalies.expectation(of: test, in: name) {
                case true: try tally.count(test, accepted: refusal == nil, expected: true, note)
                case false: try tally.count(test, accepted: refusal == nil, stricter: .anomaly, note)
                case nil: try tally.count(test, accepted: refusal == nil, note)
                }
            }
        }
    }

    /// Whether a JWE gets past `CompactJWS`, or is called by the wrong name: five parts are a JWE, other numbers of
    /// parts are malformed, and JSON without a dot is no compact serialization at all.
    private static func isTakenForJWS(_ token: [UInt8]) -> Bool {
        let dots = token.count { $0 == UInt8(ascii: ".") }
        return token.withView { view in
            do throws(CompactJWS.Shape) {
                _ = try CompactJWS(view)
                return true
            } catch {
                return error != (dots == 4 ? .encrypted : dots == 0 ? .opaque : .malformed)
            }
        }
    }

    // MARK: Signatures

    private func runSignatures(of group: JSONDictionary, _ tally: inout Tally) throws {
        let algorithms = try Self.algorithms(of: group)
        let texts = try [group["publicKeyJwk"] ?? group["keyJwk"]].compactMap { $0 }.map { try jsonText($0) }
            + [Array(try group.text("publicKeyPem").utf8)]
        var keys: [VerificationKey] = []
        for set in try texts.map({ try keySet($0) }) {
            keys += set.keys
            if set.keys.count != 1 || !set.problems.isEmpty || !algorithms.allSatisfy(set.keys[0].algorithms.contains) {
                tally.failures.append("a good key is refused: \(set.problems)")
            }
        }
        // Every case runs twice: without a table and with one.
        let quickKeys = try texts.flatMap { try keySet($0).keys }.filter { $0.prepareTable() }
        if quickKeys.count != keys.count(where: { $0.gainsFromTable || $0.gainsFromSodium }) {
            tally.failures.append("a key has no table, or there is no libsodium 1.0.18")
        }
        // A key bound to RSASSA-PSS serves the one algorithm of its parameters.
        if try group.text("type") == "RsassaPssWithParametersVerify", keys.first?.algorithms != .init(algorithms[0]) {
            tally.failures.append("a key bound to RSASSA-PSS serves \(keys.first?.algorithms.names ?? "nothing")")
        }
        // RFC 7518 section 3.5: the salt is as long as the hash. Other salts are good RSASSA-PSS but no JWS.
        let saltFits = try group["sLen"] == nil || group.number("sLen") == algorithms[0].hashSize
        for test in try group.objects("tests") {
            let message = try test.hex("msg")
            let signature = try test.hex("sig")
            let outcomes = [keys, quickKeys].joined().flatMap { key in
                algorithms.map { key.verify(signature, over: message, with: $0) }
            }
            let isAccepted = outcomes.contains(.valid)
            let agree = !outcomes.contains(.failed) && outcomes.allSatisfy { $0 == outcomes[0] }
            if !agree { tally.failures.append("tcId \(try test.number("tcId")): \(outcomes) for one signature") }
            // "acceptable" are DigestInfo without NULL parameters. RFC 8017 section 8.2.2 encodes the hash anew and
            // compares, and appendix A.2.4 demands the NULL in that encoding; libcrypto does just that.
            try tally.count(test, accepted: isAccepted, stricter: saltFits ? nil : .saltLength)
        }
    }

    private static func algorithms(of group: JSONDictionary) throws -> [SignatureAlgorithm] {
        switch try group.text("type") {
        case "EcdsaP1363Verify":
            switch try group.object("publicKey").text("curve") {
            case "secp256r1": return [.es256]
            case "secp384r1": return [.es384]
            case "secp521r1": return [.es512]
            case "secp256k1": return [.es256k]
            case let other: throw VectorError(text: other)
            }
        case "EddsaVerify":
            return try group.object("publicKey").text("curve") == "edwards448" ? [.eddsa, .ed448] : [.eddsa, .ed25519]
        case "RsassaPkcs1Verify":
            return [try hashed(group, [.rs256, .rs384, .rs512])]
        default:
            guard try group.text("sha") == group.text("mgfSha") else { throw VectorError(text: "mixed hashes") }
            return [try hashed(group, [.ps256, .ps384, .ps512])]
        }
    }

    private static func hashed(
        _ group: JSONDictionary, _ family: [SignatureAlgorithm]
    ) throws -> SignatureAlgorithm {
        guard let index = ["SHA-256", "SHA-384", "SHA-512"].firstIndex(of: try group.text("sha")) else {
            throw VectorError(text: try group.text("sha"))
        }
        return family[index]
    }

    // MARK: Message authentication codes

    private func runTags(of group: JSONDictionary, _ tally: inout Tally) throws {
        let algorithm: SignatureAlgorithm = name.contains("256") ? .hs256 : name.contains("384") ? .hs384 : .hs512
        // RFC 7518 section 3.2: keys shorter than the hash must not be used.
        let isLongEnough = try group.number("keySize") >= algorithm.hashSize * 8
        // JWS knows no truncated tags, which Wycheproof's labels allow.
        let isWhole = try group.number("tagSize") == algorithm.hashSize * 8
        let reason: Tally.Reason? = !isLongEnough ? .shortKey : !isWhole ? .truncatedTag : nil
        for test in try group.objects("tests") {
            var jwk: JSONDictionary = ["kty": "oct", "k": base64URL(try test.hex("key"))]
            let free = try keySet(jwk: jwk)
            jwk["alg"] = String(algorithm.name)
            let bound = try keySet(jwk: jwk)
            if [free, bound].contains(where: { $0.keys.contains { $0.algorithms.contains(algorithm) } != isLongEnough }) {
                tally.failures.append("tcId \(try test.number("tcId")): key \(bound.problems)")
            }
            let outcome = bound.keys.first?.verify(try test.hex("tag"), over: try test.hex("msg"), with: algorithm)
            try tally.count(test, accepted: outcome == .valid, stricter: reason)
        }
    }
}

/// Labels that a strict verifier does not take at face value; ANOMALIES.json argues for each.
enum Anomalies {
    /// By tcId of json_web_signature_test.json: whether the token is good.
    private static let expectations: [Int: Bool] = [
        // Byte for byte the token of tcId 357, which is valid; the padding of the comment is not in the data.
        367: true, 370: true,
        // A question mark in a segment, which base64url does not have.
        372: false, 373: false,
        // The key is for PS256, the token says PS384.
        346: false, 350: false,
        // The key's alg is ES521, which is not an algorithm.
        347: false, 351: false,
        // use is enc, or key_ops lacks verify; the labels say so too.
        353: false, 354: false, 355: false, 356: false,
    ]
    /// By tcId of json_web_key_test.json: a shared secret beside a public key, and two keys of one name.
    private static let keyExpectations: [Int: Bool] = [1: false, 4: false]

    static func expectation(of test: JSONDictionary, in file: String) throws -> Bool? {
        let id = try test.number("tcId")
        switch file {
        case "json_web_signature_test.json": return expectations[id]
        case "json_web_key_test.json": return keyExpectations[id]
        default: return nil
        }
    }

    /// The tcIds that the table above knows for `file`.
    static func known(in file: String) -> Set<Int> {
        Set(file == "json_web_signature_test.json" ? expectations.keys : keyExpectations.keys)
    }
}
