// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import Matrix

/// A request that is good; the cases change it.
let goodRegistration = JSONDocument([
    "client_name": "\"Chat\"",
    "client_uri": "\"https://chat.test/\"",
    "redirect_uris": "[\"https://chat.test/cb\"]",
    "response_types": "[\"code\"]",
    "grant_types": "[\"authorization_code\", \"refresh_token\"]",
    "token_endpoint_auth_method": "\"none\"",
    "application_type": "\"web\"",
])

func registrationProblems(_ text: [UInt8]) throws -> [String] {
    let check = try text.withView { view in Result { try RegistrationCheck(view) } }.get()
    #expect((check.error == nil) == check.report.isValid && (check.metadata == nil) != check.report.isValid)
    return check.report.problems.map(\.line)
}

@Suite struct RegistrationTests {
    private static let device = "urn:ietf:params:oauth:grant-type:device_code"

    @Test(arguments: [
        [:],
        ["client_name": ""], ["client_name": "\"\""], ["client_name": "null"], ["client_name#de-AT": "\"Plauderei\""],
        ["logo_uri": "\"https://chat.test/logo.png\""], ["logo_uri": "\"https://cdn.chat.test:8443/a?b=c#d\""],
        ["tos_uri": "\"https://chat.test/tos\"", "tos_uri#fr": "\"https://fr.chat.test/tos\""],
        ["policy_uri": "\"https://CHAT.test/policy\""], ["policy_uri": "null"],
        ["client_uri": "\"https://chat.test:8443/about?x=y\""], ["client_uri": "\"HTTPS://Chat.Test\""],
        ["application_type": ""], ["redirect_uris": "[\"https://chat.test/cb\", \"https://web.chat.test:8443/in?a=b\"]"],
        ["response_types": ""], ["response_types": "[\"code\", \"id_token\", \"code id_token\"]"],
        ["grant_types": "[\"refresh_token\", \"authorization_code\", \"implicit\", \"urn:ietf:params:oauth:grant-type:token-exchange\"]"],
        ["grant_types": "[\"authorization_code\", \"refresh_token\", \"\(device)\"]"],
        ["grant_types": "[\"\(device)\", \"refresh_token\"]", "redirect_uris": "", "response_types": ""],
        ["grant_types": "[\"\(device)\", \"refresh_token\"]", "redirect_uris": "[]", "response_types": "[]"],
        ["token_endpoint_auth_method": ""], ["token_endpoint_auth_method": "\"client_secret_post\""],
        ["token_endpoint_auth_method": "\"private_key_jwt\"", "jwks": "{\"keys\": []}"],
        ["token_endpoint_auth_method": "\"private_key_jwt\"", "jwks_uri": "\"https://chat.test/jwks\""],
        ["contacts": "[\"mailto:a@chat.test\"]", "software_id": "\"a\"", "software_version": "\"1\""],
        ["scope": "\"openid urn:matrix:client:api:*\""], ["x_unknown": "{\"a\": [1]}"], ["client_name#": "7"],
    ] as [KeyValuePairs<String, String>])
    func good(_ changes: KeyValuePairs<String, String>) throws {
        #expect(try registrationProblems(goodRegistration.with(changes).text) == [])
    }

    @Test(arguments: [
        (["client_uri": ""], ["client_uri: is there [MSC2966]"]),
        (["client_uri": "null"], ["client_uri: is there [MSC2966]"]),
        (["client_uri": "7"], ["client_uri: is a URI [RFC 3986]"]),
        (["client_uri": "\"chat.test\""], ["client_uri: is a URI [RFC 3986]"]),
        (["client_uri": "\"https://chat.test/ä\""], ["client_uri: is a URI [RFC 3986]"]),
        (["client_uri": "\"http://chat.test/\""], ["client_uri: has the scheme https [MSC2966]"]),
        (["client_uri": "\"https:///about\""], ["client_uri: names a host [RFC 9110 section 4.2]"]),
        (["client_uri": "\"https:about\""], ["client_uri: names a host [RFC 9110 section 4.2]"]),
        (["client_uri": "\"https://ch%61t.test/\""], ["client_uri: names a host [RFC 9110 section 4.2]"]),
        (["client_uri": "\"https://a@chat.test/\""], ["client_uri: has no user or password [MSC2966]"]),
        (["client_uri": "\"https://@chat.test/\""], ["client_uri: has no user or password [MSC2966]"]),
        (
            ["client_uri": "\"http://a:b@chat.test/\""],
            ["client_uri: has the scheme https [MSC2966]", "client_uri: has no user or password [MSC2966]"]
        ),
        (["client_name": "[\"Chat\"]"], ["client_name: is a string [RFC 7591 section 2]"]),
        (["client_name#en": "7"], ["client_name#en: is a string [RFC 7591 section 2]"]),
        (["logo_uri": "\"http://chat.test/l\""], ["logo_uri: has the scheme https [MSC2966]"]),
        (["logo_uri": "\"//chat.test/l\""], ["logo_uri: is a URI [RFC 3986]"]),
        (["logo_uri": "\"https://evilchat.test/l\""], ["logo_uri: is on the host of client_uri or a subdomain of it [MSC2966]"]),
        (["logo_uri": "\"https://chat.test.evil/l\""], ["logo_uri: is on the host of client_uri or a subdomain of it [MSC2966]"]),
        (["logo_uri": "\"https://chat.test@evil/l\""], ["logo_uri: is on the host of client_uri or a subdomain of it [MSC2966]"]),
        (["logo_uri#fr": "\"https://test/l\""], ["logo_uri#fr: is on the host of client_uri or a subdomain of it [MSC2966]"]),
        (["tos_uri": "\"https://u@chat.test/t\""], ["tos_uri: has no user or password [MSC2966]"]),
        (["tos_uri#de": "\"https://u:p@chat.test/t\""], ["tos_uri#de: has no user or password [MSC2966]"]),
        (["tos_uri": "{}"], ["tos_uri: is a URI [RFC 3986]"]),
        (
            ["policy_uri": "\"http://u@evil.test/p\""],
            [
                "policy_uri: has the scheme https [MSC2966]",
                "policy_uri: is on the host of client_uri or a subdomain of it [MSC2966]",
                "policy_uri: has no user or password [MSC2966]",
            ]
        ),
        (["jwks_uri": "\"https://keys.test/\""], ["jwks_uri: is on the host of client_uri or a subdomain of it [MSC2966]"]),
        (["jwks_uri": "\"https://chat.test/\"", "jwks": "{\"keys\": []}"], ["jwks: is not there beside jwks_uri [RFC 7591 section 2]"]),
        (["jwks": "[]"], ["jwks: is an object with an array keys [RFC 7591 section 2]"]),
        (["jwks": "{\"keys\": 1}"], ["jwks: is an object with an array keys [RFC 7591 section 2]"]),
        (["application_type": "\"desktop\""], ["application_type: is web or native [MSC2966]"]),
        (["application_type": "[\"web\"]"], ["application_type: is web or native [MSC2966]"]),
        (["application_type": "\"Web\""], ["application_type: is web or native [MSC2966]"]),
        (["response_types": "[]"], ["response_types: has code [MSC2966]"]),
        (["response_types": "[\"token\"]"], ["response_types: has code [MSC2966]"]),
        (["response_types": "[\"code id_token\"]"], ["response_types: has code [MSC2966]"]),
        (["response_types": "\"code\""], ["response_types: is an array of strings [RFC 7591 section 2]"]),
        (["response_types": "[\"code\", 1]"], ["response_types: is an array of strings [RFC 7591 section 2]"]),
        (["grant_types": ""], ["grant_types: has refresh_token [MSC2966]"]),
        (["grant_types": "[\"authorization_code\"]"], ["grant_types: has refresh_token [MSC2966]"]),
        (["grant_types": "[\"authorization_code\", \"Refresh_token\"]"], ["grant_types: has refresh_token [MSC2966]"]),
        (["grant_types": "\"authorization_code\""], ["grant_types: is an array of strings [RFC 7591 section 2]"]),
        (["grant_types": "[null]"], ["grant_types: is an array of strings [RFC 7591 section 2]"]),
        (
            ["grant_types": "[\"refresh_token\"]"],
            [
                "grant_types: has authorization_code or \(device) [MSC2964, MSC4341]",
                "response_types: has code only beside the grant authorization_code [RFC 7591 section 2.1]",
            ]
        ),
        (
            ["grant_types": "[\"implicit\"]", "response_types": ""],
            [
                "grant_types: has authorization_code or \(device) [MSC2964, MSC4341]",
                "grant_types: has refresh_token [MSC2964, MSC4341]",
            ]
        ),
        (["grant_types": "[\"\(device)\"]", "response_types": ""], ["grant_types: has refresh_token [MSC2964, MSC4341]"]),
        (
            ["grant_types": "[\"\(device)\", \"refresh_token\"]"],
            ["response_types: has code only beside the grant authorization_code [RFC 7591 section 2.1]"]
        ),
        (["token_endpoint_auth_method": "\"magic\""], [method]), (["token_endpoint_auth_method": "[\"none\"]"], [method]),
        (["token_endpoint_auth_method": "\"NONE\""], [method]),
        (
            ["token_endpoint_auth_method": "\"private_key_jwt\""],
            ["token_endpoint_auth_method: comes with jwks or jwks_uri [OpenID Connect Core section 9]"]
        ),
        (["contacts": "\"a@chat.test\""], ["contacts: is an array of strings [RFC 7591 section 2]"]),
        (["software_id": "4"], ["software_id: is a string [RFC 7591 section 2]"]),
        (["scope": "\"a  b\""], ["scope: is scope tokens with single spaces between them [RFC 7591 section 2]"]),
        (["scope": "\"\""], ["scope: is scope tokens with single spaces between them [RFC 7591 section 2]"]),
        (["scope": "[\"openid\"]"], ["scope: is scope tokens with single spaces between them [RFC 7591 section 2]"]),
    ] as [(KeyValuePairs<String, String>, [String])])
    func bad(_ changes: KeyValuePairs<String, String>, _ problems: [String]) throws {
        #expect(try registrationProblems(goodRegistration.with(changes).text) == problems)
    }

    private static let method =
        "token_endpoint_auth_method: is none, client_secret_basic, client_secret_post, client_secret_jwt or private_key_jwt "
        + "[RFC 7591 section 2]"

    /// The error of RFC 7591 section 3.2.2 speaks of redirect URIs only if nothing else is wrong.
    @Test(arguments: [
        (["redirect_uris": "[\"http://chat.test/\"]"], "invalid_redirect_uri"),
        (["redirect_uris": ""], "invalid_redirect_uri"), (["redirect_uris": "[]"], "invalid_redirect_uri"),
        (["redirect_uris": "{}"], "invalid_redirect_uri"), (["client_name": "1"], "invalid_client_metadata"),
        (["redirect_uris": "[]", "client_name": "1"], "invalid_client_metadata"), (["client_uri": ""], "invalid_client_metadata"),
    ] as [(KeyValuePairs<String, String>, String)])
    func errors(_ changes: KeyValuePairs<String, String>, _ error: String) throws {
        let check = try goodRegistration.with(changes).text.withView { view in Result { try RegistrationCheck(view) } }.get()
        #expect(check.error.map { String(describing: $0) } == error)
        let json = canonical(try #require(check.json()))
        #expect(json.contains("\"error\":\"\(error)\"") && !json.contains("\"metadata\""))
    }

    @Test func metadata() throws {
        let request = goodRegistration.with([
            "client_name#fr": "\"Salut\"", "client_name#not_a_tag": "\"x\"", "tos_uri": "null", "client_id": "\"mine\"",
            "software_statement": "\"a.b.c\"", "response_types": "[\"token\", \"code\", \"code\"]", "application_type": "",
            "grant_types": "[\"implicit\", \"refresh_token\", \"authorization_code\", \"refresh_token\"]",
            "token_endpoint_auth_method": "",
        ])
        let check = try request.text.withView { view in Result { try RegistrationCheck(view) } }.get()
        let echoed = JSONDocument([
            "client_name": "\"Chat\"", "client_uri": "\"https://chat.test/\"", "redirect_uris": "[\"https://chat.test/cb\"]",
            "response_types": "[\"code\"]", "grant_types": "[\"refresh_token\", \"authorization_code\"]", "client_name#fr": "\"Salut\"",
            "application_type": "\"web\"", "token_endpoint_auth_method": "\"client_secret_basic\"",
        ])
        #expect(canonical(try #require(check.metadata)) == canonical(echoed.text))
        #expect(
            check.report.notes.map { String(decoding: $0.member, as: UTF8.self) } == [
                "response_types[0]", "grant_types[0]", "client_name#not_a_tag", "client_id", "software_statement",
                "token_endpoint_auth_method",
            ])
    }

    /// What was registered can be registered again, and nothing changes.
    @Test(arguments: 0..<200) func echoIsStable(_ seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        var request = goodRegistration
        let choices: [(String, [String])] = [
            ("client_name#en-GB", ["\"a\"", "null"]), ("scope", ["\"openid\"", "\"a b\""]), ("x", ["1", "[]"]),
            ("application_type", ["\"web\"", "\"native\"", ""]), ("token_endpoint_auth_method", ["", "\"client_secret_jwt\""]),
            ("response_types", ["", "[\"x\", \"code\"]"]), ("logo_uri", ["\"https://a.chat.test\"", ""]),
            ("grant_types", ["[\"a\", \"refresh_token\", \"authorization_code\"]", "[\"\(Self.device)\", \"refresh_token\", \"authorization_code\"]"]),
        ]
        for (name, values) in choices where random.below(2) == 0 {
            request = request.with([name: values[random.below(values.count)]])
        }
        let first = try request.text.withView { view in Result { try RegistrationCheck(view) } }.get()
        let echoed = try #require(first.metadata)
        let second = try echoed.withView { view in Result { try RegistrationCheck(view) } }.get()
        #expect(canonical(try #require(second.metadata)) == canonical(echoed))
        #expect(second.report.notes.isEmpty)
    }

    @Test(arguments: [
        ("", "document: The document is not JSON: line 1, column 0."), ("[]", "document: The document is not a JSON object."),
        ("\"a\"", "document: The document is not JSON: line 1, column 3."), ("{\"a\": 1, \"a\": 2}", "document: The document is not JSON: line 1, column 12."),
        ("{} x", "document: The document is not JSON: line 1, column 4."), ("{\"a\": \"\\u0000\"}", "document: The document is not JSON: line 1, column 14."),
        ("{}\0", "document: The document is not JSON: a NUL byte."),
        ("{" + String(repeating: " ", count: 65_535) + "}", "document: The document is larger than 65536 bytes."),
    ])
    func unreadable(_ text: String, _ expected: String) {
        let found = Array(text.utf8).withView { view in fault { () throws(InputFault) in _ = try RegistrationCheck(view) } }
        #expect(found == expected)
    }

    /// As long as can be; and one problem for each of many URIs.
    @Test func size() throws {
        #expect(try registrationProblems(Array(("{" + String(repeating: " ", count: 65_534) + "}").utf8)).count > 0)
        let many = "[" + String(repeating: "\"\",", count: 20_000) + "\"\"]"
        let problems = try registrationProblems(goodRegistration.with(["redirect_uris": many]).text)
        #expect(problems.count == 20_001 && problems.last == "redirect_uris[20000]: is a URI [RFC 3986]")
    }
}
