// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import Matrix

/// A document that is good, and has nothing to be noted.
let goodMetadata = JSONDocument([
    "issuer": "\"https://auth.test/\"",
    "authorization_endpoint": "\"https://auth.test/authorize\"",
    "token_endpoint": "\"https://auth.test/token\"",
    "revocation_endpoint": "\"https://auth.test/revoke\"",
    "registration_endpoint": "\"https://auth.test/register\"",
    "device_authorization_endpoint": "\"https://auth.test/device\"",
    "response_types_supported": "[\"code\"]",
    "grant_types_supported":
        "[\"authorization_code\", \"refresh_token\", \"urn:ietf:params:oauth:grant-type:device_code\"]",
    "response_modes_supported": "[\"query\", \"fragment\"]",
    "code_challenge_methods_supported": "[\"S256\"]",
    "token_endpoint_auth_methods_supported": "[\"none\"]",
    "prompt_values_supported": "[\"create\"]",
    "account_management_uri": "\"https://auth.test/account/\"",
    "account_management_actions_supported": """
        ["org.matrix.profile", "org.matrix.devices_list", "org.matrix.device_view", "org.matrix.device_delete", \
        "org.matrix.account_deactivate", "org.matrix.cross_signing_reset"]
        """,
])

@Suite struct MetadataTests {
    private func report(_ text: [UInt8], issuer: String? = nil) throws -> DocumentReport {
        try text.withView { view in
            guard let issuer else { return Result { try MetadataCheck(view, issuer: nil).report } }
            return Array(issuer.utf8).withView { issuer in Result { try MetadataCheck(view, issuer: issuer).report } }
        }.get()
    }

    @Test func nothingToSay() throws {
        let report = try report(goodMetadata.text, issuer: "https://auth.test/")
        #expect(report.problems.map(\.line) == [] && report.notes.map(\.line) == [])
    }

    @Test(arguments: [
        (["issuer": "\"https://auth.test\""], []), (["issuer": "\"https://auth.test:8443/a/b\""], []), (["issuer": "\"https://[::1]/\""], []),
        (["jwks_uri": "\"https://keys.test/?a=b\"", "introspection_endpoint": "\"https://auth.test/i\"", "x": "1"], []),
        (["response_types_supported": "[\"code\", \"id_token\", \"code id_token\"]"], []),
        (["token_endpoint": "\"https://other.test:444/token?a\""], []),
        (["token_endpoint_auth_methods_supported": ""], ["token_endpoint_auth_methods_supported"]),
        (["prompt_values_supported": ""], ["prompt_values_supported"]), (["prompt_values_supported": "[\"login\"]"], ["prompt_values_supported"]),
        (["device_authorization_endpoint": "", "grant_types_supported": grants], ["device_authorization_endpoint"]),
        (["grant_types_supported": grants], ["grant_types_supported"]),
        (["response_mode_supported": "[\"query\"]"], ["response_mode_supported"]),
        (["account_management_uri": "null"], ["account_management_uri"]), (["account_management_uri": "\"http://auth.test/\""], ["account_management_uri"]),
        (["account_management_uri": "", unstableURI: "\"https://auth.test/\""], ["account_management_uri"]),
        (["account_management_actions_supported": ""], Array(repeating: "account_management_actions_supported", count: 6)),
        (["account_management_actions_supported": "[]"], Array(repeating: "account_management_actions_supported", count: 6)),
    ] as [(KeyValuePairs<String, String>, [String])])
    func notes(_ changes: KeyValuePairs<String, String>, _ members: [String]) throws {
        let report = try report(goodMetadata.with(changes).text)
        #expect(report.problems.map(\.line) == [])
        #expect(report.notes.map { String(decoding: $0.member, as: UTF8.self) } == members)
    }

    private static let grants = "[\"authorization_code\", \"refresh_token\"]"
    private static let unstableURI = "org.matrix.msc4191.account_management_uri"

    /// As Matrix Authentication Service has them: both spellings of some.
    @Test func oldActions() throws {
        let actions = "[\"org.matrix.profile\", \"org.matrix.sessions_list\", \"org.matrix.session_view\", \"session_end\"]"
        let document = goodMetadata.with(["account_management_actions_supported": actions])
        #expect(
            try report(document.text).notes.map(\.text) == [
                "lacks org.matrix.devices_list, and has its old spelling", "lacks org.matrix.device_view, and has its old spelling",
                "lacks org.matrix.device_delete, and has its old spelling", "lacks org.matrix.account_deactivate",
                "lacks org.matrix.cross_signing_reset",
            ])
    }

    @Test(arguments: [
        ("", "issuer: is there [MSC2965]"), ("null", "issuer: is there [MSC2965]"), ("7", "issuer: is an https URL [RFC 8414 section 2]"),
        ("\"auth.test\"", "issuer: is an https URL [RFC 8414 section 2]"), ("\"urn:a:b\"", "issuer: is an https URL [RFC 8414 section 2]"),
        ("\"https:/auth.test\"", "issuer: is an https URL [RFC 8414 section 2]"), ("\"https://\"", "issuer: is an https URL [RFC 8414 section 2]"),
        ("\"http://auth.test/\"", "issuer: has the scheme https [RFC 8414 section 2]"), ("\"https://auth.test/?a\"", "issuer: has no query [RFC 8414 section 2]"),
        ("\"https://auth.test/?\"", "issuer: has no query [RFC 8414 section 2]"), ("\"https://auth.test/#\"", "issuer: has no fragment [RFC 8414 section 2]"),
        ("\"https://a@auth.test/\"", "issuer: has no user or password [RFC 9110 section 4.2.4]"),
    ])
    func badIssuer(_ value: String, _ problem: String) throws {
        #expect(try report(goodMetadata.with(["issuer": value]).text).problems.map(\.line) == [problem])
    }

    @Test(arguments: [
        "https://auth.test", "https://auth.test//", "HTTPS://auth.test/", "https://AUTH.test/", "https://auth.test:443/", "http://auth.test/",
        "https://auth.test/ ", "", "https://auth.test/%2F",
    ])
    func otherIssuer(_ issuer: String) throws {
        let problems = try report(goodMetadata.text, issuer: issuer).problems.map(\.line)
        #expect(problems == ["issuer: is the expected issuer, byte for byte [RFC 8414 section 3.3]"])
    }

    @Test(arguments: [
        ("authorization_endpoint", true), ("token_endpoint", true), ("revocation_endpoint", true), ("registration_endpoint", true),
        ("device_authorization_endpoint", false), ("introspection_endpoint", false), ("jwks_uri", false), ("userinfo_endpoint", false),
        ("pushed_authorization_request_endpoint", false),
    ])
    func endpoints(_ name: String, _ isRequired: Bool) throws {
        func rules(_ value: String) throws -> [String] {
            try report(goodMetadata.with([name: value]).text).problems.filter { $0.member == Array(name.utf8) }.map(\.text)
        }
        #expect(try rules("\"https://auth.test/x?y=z\"") == [])
        for missing in isRequired ? ["", "null"] : [] { #expect(try rules(missing) == ["is there"]) }
        for bad in ["7", "\"\"", "\"/token\"", "\"//auth.test/token\"", "\"ftp://auth.test/\"", "\"https:///x\"", "[\"https://auth.test/\"]"] {
            #expect(try rules(bad) == ["is an absolute https URL"], "\(bad)")
        }
        #expect(try rules("\"http://auth.test/\"") == ["has the scheme https"])
        #expect(try rules("\"https://auth.test/#a\"") == ["has no fragment"])
        #expect(try rules("\"http://a:b@auth.test/#a\"") == ["has the scheme https", "has no fragment", "has no user or password"])
    }

    @Test(arguments: [
        ("response_types_supported", ["code"]), ("grant_types_supported", ["authorization_code", "refresh_token"]),
        ("response_modes_supported", ["query", "fragment"]), ("code_challenge_methods_supported", ["S256"]),
        ("token_endpoint_auth_methods_supported", ["none"]),
    ])
    func lists(_ name: String, _ needed: [String]) throws {
        func rules(_ value: String) throws -> [String] {
            try report(goodMetadata.with([name: value]).text).problems.filter { $0.member == Array(name.utf8) }.map(\.text)
        }
        if name != "token_endpoint_auth_methods_supported" { #expect(try rules("") == ["is there"]) }
        #expect(try rules("[]") == ["is not empty"] + needed.map { "has \($0)" })
        #expect(try rules("[\"x\"]") == needed.map { "has \($0)" })
        for value in needed {
            let rest = needed.filter { $0 != value } + [value.uppercased() == value ? value.lowercased() : value.uppercased()]
            #expect(try rules("[\(rest.map { "\"\($0)\"" }.joined(separator: ","))]") == ["has \(value)"])
        }
        for bad in ["\"\(needed[0])\"", "{}", "7", "[\"\(needed[0])\", 7]", "[[\"\(needed[0])\"]]"] {
            #expect(try rules(bad) == ["is an array of strings"], "\(bad)")
        }
    }

    @Test(arguments: [
        (["prompt_values_supported": "\"create\""], "prompt_values_supported: is an array of strings [RFC 8414 section 2]"),
        (["prompt_values_supported": "[]"], "prompt_values_supported: is not empty [RFC 8414 section 3.2]"),
        (["scopes_supported": "[]"], "scopes_supported: is not empty [RFC 8414 section 3.2]"),
        (
            ["device_authorization_endpoint": ""],
            "device_authorization_endpoint: is there, since grant_types_supported has the grant [MSC4341]"
        ),
        (["account_management_uri": "7"], "account_management_uri: is an absolute https URL [MSC4191]"),
        (["account_management_uri": "\"javascript:alert(1)\""], "account_management_uri: is an absolute https URL [MSC4191]"),
        ([unstableURI: "\"/account\""], "\(unstableURI): is an absolute https URL [MSC4191]"),
        (["account_management_uri": "\"https://a@b.test/\""], "account_management_uri: has no user or password [RFC 9110 section 4.2.4]"),
        (["account_management_actions_supported": "\"a\""], "account_management_actions_supported: is an array of strings [MSC4191]"),
        (["org.matrix.msc4191.account_management_actions_supported": "[1]"], "org.matrix.msc4191.account_management_actions_supported: is an array of strings [MSC4191]"),
    ] as [(KeyValuePairs<String, String>, String)])
    func bad(_ changes: KeyValuePairs<String, String>, _ problem: String) throws {
        #expect(try report(goodMetadata.with(changes).text).problems.map(\.line) == [problem])
    }

    @Test func everything() throws {
        #expect(try report(Array("{}".utf8)).problems.count == 9)
        let json = canonical(try #require(try Array("{}".utf8).withView { view in Result { try MetadataCheck(view, issuer: nil).json() } }.get()))
        #expect(json.contains("\"valid\":false") && json.contains("\"rule\":\"is there\"") && json.contains("\"note\":"))
    }
}
