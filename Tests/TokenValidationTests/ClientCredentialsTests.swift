// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// What stands in a request of introspection, byte for byte.
@Suite struct ClientCredentialsTests {
    private static let headers = "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\nX-MAS-Supports-Device-Id: 1\r\n"
    private static let form = "token=t-1&token_type_hint=access_token"

    private func question(_ options: [(String, String)]) throws -> Exchange {
        try IntrospectionHost(options).question("t-1")
    }

    @Test func basic() throws {
        let exchange = try question([])
        #expect(String(exchange.method) == "POST")
        #expect(exchange.urlText == IntrospectionHost.endpoint)
        // homeserver:sesame
        #expect(exchange.headerText == Self.headers + "Authorization: Basic aG9tZXNlcnZlcjpzZXNhbWU=\r\n")
        #expect(exchange.bodyText == Self.form)
    }

    /// Name and secret are encoded as in a form before they are joined (RFC 6749 section 2.3.1): a colon, a percent sign
    /// or a letter beyond ASCII would else mean something.
    @Test(arguments: [
        // a%3Ab:c%3Ad, a%20b:%2B, %25:%2541
        ("a:b", "c:d", "YSUzQWI6YyUzQWQ="), ("a b", "+", "YSUyMGI6JTJC"), ("%", "%41", "JTI1OiUyNTQx"),
        // a%26b%3Dc:%22%5C%22, -._~:-._~
        ("a&b=c", "\"\\\"", "YSUyNmIlM0RjOiUyMiU1QyUyMg=="), ("-._~", "-._~", "LS5ffjotLl9+"),
        // x:%C3%A9%E2%82%AC
        ("x", "é€", "eDolQzMlQTklRTIlODIlQUM="),
    ])
    func basicWithAwkwardCharacters(_ id: String, _ secret: String, _ expected: String) throws {
        let exchange = try question([("issuer.client_id", id), ("issuer.client_secret", secret)])
        #expect(exchange.headerText == Self.headers + "Authorization: Basic \(expected)\r\n")
        #expect(exchange.bodyText == Self.form)
    }

    @Test(arguments: [
        ("hs", "sesame", "&client_id=hs&client_secret=sesame"), ("a:b", "c&token=x", "&client_id=a%3Ab&client_secret=c%26token%3Dx"),
        ("a b+c", "100%", "&client_id=a%20b%2Bc&client_secret=100%25"), ("~-._", "\"'<>\\", "&client_id=~-._&client_secret=%22%27%3C%3E%5C"),
        ("x", "é", "&client_id=x&client_secret=%C3%A9"),
    ])
    func post(_ id: String, _ secret: String, _ fields: String) throws {
        let exchange = try question([
            ("issuer.client_auth", "client_secret_post"), ("issuer.client_id", id), ("issuer.client_secret", secret),
        ])
        #expect(exchange.headerText == Self.headers)
        #expect(exchange.bodyText == Self.form + fields)
    }

    @Test(arguments: ["sesame", "a+b/c==", "with space", "a:b%41&c"]) func bearer(_ secret: String) throws {
        let exchange = try question([("issuer.client_auth", "bearer"), ("issuer.client_secret", secret)])
        #expect(exchange.headerText == Self.headers + "Authorization: Bearer \(secret)\r\n")
        #expect(exchange.bodyText == Self.form)
    }

    /// Opaque tokens may have `+`, `/` and `=`, which mean something in a form.
    @Test(arguments: [("a+b/c==", "a%2Bb%2Fc%3D%3D"), ("a.b", "a.b"), ("~._-", "~._-")]) func tokens(_ token: String, _ encoded: String) throws {
        let exchange = try IntrospectionHost().question(token)
        #expect(exchange.bodyText == "token=\(encoded)&token_type_hint=access_token")
    }

    // MARK: private_key_jwt

    private struct Assertion {
        let text: String
        let header: JSONTree
        let claims: JSONTree
    }

    private func assertion(_ exchange: Exchange, id: String = "homeserver") throws -> Assertion {
        let start =
            Self.form + "&client_id=\(id)&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion="
        try #require(exchange.bodyText.hasPrefix(start))
        #expect(exchange.headerText == Self.headers, "nothing in the header")
        let text = String(exchange.bodyText.dropFirst(start.count))
        let parts = try CompactJWS(bytes(text))
        func tree(_ part: ByteView) throws -> JSONTree {
            try (try #require(Base64URL.decode(part))).withView { text in Result { () throws(JSONTreeFault) in try JSONTree(parsing: text) } }.get()
        }
        return Assertion(text: text, header: try tree(parts.header), claims: try tree(parts.payload))
    }

    private func isSigned(_ text: String, byPEM pem: String, _ algorithm: SignatureAlgorithm) throws -> Bool {
        let parts = try CompactJWS(bytes(text))
        let signature = try #require(Base64URL.decode(parts.signature))
        let key = try #require(try KeySet(parsing: bytes(pem)).keys.first)
        return signature.withView { key.verify($0, over: parts.signingInput, with: algorithm) == .valid }
    }

    private func text(_ tree: JSONTree, _ name: StaticString) -> String? {
        tree.root.member(name)?.string.map { String(decoding: [UInt8]($0), as: UTF8.self) }
    }

    private static let keyOptions = [("issuer.client_auth", "private_key_jwt"), ("issuer.client_key", SignedFixture.pem)]

    @Test func anAssertionSaysWhoAsksWhom() throws {
        let made = try assertion(try question(Self.keyOptions))
        #expect(try isSigned(made.text, byPEM: SignedFixture.publicPEM, .es256))
        #expect(text(made.header, "alg") == "ES256" && text(made.header, "typ") == "JWT")
        #expect(text(made.header, "kid").map { Array($0.utf8) } == SignedFixture.key.thumbprint)
        #expect(text(made.claims, "iss") == "homeserver" && text(made.claims, "sub") == "homeserver")
        // The issuer, not its endpoint: else one server's assertion would do for another's endpoint.
        #expect(text(made.claims, "aud") == Fixture.issuer)
        #expect(made.claims.root.member("iat")?.integer == IntrospectionHost.now)
        #expect(made.claims.root.member("exp")?.integer == IntrospectionHost.now + 60)
        #expect(try #require(text(made.claims, "jti")).utf8.count == 22, "16 bytes in base64url")
    }

    @Test func anAssertionIsMadeOnce() throws {
        let host = try IntrospectionHost(Self.keyOptions)
        var seen: Set<String> = []
        for _ in 0..<20 {
            let exchange = try host.question("t-1")
            seen.insert(try #require(text(try assertion(exchange).claims, "jti")))
            try host.respond(exchange, "{\"active\":false}")
            host.clock.advance(seconds: 10)
        }
        #expect(seen.count == 20)
    }

    @Test func ed25519() throws {
        let made = try assertion(try question([("issuer.client_auth", "private_key_jwt"), ("issuer.client_key", SignedFixture.ed25519PEM)]))
        #expect(text(made.header, "alg") == "EdDSA")
        #expect(try isSigned(made.text, byPEM: SignedFixture.ed25519PublicPEM, .eddsa))
    }

    @Test func awkwardNames() throws {
        let id = "a \"b\" \\ &+ é"
        let made = try assertion(
            try question(Self.keyOptions + [("issuer.client_id", id), ("issuer.client_key_id", "k\"1\\")]),
            id: "a%20%22b%22%20%5C%20%26%2B%20%C3%A9")
        #expect(text(made.claims, "iss") == id && text(made.claims, "sub") == id)
        #expect(text(made.header, "kid") == "k\"1\\")
    }

    /// A name that JSON cannot hold would leave an assertion that says nothing of who asks.
    @Test(arguments: ["issuer.client_id", "issuer.client_key_id", "issuer"]) func namesThatAreNotUTF8(_ name: String) throws {
        let configuration = try Configuration.complete()
        for bad in [[0xFF], [0x61, 0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80]] as [[UInt8]] {
            let fault = bad.withView { value -> Configuration.Fault? in
                do throws(Configuration.Fault) {
                    _ = try configuration.set(bytes(name), to: value)
                    return nil
                } catch {
                    return error
                }
            }
            #expect(fault?.status == .optionInvalid && fault?.option == name)
        }
    }

    // MARK: Secrets

    /// Whatever goes wrong, neither the token nor the secret is written anywhere but into the request.
    @Test(arguments: ["client_secret_basic", "client_secret_post", "bearer", "private_key_jwt"])
    func secretsStayWhereTheyBelong(_ method: String) throws {
        let secret = "open-Sesame+42"
        let token = "token-of-Alice"
        let host = try IntrospectionHost([
            ("issuer.client_auth", method), ("issuer.client_secret", secret), ("issuer.client_key", SignedFixture.pem),
        ])
        var texts: [String] = []
        var bodies: [String] = []
        let answers: [(Int, String)] = [
            (401, "{\"error\":\"invalid_client\"}"), (403, ""), (500, ""), (302, ""), (404, ""), (0, ""), (200, "x"), (200, "{\"active\":1}"),
            (200, "{\(IntrospectionHost.good),\"exp\":-1}"), (200, "{\"active\":false}"), (200, "{\(IntrospectionHost.good),\"sub\":5}"),
        ]
        for (status, body) in answers {
            let exchange = try host.question(token)
            bodies.append(exchange.bodyText)
            try host.respond(exchange, body, status: status)
            texts.append(try #require(host.finding(token)).message)
            texts.append(String(decoding: try #require(host.validator.explain(bytes(token))), as: UTF8.self))
            host.clock.advance(seconds: 3600)
        }
        texts += host.log
        #expect(host.log.count >= 8, "each failure was told")
        #expect(bodies.allSatisfy { $0.contains(token) })
        let body = SignedFixture.pem.split(separator: "\n")[1]
        for text in texts {
            for forbidden in [secret, "Sesame", token, "Alice", String(body.prefix(20)), "Basic", "b3Blbi1TZXNhbWU"] {
                #expect(!text.contains(forbidden), "\(forbidden) in: \(text)")
            }
        }
    }
}
