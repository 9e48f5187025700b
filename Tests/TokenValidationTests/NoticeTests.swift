// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// What signed notices revoke, and what they leave alone.
@Suite struct NoticeTests {
    private static let now = NoticeFixture.now
    private static let logout = NoticeFixture.logout
    private static let event = NoticeFixture.event

    private func token(_ members: KeyValuePairs<String, String>) -> String { NoticeFixture.token(members) }

    @Test(arguments: [
        (logout, #""typ":"logout+jwt""#), (logout, #""typ":"LOGOUT+JWT""#), (logout, #""typ":"application/logout+jwt""#),
        (logout, #""typ":"JWT""#), (logout, #""typ":"secevent+jwt""#), (logout, ""), (logout, #""kid":"any","typ":"jwt""#),
        (logout.with(["aud": "[\"other\",\"homeserver\"]"]), ""), (logout.with(["aud": "\"here\""]), ""), (logout.with(["aud": "[5,\"here\"]"]), ""),
        (logout.with(["iat": "\(now + 30)"]), ""), (logout.with(["exp": "\(now - 29)"]), ""), (logout.with(["iat": "\(now - 604_799)"]), ""),
        (logout.with(["sub": "\"U1\""]), ""), (logout.with(["trace": "{\"x\":[1,null]}"]), ""),
        (logout.with(["events": #"{"x":1,"http://schemas.openid.net/event/backchannel-logout":{"y":2}}"#]), ""),
        (event, #""typ":"secevent+jwt""#), (event, ""), (event.with(["exp": "\(now + 1)"]), ""), (event.with(["sub": "\"ignored\""]), ""),
        (event.with(["sub_id": #"{"format":"complex","session":{"format":"opaque","id":"S1"},"user":\#(NoticeFixture.issSub)}"#]), ""),
        (event.with(["sub_id": #"{"format":"complex","tenant":{"format":"opaque","id":"T"},"session":{"format":"opaque","id":"S1"}}"#]), ""),
        (event.with(["events": "{\"\(NoticeFixture.caepEvent)\":{}}"]), ""),
    ] as [(Members, String)])
    func goodNoticesEndTheSession(_ notice: Members, _ header: String) throws {
        let host = try IntrospectionHost(keys: true)
        let ended = [
            token(["sid": "\"S1\""]), token(["sid": "\"S1\"", "sub": "\"U1\""]), token(["sid": "\"S1\"", "iat": "\(Self.now)"]),
            token(["sid": "\"S1\"", "iat": ""]), token(["sid": "\"S1\"", "iat": "\(Self.now + 25)"]),
        ]
        let unharmed = [
            token(["sid": "\"S2\"", "sub": "\"U1\""]), token(["sid": "\"s1\""]), token(["sid": "\"S1 \""]), token(["sid": "\"\""]), token([:]),
            token(["sub": "\"S1\""]), token(["jti": "\"S1\""]), token(["sub": "\"U1\"", "jti": "\"n1\""]), token(["client_id": "\"S1\""]),
        ]
        for token in ended + unharmed { #expect(host.status(of: token) == .ok) }
        #expect(host.take(notice, header) == .ok)
        for token in ended { #expect(host.status(of: token) == .revoked) }
        for token in unharmed { #expect(host.status(of: token) == .ok) }
        // One that is first seen now fares no better.
        #expect(host.status(of: token(["sid": "\"S1\"", "x": "1"])) == .revoked)
    }

    /// A subject lives on: what it was given after the notice is good.
    @Test(arguments: [
        (logout.with(["sid": "", "sub": "\"U1\""]), now - 5),
        (event.with(["sub_id": NoticeFixture.issSub]), now - 20),
        (event.with(["sub_id": "{\"format\":\"complex\",\"user\":\(NoticeFixture.issSub)}"]), now - 20),
        // When it happened says the event, but never later than now; else when the notice was made.
        (event.with(["sub_id": NoticeFixture.issSub, "events": "{\"\(NoticeFixture.caepEvent)\":{}}"]), now - 5),
        (event.with(["sub_id": NoticeFixture.issSub, "events": "{\"\(NoticeFixture.caepEvent)\":{\"event_timestamp\":\(now * 1000)}}"]), now),
    ] as [(Members, Int64)])
    func goodNoticesEndASubjectsTokensUpToTheirMoment(_ notice: Members, _ moment: Int64) throws {
        let host = try IntrospectionHost(keys: true)
        #expect(host.take(notice, "") == .ok)
        for iat in [moment - 1000, moment - 1, moment] {
            #expect(host.status(of: token(["sub": "\"U1\"", "iat": "\(iat)"])) == .revoked)
        }
        #expect(host.status(of: token(["sub": "\"U1\"", "iat": ""])) == .revoked)
        #expect(host.status(of: token(["sub": "\"U1\"", "iat": "\(moment + 1)"])) == .ok)
        for members in [["sub": "\"U2\""], ["sub": "\"u1\""], ["sid": "\"U1\""], ["jti": "\"U1\""], [:]] as [KeyValuePairs<String, String>] {
            #expect(host.status(of: token(members)) == .ok)
        }
    }

    /// Answers of introspection name sessions and subjects too.
    @Test func introspectedTokensEndToo() throws {
        let host = try IntrospectionHost(keys: true)
        #expect(try host.ask("one", "{\(IntrospectionHost.good),\"sid\":\"S1\"}").status == .ok)
        #expect(try host.ask("two", "{\(IntrospectionHost.good),\"sid\":\"S2\"}").status == .ok)
        #expect(host.take(Self.logout) == .ok)
        #expect(host.status(of: "one") == .revoked)
        #expect(host.status(of: "two") == .ok)
        // The issuer may still call it active: here it is not.
        #expect(try host.ask("three", "{\(IntrospectionHost.good),\"sid\":\"S1\"}").status == .revoked)
    }

    // MARK: Once

    @Test func aNoticeIsTakenOnce() throws {
        let host = try IntrospectionHost(keys: true)
        #expect(host.take(Self.logout) == .ok)
        #expect(host.take(Self.logout) == .noticeReplayed)
        // Its jti names it, whatever else stands in it.
        #expect(host.take(Self.logout.with(["sid": "\"S9\"", "iat": "\(Self.now)"])) == .noticeReplayed)
        #expect(host.status(of: token(["sid": "\"S9\""])) == .ok)
        #expect(host.take(Self.event.with(["jti": "\"n1\""]), "") == .noticeReplayed)
        #expect(host.take(Self.logout.with(["jti": "\"N1\"", "sid": "\"S9\""])) == .ok)
        #expect(host.status(of: token(["sid": "\"S9\""])) == .revoked)
    }

    /// For as long as it would be accepted at all.
    @Test func aNoticeIsRememberedUntilItIsTooOld() throws {
        let host = try IntrospectionHost(keys: true, [("revocation_lifetime", "3600")])
        let notice = Self.event.with(["iat": "\(Self.now + 30)"])
        #expect(host.take(notice, "") == .ok)
        for _ in 0..<61 {
            host.clock.advance(seconds: 59)
            #expect(host.take(notice, "") == .noticeReplayed)
        }
        host.clock.advance(seconds: 31)
        #expect(host.take(notice, "") == .expired)
    }

    @Test func aRefusedNoticeIsNotTaken() throws {
        let host = try IntrospectionHost(keys: true)
        let bad = [
            SignedFixture.jws(Self.logout.text, by: SignedFixture.otherKey), SignedFixture.jws(Self.logout.with(["exp": "1"]).text),
            SignedFixture.jws(Self.logout.with(["sid": ""]).text), SignedFixture.jws(Self.logout.with(["nonce": "\"x\""]).text),
        ]
        for notice in bad { #expect(host.take(notice) != .ok) }
        #expect(host.validator.revocations.count == 0)
        #expect(host.status(of: token(["sid": "\"S1\""])) == .ok)
        #expect(host.take(Self.logout) == .ok)
    }

    // MARK: Whose

    @Test func anIssuerSpeaksForItselfOnly() throws {
        let host = try IntrospectionHost(keys: true, NoticeFixture.secondIssuer)
        let second = ("iss", "\"https://second.example\"")
        func others(_ members: KeyValuePairs<String, String>) -> String {
            SignedFixture.jws(
                Members([
                    "iss": second.1, "aud": "\"here\"", "iat": "\(Self.now - 100)", "exp": "\(Self.now + 100)",
                    "scope": "\"urn:matrix:client:api:*\"", "username": "\"alice\"",
                ]).with(members).text, #""typ":"at+jwt""#, by: SignedFixture.otherKey)
        }
        let theirs = Self.logout.with(["iss": second.1])
        // Neither key speaks for the other issuer.
        #expect(host.take(SignedFixture.jws(theirs.text)) == .signatureInvalid)
        #expect(host.take(SignedFixture.jws(Self.logout.text, by: SignedFixture.otherKey)) == .signatureInvalid)
        #expect(host.validator.revocations.count == 0)

        #expect(host.take(SignedFixture.jws(theirs.text, by: SignedFixture.otherKey)) == .ok)
        #expect(host.status(of: others(["sid": "\"S1\""])) == .revoked)
        #expect(host.status(of: token(["sid": "\"S1\""])) == .ok)
        // Their jti is not ours.
        #expect(host.take(Self.logout) == .ok)
        #expect(host.status(of: token(["sid": "\"S1\""])) == .revoked)

        let subject = theirs.with(["jti": "\"n5\"", "sid": "", "sub": "\"U1\""])
        #expect(host.take(SignedFixture.jws(subject.text, by: SignedFixture.otherKey)) == .ok)
        #expect(host.status(of: others(["sub": "\"U1\""])) == .revoked)
        #expect(host.status(of: token(["sub": "\"U1\""])) == .ok)
        // A subject of another issuer is none of theirs.
        let ours = NoticeFixture.event.with(["iss": second.1, "sub_id": NoticeFixture.issSub])
        #expect(host.take(SignedFixture.jws(ours.text, by: SignedFixture.otherKey)) == .noticeInvalid)
    }

    // MARK: What is needed

    @Test func keysAreFetchedFirst() throws {
        let host = try IntrospectionHost([("issuer.tokens", "jwt opaque")])
        let notice = SignedFixture.jws(Self.logout.text, #""typ":"logout+jwt""#)
        #expect(host.take(notice) == .pending)
        #expect(host.take(notice) == .pending)
        try host.respond(try #require(host.validator.nextExchange()), #"{"issuer":"https://issuer.example","jwks_uri":"https://issuer.example/k"}"#)
        let exchange = try #require(host.validator.nextExchange())
        #expect(exchange.urlText == "https://issuer.example/k")
        try host.respond(exchange, SignedFixture.publicPEM)
        #expect(host.take(notice) == .ok)
    }

    @Test func withoutKeysItCannotBeDecided() throws {
        let host = try IntrospectionHost([("issuer.tokens", "jwt opaque")])
        let notice = SignedFixture.jws(Self.logout.text)
        #expect(host.take(notice) == .pending)
        for _ in 0..<2 { try host.respond(try #require(host.validator.nextExchange()), "", status: 500) }
        #expect(host.take(notice) == .keysUnavailable)
    }

    @Test func withoutRoomNothingIsTaken() throws {
        let host = try IntrospectionHost(keys: true)
        for number in 0..<2048 { try host.validator.revoke(.token, bytes("t\(number)"), notBefore: 0) }
        #expect(host.take(Self.logout) == .revocationsFull)
        #expect(host.take(Self.logout) == .revocationsFull, "and not as taken before")
        #expect(host.status(of: token(["sid": "\"S1\""])) == .ok)
    }
}
