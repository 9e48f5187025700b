// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// Notices that are not taken. Each differs in one thing from a good one.
@Suite struct NoticeRefusalTests {
    private static let now = NoticeFixture.now
    private static let logout = NoticeFixture.logout
    private static let event = NoticeFixture.event

    /// Not taken, for this reason, and nothing has changed.
    private func expect(_ status: Status, of notice: String, _ options: [(String, String)] = []) throws {
        let host = try IntrospectionHost(keys: true, options)
        let refusal = host.refusal(of: notice)
        #expect(refusal.status == status)
        #expect(refusal.finding?.status == status)
        #expect(host.validator.revocations.count == 0)
        #expect(host.status(of: NoticeFixture.token(["sid": "\"S1\"", "sub": "\"U1\""])) == .ok)
        #expect(host.validator.nextExchange() == nil, "nobody is asked")
    }

    @Test(arguments: [
        (logout.with(["iss": ""]), .issuerUnknown), (logout.with(["iss": "\"https://other.example\""]), .issuerUnknown),
        (logout.with(["iss": "\"https://issuer.example/\""]), .issuerUnknown), (logout.with(["iss": "null"]), .issuerUnknown),
        (logout.with(["iss": "[\"https://issuer.example\"]"]), .issuerUnknown),
        (logout.with(["aud": ""]), .audienceMismatch), (logout.with(["aud": "\"other\""]), .audienceMismatch), (logout.with(["aud": "[]"]), .audienceMismatch),
        (logout.with(["aud": "\"\""]), .audienceMismatch), (logout.with(["aud": "null"]), .audienceMismatch), (logout.with(["aud": "7"]), .audienceMismatch),
        (logout.with(["aud": "{\"homeserver\":1}"]), .audienceMismatch), (logout.with(["aud": "[[\"homeserver\"]]"]), .audienceMismatch),
        (logout.with(["aud": "\"Homeserver\""]), .audienceMismatch),
        (logout.with(["iat": ""]), .claimMissing), (logout.with(["iat": "\"\(now)\""]), .claimMissing), (logout.with(["iat": "null"]), .claimMissing),
        (logout.with(["iat": "0"]), .claimMissing), (logout.with(["iat": "-5"]), .claimMissing), (logout.with(["iat": "\(now).5"]), .claimMissing),
        (logout.with(["iat": "\(now + 31)"]), .issuedInFuture), (logout.with(["iat": "9223372036854775807"]), .issuedInFuture),
        (logout.with(["iat": "\(now - 604_800)"]), .expired), (logout.with(["iat": "1"]), .expired),
        (logout.with(["exp": ""]), .claimMissing), (logout.with(["exp": "\(now - 30)"]), .expired), (logout.with(["exp": "0"]), .expired),
        (logout.with(["exp": "-9223372036854775808"]), .expired), (logout.with(["exp": "\"\(now + 60)\""]), .claimInvalid),
        (logout.with(["exp": "null"]), .claimInvalid), (logout.with(["exp": "\(now + 60).0"]), .claimInvalid),
        (logout.with(["nonce": "\"n\""]), .noticeInvalid), (logout.with(["nonce": "null"]), .noticeInvalid),
        (logout.with(["jti": ""]), .noticeInvalid), (logout.with(["jti": "\"\""]), .noticeInvalid), (logout.with(["jti": "5"]), .noticeInvalid),
        (logout.with(["jti": "null"]), .noticeInvalid),
        (logout.with(["events": ""]), .noticeInvalid), (logout.with(["events": "null"]), .noticeInvalid), (logout.with(["events": "{}"]), .noticeInvalid),
        (logout.with(["events": "[\"http://schemas.openid.net/event/backchannel-logout\"]"]), .noticeInvalid),
        (logout.with(["events": "\"http://schemas.openid.net/event/backchannel-logout\""]), .noticeInvalid),
        (logout.with(["events": "{\"http://schemas.openid.net/event/backchannel-logout\":null}"]), .noticeInvalid),
        (logout.with(["events": "{\"http://schemas.openid.net/event/backchannel-logout\":true}"]), .noticeInvalid),
        (logout.with(["events": "{\"http://schemas.openid.net/event/backchannel-logout\":[]}"]), .noticeInvalid),
        (logout.with(["events": "{\"https://schemas.openid.net/event/backchannel-logout\":{}}"]), .noticeInvalid),
        (logout.with(["events": "{\"HTTP://schemas.openid.net/event/backchannel-logout\":{}}"]), .noticeInvalid),
        (logout.with(["sid": ""]), .noticeInvalid), (logout.with(["sid": "\"\""]), .noticeInvalid), (logout.with(["sid": "null"]), .noticeInvalid),
        (logout.with(["sid": "5"]), .noticeInvalid), (logout.with(["sid": "", "sub": "\"\""]), .noticeInvalid), (logout.with(["sid": "", "sub": "5"]), .noticeInvalid),
        (logout.with(["sid": "", "sub": "null"]), .noticeInvalid),
        // Nobody asked for all sessions of the subject.
        (logout.with(["sid": "\"\"", "sub": "\"U1\""]), .noticeInvalid), (logout.with(["sid": "7", "sub": "\"U1\""]), .noticeInvalid),
        (logout.with(["sid": "null", "sub": "\"U1\""]), .noticeInvalid), (logout.with(["sid": "[\"S1\"]", "sub": "\"U1\""]), .noticeInvalid),
        // A logout token names its session by sid, not as a security event token would.
        (logout.with(["sid": "", "sub_id": #"{"format":"opaque","id":"S1"}"#]), .noticeInvalid),
    ] as [(Members, Status)])
    func logoutTokens(_ notice: Members, _ status: Status) throws {
        try expect(status, of: SignedFixture.jws(notice.text, #""typ":"logout+jwt""#))
    }

    @Test(arguments: [
        "", "null", "\"S1\"", "[]", "{}", #"{"format":"opaque"}"#, #"{"format":"opaque","id":""}"#, #"{"format":"opaque","id":5}"#,
        #"{"format":"opaque","id":null}"#, #"{"id":"S1"}"#, #"{"format":"Opaque","id":"S1"}"#, #"{"format":null,"id":"S1"}"#,
        #"{"format":"email","email":"U1@issuer.example"}"#, #"{"format":"jwt_id","iss":"https://issuer.example","jti":"S1"}"#,
        #"{"format":"account","uri":"acct:U1@issuer.example"}"#, #"{"format":"iss_sub","sub":"U1"}"#,
        #"{"format":"iss_sub","iss":"https://issuer.example"}"#, #"{"format":"iss_sub","iss":"https://issuer.example","sub":""}"#,
        #"{"format":"iss_sub","iss":"https://issuer.example","sub":1}"#, #"{"format":"iss_sub","iss":"https://other.example","sub":"U1"}"#,
        #"{"format":"iss_sub","iss":"https://issuer.example/","sub":"U1"}"#, #"{"format":"iss_sub","iss":5,"sub":"U1"}"#,
        #"{"format":"complex"}"#, #"{"format":"complex","session":"S1"}"#, #"{"format":"complex","session":{"id":"S1"}}"#,
        #"{"format":"complex","device":{"format":"opaque","id":"S1"}}"#, #"{"format":"complex","tenant":{"format":"opaque","id":"S1"}}"#,
        #"{"format":"complex","user":{"format":"iss_sub","iss":"https://other.example","sub":"U1"}}"#,
        // A user that is named so that nobody else understands it is no session.
        #"{"format":"complex","user":{"format":"opaque","id":"S1"}}"#,
        // Nor is a session that cannot be read all sessions of its user.
        "{\"format\":\"complex\",\"session\":{\"format\":\"email\",\"email\":\"S1\"},\"user\":\(NoticeFixture.issSub)}",
        "{\"format\":\"complex\",\"session\":null,\"user\":\(NoticeFixture.issSub)}",
        "{\"format\":\"complex\",\"session\":{\"format\":\"opaque\",\"id\":\"\"},\"user\":\(NoticeFixture.issSub)}",
        #"{"format":"aliases","identifiers":[{"format":"opaque","id":"S1"}]}"#,
    ])
    func subjects(_ id: String) throws {
        try expect(.noticeInvalid, of: SignedFixture.jws(Self.event.with(["sub_id": id]).text, #""typ":"secevent+jwt""#))
    }

    private static func timestamp(_ text: String) -> Members {
        event.with(["events": "{\"\(NoticeFixture.caepEvent)\":{\"event_timestamp\":\(text)}}"])
    }

    @Test(arguments: [
        (event.with(["events": "{\"\(NoticeFixture.caepEvent)\":1}"]), .noticeInvalid),
        (event.with(["events": "{\"https://schemas.openid.net/secevent/caep/event-type/token-claims-change\":{}}"]), .noticeInvalid),
        (event.with(["events": "{\"https://schemas.openid.net/secevent/risc/event-type/account-disabled\":{}}"]), .noticeInvalid),
        (event.with(["events": "{\"https://schemas.openid.net/secevent/ssf/event-type/verification\":{}}"]), .noticeInvalid),
        (timestamp("\"x\""), .noticeInvalid), (timestamp("0"), .noticeInvalid), (timestamp("-1"), .noticeInvalid),
        (timestamp("null"), .noticeInvalid), (timestamp("1.5"), .noticeInvalid), (timestamp("[1]"), .noticeInvalid),
        (event.with(["sub_id": "", "sid": "\"S1\"", "sub": "\"U1\""]), .noticeInvalid), (event.with(["exp": "\(now - 30)"]), .expired),
        (event.with(["iat": ""]), .claimMissing), (event.with(["jti": ""]), .noticeInvalid), (event.with(["aud": ""]), .audienceMismatch),
    ] as [(Members, Status)])
    func events(_ notice: Members, _ status: Status) throws {
        try expect(status, of: SignedFixture.jws(notice.text, #""typ":"secevent+jwt""#))
    }

    @Test(arguments: [
        (#""typ":"at+jwt""#, .typeNotAccepted), (#""typ":"id_token+jwt""#, .typeNotAccepted), (#""typ":"""#, .typeNotAccepted),
        (#""typ":"logout+jwt ""#, .typeNotAccepted), (#""typ":"text/logout+jwt""#, .typeNotAccepted), (#""typ":"token-introspection+jwt""#, .typeNotAccepted),
        (#""typ":5"#, .headerMalformed), (#""typ":null"#, .headerMalformed), (#""kid":5"#, .headerMalformed), (#""crit":[]"#, .headerMalformed),
        (#""crit":["x"],"x":1"#, .criticalUnsupported), (#""b64":false"#, .criticalUnsupported), (#""typ":"JWT","typ":"JWT""#, .headerMalformed),
    ] as [(String, Status)])
    func headers(_ header: String, _ status: Status) throws {
        try expect(status, of: SignedFixture.jws(Self.logout.text, header))
    }

    @Test(arguments: ["none", "None", "HS256", "RS256", "ES384", "", "ES256 "]) func algorithms(_ name: String) throws {
        let notice = SignedFixture.jws(Self.logout.text, alg: name)
        // RS256 and ES384 are allowed, but the key serves neither.
        try expect(["RS256", "ES384"].contains(name) ? .keyUnknown : .algorithmNotAllowed, of: notice)
    }

    @Test func algorithmsThatTheIssuerMustNotUse() throws {
        try expect(.algorithmNotAllowed, of: SignedFixture.jws(Self.logout.text, alg: "RS256"), [("issuer.algorithms", "ES256")])
    }

    @Test func unsigned() throws {
        let parts = SignedFixture.jws(Self.logout.text).split(separator: ".").map(String.init)
        let none = SignedFixture.base64URL(#"{"alg":"none"}"#)
        try expect(.algorithmNotAllowed, of: "\(none).\(parts[1]).")
        try expect(.signatureInvalid, of: "\(parts[0]).\(parts[1]).")
        try expect(.signatureInvalid, of: "\(parts[0]).\(SignedFixture.base64URL(Self.logout.with(["sid": "\"S2\""]).text)).\(parts[2])")
        try expect(.signatureInvalid, of: SignedFixture.jws(Self.logout.text, by: SignedFixture.otherKey))
        try expect(.tokenMalformed, of: "\(parts[0]).\(parts[1]).\(parts[2])=")
        try expect(.tokenMalformed, of: "\(parts[0]).\(parts[1])")
        try expect(.tokenMalformed, of: "\(parts[0]).\(parts[1]).\(parts[2]).")
        try expect(.tokenMalformed, of: " \(parts.joined(separator: "."))")
        try expect(.tokenMalformed, of: "\(parts.joined(separator: "."))\n")
    }

    @Test(arguments: [
        ("", .tokenMissing), (".", .tokenMalformed), ("..", .claimsMalformed), ("x", .tokenMalformed), ("a.b.c.d.e", .tokenMalformed),
        ("{\"events\":{}}", .tokenMalformed), (String(repeating: "a", count: 16_385), .tokenTooLarge), (String(repeating: "a", count: 16_384), .tokenMalformed),
    ] as [(String, Status)])
    func noJWT(_ text: String, _ status: Status) throws { try expect(status, of: text) }

    @Test(arguments: ["", "{", "[]", "null", "\"x\"", "{\"iss\":\"https://issuer.example\",\"iss\":\"https://issuer.example\"}", "{} {}", "\u{FEFF}{}"])
    func payloadsThatAreNoObject(_ payload: String) throws { try expect(.claimsMalformed, of: SignedFixture.jws(payload)) }

    /// What else the issuer signs is no notice.
    @Test func tokensAreNoNotices() throws {
        try expect(.typeNotAccepted, of: NoticeFixture.token(["sid": "\"S1\""]))
        let idToken = Self.logout.with(["events": "", "sub": "\"U1\"", "nonce": ""])
        try expect(.noticeInvalid, of: SignedFixture.jws(idToken.text, #""typ":"JWT""#))
    }

    /// And a notice is no access token, however much it looks like one.
    @Test(arguments: ["logout+jwt", "secevent+jwt", "JWT"]) func noticesAreNoTokens(_ typ: String) throws {
        let host = try IntrospectionHost(keys: true)
        let notice = Self.logout.with(["aud": "\"here\"", "username": "\"alice\"", "scope": "\"urn:matrix:client:api:*\""])
        #expect(host.status(of: SignedFixture.jws(notice.text, "\"typ\":\"\(typ)\"")) == .typeNotAccepted)
    }
}
