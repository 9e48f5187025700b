// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

@Suite struct DiscoveryTests {
    private func documents(_ issuer: String) throws -> [String] {
        try Discovery.documents(of: #require(WebAddress(bytes(issuer)))).map { String(decoding: $0.text, as: UTF8.self) }
    }

    @Test(arguments: ["https://issuer.example", "https://issuer.example/"])
    func asksTheHostOfAnIssuerWithoutPath(_ issuer: String) throws {
        #expect(try documents(issuer) == [
            "https://issuer.example/.well-known/oauth-authorization-server",
            "https://issuer.example/.well-known/openid-configuration",
        ])
    }

    @Test(arguments: ["https://issuer.example:8443/realms/x", "https://issuer.example:8443/realms/x/"])
    func putsThePathInItsPlace(_ issuer: String) throws {
        #expect(try documents(issuer) == [
            "https://issuer.example:8443/.well-known/oauth-authorization-server/realms/x",
            "https://issuer.example:8443/realms/x/.well-known/openid-configuration",
        ])
    }

    @Test(arguments: ["https://issuer.example/../..", "https://issuer.example/@evil.example", "https://[::1]:1/x"])
    func neverLeavesTheIssuersOrigin(_ issuer: String) throws {
        let address = try #require(WebAddress(bytes(issuer)))
        for document in Discovery.documents(of: address) { #expect(document.hasOrigin(of: address)) }
    }

    private static let issuer = "https://issuer.example/realm"

    private func read(_ document: String) -> Result<Discovery.Metadata, Discovery.Fault> {
        Result { () throws(Discovery.Fault) in
            try Discovery.read(bytes(document), of: Array(Self.issuer.utf8))
        }
    }

    /// The key set's address, if the document has one that can be used.
    private func find(_ document: String) -> Result<WebAddress?, Discovery.Fault> { read(document).map { $0.keySetAddress } }

    @Test(arguments: [
        "{\"issuer\":\"https://issuer.example/realm\",\"jwks_uri\":\"https://keys.example/jwks\"}",
        " {\"x\":{},\"jwks_uri\":\"https:\\/\\/keys.example/jwks\",\"issuer\":\"https:\\/\\/issuer.example\\u002frealm\"} ",
    ])
    func findsTheKeySet(_ document: String) {
        #expect(find(document) == .success(WebAddress(bytes("https://keys.example/jwks"))!))
    }

    @Test(arguments: [
        "https://issuer.example/realm/", "https://issuer.example/Realm", "HTTPS://issuer.example/realm",
        "https://issuer.example:443/realm", "http://issuer.example/realm", "https://issuer.example", "",
        "https://issuer.example/realm ", "https://issuer.example/realm?", "https://issuer.example/realm#",
        "https://issuer.example/realms", "https://issuer.example/real", "https://evil.example/realm",
    ])
    func refusesAnotherIssuer(_ name: String) {
        #expect(find("{\"issuer\":\"\(name)\",\"jwks_uri\":\"https://keys.example/jwks\"}") == .failure(.otherIssuer))
    }

    @Test(arguments: [
        "{}", "[]", "{\"jwks_uri\":\"https://keys.example/jwks\"}", "{\"issuer\":null}", "{\"issuer\":1}",
        "{\"issuer\":[\"https://issuer.example/realm\"],\"jwks_uri\":\"https://keys.example/jwks\"}",
        "{\"issuer\":{\"issuer\":\"https://issuer.example/realm\"}}",
        "{\"Issuer\":\"https://issuer.example/realm\",\"jwks_uri\":\"https://keys.example/jwks\"}",
    ])
    func refusesADocumentOfNobody(_ document: String) {
        #expect(find(document) == .failure(.otherIssuer))
    }

    @Test(arguments: [
        "", ",\"jwks_uri\":null", ",\"jwks_uri\":\"\"", ",\"jwks_uri\":1", ",\"jwks_uri\":[\"https://keys.example/\"]",
        ",\"jwks_uri\":\"/jwks\"", ",\"jwks_uri\":\"jwks\"", ",\"jwks_uri\":\"//keys.example/jwks\"",
        ",\"jwks_uri\":\"ftp://keys.example/jwks\"", ",\"jwks_uri\":\"file:///etc/jwks\"",
        ",\"jwks_uri\":\"https://u:p@keys.example/jwks\"", ",\"jwks_uri\":\"https://keys.example/jwks#1\"",
        ",\"jwks_uri\":\"https://keys.example/a b\"", ",\"jwks_uri\":\"https://keys.example/\\r\\nX: y\"",
        ",\"JWKS_URI\":\"https://keys.example/jwks\"", ",\"jwks\":{\"keys\":[]}",
    ])
    func refusesAMissingOrUnusableAddress(_ rest: String) {
        #expect(find("{\"issuer\":\"\(Self.issuer)\"\(rest)}") == .success(nil))
    }

    @Test(arguments: [
        "", "null", "true", "<html></html>", "{", "{\"issuer\":\"https://issuer.example/realm\"",
        "{\"issuer\":\"https://issuer.example/realm\",}", "{'issuer':'https://issuer.example/realm'}",
        // Whoever reads the first would differ from whoever reads the last.
        "{\"issuer\":\"https://evil.example\",\"issuer\":\"https://issuer.example/realm\",\"jwks_uri\":\"https://keys.example/\"}",
        "{\"issuer\":\"https://issuer.example/realm\",\"jwks_uri\":\"https://evil.example/\",\"jwks_uri\":\"https://keys.example/\"}",
        "{\"issuer\":\"https://issuer.example/realm\",\"jwks_uri\":\"https://evil.example/\",\"jwks\\u005furi\":\"https://keys.example/\"}",
        "{\"issuer\":\"https://issuer.example/realm\\u0000\",\"jwks_uri\":\"https://keys.example/\"}",
        "{\"issuer\":\"https://issuer.example/realm\",\"jwks_uri\":\"https://keys.example/\"}x",
        "\u{FEFF}{\"issuer\":\"https://issuer.example/realm\",\"jwks_uri\":\"https://keys.example/\"}",
    ])
    func refusesWhatIsNotStrictJSON(_ document: String) {
        #expect(find(document) == .failure(.notJSON))
    }

    @Test func findsWhereTokensAreAskedAbout() throws {
        let plain = try read("{\"issuer\":\"\(Self.issuer)\",\"introspection_endpoint\":\"https://keys.example/i\"}").get()
        #expect(plain.introspection.address == WebAddress(bytes("https://keys.example/i")))
        #expect(plain.keySetAddress == nil && !plain.introspection.offersSignedAnswers)
        let signed = try read(
            "{\"issuer\":\"\(Self.issuer)\",\"introspection_signing_alg_values_supported\":[\"RS256\"]}"
        ).get()
        #expect(signed.introspection.offersSignedAnswers && signed.introspection.address == nil)
    }

    @Test(arguments: [
        "null", "1", "\"\"", "\"/introspect\"", "[\"https://keys.example/i\"]", "\"ftp://keys.example/i\"",
        "\"https://u:p@keys.example/i\"",
    ])
    func asksNobodyAtAnUnusableAddress(_ value: String) throws {
        let document = "{\"issuer\":\"\(Self.issuer)\",\"introspection_endpoint\":\(value)}"
        #expect(try read(document).get().introspection.address == nil)
    }

    /// An insecure address is an address; whether it may be asked is the validator's affair (KeyUpkeepTests).
    @Test func leavesPlainHTTPToTheValidator() throws {
        let found = try find("{\"issuer\":\"\(Self.issuer)\",\"jwks_uri\":\"http://keys.example/jwks\"}").get()
        let address = try #require(found)
        #expect(!address.isSecure)
        #expect(!PlainHTTP.never.allows(address) && !PlainHTTP.loopback.allows(address))
    }
}
