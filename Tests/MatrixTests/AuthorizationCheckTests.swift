// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import Matrix

@Suite struct AuthorizationCheckTests {
    @Test func sample() throws {
        let check = try authorizationCheck(goodQuery.text)
        #expect(check.problems == [] && check.report.notes.isEmpty && check.outcome == "none")
        #expect(
            members(try #require(check.json())) == [
                "notes: []", "problems: []",
                #"request: {"client_id":"s6BhdRkqt3","redirect_uri":"https://app.example.com/oauth2-callback","response_type":"code","#
                    + #""response_mode":"fragment","state":"ewubooN9weezeewah9fol4oothohroh3","#
                    + #""code_challenge":"72xySjpngTcCxgbPfFmkPHjMvVDl2jW1aWP7-J6rmwU","code_challenge_method":"S256","#
                    + #""scope":"urn:matrix:client:api:* urn:matrix:client:device:AAABBBCCCDDD","device_id":"AAABBBCCCDDD"}"#,
                "valid: true",
            ])
    }

    /// What is refused because of one parameter: name, its value (nil: left out), what is wrong, the error, and whether
    /// that goes to the redirect URI.
    @Test(arguments: [
        ("client_id", nil, "is there", "invalid_request"), ("client_id", "", "is there", "invalid_request"),
        ("client_id", "a\u{7F}", "has printable ASCII only", "invalid_request"), ("client_id", "é", "has printable ASCII only", "invalid_request"),
        ("client_id", "a\nb", "has printable ASCII only", "invalid_request"),
        ("redirect_uri", nil, "is there", "invalid_request"), ("redirect_uri", "", "is there", "invalid_request"),
        ("response_type", nil, "is there", "invalid_request >"), ("response_type", "", "is there", "invalid_request >"),
        ("response_type", "token", "is code", "unsupported_response_type >"), ("response_type", "Code", "is code", "unsupported_response_type >"),
        ("response_type", "code id_token", "is code", "unsupported_response_type >"), ("response_type", "code ", "is code", "unsupported_response_type >"),
        ("response_type", "none", "is code", "unsupported_response_type >"), ("response_type", "id_token", "is code", "unsupported_response_type >"),
        ("response_type", "code\0", "is code", "unsupported_response_type >"),
        ("response_mode", nil, "is fragment beside a redirect_uri of https", "invalid_request >"),
        ("response_mode", "", "is fragment beside a redirect_uri of https", "invalid_request >"),
        ("response_mode", "query", "is fragment beside a redirect_uri of https", "invalid_request >"),
        ("response_mode", "form_post", "is fragment or query", "invalid_request >"), ("response_mode", "Fragment", "is fragment or query", "invalid_request >"),
        ("response_mode", "fragment.jwt", "is fragment or query", "invalid_request >"), ("response_mode", "web_message", "is fragment or query", "invalid_request >"),
        ("state", nil, "is there", "invalid_request >"), ("state", "", "is there", "invalid_request >"),
        ("state", "a\r\nb", "has printable ASCII only", "invalid_request >"), ("state", "\u{7F}", "has printable ASCII only", "invalid_request >"),
        ("state", "ü", "has printable ASCII only", "invalid_request >"), ("state", "\0", "has printable ASCII only", "invalid_request >"),
        ("code_challenge", nil, "is there", "invalid_request >"), ("code_challenge", "", "is there", "invalid_request >"),
        ("code_challenge", "a", digest, "invalid_request >"), ("code_challenge", "72xySjpngTcCxgbPfFmkPHjMvVDl2jW1aWP7-J6rmwU=", digest, "invalid_request >"),
        ("code_challenge", "72xySjpngTcCxgbPfFmkPHjMvVDl2jW1aWP7-J6rmwV", digest, "invalid_request >"),
        ("code_challenge", "72xySjpngTcCxgbPfFmkPHjMvVDl2jW1aWP7+J6rmwU", digest, "invalid_request >"),
        ("code_challenge_method", nil, "is S256: left out it means plain", "invalid_request >"),
        ("code_challenge_method", "", "is S256: left out it means plain", "invalid_request >"),
        ("code_challenge_method", "plain", "is S256", "invalid_request >"), ("code_challenge_method", "s256", "is S256", "invalid_request >"),
        ("code_challenge_method", "S256 ", "is S256", "invalid_request >"),
        ("request", "e30.e30.", unsupported, "request_not_supported >"), ("request_uri", "urn:a", unsupported, "request_uri_not_supported >"),
        ("registration", "{}", unsupported, "registration_not_supported >"),
        ("prompt", "none login", "is none only alone", "invalid_request >"), ("prompt", "login none", "is none only alone", "invalid_request >"),
        ("prompt", "none none", "is none only alone", "invalid_request >"), ("prompt", "signup", prompts, "invalid_request >"),
        ("prompt", "Login", prompts, "invalid_request >"), ("prompt", "login  consent", prompts, "invalid_request >"),
        ("prompt", " login", prompts, "invalid_request >"), ("prompt", "login\tconsent", prompts, "invalid_request >"),
        ("prompt", "create", "is create only where prompt_values_supported lists it", "invalid_request >"),
        ("prompt", "login create", "is create only where prompt_values_supported lists it", "invalid_request >"),
    ] as [(String, String?, String, String)])
    func oneParameter(_ name: String, _ value: String?, _ rule: String, _ outcome: String) throws {
        let check = try authorizationCheck(goodQuery.with([name: value]).text)
        #expect(check.problems == ["\(name): \(rule)"])
        #expect(check.outcome == outcome)
    }

    private static let digest = "is a SHA-256 digest in base64url, 43 characters without padding"
    private static let unsupported = "is not there: what it is for is not supported"
    private static let prompts = "is none, login, consent, select_account and create at most"

    @Test(arguments: [
        ("state", "a b ~!\"\\"), ("state", String(repeating: "x", count: 4_096)), ("prompt", "login"), ("prompt", "none"), ("prompt", "login consent select_account"),
        ("prompt", ""), ("nonce", "n\u{0}é"), ("login_hint", "mxid:@alice:example.com"), ("unknown", "x"), ("id_token_hint", "a.b.c"),
        ("request", ""), ("client_id", "a b"), ("code_challenge", String(repeating: "A", count: 43)),
    ] as [(String, String)])
    func alsoGood(_ name: String, _ value: String) throws {
        let check = try authorizationCheck(goodQuery.with([name: value]).text)
        #expect(check.problems == [] && check.outcome == "none")
    }

    @Test func creation() throws {
        let check = try authorizationCheck(goodQuery.with(["prompt": "create"]).text, allowsCreation: true)
        #expect(check.problems == [] && check.report.notes.isEmpty)
        let both = try authorizationCheck(goodQuery.with(["prompt": "create login"]).text, allowsCreation: true)
        #expect(both.problems == [] && both.report.notes.count == 1)
        let none = try authorizationCheck(goodQuery.with(["prompt": "create none"]).text, allowsCreation: true)
        #expect(none.problems == ["prompt: is none only alone"])
    }

    /// What is passed on, and what is not: hints that are tokens, and what is not known.
    @Test func passedOn() throws {
        let query = goodQuery.with([
            "nonce": "1", "display": "page", "max_age": "0", "ui_locales": "fr en", "login_hint": "a\0b", "prompt": "login",
            "id_token_hint": "SECRET", "claims": "{}", "acr_values": "x", "resource": "https://a.example/",
        ])
        let text = String(decoding: try #require(try authorizationCheck(query.text).json()), as: UTF8.self)
        for part in [
            #""nonce": "1""#, #""display": "page""#, #""max_age": "0""#, #""ui_locales": "fr en""#, #""login_hint": "a\u0000b""#,
            #""prompt": "login""#,
        ] { #expect(text.contains(part)) }
        for part in ["SECRET", "claims", "acr_values", "resource", "id_token_hint"] { #expect(!text.contains(part)) }
    }

    /// Everything that is wrong is told, and the first of it decides about the error.
    @Test func everythingIsWrong() throws {
        let check = try authorizationCheck("state=%FF&prompt=none+x&request=1&code_challenge=&scope=a", webClient.with(["grant_types": "[]", "response_types": "[]"]))
        #expect(
            check.problems == [
                "state: is UTF-8", "client_id: is there", "client.grant_types: has authorization_code", "client.response_types: has code",
                "redirect_uri: is there", "request: \(Self.unsupported)", "response_type: is there", "code_challenge: is there",
                "code_challenge_method: is S256: left out it means plain", "scope: has urn:matrix:client:api:*", "scope: names a device",
                "prompt: \(Self.prompts)", "prompt: is none only alone",
            ])
        #expect(check.outcome == "invalid_request")
        for query in ["", "?", "&", "=", "&&&=&"] {
            #expect(try authorizationCheck(query).problems.count == 7, "\(query)")
            #expect(try authorizationCheck(query).outcome == "invalid_request")
        }
    }

    @Test(arguments: [
        (["grant_types": "[\"refresh_token\"]"], ["client.grant_types: has authorization_code"], "unauthorized_client >"),
        (["grant_types": "[\"urn:ietf:params:oauth:grant-type:device_code\", \"refresh_token\"]", "response_types": "[]"],
            ["client.grant_types: has authorization_code", "client.response_types: has code"], "unauthorized_client >"),
        (["response_types": "[\"token\"]"], ["client.response_types: has code"], "unauthorized_client >"),
        (["grant_types": "[\"AUTHORIZATION_CODE\"]"], ["client.grant_types: has authorization_code"], "unauthorized_client >"),
        (["client_id": "\"another\""], ["client_id: is the client's"], "invalid_request"),
        (["client_id": "\"S6BhdRkqt3\""], ["client_id: is the client's"], "invalid_request"),
        (["client_id": "\"s6BhdRkqt3\""], [], "none"), (["client_id": "null"], [], "none"),
        // What RFC 7591 has for members that are not there.
        (["grant_types": "", "response_types": "null"], [], "none"), (["application_type": ""], [], "none"),
        (["application_type": "\"other\""], [], "none"), (["grant_types": "[\"x\", \"authorization_code\"]"], [], "none"),
    ] as [(KeyValuePairs<String, String>, [String], String)])
    func clients(_ changes: KeyValuePairs<String, String>, _ problems: [String], _ outcome: String) throws {
        let check = try authorizationCheck(goodQuery.text, webClient.with(changes))
        #expect(check.problems == problems && check.outcome == outcome)
    }

    @Test(arguments: [
        ("redirect_uris", "1", "client.redirect_uris: It is not an array of strings."), ("redirect_uris", "[1]", "client.redirect_uris: It is not an array of strings."),
        ("grant_types", "\"authorization_code\"", "client.grant_types: It is not an array of strings."),
        ("response_types", "{}", "client.response_types: It is not an array of strings."), ("client_id", "7", "client.client_id: It is not a string."),
        ("application_type", "[]", "client.application_type: It is not a string."),
    ])
    func badMetadata(_ name: String, _ value: String, _ expected: String) {
        #expect(fault { () throws(InputFault) in _ = try authorizationCheck(goodQuery.text, webClient.with([name: value])) } == expected)
    }

    @Test(arguments: ["", "[]", "null", "{", "{} x", "{\"a\": 1, \"a\": 2}", "\"x\"", "\u{0}"]) func noMetadata(_ text: String) {
        let found = fault { () throws(InputFault) in _ = try authorizationCheck(Array(goodQuery.text.utf8), Array(text.utf8)) }
        #expect(found.hasPrefix("client: "))
    }
}
