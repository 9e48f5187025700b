// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// A validator whose issuer is asked about opaque tokens, with a clock that stands still and answers fed by hand.
final class IntrospectionHost {
    let clock = FakeClock()
    let validator: Validator
    private let sink = LogSink()

    /// Lines of the log. Handed to C as a plain pointer, so it has to outlive the validator.
    private final class LogSink {
        var lines: [String] = []
    }

    var log: [String] { sink.lines }

    static let endpoint = "https://issuer.example/introspect"
    /// Seconds since 1970 at which the clock stands.
    static let now: Int64 = 1_800_000_000

    /// What makes an answer a good one for these hosts.
    static let good = #""active":true,"username":"alice","aud":"here","scope":"urn:matrix:client:api:*""#

    /// Later options replace earlier ones; `audience` nil leaves it to them. With `keys` JWTs are accepted too.
    convenience init(audience: String? = "here", keys: Bool = false, _ options: [(String, String)] = []) throws {
        var all = [("issuer.introspection_uri", Self.endpoint)]
        if let audience { all.append(("issuer.audience", audience)) }
        if keys { all += [("issuer.tokens", "jwt opaque"), ("issuer.keys", SignedFixture.publicPEM)] }
        try self.init(all: all + options)
    }

    /// For an issuer whose metadata says where it is asked.
    convenience init(metadata options: [(String, String)]) throws {
        try self.init(all: [("issuer.audience", "here")] + options)
    }

    private init(all options: [(String, String)]) throws {
        let configuration = Configuration()
        configuration.clock = clock.clock
        configuration.log = Log(
            function: { user, _, message in
                guard let user, let message else { return }
                Unmanaged<LogSink>.fromOpaque(user).takeUnretainedValue().lines.append(String(cString: message))
            }, user: Unmanaged.passUnretained(sink).toOpaque())
        let common = [
            ("server_name", "example.org"), ("cache_entries", "1024"), ("cache_bytes", "1048576"),
            ("revocation_bytes", "65536"), ("issuer", Fixture.issuer), ("issuer.tokens", "opaque"),
            ("issuer.client_id", "homeserver"), ("issuer.client_secret", "sesame"), ("issuer.breaker_threshold", "1000"),
        ]
        for (name, value) in common + options { _ = try configuration.set(name, value) }
        validator = try configuration.makeValidator()
    }

    /// A verdict to keep.
    struct Seen: Equatable {
        var status = Status.ok
        var kind: Verdict.Kind?
        var isCached = false
        var user = ""
        var device = ""
        var subject = ""
        var client = ""
        var expiresAt: Int64 = 0
        var issuedAt: Int64 = 0
        var grants: UInt64 = 0
        var hasUnknownScopes = false
    }

    func see(_ token: String) -> Seen {
        func text(_ view: ByteView) -> String { String(decoding: [UInt8](view), as: UTF8.self) }
        var seen = Seen()
        let status = validator.validate(bytes(token)) { verdict in
            seen = Seen(
                kind: verdict.kind, isCached: verdict.isCached, user: text(verdict.userID), device: text(verdict.deviceID),
                subject: text(verdict.subject), client: text(verdict.clientID), expiresAt: verdict.expiresAt,
                issuedAt: verdict.issuedAt, grants: verdict.grants.rawValue, hasUnknownScopes: verdict.hasUnknownScopes)
        }.status
        seen.status = status
        return seen
    }

    func status(of token: String) -> Status { see(token).status }

    /// Every check that an explanation lists.
    func findings(_ token: String) -> [Finding] {
        var findings: [Finding] = []
        _ = validator.validate(bytes(token), findings: &findings) { _ in }
        return findings
    }

    func finding(_ token: String) -> Finding? {
        var refusal: Finding?
        _ = validator.validate(bytes(token), refusal: &refusal) { _ in }
        return refusal
    }

    /// The request that a token makes the validator want.
    func question(_ token: String) throws -> Exchange {
        try #require(status(of: token) == .pending)
        return try #require(validator.nextExchange())
    }

    func respond(
        _ exchange: Exchange, _ answer: String, _ headers: String = "Content-Type: application/json\r\n", status: Int = 200
    ) throws {
        try validator.complete(exchange.id, Response(status: status, headers: bytes(headers), body: bytes(answer)))
    }

    /// What becomes of a token about which the issuer says this.
    func ask(_ token: String, _ answer: String, _ headers: String = "Content-Type: application/json\r\n", status: Int = 200)
        throws -> Seen
    {
        try respond(try question(token), answer, headers, status: status)
        return see(token)
    }
}

extension Exchange {
    var bodyText: String { body.map { String(decoding: $0.map { UInt8(bitPattern: $0) }, as: UTF8.self) } ?? "" }
}
