// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import Matrix

@Suite struct MetadataMergeTests {
    private func merged(_ discovery: JSONDocument, _ overrides: JSONDocument = JSONDocument([:])) throws -> [UInt8] {
        let result = discovery.text.withView { discovery in
            overrides.text.withView { overrides in Result { try MetadataMerge.merge(discovery, overrides) } }
        }
        return try #require(try result.get())
    }

    private func refusal(_ discovery: [UInt8], _ overrides: [UInt8]) -> String {
        discovery.withView { discovery in
            overrides.withView { overrides in
                fault { () throws(InputFault) in _ = try MetadataMerge.merge(discovery, overrides) }
            }
        }
    }

    @Test func sameAgain() throws {
        #expect(members(try merged(goodMetadata)) == members(goodMetadata.text))
        let nothing = goodMetadata.text.withView { view in Result { try MetadataMerge.merge(view, .empty) } }
        #expect(members(try #require(try nothing.get())) == members(goodMetadata.text))
    }

    /// What goes over an override's head, what is for others, and what is a vendor's.
    @Test(arguments: [
        "signed_metadata", "mtls_endpoint_aliases", "introspection_endpoint", "introspection_endpoint_auth_methods_supported",
        "org.matrix.matrix-authentication-service.graphql_endpoint", "end_session_endpoint", "response_mode_supported", "Issuer", "",
    ])
    func dropped(_ name: String) throws {
        #expect(members(try merged(goodMetadata.with([name: "\"https://auth.test/x\""]))) == members(goodMetadata.text))
        let wanted = try merged(goodMetadata, JSONDocument([name: "\"https://auth.test/x\""]))
        #expect(members(wanted) == members(goodMetadata.with([name: "\"https://auth.test/x\""]).text))
    }

    @Test(arguments: ["jwks_uri", "userinfo_endpoint", "service_documentation", "org.matrix.msc4191.account_management_uri"])
    func kept(_ name: String) throws {
        let document = goodMetadata.with([name: "\"https://auth.test/x\""])
        #expect(members(try merged(document)) == members(document.text))
    }

    @Test(arguments: [
        ["token_endpoint": "\"https://proxy.test/token\""], ["prompt_values_supported": "null"], ["jwks_uri": "\"https://keys.test/\""],
        ["issuer": "\"https://other.test/\""], ["grant_types_supported": "[\"refresh_token\", \"authorization_code\"]"], ["x": "{\"a\": [1, null]}"],
    ] as [KeyValuePairs<String, String>])
    func overrides(_ changes: KeyValuePairs<String, String>) throws {
        var expected = goodMetadata
        for (name, value) in changes { expected = expected.with([name: value == "null" ? "" : value]) }
        #expect(members(try merged(goodMetadata, JSONDocument(changes))) == members(expected.text))
    }

    /// RFC 8414 section 2: what is left out has a meaning.
    @Test func defaultModes() throws {
        #expect(members(try merged(goodMetadata.with(["response_modes_supported": ""]))) == members(goodMetadata.text))
        #expect(
            refusal(goodMetadata.with(["response_modes_supported": ""]).text, Array("{\"response_modes_supported\": null}".utf8))
                == "response_modes_supported: The result would not be valid. This has to hold: response_modes_supported is there.")
    }

    @Test func unstableNames() throws {
        let unstable = "org.matrix.msc4191.account_management_uri"
        let old = goodMetadata.with(["account_management_uri": "", unstable: "\"https://old.test/\""])
        #expect(members(try merged(old)) == members(old.with(["account_management_uri": "\"https://old.test/\""]).text))
        let override = JSONDocument(["account_management_uri": "\"https://new.test/\""])
        #expect(members(try merged(old, override)) == members(goodMetadata.with(["account_management_uri": "\"https://new.test/\""]).text))
        let removal = JSONDocument(["account_management_uri": "null"])
        #expect(members(try merged(old, removal)) == members(goodMetadata.with(["account_management_uri": ""]).text))
    }

    @Test(arguments: [
        (["issuer": ""], "{}", "issuer: The result would not be valid. This has to hold: issuer is there."),
        ([:], "{\"issuer\": null}", "issuer: The result would not be valid. This has to hold: issuer is there."),
        ([:], "{\"issuer\": \"http://a.test/\"}", "issuer: The result would not be valid. This has to hold: issuer has the scheme https."),
        (
            ["token_endpoint": "", "revocation_endpoint": ""], "{}",
            "token_endpoint: The result would not be valid. This has to hold: token_endpoint is there; revocation_endpoint is there."
        ),
        (["grant_types_supported": "[\"authorization_code\", \"refresh_token\"]"], "{\"jwks_uri\": 7}", "jwks_uri: The result would not be valid. This has to hold: jwks_uri is an absolute https URL."),
        ([:], "[]", "overrides: The document is not a JSON object."), ([:], "{", "overrides: The document is not JSON: line 1, column 1."),
        ([:], "{\"a\": 1, \"a\": 1}", "overrides: The document is not JSON: line 1, column 12."),
    ] as [(KeyValuePairs<String, String>, String, String)])
    func refused(_ changes: KeyValuePairs<String, String>, _ overrides: String, _ expected: String) {
        #expect(refusal(goodMetadata.with(changes).text, Array(overrides.utf8)) == expected)
    }

    @Test(arguments: ["", "null", "[1]", "<html></html>", "{\"issuer\": \"https://a.test/\"} {}"])
    func unreadable(_ discovery: String) {
        #expect(refusal(Array(discovery.utf8), []).hasPrefix("discovery: "))
    }

    /// Whatever comes in: what comes out passes the check, stays the same when merged again, and has every override.
    @Test func resultAlwaysPasses() throws {
        var random = SeededRandom(seed: 2965)
        let values = [
            "", "null", "7", "[]", "[\"code\"]", "[\"query\", \"fragment\"]", "[\"authorization_code\", \"refresh_token\"]", "[\"S256\", \"plain\"]",
            "\"https://a.test/\"", "\"http://a.test/\"", "\"https://a.test/?q#f\"", "\"https://u@a.test/\"", "\"\"", "[\"none\"]", "{}",
        ]
        let names = goodMetadata.members.map(\.name) + ["jwks_uri", "signed_metadata", "org.matrix.msc4191.account_management_uri", "x"]
        var passed = 0
        for _ in 0..<3_000 {
            var discovery = goodMetadata
            var overrides = JSONDocument([:])
            for _ in 0..<random.below(3) { discovery = discovery.with([names[random.below(names.count)]: values[random.below(values.count)]]) }
            for _ in 0..<random.below(3) { overrides = overrides.with([names[random.below(names.count)]: values[random.below(values.count)]]) }
            guard let result = try? merged(discovery, overrides) else { continue }
            passed += 1
            let check = try result.withView { view in Result { try MetadataCheck(view, issuer: nil) } }.get()
            #expect(check.report.isValid, "\(check.report.problems.map(\.line))")
            let again = result.withView { found in
                overrides.text.withView { overrides in Result { try MetadataMerge.merge(found, overrides) } }
            }
            #expect(members(try #require(try again.get())) == members(result))
            let text = canonical(result)
            for (name, value) in overrides.members {
                if value == "null" { #expect(!text.contains("\"\(name)\":")) }
                else { #expect(text.contains("\"\(name)\":" + value.replacing(", ", with: ","))) }
            }
        }
        #expect((500..<2_900).contains(passed), "\(passed)")
    }
}
