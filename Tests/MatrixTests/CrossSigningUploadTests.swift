// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import Matrix

/// MSC3967.
@Suite struct CrossSigningUploadTests {
    private static func key(_ usage: String, _ name: String, signature: String? = nil) -> String {
        let signatures = signature.map { #", "signatures": {"@a:e.org": {"ed25519:M": "\#($0)"}}"# } ?? ""
        return #"{"user_id": "@a:e.org", "usage": ["\#(usage)"], "keys": {"ed25519:\#(name)": "\#(name)"}\#(signatures)}"#
    }

    private static let master = key("master", "M")
    private static let own = key("self_signing", "S", signature: "s")
    private static let others = key("user_signing", "U", signature: "u")

    private static func keys(_ master: String? = nil, _ own: String? = nil, _ others: String? = nil, also: String? = nil) -> String {
        let members = [("master_key", master), ("self_signing_key", own), ("user_signing_key", others)]
        let written = members.compactMap { name, value in value.map { "\"\(name)\": \($0)" } } + [also].compactMap { $0 }
        return "{" + written.joined(separator: ", ") + "}"
    }

    private static let all = keys(master, own, others)

    private func decide(_ stored: String, _ upload: String) -> String { decide(Array(stored.utf8), Array(upload.utf8)) }

    private func decide(_ stored: [UInt8], _ upload: [UInt8]) -> String {
        stored.withView { stored in
            upload.withView { upload in
                do throws(InputFault) {
                    return "\(try CrossSigningUpload.decide(stored: stored, upload: upload))"
                } catch let fault {
                    return "!" + fault.subject
                }
            }
        }
    }

    @Test(arguments: [
        // Nobody has a master key yet.
        ("{}", all, "first"), ("{}", keys(master), "first"), (keys("null"), all, "first"), (keys("null", "null", "null"), keys(master), "first"),
        ("{}", keys(nil, own), "first"), (keys(nil, own), all, "first"), (keys(nil, own), keys(nil, key("self_signing", "X")), "first"),
        // Nothing is new.
        (all, all, "unchanged"), (all, keys(master), "unchanged"), (all, keys(master, own), "unchanged"), (all, keys(nil, own, others), "unchanged"),
        (all, keys(nil, own), "unchanged"), (keys(master), keys(master), "unchanged"), (keys(nil, own), keys(nil, own), "unchanged"),
        (all, "{}", "unchanged"), ("{}", "{}", "unchanged"), (all, keys("null", "null", "null"), "unchanged"), ("{}", keys("null"), "unchanged"),
        (all, keys(master, also: #""auth": {"session": "x"}"#), "unchanged"), (all, #"{"auth": null}"#, "unchanged"),
        // However it is written.
        (all, keys(#"{"keys":{"ed25519:M":"\u004d"},"usage":["master"],"user_id":"@a:e\u002eorg"}"#, own, others), "unchanged"),
        // The same master key with others.
        (all, keys(master, key("self_signing", "X", signature: "s")), "needsAuth"), (all, keys(master, own, key("user_signing", "X", signature: "u")), "needsAuth"),
        (all, keys(master, key("self_signing", "X"), key("user_signing", "Y")), "needsAuth"), (all, keys(master, others, own), "needsAuth"),
        (all, keys(nil, key("self_signing", "X", signature: "s")), "needsAuth"), (all, keys(nil, nil, own), "needsAuth"),
        // A kind that is not stored.
        (keys(master), all, "needsAuth"), (keys(master), keys(master, own), "needsAuth"), (keys(master, own), all, "needsAuth"), (keys(master), keys(nil, own), "needsAuth"),
        (keys(master, "null", "null"), keys(master, own), "needsAuth"),
        // Another master key.
        (all, keys(key("master", "X")), "needsAuth"), (all, keys(key("master", "X"), own, others), "needsAuth"), (keys(master), keys(key("master", "X")), "needsAuth"),
        (all, keys(own), "needsAuth"), (all, keys("{}"), "needsAuth"), (keys("{}"), keys(master), "needsAuth"),
        // Nearly the stored one.
        (all, keys(key("master", "m")), "needsAuth"), (all, keys(key("master", "M", signature: "x")), "needsAuth"), (all, keys(key("Master", "M")), "needsAuth"),
        (all, keys(master, key("self_signing", "S", signature: "t")), "needsAuth"), (all, keys(master, key("self_signing", "S")), "needsAuth"),
        (keys(#"{"a": 1}"#), keys(#"{"a": 1.0}"#), "needsAuth"), (keys(#"{"a": 1}"#), keys(#"{"a": "1"}"#), "needsAuth"), (keys(#"{"a": 1}"#), keys(#"{"a": true}"#), "needsAuth"),
        (keys(#"{"a": []}"#), keys(#"{"a": {}}"#), "needsAuth"), (keys(#"{"a": null}"#), keys("{}"), "needsAuth"), (keys("{}"), keys(#"{"a": null}"#), "needsAuth"),
        (keys(#"{"a": [1, 2]}"#), keys(#"{"a": [2, 1]}"#), "needsAuth"), (keys(#"{"a": [1]}"#), keys(#"{"a": [1, 1]}"#), "needsAuth"),
        (keys(#"{"a": "é"}"#), keys(#"{"a": "e\u0301"}"#), "needsAuth"), (keys(#"{"a": 1, "b": 2}"#), keys(#"{"a": 1}"#), "needsAuth"),
        (keys(#"{"a": 1, "b": {"c": 2, "d": 3}}"#), keys(#"{"b": {"d": 3, "c": 2}, "a": 1}"#), "unchanged"),
        // Names of the upload that mean nothing are not looked at, those of what is stored are.
        (all, #"{"Master_key": {}}"#, "unchanged"), (all, #"{"master_keys": 7}"#, "unchanged"),
        (#"{"master_keys": {}}"#, all, "!stored"), (#"{"Master_key": {}}"#, all, "!stored"), (keys(master, also: #""auth": {}"#), all, "!stored"), (#"{"": null}"#, all, "!stored"),
        // Not to be read.
        ("", all, "!stored"), ("null", all, "!stored"), ("[]", all, "!stored"), ("{", all, "!stored"), (all, "", "!upload"), (all, "null", "!upload"), (all, "[]", "!upload"),
        (all, "{", "!upload"), (all, all + all, "!upload"), (all, #"{"master_key": {}, "master_key": {}}"#, "!upload"), (#"{"master_key": {}, "master_key": {}}"#, all, "!stored"),
        (all, #"{"master_key": {"keys": 1, "keys": 2}}"#, "!upload"), (all, #"{"master_key": {"a": "\u0000"}}"#, "!upload"),
        (all, keys("7"), "!upload.master_key"), (all, keys("\"M\""), "!upload.master_key"), (all, keys(nil, "[]"), "!upload.self_signing_key"), (all, keys(nil, nil, "true"), "!upload.user_signing_key"),
        (all, keys("false"), "!upload.master_key"), ("{}", keys("[]"), "!upload.master_key"), (keys("[]"), all, "!stored.master_key"), (keys(master, "\"\""), all, "!stored.self_signing_key"),
        (keys(master, own, "0"), keys(master), "!stored.user_signing_key"),
    ] as [(String, String, String)])
    func cases(_ stored: String, _ upload: String, _ expected: String) {
        #expect(decide(stored, upload) == expected)
    }

    @Test func size() {
        let large = Self.keys(Self.master) + String(repeating: " ", count: 65_536)
        #expect(decide(large, Self.all) == "!stored")
        #expect(decide(Self.all, large) == "!upload")
        #expect(decide(Self.all, String(large.prefix(65_536))) == "unchanged")
        #expect(decide(Array("{}".utf8) + [0], Array("{}".utf8)) == "!stored")
        #expect(decide(Array("{}".utf8), Array("{\"\u{FF}\": 1}".utf8.dropLast(6)) + [0xFF]) == "!upload")
    }

    /// Of all ways to have and to send three keys of two values each: what is stored never changes without authentication.
    @Test func nothingIsReplaced() {
        let values: [String?] = [nil, "null", #"{"k": 1}"#, #"{"k": 2}"#]
        let combinations = values.flatMap { a in values.flatMap { b in values.map { c in [a, b, c] } } }
        for stored in combinations {
            for upload in combinations {
                let decision = decide(Self.keys(stored[0], stored[1], stored[2]), Self.keys(upload[0], upload[1], upload[2]))
                let given = { (value: String?) in value == "null" ? nil : value }
                let isNew = zip(stored, upload).contains { given($1) != nil && given($0) != given($1) }
                let hasMaster = given(stored[0]) != nil
                #expect(decision == (!isNew ? "unchanged" : hasMaster ? "needsAuth" : "first"), "\(stored) \(upload)")
            }
        }
    }
}
