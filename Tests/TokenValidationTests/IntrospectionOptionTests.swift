// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// The options of opaque tokens, of the verdict cache and of revocation.
@Suite struct IntrospectionOptionTests {
    /// Everything that these options change.
    private func state(_ configuration: Configuration) -> String {
        let issuers = configuration.issuers.map { issuer in
            let client = issuer.client
            return "\(issuer.introspection) \(client.method) \(client.secret) \(client.key?.thumbprint ?? []) \(client.keyID ?? [])"
        }
        return "\(configuration.state) \(issuers)"
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test(arguments: [
        ("cache_entries", "1024"), ("cache_entries", "16777216"), ("cache_bytes", "1048576"), ("cache_bytes", "17179869184"),
        ("revocation_bytes", "65536"), ("revocation_bytes", "4294967296"), ("revocation_lifetime", "60"), ("revocation_lifetime", "31536000"),
        ("compat", "synapse"), ("issuer.tokens", "opaque"), ("issuer.tokens", "jwt opaque"), ("issuer.tokens", "opaque\tjwt jwt"),
        ("issuer.introspect_jwts", "true"), ("issuer.opaque_form", "mas"), ("issuer.introspection_uri", "https://a.example/x?y"),
        ("issuer.introspection_uri", "http://a.example"), ("issuer.client_auth", "client_secret_post"), ("issuer.client_auth", "bearer"),
        ("issuer.client_auth", "private_key_jwt"), ("issuer.client_id", "x"), ("issuer.client_id", String(repeating: "x", count: 1024)),
        ("issuer.client_id", "é \"x\""), ("issuer.client_secret", "x"), ("issuer.client_secret", String(repeating: "x", count: 4096)),
        ("issuer.client_secret", " é\\\""), ("issuer.client_key", SignedFixture.pem), ("issuer.client_key", SignedFixture.ed25519PEM),
        ("issuer.client_key", SignedFixture.publicPEM + "\n" + SignedFixture.pem), ("issuer.client_key_id", "k"),
        ("issuer.client_key_id", String(repeating: "k", count: 255)), ("issuer.signed_introspection", "never"), ("issuer.signed_introspection", "always"),
        ("issuer.cache_ttl", "1"), ("issuer.cache_ttl", "86400"), ("issuer.negative_ttl", "1"), ("issuer.negative_ttl", "3600"),
        ("issuer.stale_if_error", "1"), ("issuer.stale_if_error", "86400"), ("issuer.max_exchanges", "1"), ("issuer.max_exchanges", "1024"),
        ("issuer.breaker_threshold", "1"), ("issuer.breaker_threshold", "1000"),
    ])
    func accepted(_ name: String, _ value: String) throws {
        let configuration = try Configuration.complete()
        let before = state(configuration)
        #expect(try configuration.set(name, value) == nil)
        #expect(state(configuration) != before)
    }

    @Test(arguments: [
        ("cache_entries", "1023"), ("cache_entries", "16777217"), ("cache_entries", ""), ("cache_entries", "-1"), ("cache_entries", "0"), ("cache_entries", "1e5"),
        ("cache_bytes", "1048575"), ("cache_bytes", "17179869185"), ("cache_bytes", "64M"), ("revocation_bytes", "65535"),
        ("revocation_bytes", "4294967297"), ("revocation_bytes", "0"), ("revocation_lifetime", "59"), ("revocation_lifetime", "31536001"),
        ("revocation_lifetime", "7d"), ("compat", ""), ("compat", "Synapse"), ("compat", "dendrite"), ("compat", "none synapse"), ("compat", "true"),
        ("issuer.tokens", ""), ("issuer.tokens", " "), ("issuer.tokens", "JWT"), ("issuer.tokens", "jwt,opaque"), ("issuer.tokens", "jwt opaque other"),
        ("issuer.tokens", "none"), ("issuer.introspect_jwts", ""), ("issuer.introspect_jwts", "yes"), ("issuer.introspect_jwts", "1"),
        ("issuer.opaque_form", ""), ("issuer.opaque_form", "MAS"), ("issuer.opaque_form", "synapse"), ("issuer.opaque_form", "mas "),
        ("issuer.introspection_uri", ""), ("issuer.introspection_uri", "/introspect"), ("issuer.introspection_uri", "ftp://a.example/"),
        ("issuer.introspection_uri", "https://"), ("issuer.introspection_uri", "https://u:p@a.example/"), ("issuer.introspection_uri", "https://a.example/#x"),
        ("issuer.introspection_uri", "https://a.example/x y"), ("issuer.introspection_uri", "https://a.example/\r\nX: y"),
        ("issuer.client_auth", ""), ("issuer.client_auth", "none"), ("issuer.client_auth", "client_secret_jwt"), ("issuer.client_auth", "basic"),
        ("issuer.client_auth", "Bearer"), ("issuer.client_auth", "tls_client_auth"), ("issuer.client_id", ""), ("issuer.client_id", String(repeating: "x", count: 1025)),
        ("issuer.client_key_id", ""), ("issuer.client_key_id", String(repeating: "k", count: 256)),
        ("issuer.client_secret_file", ""), ("issuer.client_secret_file", "/nonexistent/file"), ("issuer.client_secret_file", "/"),
        ("issuer.client_secret_file", String(repeating: "x", count: 4097)), ("issuer.client_key_file", ""), ("issuer.client_key_file", "/nonexistent/file"),
        ("issuer.client_key_file", "/dev/null"), ("issuer.client_secret_file", "/dev/null"), ("issuer.client_secret_file", "/dev/zero"),
        ("issuer.signed_introspection", ""), ("issuer.signed_introspection", "true"), ("issuer.signed_introspection", "Always"),
        ("issuer.cache_ttl", "0"), ("issuer.cache_ttl", "86401"), ("issuer.cache_ttl", "-1"), ("issuer.negative_ttl", "0"), ("issuer.negative_ttl", "3601"),
        ("issuer.stale_if_error", "86401"), ("issuer.stale_if_error", "-1"), ("issuer.stale_if_error", ""), ("issuer.max_exchanges", "0"),
        ("issuer.max_exchanges", "1025"), ("issuer.breaker_threshold", "0"), ("issuer.breaker_threshold", "1001"), ("issuer.breaker_threshold", "never"),
    ])
    func refusalsChangeNothing(_ name: String, _ value: String) throws {
        let configuration = try Configuration.complete()
        for (name, value) in [("issuer.client_secret", "sesame"), ("issuer.client_key", SignedFixture.pem), ("issuer.client_id", "me")] {
            _ = try configuration.set(name, value)
        }
        let before = state(configuration)
        let fault = try #require(configuration.fault(name, value))
        #expect(fault.status == .optionInvalid || name == "issuer.client_key_file" && fault.status == .keySetInvalid)
        #expect(fault.option == name)
        #expect(!fault.detail.isEmpty && fault.detail.utf8.count < 500)
        #expect(state(configuration) == before)
    }

    // MARK: Secrets

    private static let secretParts = ["sesame", "MIGH", "BEGIN", "qQ3X", "b3Blb"]

    @Test(arguments: [
        "", "open sesame\n", "sesame\r\nX: y", "\u{1}sesame", "sesame\t", "sesame\u{7F}", "\0sesame", "sesame" + String(repeating: "s", count: 4091),
    ])
    func badSecretsAreNotRepeated(_ secret: String) throws {
        let configuration = try Configuration.complete()
        _ = try configuration.set("issuer.client_secret", "the old one")
        let before = state(configuration)
        let fault = try #require(configuration.fault("issuer.client_secret", secret))
        #expect(fault.status == .optionInvalid && fault.option == "issuer.client_secret")
        for part in Self.secretParts { #expect(!fault.message.contains(part)) }
        #expect(state(configuration) == before)
    }

    private static let lines = SignedFixture.pem.split(separator: "\n").map(String.init)

    @Test(arguments: [
        "", "sesame", lines[1], lines[0], lines[0] + "\n" + lines[1], lines[1] + "\n" + lines[3],
        lines[0] + "\nsesame!\n" + lines[4], lines[0] + "\n" + lines[1] + "\n" + lines[4],
        SignedFixture.pem + "\n" + SignedFixture.ed25519PEM, SignedFixture.publicPEM,
        SignedFixture.pem.replacing("PRIVATE KEY", with: "ENCRYPTED PRIVATE KEY"), SignedFixture.pem.replacing("PRIVATE KEY", with: "RSA PRIVATE KEY"),
        SignedFixture.pem.replacing("PRIVATE KEY", with: "OPENSSH PRIVATE KEY"), SignedFixture.pem.replacing("MIGH", with: "MIGI"),
        "{\"kty\":\"EC\",\"d\":\"sesame\"}", SignedFixture.ed25519PEM.replacing("MC4C", with: "MC4D"),
    ])
    func badKeysAreNotRepeated(_ key: String) throws {
        let configuration = try Configuration.complete()
        _ = try configuration.set("issuer.client_key", SignedFixture.otherPEM)
        let before = state(configuration)
        let fault = try #require(configuration.fault("issuer.client_key", key))
        #expect(fault.status == .keySetInvalid && fault.option == "issuer.client_key")
        for part in Self.secretParts + [Self.lines[1].suffix(20), Self.lines[2].prefix(20)].map(String.init) {
            #expect(!fault.message.contains(part), "\(fault.message)")
        }
        #expect(state(configuration) == before)
    }

    /// A secret that is set cannot be read back: the table has no default for it, and no other fault repeats it.
    @Test func secretsShowNowhere() throws {
        let configuration = try Configuration.complete()
        for (name, value) in [
            ("issuer.client_secret", "sesame"), ("issuer.client_key", SignedFixture.pem), ("issuer.tokens", "opaque"),
        ] { _ = try configuration.set(name, value) }
        let fault = try #require(configuration.creationFault())
        for part in Self.secretParts { #expect(!fault.message.contains(part)) }
        for name in ["issuer.client_secret", "issuer.client_key"] {
            let option = try #require(TokenValidation.Option.all.first { String($0.name) == name })
            #expect(option.isSecret && String(option.defaultValue).isEmpty)
        }
    }

    // MARK: What a validator needs

    private static let opaque = [("issuer.tokens", "opaque"), ("issuer.introspection_uri", "https://a.example/i")]
    private static let secret = [("issuer.client_id", "me"), ("issuer.client_secret", "sesame")]
    private static let keys = [("issuer.keys", Sample.jwk)]

    /// What is missing, or "" if nothing is.
    @Test(arguments: [
        (opaque + secret, ""), (opaque, "issuer.client_secret"), (opaque + [secret[0]], "issuer.client_secret"),
        (opaque + [secret[1]], "issuer.client_id"), (opaque + secret + [("issuer.client_auth", "client_secret_post")], ""),
        (opaque + [secret[1], ("issuer.client_auth", "client_secret_post")], "issuer.client_id"),
        (opaque + [secret[1], ("issuer.client_auth", "bearer")], ""), (opaque + [secret[0], ("issuer.client_auth", "bearer")], "issuer.client_secret"),
        (opaque + secret + [("issuer.client_auth", "private_key_jwt")], "issuer.client_key"),
        (opaque + [secret[0], ("issuer.client_auth", "private_key_jwt"), ("issuer.client_key", SignedFixture.pem)], ""),
        (opaque + [("issuer.client_auth", "private_key_jwt"), ("issuer.client_key", SignedFixture.pem)], "issuer.client_id"),
        (opaque + [secret[0], ("issuer.client_key", SignedFixture.pem)], "issuer.client_secret"),
        // Metadata says where to ask, if it is looked at.
        ([opaque[0]] + secret, ""), ([opaque[0], ("issuer.metadata_uri", "https://a.example/m")] + secret, ""),
        ([opaque[0]] + secret + keys, "issuer.introspection_uri"), ([opaque[0], ("issuer.jwks_uri", "https://a.example/k")] + secret, "issuer.introspection_uri"),
        ([opaque[0], ("issuer.keys_file", "/nonexistent")] + secret, "issuer.introspection_uri"), (opaque + secret + keys, ""),
        // JWTs too.
        ([("issuer.tokens", "jwt opaque"), opaque[1]] + keys, "issuer.client_secret"), ([("issuer.introspect_jwts", "true")] + keys, "issuer.introspection_uri"),
        ([("issuer.introspect_jwts", "true"), opaque[1]] + keys, "issuer.client_secret"),
        ([("issuer.introspect_jwts", "true"), opaque[1]] + keys + [secret[1]], "issuer.client_id"),
        ([("issuer.introspect_jwts", "true"), opaque[1]] + keys + secret, ""),
        // Whoever is never asked needs nothing.
        (keys + [opaque[1]], ""), (keys + [("issuer.opaque_form", "mas"), ("issuer.client_auth", "private_key_jwt")], ""),
        // Plain http only where it is allowed.
        ([opaque[0], ("issuer.introspection_uri", "http://a.example/i")] + secret, "issuer.introspection_uri"),
        ([opaque[0], ("issuer.introspection_uri", "http://127.0.0.1/i")] + secret, "issuer.introspection_uri"),
        ([opaque[0], ("issuer.introspection_uri", "http://127.0.0.1/i"), ("allow_http", "loopback")] + secret, ""),
        ([opaque[0], ("issuer.introspection_uri", "http://a.example/i"), ("allow_http", "loopback")] + secret, "issuer.introspection_uri"),
        ([opaque[0], ("issuer.introspection_uri", "http://a.example/i"), ("allow_http", "yes")] + secret, ""),
    ] as [([(String, String)], String)])
    func needs(_ options: [(String, String)], _ missing: String) throws {
        let configuration = Configuration()
        for (name, value) in [("server_name", "a.example"), ("issuer", "https://a.example"), ("issuer.audience", "me"), ("cache_entries", "1024")] + options {
            _ = try configuration.set(name, value)
        }
        let fault = configuration.creationFault()
        #expect(fault?.option ?? "" == missing)
        #expect(fault == nil || fault?.status == .configIncomplete)
    }

    /// An issuer without a URL can be asked at a given place, but neither for its keys nor where that place is.
    @Test(arguments: [
        (opaque, ""), ([opaque[0]], "issuer.keys"), ([("issuer.tokens", "jwt opaque"), opaque[1]], "issuer.keys"),
        ([("issuer.tokens", "jwt opaque"), opaque[1]] + keys, ""),
    ] as [([(String, String)], String)])
    func issuersWithoutURL(_ options: [(String, String)], _ missing: String) throws {
        let configuration = Configuration()
        for (name, value) in [("server_name", "a.example"), ("issuer", "urn:mas"), ("issuer.audience", "me")] + options + Self.secret {
            _ = try configuration.set(name, value)
        }
        #expect(configuration.creationFault()?.option ?? "" == missing)
    }

    /// Whose token is whose must be plain before anybody is shown it.
    @Test(arguments: [
        (["any"], ""), (["mas"], ""), (["any", "mas"], ""), (["mas", "any"], ""), (["any", "jwt", "mas", "jwt"], ""),
        (["any", "any"], "issuer.opaque_form"), (["mas", "mas"], "issuer.opaque_form"), (["any", "mas", "any"], "issuer.opaque_form"),
        (["any", "jwt", "any"], "issuer.opaque_form"),
    ] as [([String], String)])
    func forms(_ forms: [String], _ missing: String) throws {
        let configuration = Configuration()
        _ = try configuration.set("server_name", "a.example")
        for (number, form) in forms.enumerated() {
            var options = [("issuer", "https://\(number).example"), ("issuer.audience", "me")]
            options += form == "jwt" ? Self.keys : Self.opaque + Self.secret + [("issuer.opaque_form", form)]
            for (name, value) in options { _ = try configuration.set(name, value) }
        }
        let fault = configuration.creationFault()
        #expect(fault?.option ?? "" == missing)
        #expect(fault == nil || fault?.status == .configIncomplete)
    }

    /// The second issuer takes nothing from the first.
    @Test func issuersHaveSecretsOfTheirOwn() throws {
        let configuration = Configuration()
        for (name, value) in [("server_name", "a.example"), ("issuer", "https://a.example"), ("issuer.audience", "me")] + Self.opaque + Self.secret {
            _ = try configuration.set(name, value)
        }
        for (name, value) in [("issuer", "https://b.example"), ("issuer.audience", "me"), ("issuer.opaque_form", "mas")] + Self.opaque {
            _ = try configuration.set(name, value)
        }
        #expect(configuration.creationFault()?.option == "issuer.client_secret")
        for (name, value) in [("issuer.client_secret", "other"), ("issuer.client_id", "you")] { _ = try configuration.set(name, value) }
        let validator = try configuration.makeValidator()
        #expect(validator.issuers.map { $0.introspector.map { text($0.credentials.secret) } } == ["sesame", "other"])
        #expect(validator.issuers.map { text($0.policy.clientID) } == ["me", "you"])
    }
}
