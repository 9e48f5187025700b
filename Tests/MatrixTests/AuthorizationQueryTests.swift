// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import Matrix

/// How a request is written, where it wants to be answered, and the scope that it asks for.
@Suite struct AuthorizationQueryTests {
    /// Text added to the good query.
    @Test(arguments: [
        ("&state=b", "state: is there once", "invalid_request >"), ("&state=", "state: is there once", "invalid_request >"), ("&state", "state: is there once", "invalid_request >"),
        ("&%73tate=b", "state: is there once", "invalid_request >"), ("&scope=x", "scope: is there once", "invalid_request >"),
        ("&client_id=s6BhdRkqt3", "client_id: is there once", "invalid_request"), ("&client_id=", "client_id: is there once", "invalid_request"),
        ("&redirect_uri=https://evil.example/", "redirect_uri: is there once", "invalid_request"), ("&redirect_uri=", "redirect_uri: is there once", "invalid_request"),
        ("&response_type=code", "response_type: is there once", "invalid_request >"), ("&response_mode=query", "response_mode: is there once", "invalid_request >"),
        ("&code_challenge=x", "code_challenge: is there once", "invalid_request >"), ("&code_challenge_method=plain", "code_challenge_method: is there once", "invalid_request >"),
        ("&x=1&x=2", "x: is there once", "invalid_request >"), ("&x&x&x", "x: is there once", "invalid_request >"), ("&=1&=2", ": is there once", "invalid_request >"),
        ("&%FF=1&%FF=2", "\\xff: is there once", "invalid_request >"), ("&prompt=login&prompt=login", "prompt: is there once", "invalid_request >"),
        ("&nonce=%FF", "nonce: is UTF-8", "invalid_request >"), ("&nonce=%C0%80", "nonce: is UTF-8", "invalid_request >"), ("&nonce=%ED%A0%80", "nonce: is UTF-8", "invalid_request >"),
        ("&nonce=%", "nonce: has two hexadecimal digits after each percent sign", "invalid_request >"),
        ("&nonce=%4", "nonce: has two hexadecimal digits after each percent sign", "invalid_request >"),
        ("&nonce=%zz", "nonce: has two hexadecimal digits after each percent sign", "invalid_request >"),
        ("&n%6=1&%=2", "query: has two hexadecimal digits after each percent sign", "invalid_request"),
        ("#", "query: has no fragment", "invalid_request"), ("#state=b", "query: has no fragment", "invalid_request"),
        ("&nonce=a b", "query: has visible ASCII only", "invalid_request"), ("&nonce=é", "query: has visible ASCII only", "invalid_request"),
        ("\n", "query: has visible ASCII only", "invalid_request"), ("&nonce=\0", "query: has visible ASCII only", "invalid_request"),
        ("&nonce=\u{7F}", "query: has visible ASCII only", "invalid_request"),
    ] as [(String, String, String)])
    func written(_ suffix: String, _ problem: String, _ outcome: String) throws {
        let check = try authorizationCheck(goodQuery.with(["last": "1"]).text + suffix)
        #expect(check.problems == [problem])
        #expect(check.outcome == outcome)
        let text = String(decoding: try #require(check.json()), as: UTF8.self)
        #expect(!text.contains("evil.example"))
    }

    @Test(arguments: [
        ("?", ""), ("", "&"), ("&&", "&&"), ("", "&unknown=%FF"), ("", "&unknown=%"), ("", "&resource=a&resource=b"), ("", "&nonce=%C3%A9"), ("", "&nonce=a+b"),
        ("", "&nonce=[]{}|^`<>\"\\"), ("", "&State=x"), ("", "&unknown"), ("", "&=x"), ("", "&nonce==a="),
    ])
    func writtenWell(_ prefix: String, _ suffix: String) throws {
        #expect(try authorizationCheck(prefix + goodQuery.text + suffix).problems == [])
    }

    @Test func sizes() throws {
        let size = 65_536 - goodQuery.text.utf8.count
        #expect(try authorizationCheck(goodQuery.text + "&nonce=" + String(repeating: "a", count: size - 7)).problems == [])
        let large = fault { () throws(InputFault) in
            _ = try authorizationCheck(goodQuery.text + "&nonce=" + String(repeating: "a", count: size - 6))
        }
        #expect(large == "query: The query is larger than 65536 bytes.")
        let many = (0..<248).map { "&x\($0)" }.joined()
        #expect(try authorizationCheck(goodQuery.text + many).problems == [])
        let more = fault { () throws(InputFault) in _ = try authorizationCheck(goodQuery.text + many + "&y") }
        #expect(more == "query: The query has more than 256 parameters.")
    }

    private func problems(redirect: String, _ client: JSONDocument, mode: String? = "fragment") throws -> [String] {
        try authorizationCheck(goodQuery.with(["redirect_uri": redirect, "response_mode": mode]).text, client).problems
    }

    @Test(arguments: [
        "https://app.example.com/oauth2-callback", "https://app.example.com/other?a=b",
    ])
    func webRedirects(_ uri: String) throws {
        #expect(try problems(redirect: uri, webClient) == [])
    }

    @Test(arguments: [
        "com.example.app:/cb", "http://127.0.0.1/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1:65535/cb", "http://[::1]:9000/cb?a=b", "http://[::1]/cb?a=b",
        "http://localhost", "http://localhost:12345", "http://LOCALHOST:80/up", "http://localhost:8080/fixed", "http://localhost:1/fixed", "http://localhost/fixed",
    ])
    func nativeRedirects(_ uri: String) throws {
        for mode in ["fragment", "query", nil, ""] { #expect(try problems(redirect: uri, nativeClient, mode: mode) == []) }
        // What was left out is told as what it means.
        let check = try authorizationCheck(goodQuery.with(["redirect_uri": uri, "response_mode": nil]).text, nativeClient)
        #expect(String(decoding: try #require(check.json()), as: UTF8.self).contains(#""response_mode": "query""#))
    }

    @Test(arguments: [
        "https://app.example.com/oauth2-callback/", "https://app.example.com/oauth2-callback?", "https://app.example.com/oauth2-callback?x=y", "https://app.example.com/other?a=c",
        "https://app.example.com/oauth2-callbac", "https://APP.example.com/oauth2-callback", "HTTPS://app.example.com/oauth2-callback", "https://app.example.com:443/oauth2-callback",
        "https://app.example.com:8443/oauth2-callback", "https://app.example.com/oauth2%2Dcallback", "https://app.example.com/./oauth2-callback", "https://app.example.com/x/../oauth2-callback",
        "https://app.example.com//oauth2-callback", "https://app.example.com/OAuth2-callback", "https://app.example.com@evil.example/oauth2-callback",
        "https://evil.example/https://app.example.com/oauth2-callback", "https://app.example.com.evil.example/oauth2-callback", "https://user@app.example.com/oauth2-callback",
        "https://app.example.com/other", "https://app.example.com/", "https:/cb", "com.example.app:/cb", "javascript:alert(1)", "data:text/html,x",
    ])
    func noWebRedirects(_ uri: String) throws {
        let check = try authorizationCheck(goodQuery.with(["redirect_uri": uri]).text)
        #expect(check.problems == [Self.notRegistered] && check.outcome == "invalid_request")
    }

    @Test(arguments: [
        ("http://127.0.0.1:1/cb/", [notRegistered]), ("http://127.0.0.1:1/", [notRegistered]), ("http://127.0.0.1:1/cb?x", [notRegistered]), ("http://localhost:1/cb", [notRegistered]),
        ("http://localhost:1/up", [notRegistered]), ("http://LOCALHOST:1", [notRegistered]), ("HTTP://127.0.0.1:1/cb", [notRegistered]), ("http://[::1]:1/cb", [notRegistered]),
        ("https://app.example.com:1/cb", [notRegistered]), ("com.example.app:1/cb", [notRegistered]), ("com.example.app://cb", [notRegistered]), ("https://127.0.0.1:1/cb", [notRegistered]),
        ("http://127.0.0.2:1/cb", [notRegistered, http]), ("http://[::2]:1/cb", [notRegistered, http]), ("http://127.0.0.1.evil.example:1/cb", [notRegistered, http]),
        ("http://u@127.0.0.1:1/cb", [notRegistered, http]), ("http://127.0.0.1@evil.example/cb", [notRegistered, http]), ("http://app.example.com/cb", [notRegistered, http]),
        ("http://127.0.0.1:0/cb", [notRegistered, uri]), ("http://127.0.0.1:/cb", [notRegistered, uri]), ("http://127.0.0.1:65536/cb", [notRegistered, uri]),
        ("http://127.0.0.1:1:2/cb", [notRegistered, uri]), ("http://127.0.0.1:a/cb", [notRegistered, uri]), ("http://127.0.0.1:1\\cb", [notRegistered, uri]),
        ("http://127.0.0.1:1/cb#f", [notRegistered, fragment]), ("com.example.app:/cb#", [notRegistered, fragment]), ("cb", [notRegistered, uri]), ("//127.0.0.1/cb", [notRegistered, uri]),
        ("com.example.app:/cb\n", [notRegistered, uri]), ("com.example.app:/cb\0", [notRegistered, uri]),
    ])
    func noNativeRedirects(_ text: String, _ expected: [String]) throws {
        let check = try authorizationCheck(goodQuery.with(["redirect_uri": text]).text, nativeClient)
        #expect(check.problems == expected && check.outcome == "invalid_request")
    }

    /// Metadata that no check has seen do not open what nobody may use.
    @Test func badRegistrations() throws {
        let web = webClient.with(["redirect_uris": "[\"http://app.example.com/cb\", \"https://app.example.com/#x\", \"http://127.0.0.1/cb\", \"x y\"]"])
        #expect(try problems(redirect: "http://app.example.com/cb", web) == [Self.http])
        #expect(try problems(redirect: "https://app.example.com/#x", web) == [Self.fragment])
        #expect(try problems(redirect: "http://127.0.0.1/cb", web) == [Self.http])
        #expect(try problems(redirect: "http://127.0.0.1:1/cb", web) == [Self.notRegistered, Self.http])
        #expect(try problems(redirect: "x y", web) == [Self.uri])
        let native = nativeClient.with(["redirect_uris": "[\"https://127.0.0.1/s\", \"http://app.example.com/h\"]"])
        #expect(try problems(redirect: "https://127.0.0.1/s", native) == [])
        #expect(try problems(redirect: "https://127.0.0.1:1/s", native) == [Self.notRegistered])
        #expect(try problems(redirect: "http://app.example.com:1/h", native) == [Self.notRegistered, Self.http])
        for none in ["[]", "null", ""] {
            #expect(try problems(redirect: "https://app.example.com/oauth2-callback", webClient.with(["redirect_uris": none])) == [Self.notRegistered])
        }
    }

    private static let notRegistered = "redirect_uri: is one of the client's redirect_uris, character for character"
    private static let uri = "redirect_uri: is a URI"
    private static let fragment = "redirect_uri: has no fragment"
    private static let http = "redirect_uri: has the scheme http only on a native client's own machine"

    /// How an error is sent: never by query to a server, and with the state unless that is what is wrong.
    @Test(arguments: [
        ("https://app.example.com/cb", "query", "s", #"{"redirect_uri":"https://app.example.com/cb","response_mode":"fragment","state":"s"}"#),
        ("com.example.app:/cb", "query", "s", #"{"redirect_uri":"com.example.app:/cb","response_mode":"query","state":"s"}"#),
        ("com.example.app:/cb", "fragment", "s", #"{"redirect_uri":"com.example.app:/cb","response_mode":"fragment","state":"s"}"#),
        ("com.example.app:/cb", "form_post", "s", #"{"redirect_uri":"com.example.app:/cb","response_mode":"query","state":"s"}"#),
        ("com.example.app:/cb", "query", "\n", #"{"redirect_uri":"com.example.app:/cb","response_mode":"query"}"#),
        ("http://[::1]:9/cb?a=b", "fragment", "", #"{"redirect_uri":"http://[::1]:9/cb?a=b","response_mode":"fragment"}"#),
    ])
    func replies(_ redirect: String, _ mode: String, _ state: String, _ expected: String) throws {
        let query = goodQuery.with(["redirect_uri": redirect, "response_mode": mode, "state": state, "response_type": "token"])
        let found = members(try #require(try authorizationCheck(query.text, nativeClient).json()))
        #expect(found.contains("reply: " + expected) && found.contains("redirect: true"))
        let nowhere = members(try #require(try authorizationCheck(query.text, webClient).json()))
        #expect(nowhere.contains("redirect: false") && !nowhere.contains { $0.hasPrefix("reply") || $0.hasPrefix("request") })
    }

    @Test(arguments: [
        ("urn:matrix:client:api:*", ["names a device"]), ("urn:matrix:client:device:A", ["has urn:matrix:client:api:*"]),
        ("openid", ["has urn:matrix:client:api:*", "names a device"]), ("urn:matrix:client:api: urn:matrix:client:device:A", ["has urn:matrix:client:api:*"]),
        ("urn:matrix:client:api:* urn:matrix:device:A", ["names a device"]), ("urn:matrix:client:api:* urn:matrix:client:device:A urn:matrix:client:device:B", ["names one device only"]),
        ("urn:matrix:client:device:A urn:matrix:org.matrix.msc2967.client:device:B", ["has urn:matrix:client:api:*", "names one device only"]),
        ("urn:matrix:client:api:* urn:matrix:client:device:", [size]), ("urn:matrix:client:api:* urn:matrix:client:device:\(String(repeating: "A", count: 256))", [size]),
        ("urn:matrix:client:api:*  urn:matrix:client:device:A", [grammar]), (" urn:matrix:client:api:* urn:matrix:client:device:A", [grammar]),
        ("urn:matrix:client:api:* urn:matrix:client:device:A ", [grammar]), ("urn:matrix:client:api:*\turn:matrix:client:device:A", [grammar]),
        ("urn:matrix:client:api:*,urn:matrix:client:device:A", ["has urn:matrix:client:api:*", "names a device"]), ("urn:matrix:client:api:* urn:matrix:client:device:Ä", [grammar]),
        ("urn:matrix:client:api:* urn:matrix:client:device:\"A\"", [grammar]), ("URN:matrix:client:api:* urn:matrix:client:device:A", ["has urn:matrix:client:api:*"]), (nil, ["is there"]), ("", ["is there"]),
        ("urn:matrix:client:api:guest urn:matrix:client:device:A", ["has urn:matrix:client:api:*"]),
    ] as [(String?, [String])])
    func noScopes(_ scope: String?, _ expected: [String]) throws {
        let check = try authorizationCheck(goodQuery.with(["scope": scope]).text)
        #expect(check.problems == expected.map { "scope: " + $0 } && check.outcome == "invalid_scope >")
    }

    private static let size = "names a device with an ID of 1 to 255 bytes"
    private static let grammar = "is scope tokens with single spaces between them"

    @Test(arguments: [
        ("openid urn:matrix:org.matrix.msc2967.client:api:* urn:matrix:org.matrix.msc2967.client:device:a/b+c=", "openid urn:matrix:client:api:* urn:matrix:client:device:a/b+c=", "a/b+c=", 0),
        ("urn:matrix:client:api:* urn:matrix:client:device:A urn:matrix:org.matrix.msc2967.client:device:A", "urn:matrix:client:api:* urn:matrix:client:device:A", "A", 0),
        ("urn:matrix:client:device:A:B urn:matrix:client:api:* urn:matrix:client:api:*", "urn:matrix:client:device:A:B urn:matrix:client:api:*", "A:B", 0),
        ("urn:matrix:client:api:* urn:matrix:client:device:A email urn:synapse:admin:*", "urn:matrix:client:api:* urn:matrix:client:device:A email urn:synapse:admin:*", "A", 2),
    ])
    func scopes(_ scope: String, _ normalised: String, _ device: String, _ notes: Int) throws {
        let check = try authorizationCheck(goodQuery.with(["scope": scope]).text)
        #expect(check.problems == [] && check.report.notes.count == notes)
        #expect(String(decoding: check.scope, as: UTF8.self) == normalised && String(decoding: check.device, as: UTF8.self) == device)
    }
}
