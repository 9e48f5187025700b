// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

@Suite struct OptionTests {
    static let names = TokenValidation.Option.all.map { String($0.name) }

    @Test func namesAreUnique() {
        #expect(Set(Self.names).count == Self.names.count)
        for name in Self.names {
            #expect(name.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_" || $0 == "." })
            #expect(Array(name.utf8).withView { Option.named($0) }.map { String($0.name) } == name)
        }
    }

    @Test(arguments: ["", " ", "issuer.", ".audience", "Issuer", "ISSUER.KEYS", "issuer.audience ", "issuer.audiences", "audience", "issuer\0", "issuer.keys\0x", "é"])
    func unknownNames(_ name: String) throws {
        let configuration = try Configuration.complete()
        let before = configuration.state
        let fault = try #require(configuration.fault(name, "x"))
        #expect(fault.status == .optionUnknown)
        #expect(fault.option.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
        #expect(configuration.state == before)
    }

    @Test(arguments: names) func texts(_ name: String) throws {
        let option = try #require(TokenValidation.Option.all.first { String($0.name) == name })
        #expect(String(option.meaning).hasSuffix("."))
        #expect(!String(option.range).isEmpty)
        switch option.type {
        case .text, .list, .boolean: #expect(String(option.unit).isEmpty)
        case .integer: #expect(["bytes", "bits", ""].contains(String(option.unit)))
        case .duration: #expect(String(option.unit) == "seconds")
        }
    }

    /// Setting a default is allowed and changes nothing: the table says what the code starts from.
    @Test(arguments: names) func defaults(_ name: String) throws {
        let option = try #require(TokenValidation.Option.all.first { String($0.name) == name })
        let value = String(option.defaultValue)
        let configuration = try Configuration.complete()
        let before = configuration.state
        if !value.isEmpty {
            #expect(try configuration.set(name, value) == nil)
        } else {
            // An option without a default has to be given something.
            #expect(configuration.fault(name, value)?.option == name)
        }
        #expect(configuration.state == before)
    }

    @Test(arguments: [
        ("server_name", "matrix.example:8448"), ("max_token_bytes", "256"), ("max_token_bytes", "1048576"), ("max_key_set_bytes", "1024"),
        ("max_key_set_bytes", "67108864"), ("issuer", "urn:x"), ("issuer.audience", "a b\tc\nd"), ("issuer.any_audience", "true"),
        ("issuer.algorithms", "ES256"), ("issuer.algorithms", "HS256 HS384"), ("issuer.types", "JWT absent"), ("issuer.leeway", "0"),
        ("issuer.leeway", "300"), ("issuer.max_lifetime", "31536000"), ("issuer.required_claims", "jti"), ("issuer.rsa_min_bits", "8192"),
        ("issuer.user_claim", "sub"), ("issuer.require_user", "false"), ("issuer.require_api_scope", "false"), ("issuer.leeway", "007"),
    ])
    func accepted(_ name: String, _ value: String) throws {
        let configuration = try Configuration.complete()
        let before = configuration.state
        #expect(try configuration.set(name, value) == nil)
        #expect(configuration.state != before)
    }

    @Test(arguments: [
        ("server_name", ""), ("server_name", "a b"), ("server_name", "https://a"), ("server_name", "a:b"),
        ("max_token_bytes", "255"), ("max_token_bytes", "1048577"), ("max_token_bytes", ""), ("max_token_bytes", "-1"), ("max_token_bytes", "+256"),
        ("max_token_bytes", " 256"), ("max_token_bytes", "256 "), ("max_token_bytes", "0x100"), ("max_token_bytes", "1e3"), ("max_token_bytes", "256k"),
        ("max_token_bytes", "99999999999999999999999999"), ("max_token_bytes", "18446744073709551872"), ("max_token_bytes", "٢٥٦"),
        ("max_key_set_bytes", "1023"), ("max_key_set_bytes", "67108865"),
        ("issuer", ""), ("issuer", "https://a b"), ("issuer", "https://a\n"), ("issuer", "a\0"), ("issuer", "a\u{7F}"), ("issuer", "https://issuer.example/"),
        ("issuer", String(repeating: "a", count: 2049)),
        ("issuer.keys", ""), ("issuer.keys", "{}"), ("issuer.keys", "{\"keys\":[]}"), ("issuer.keys", "{\"keys\":[1]}"), ("issuer.keys", "x"),
        ("issuer.keys", "{\"kty\":\"EC\"}"), ("issuer.keys", String(repeating: " ", count: 1_048_577)),
        ("issuer.audience", ""), ("issuer.audience", " \t\n"), ("issuer.audience", Array(repeating: "a", count: 257).joined(separator: " ")),
        ("issuer.any_audience", ""), ("issuer.any_audience", "yes"), ("issuer.any_audience", "1"), ("issuer.any_audience", "True"), ("issuer.any_audience", "true "),
        ("issuer.algorithms", ""), ("issuer.algorithms", "none"), ("issuer.algorithms", "RS256 none"), ("issuer.algorithms", "rs256"),
        ("issuer.algorithms", "RS256,ES256"), ("issuer.algorithms", "*"), ("issuer.algorithms", "RSA-OAEP"), ("issuer.types", ""), ("issuer.types", " "),
        ("issuer.leeway", "301"), ("issuer.leeway", "-1"), ("issuer.leeway", "30s"), ("issuer.leeway", "1.5"), ("issuer.leeway", ""),
        ("issuer.max_lifetime", "31536001"), ("issuer.max_lifetime", "unlimited"), ("issuer.required_claims", ""), ("issuer.rsa_min_bits", "2047"),
        ("issuer.rsa_min_bits", "1024"), ("issuer.rsa_min_bits", "8193"), ("issuer.user_claim", ""), ("issuer.user_claim", String(repeating: "a", count: 256)),
        ("issuer.require_user", "no"), ("issuer.require_user", "FALSE"), ("issuer.require_api_scope", "0"), ("issuer.require_api_scope", "off"),
    ])
    func refusalsChangeNothing(_ name: String, _ value: String) throws {
        let configuration = try Configuration.complete()
        let before = configuration.state
        let fault = try #require(configuration.fault(name, value))
        #expect(fault.status == .optionInvalid || (name == "issuer.keys" && fault.status == .keySetInvalid))
        #expect(fault.option == name)
        #expect(!fault.detail.isEmpty && fault.detail.utf8.count < 500)
        #expect(configuration.state == before)
    }

    @Test(arguments: [("jwt", #""jwt""#), ("jwt absent", #""jwt" or none"#), ("jwt at+jwt absent", #"one of "jwt", "at+jwt" or none"#), ("absent", "none")])
    func typesInWords(_ value: String, _ words: String) throws {
        let configuration = try Configuration.complete()
        _ = try configuration.set("issuer.types", value)
        #expect(try configuration.makeValidator().issuers[0].policy.typesInWords == words)
    }
}
