// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

@Suite struct ConfigurationTests {
    /// The options of an issuer need an issuer to be for.
    @Test(arguments: OptionTests.names.filter { $0.hasPrefix("issuer.") }) func optionsBeforeAnyIssuer(_ name: String) throws {
        let option = try #require(TokenValidation.Option.all.first { String($0.name) == name })
        let examples = [
            "issuer.keys": Sample.jwk, "issuer.audience": "a", "issuer.required_claims": "jti", "issuer.keys_file": "keys.json",
            "issuer.jwks_uri": "https://a.example/jwks", "issuer.metadata_uri": "https://a.example/metadata",
        ]
        let example = examples[name] ?? String(option.defaultValue)
        let configuration = Configuration()
        let before = configuration.state
        let fault = try #require(configuration.fault(name, example))
        #expect(fault.status == .optionInvalid)
        #expect(fault.option == name)
        #expect(fault.detail.hasPrefix("Set issuer first"))
        #expect(configuration.state == before)
    }

    @Test func complete() throws {
        #expect(try Configuration.complete().creationFault() == nil)
    }

    /// Each of these takes away one thing that a validator needs.
    @Test(arguments: [
        ([], "issuer"), ([("server_name", "a")], "issuer"), ([("issuer", "a")], "issuer.audience"),
        ([("issuer", "a"), ("issuer.audience", "b")], "server_name"),
        ([("issuer", "a"), ("issuer.audience", "b"), ("server_name", "c")], "issuer.keys"),
        ([("issuer", "a"), ("issuer.audience", "b"), ("issuer.require_user", "false")], "issuer.keys"),
        ([("issuer", "a"), ("issuer.audience", "b"), ("issuer.any_audience", "true")], "issuer.any_audience"),
        ([("issuer", "a"), ("issuer.any_audience", "false")], "issuer.audience"),
        ([("issuer", "a"), ("issuer.any_audience", "true"), ("server_name", "c"), ("issuer.keys", Sample.jwk), ("issuer.algorithms", "RS256 ES384")],
            "issuer.keys"),
        ([("issuer", "a"), ("issuer.any_audience", "true"), ("server_name", "c"), ("issuer.keys", Sample.jwk), ("issuer.algorithms", "HS256")],
            "issuer.keys"),
        // The second issuer takes nothing from the first.
        ([("server_name", "c"), ("issuer", "a"), ("issuer.any_audience", "true"), ("issuer.keys", Sample.jwk), ("issuer", "b")], "issuer.audience"),
        ([("server_name", "c"), ("issuer", "a"), ("issuer.any_audience", "true"), ("issuer.keys", Sample.jwk), ("issuer", "b"), ("issuer.audience", "x")],
            "issuer.keys"),
    ] as [([(String, String)], String)])
    func incomplete(_ options: [(String, String)], _ missing: String) throws {
        let configuration = Configuration()
        for (name, value) in options { _ = try configuration.set(name, value) }
        let before = configuration.state
        let fault = try #require(configuration.creationFault())
        #expect(fault.status == .configIncomplete)
        #expect(fault.option == missing)
        #expect(configuration.state == before)
    }

    /// A set without one usable key, and an RSA key that is too small for the policy, leave nothing to verify with.
    @Test func keysThatThePolicyExcludes() throws {
        let configuration = try Configuration.complete()
        _ = try configuration.set("issuer.algorithms", "ES384")
        #expect(configuration.creationFault()?.option == "issuer.keys")
        _ = try configuration.set("issuer.algorithms", "ES384 ES256")
        #expect(configuration.creationFault() == nil)
    }

    @Test func laterValuesReplaceEarlierOnes() throws {
        let configuration = try Configuration.complete()
        _ = try configuration.set("issuer.audience", "a b")
        _ = try configuration.set("issuer.audience", "c")
        #expect(configuration.issuers.map { $0.policy.audiences } == [[Array("c".utf8)]])
        _ = try configuration.set("issuer", "second")
        _ = try configuration.set("issuer.leeway", "5")
        #expect(configuration.issuers.map { $0.policy.leeway } == [30, 5])
    }

    /// Bad entries of a key set leave a note; a set that is bad as a whole leaves the old one.
    @Test func keySets() throws {
        let configuration = try Configuration.complete()
        let note = try #require(try configuration.set("issuer.keys", "{\"keys\":[\(Sample.jwk),{\"kty\":\"x\\n\",\"kid\":\"k\\n\"}]}"))
        #expect(note.hasPrefix("1 of 2 entries cannot be used; the first is number 2, kid \"k\\x0a\": kty:"))
        let before = configuration.state
        #expect(configuration.fault("issuer.keys", "{\"keys\":[{\"kty\":\"x\"}]}")?.status == .keySetInvalid)
        #expect(configuration.state == before)
        _ = try configuration.set("max_key_set_bytes", "1024")
        #expect(configuration.fault("issuer.keys", Sample.jwk + String(repeating: " ", count: 1024))?.status == .optionInvalid)
        #expect(try configuration.set("issuer.keys", Sample.jwk) == nil)
    }

    /// A validator is a snapshot: what happens to the configuration afterwards is not its business.
    @Test func validatorsAreSnapshots() throws {
        let configuration = try Configuration.complete()
        let validator = try configuration.makeValidator()
        _ = try configuration.set("issuer.leeway", "300")
        _ = try configuration.set("issuer", "second")
        _ = try configuration.set("server_name", "other.example")
        #expect(validator.issuers.count == 1)
        #expect(validator.issuers[0].policy.leeway == 30)
        #expect(validator.settings.serverName == Array("example.org".utf8))
    }

    /// Texts of the caller are quoted in a fault; a control character must not get into a log.
    @Test(arguments: ["a\nb", "a\u{1B}[2J", "é", "a\"b", "a\\b", String(repeating: "x", count: 10_000)])
    func faultsQuoteSafely(_ value: String) throws {
        let configuration = try Configuration.complete()
        for fault in [configuration.fault("issuer.leeway", value), configuration.fault(value, "x"), configuration.fault("issuer.algorithms", value)] {
            let fault = try #require(fault)
            #expect((fault.option + fault.detail).replacing("…", with: "").replacing("issuer.…", with: "").utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
            #expect(fault.detail.utf8.count < 500)
        }
    }
}
