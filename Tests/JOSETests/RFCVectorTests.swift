// SPDX-License-Identifier: Apache-2.0
import Foundation
import JOSE
import Testing

/// The examples that the RFCs print: RFC 7515 appendix A, RFC 7520 section 4, RFC 7638, RFC 7797 and RFC 8037.
@Suite struct RFCVectorTests {
    static let files: [String] = {
        let list = try? Vectors.json("rfc/INDEX.json").objects("files").map { try $0.text("file") }
        return list ?? []
    }()

    @Test func theIndexListsEveryFile() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Vectors.url("rfc").path)
        #expect(Set(names) == Set(Self.files + ["INDEX.json"]))
        #expect(Self.files.count == 28)
    }

    @Test(arguments: files) func file(_ name: String) throws {
        let vector = try Vectors.json("rfc/\(name)")
        let entry = try #require(try Vectors.json("rfc/INDEX.json").objects("files").first { $0["file"] as? String == name })
        #expect(entry["valid"] as? Bool == vector["valid"] as? Bool)
        if vector["keys"] != nil {
            try checkThumbprints(vector)
        } else if vector["thumbprint_sha256"] != nil {
            #expect(try thumbprint(of: try vector.object("jwk")) == (try vector.text("thumbprint_sha256")))
        } else {
            try checkToken(vector)
        }
        print("rfc/\(name): as it must be")
    }

    private func checkToken(_ vector: JSONDictionary) throws {
        let token = Array(try vector.text("token").utf8)
        let payload = Array(try vector.text("payload").utf8)
        let detached = vector["detached"] as? Bool == true ? Array(try vector.text("payload_b64u").utf8) : nil
        guard try vector.text("alg") != "none" else {
            // An unsecured JWS is refused whatever keys there are; its "key" is none at all.
            #expect(JWS.refusal(token, try someKeys()) == .algorithm)
            #expect(throws: KeySet.Fault.self) { try keySet(jwk: try vector.object("jwk")) }
            return
        }
        let keys = try keySet(jwk: try vector.object("jwk"))
        #expect(keys.keys.count == 1)
        if vector["jwt_valid"] as? Bool == false {
            #expect(throws: JWS.Refusal.header) { try JWS.verify(token, keys, detached: detached) }
        } else if vector["valid"] as? Bool == true {
            #expect(try JWS.verify(token, keys, detached: detached) == payload)
            // Without its detached payload, or with a changed one, the same token is worth nothing.
            if detached != nil { #expect(JWS.refusal(token, keys) == .signature) }
            #expect(throws: JWS.Refusal.signature) { try JWS.verify(token, keys, detached: Array("AAAA".utf8)) }
        } else {
            #expect(throws: JWS.Refusal.signature) { try JWS.verify(token, keys, detached: detached) }
        }
    }

    private func checkThumbprints(_ vector: JSONDictionary) throws {
        for (name, value) in try vector.object("keys") {
            let entry = try #require(value as? JSONDictionary)
            let jwk = try entry.object("jwk")
            // The digest of a secret is as good as the secret to a guesser: none is given.
            let expected = jwk["kty"] as? String == "oct" ? nil : try entry.text("thumbprint_sha256")
            #expect(try thumbprint(of: jwk) == expected, "\(name)")
        }
    }

    private func thumbprint(of jwk: JSONDictionary) throws -> String? {
        let key = try #require(try keySet(jwk: jwk).keys.first)
        return key.thumbprint.map { String(decoding: $0, as: UTF8.self) }
    }

    private func someKeys() throws -> KeySet {
        let files = ["rfc7515_a2_rs256.json", "rfc7515_a3_es256.json", "rfc7515_a4_es512.json"]
        return try keySet(jwk: ["keys": try files.map { try Vectors.json("rfc/\($0)").object("jwk") }])
    }
}
