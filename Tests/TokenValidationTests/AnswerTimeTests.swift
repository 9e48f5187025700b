// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// Times in answers of introspection; the leeway is 30 s.
@Suite struct AnswerTimeTests {
    private static let now = IntrospectionHost.now

    private static func answer(_ members: String) -> String { "{\(IntrospectionHost.good)\(members.isEmpty ? "" : ",")\(members)}" }

    private func outcome(_ members: String, _ options: [(String, String)] = []) throws -> IntrospectionHost.Seen {
        try IntrospectionHost(options).ask("token", Self.answer(members))
    }

    @Test(arguments: [
        ("", .ok, 0),
        ("\"exp\":\(now + 300)", .ok, now + 300), ("\"exp\":\(now)", .ok, now), ("\"exp\":\(now - 29)", .ok, now - 29),
        ("\"exp\":\(now - 30)", .expired, 0), ("\"exp\":0", .expired, 0), ("\"exp\":1e9", .expired, 0),
        ("\"exp\":\(now + 300).9", .ok, now + 300), ("\"exp\":1.8000003e9", .ok, now + 300),
        ("\"exp\":253402300799", .ok, 253_402_300_799), ("\"exp\":253402300800", .answerInvalid, 0),
        ("\"exp\":-1", .answerInvalid, 0), ("\"exp\":-0.5", .answerInvalid, 0), ("\"exp\":1e300", .answerInvalid, 0),
        ("\"exp\":9223372036854775807", .answerInvalid, 0), ("\"exp\":9223372036854775808", .answerInvalid, 0),
        ("\"exp\":\"\(now + 300)\"", .answerInvalid, 0), ("\"exp\":null", .answerInvalid, 0), ("\"exp\":true", .answerInvalid, 0),
        ("\"exp\":[\(now + 300)]", .answerInvalid, 0), ("\"exp\":1800000300000", .answerInvalid, 0),
    ] as [(String, Status, Int64)])
    func exp(_ members: String, _ expected: Status, _ expiresAt: Int64) throws {
        let seen = try outcome(members)
        #expect(seen.status == expected)
        #expect(seen.expiresAt == expiresAt)
    }

    @Test(arguments: [
        ("\"expires_in\":300", .ok, now + 300), ("\"expires_in\":1", .ok, now + 1), ("\"expires_in\":1.5", .ok, now + 1),
        ("\"expires_in\":3e2", .ok, now + 300),
        // As far as the year 9999 and no further, whatever the issuer says.
        ("\"expires_in\":253402300799", .ok, 253_402_300_799),
        ("\"expires_in\":0", .expired, 0), ("\"expires_in\":0.9", .expired, 0), ("\"expires_in\":-0", .expired, 0),
        ("\"expires_in\":-1", .answerInvalid, 0), ("\"expires_in\":253402300800", .answerInvalid, 0), ("\"expires_in\":9223372036854775807", .answerInvalid, 0),
        ("\"expires_in\":99999999999999999999", .answerInvalid, 0), ("\"expires_in\":1e308", .answerInvalid, 0),
        ("\"expires_in\":\"300\"", .answerInvalid, 0), ("\"expires_in\":null", .answerInvalid, 0), ("\"expires_in\":false", .answerInvalid, 0),
        ("\"expires_in\":{}", .answerInvalid, 0),
    ] as [(String, Status, Int64)])
    func expiresIn(_ members: String, _ expected: Status, _ expiresAt: Int64) throws {
        let seen = try outcome(members)
        #expect(seen.status == expected)
        #expect(seen.expiresAt == expiresAt)
    }

    /// What is left counts from now, whatever the clocks; exp must still be a time.
    @Test(arguments: [
        ("\"exp\":\(now + 300),\"expires_in\":300", .ok, now + 300), ("\"exp\":\(now + 1000),\"expires_in\":300", .ok, now + 300),
        ("\"exp\":\(now - 1000),\"expires_in\":300", .ok, now + 300), ("\"exp\":\(now + 300),\"expires_in\":0", .expired, 0),
        ("\"exp\":\"x\",\"expires_in\":300", .answerInvalid, 0), ("\"exp\":null,\"expires_in\":300", .answerInvalid, 0),
        ("\"exp\":-5,\"expires_in\":300", .answerInvalid, 0), ("\"exp\":\(now + 300),\"expires_in\":\"300\"", .answerInvalid, 0),
    ] as [(String, Status, Int64)])
    func both(_ members: String, _ expected: Status, _ expiresAt: Int64) throws {
        let seen = try outcome(members)
        #expect(seen.status == expected)
        #expect(seen.expiresAt == expiresAt)
    }

    @Test(arguments: [
        ("\"nbf\":\(now)", .ok), ("\"nbf\":\(now + 30)", .ok), ("\"nbf\":0", .ok), ("\"nbf\":\(now + 31)", .notYetValid),
        ("\"nbf\":253402300799", .notYetValid), ("\"nbf\":-1", .answerInvalid), ("\"nbf\":1e12", .answerInvalid), ("\"nbf\":\"0\"", .answerInvalid),
        ("\"nbf\":null", .answerInvalid), ("\"iat\":\(now)", .ok), ("\"iat\":\(now + 30)", .ok), ("\"iat\":\(now + 31)", .issuedInFuture),
        ("\"iat\":-1", .answerInvalid), ("\"iat\":\"\(now)\"", .answerInvalid), ("\"iat\":null", .answerInvalid), ("\"iat\":1e15", .answerInvalid),
        ("\"iat\":\(now + 31),\"expires_in\":300", .issuedInFuture), ("\"nbf\":\(now + 31),\"expires_in\":300", .notYetValid),
        ("\"iat\":\(now + 31),\"exp\":\(now + 300)", .issuedInFuture), ("\"iat\":\(now),\"nbf\":\(now),\"exp\":\(now + 60),\"expires_in\":60", .ok),
        // Over before it began: over.
        ("\"exp\":\(now - 100),\"iat\":\(now + 100)", .expired),
    ] as [(String, Status)])
    func starts(_ members: String, _ expected: Status) throws {
        #expect(try outcome(members).status == expected)
    }

    @Test(arguments: [
        ("\"iat\":\(now - 100),\"exp\":\(now + 200)", .ok), ("\"iat\":\(now - 100),\"expires_in\":200", .ok),
        ("\"iat\":\(now - 100),\"exp\":\(now + 201)", .lifetimeTooLong), ("\"iat\":\(now - 100),\"expires_in\":201", .lifetimeTooLong),
        ("\"iat\":\(now - 100)", .lifetimeTooLong), ("\"iat\":0", .lifetimeTooLong), ("\"exp\":\(now + 200)", .claimMissing),
        ("\"expires_in\":200", .claimMissing), ("", .claimMissing), ("\"iat\":\"\(now)\",\"exp\":\(now + 200)", .answerInvalid),
        ("\"iat\":\(now - 100),\"exp\":253402300799", .lifetimeTooLong), ("\"iat\":\(now - 100),\"expires_in\":253402300799", .lifetimeTooLong),
    ] as [(String, Status)])
    func longestLifetime(_ members: String, _ expected: Status) throws {
        #expect(try outcome(members, [("issuer.max_lifetime", "300")]).status == expected)
    }

    /// The end of a token ends its verdict in the cache, without another question.
    @Test(arguments: [
        ("\"expires_in\":60", 59, 60), ("\"exp\":\(now + 60)", 89, 90), ("\"exp\":\(now - 20)", 9, 10),
    ] as [(String, Int64, Int64)])
    func verdictsEndWithTheirToken(_ members: String, _ last: Int64, _ over: Int64) throws {
        let host = try IntrospectionHost()
        #expect(try host.ask("token", Self.answer(members)).status == .ok)
        host.clock.advance(seconds: last)
        #expect(host.see("token").isCached)
        host.clock.advance(seconds: over - last)
        #expect(host.status(of: "token") == .expired)
        #expect(host.validator.nextExchange() == nil)
    }

    /// What is left is measured by the clock that nobody sets.
    @Test func aClockThatIsSetDoesNotLengthenWhatIsLeft() throws {
        let host = try IntrospectionHost()
        #expect(try host.ask("token", Self.answer("\"expires_in\":60")).status == .ok)
        host.clock.wallSeconds -= 1_000_000
        host.clock.milliseconds += 59_999
        #expect(host.status(of: "token") == .ok)
        host.clock.milliseconds += 1
        #expect(host.status(of: "token") == .expired)
    }

    @Test func aTokenWithoutEndIsAskedAboutAgain() throws {
        let host = try IntrospectionHost()
        #expect(try host.ask("token", Self.answer("")).status == .ok)
        host.clock.advance(seconds: 119)
        #expect(host.status(of: "token") == .ok)
        host.clock.advance(seconds: 1)
        #expect(host.status(of: "token") == .pending)
    }
}
