// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// Answers of introspection that the issuer signs (RFC 9701).
@Suite struct SignedAnswerTests {
    private static let now = IntrospectionHost.now
    private static let type = "Content-Type: application/token-introspection+jwt\r\n"
    private static let typ = #""typ":"token-introspection+jwt""#
    private static let always = [("issuer.signed_introspection", "always")]

    private static let payload = Members([
        "iss": "\"https://issuer.example\"", "aud": "\"homeserver\"", "iat": "\(now)", "token_introspection": "{\(IntrospectionHost.good)}",
    ])

    private func outcome(_ answer: String, _ headers: String = type, _ options: [(String, String)] = always) throws -> Status {
        try IntrospectionHost(keys: true, options).ask("token", answer, headers).status
    }

    @Test(arguments: [
        (payload, typ), (payload, #""typ":"application/token-introspection+jwt""#), (payload, #""typ":"Token-Introspection+JWT""#),
        (payload.with(["aud": "[\"x\",\"homeserver\"]"]), typ), (payload.with(["aud": "\"here\""]), typ), (payload.with(["iat": "\(now + 30)"]), typ),
        (payload.with(["iat": "\(now - 90)"]), typ), (payload.with(["x": "[1,{}]", "sub": "\"eve\""]), typ),
    ] as [(Members, String)])
    func good(_ payload: Members, _ header: String) throws {
        let host = try IntrospectionHost(keys: true, Self.always)
        let exchange = try host.question("token")
        #expect(exchange.headerText.contains("\r\nAccept: application/token-introspection+jwt\r\n"))
        try host.respond(exchange, SignedFixture.jws(payload.text, header), Self.type)
        let seen = host.see("token")
        #expect(seen.status == .ok && seen.user == "@alice:example.org" && seen.kind == .introspected)
        // What the host is shown is what was said about the token, not the envelope.
        let claims = String(decoding: try #require(host.validator.claims(of: bytes("token"))), as: UTF8.self)
        #expect(claims.contains("\"username\":\"alice\"") && !claims.contains("token_introspection"))
    }

    @Test func inactive() throws {
        #expect(try outcome(SignedFixture.jws(Self.payload.with(["token_introspection": "{\"active\":false}"]).text, Self.typ)) == .tokenInactive)
        // active counts where it belongs.
        let outside = Self.payload.with(["token_introspection": "{\"active\":false}", "active": "true"])
        #expect(try outcome(SignedFixture.jws(outside.text, Self.typ)) == .tokenInactive)
    }

    @Test(arguments: [
        "", #""typ":"JWT""#, #""typ":"at+jwt""#, #""typ":"token-introspection""#, #""typ":"jwt+token-introspection""#, #""typ":null"#,
        #""typ":"token-introspection+jwt","crit":["x"],"x":1"#, #""typ":"token-introspection+jwt","b64":false"#,
    ])
    func headers(_ header: String) throws {
        #expect(try outcome(SignedFixture.jws(Self.payload.text, header)) == .answerInvalid)
    }

    @Test(arguments: [
        payload.with(["iss": ""]), payload.with(["iss": "\"https://other.example\""]), payload.with(["iss": "\"https://issuer.example/\""]),
        payload.with(["iss": "null"]), payload.with(["iss": "[\"https://issuer.example\"]"]),
        payload.with(["aud": ""]), payload.with(["aud": "\"other\""]), payload.with(["aud": "[]"]), payload.with(["aud": "[null]"]),
        payload.with(["aud": "\"\""]), payload.with(["aud": "{}"]), payload.with(["aud": "\"token\""]),
        payload.with(["iat": ""]), payload.with(["iat": "\(now - 91)"]), payload.with(["iat": "\(now + 31)"]), payload.with(["iat": "\"\(now)\""]),
        payload.with(["iat": "\(now).5"]), payload.with(["iat": "null"]), payload.with(["iat": "0"]), payload.with(["iat": "-1"]),
        payload.with(["iat": "9223372036854775807"]), payload.with(["iat": "-9223372036854775808"]),
        payload.with(["token_introspection": ""]), payload.with(["token_introspection": "null"]), payload.with(["token_introspection": "[]"]),
        payload.with(["token_introspection": "\"{}\""]), payload.with(["token_introspection": "{}"]), payload.with(["token_introspection": "{\"active\":1}"]),
        payload.with(["token_introspection": "", "active": "true", "username": "\"alice\"", "scope": "\"urn:matrix:client:api:*\""]),
    ])
    func payloads(_ payload: Members) throws {
        #expect(try outcome(SignedFixture.jws(payload.text, Self.typ)) == .answerInvalid)
    }

    @Test(arguments: ["none", "HS256", "ES384", ""]) func algorithms(_ name: String) throws {
        let status = try outcome(SignedFixture.jws(Self.payload.text, Self.typ, alg: name))
        // The set has no key for ES384: the answer may be right, only that it cannot be told.
        #expect(status == (name == "ES384" ? .issuerUnavailable : .answerInvalid))
    }

    @Test func signatures() throws {
        let parts = SignedFixture.jws(Self.payload.text, Self.typ).split(separator: ".").map(String.init)
        let none = SignedFixture.base64URL(#"{"alg":"none","typ":"token-introspection+jwt"}"#)
        let bad = [
            SignedFixture.jws(Self.payload.text, Self.typ, by: SignedFixture.otherKey), "\(none).\(parts[1]).", "\(none).\(parts[1]).\(parts[2])",
            "\(parts[0]).\(parts[1]).", "\(parts[0]).\(SignedFixture.base64URL(Self.payload.with(["x": "1"]).text)).\(parts[2])",
            "\(parts[0]).\(parts[1])", parts.joined(separator: ".") + "\n", SignedFixture.jws("x", Self.typ), "", "..", "x",
        ]
        for answer in bad { #expect(try outcome(answer) == .answerInvalid, "\(answer)") }
    }

    /// The token in question, put in its place, is no answer: neither is anything else that the issuer has signed.
    @Test func otherThingsThatTheIssuerSigned() throws {
        #expect(try outcome(NoticeFixture.token([:])) == .answerInvalid)
        #expect(try outcome(SignedFixture.jws(NoticeFixture.logout.text, #""typ":"logout+jwt""#)) == .answerInvalid)
    }

    /// Whoever asks for a signature takes nothing without.
    @Test(arguments: [
        "Content-Type: application/json\r\n", type, "", "Content-Type: application/token-introspection+jwt; charset=utf-8\r\n",
        "Content-Type: text/plain\r\n",
    ])
    func plainAnswersWhereSignedOnesAreDemanded(_ headers: String) throws {
        #expect(try outcome("{\(IntrospectionHost.good)}", headers) == .answerInvalid)
    }

    /// What comes as a signed answer is held to it, asked for or not.
    @Test func theContentTypeBinds() throws {
        let never = [("issuer.signed_introspection", "never")]
        let signed = SignedFixture.jws(Self.payload.text, Self.typ)
        #expect(try outcome(signed, Self.type, never) == .ok)
        #expect(try outcome(signed, "content-type: Application/Token-Introspection+JWT ;a=b\r\n", never) == .ok)
        #expect(try outcome("{\(IntrospectionHost.good)}", Self.type, never) == .answerInvalid)
        #expect(try outcome(signed, "Content-Type: application/json\r\n", never) == .answerInvalid)
        #expect(try outcome(signed, "Content-Type: application/jwt\r\n", never) == .answerInvalid)
        #expect(try outcome("{\(IntrospectionHost.good)}", "Content-Type: application/json\r\n", never) == .ok)
    }

    // MARK: What metadata offers

    private func discovered(_ signed: String, _ metadata: String) throws -> (IntrospectionHost, Exchange) {
        let configuration = [("issuer.signed_introspection", signed)]
        let host = try IntrospectionHost(metadata: configuration)
        _ = host.status(of: "token")
        try host.respond(
            try #require(host.validator.nextExchange()),
            "{\"issuer\":\"https://issuer.example\",\"jwks_uri\":\"https://issuer.example/k\",\"introspection_endpoint\":\"https://issuer.example/i\"\(metadata)}")
        try host.respond(try #require(host.validator.nextExchange()), SignedFixture.publicPEM)
        return (host, try host.question("token"))
    }

    private static let offer = #","introspection_signing_alg_values_supported":["ES256"]"#

    @Test(arguments: [
        ("offered", offer, true), ("always", offer, true), ("always", "", true), ("never", offer, false), ("offered", "", false),
        ("offered", #","introspection_signing_alg_values_supported":[]"#, false), ("offered", #","introspection_signing_alg_values_supported":"ES256""#, false),
        ("offered", #","introspection_signing_alg_values_supported":null"#, false),
    ])
    func whetherASignatureIsAskedFor(_ option: String, _ metadata: String, _ expected: Bool) throws {
        let (host, exchange) = try discovered(option, metadata)
        #expect(exchange.headerText.contains("Accept: application/token-introspection+jwt\r\n") == expected)
        #expect(exchange.headerText.contains("Accept: application/json\r\n") == !expected)
        try host.respond(exchange, "{\(IntrospectionHost.good)}")
        #expect(host.status(of: "token") == (option == "always" ? .answerInvalid : .ok))
    }

    @Test func offeredAndGiven() throws {
        let (host, exchange) = try discovered("offered", Self.offer)
        try host.respond(exchange, SignedFixture.jws(Self.payload.text, Self.typ), Self.type)
        #expect(host.status(of: "token") == .ok)
    }

    /// What no key is there to check is not asked: the keys come first. Also for opaque tokens alone, and however the
    /// endpoint is known.
    @Test(arguments: ["jwt opaque", "opaque"]) func keysComeFirst(_ tokens: String) throws {
        let host = try IntrospectionHost([("issuer.tokens", tokens)] + Self.always)
        #expect(host.status(of: "token") == .pending)
        let metadata = try #require(host.validator.nextExchange())
        #expect(metadata.method.description == "GET")
        try host.respond(metadata, #"{"issuer":"https://issuer.example","jwks_uri":"https://issuer.example/k"}"#)
        try host.respond(try #require(host.validator.nextExchange()), SignedFixture.publicPEM)
        #expect(try host.ask("token", SignedFixture.jws(Self.payload.text, Self.typ), Self.type).status == .ok)
    }

    @Test func keysThatCannotBeHad() throws {
        let host = try IntrospectionHost([("issuer.tokens", "jwt opaque")] + Self.always)
        #expect(host.status(of: "token") == .pending)
        for _ in 0..<2 { try host.respond(try #require(host.validator.nextExchange()), "", status: 500) }
        #expect(host.status(of: "token") == .issuerUnavailable)
        #expect(host.validator.nextExchange() == nil, "and the issuer was not asked")
    }
}
