// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// Everything that may go wrong on the way to a key set: none of it takes a good set away.
@Suite struct KeyUpkeepFailureTests {
    struct Bad: Sendable, CustomTestStringConvertible {
        let status: Int
        let headers: String
        let body: String
        let failure: ExchangeFailure

        init(_ status: Int, _ headers: String, _ body: String, _ failure: ExchangeFailure) {
            self.status = status
            self.headers = headers
            self.body = body
            self.failure = failure
        }

        var testDescription: String { "\(status) \(headers) \(body.prefix(40)): \(failure)" }
    }

    private static let good = Fixture.set(Fixture.keyB)
    private static let weakRSA = "{\"kty\":\"RSA\",\"kid\":\"a\",\"n\":\"\(String(repeating: "v", count: 171))\",\"e\":\"AQAB\"}"

    static let bad: [Bad] = [
        Bad(0, "", "", .unreachable), Bad(0, "", good, .unreachable),
        Bad(500, "", good, .httpStatus), Bad(502, "", "", .httpStatus), Bad(503, "Retry-After: 5", "", .httpStatus),
        Bad(429, "", "", .httpStatus), Bad(401, "", "", .httpStatus), Bad(403, "", good, .httpStatus),
        Bad(404, "", good, .httpStatus), Bad(410, "", "", .httpStatus), Bad(100, "", good, .httpStatus),
        Bad(201, "", good, .httpStatus), Bad(204, "", "", .httpStatus), Bad(206, "", good, .httpStatus),
        Bad(-1, "", good, .httpStatus), Bad(999, "", good, .httpStatus), Bad(.max, "", good, .httpStatus),
        Bad(302, "Location: https://evil.example/", good, .redirect), Bad(302, "", good, .redirect),
        Bad(200, "Content-Type: text/html", good, .contentType),
        Bad(200, "Content-Type: text/html; charset=json", good, .contentType),
        Bad(200, "Content-Type: application/json-seq", good, .contentType), Bad(200, "Content-Type:", good, .contentType),
        Bad(200, "Content-Type: text/html", "<html>captive portal</html>", .contentType),
        Bad(200, "", "<html>captive portal</html>", .notJSON),
        Bad(200, "", "", .notJSON), Bad(200, "", "{", .notJSON), Bad(200, "", String(good.dropLast()), .notJSON),
        Bad(200, "", String(good.prefix(good.count / 2)), .notJSON), Bad(200, "", good + "}", .notJSON),
        Bad(200, "", "{}", .notJSON), Bad(200, "", "[]", .notJSON), Bad(200, "", "null", .notJSON),
        Bad(200, "", "{\"keys\":{}}", .notJSON), Bad(200, "", "{\"keys\":[],\"keys\":[\(Fixture.keyB)]}", .notJSON),
        Bad(200, "", "\u{FEFF}" + good, .notJSON),
        Bad(200, "", "{\"keys\":[]}", .noUsableKey), Bad(200, "", "{\"keys\":[{}]}", .noUsableKey),
        Bad(200, "", "{\"keys\":[null,1,\"x\",[]]}", .noUsableKey),
        Bad(200, "", Fixture.set(Fixture.keyB.replacing("P-256", with: "P-999")), .noUsableKey),
        Bad(200, "", Fixture.set(Fixture.keyB.replacing("\"sig\"", with: "\"enc\"")), .noUsableKey),
        Bad(200, "", Fixture.set(weakRSA), .noUsableKey),
        Bad(200, "", good + String(repeating: " ", count: 4096), .tooLarge),
    ]

    @Test(arguments: bad) func aBadResponseLeavesTheGoodSet(_ bad: Bad) throws {
        let host = try UpkeepHost(["max_key_set_bytes": "4096"])
        try host.serve(Fixture.set(Fixture.keyA), "ETag: \"v1\"")
        host.advanceToNextFetch()
        let servesUntil = host.cache.life.servesUntil
        try host.answer(bad.status, bad.headers, bad.body)
        #expect(host.judge(Fixture.tokenA) == .ok)
        #expect(host.cache.life.servesUntil == servesUntil, "a failure prolongs nothing")
        #expect(host.failures(bad.failure) == 1)
        #expect(host.failed == 1)
        #expect(host.warnings.count == 1 && host.warnings[0].hasSuffix(" failed: \(String(bad.failure.label))"))
        // A key that it lacks cannot be decided on now: 503, not 401.
        #expect(host.judge(Fixture.tokenB) == .keysUnavailable)
        // The next attempt still names the version that we have.
        host.advanceToNextFetch()
        let exchange = try host.answer(200, "", Self.good)
        #expect(exchange.headerText.contains("If-None-Match: \"v1\""))
        #expect(host.judge(Fixture.tokenB) == .ok)
        #expect(host.cache.life.failures == 0)
    }

    @Test(arguments: bad) func aBadFirstResponseServesNothing(_ bad: Bad) throws {
        let host = try UpkeepHost(["max_key_set_bytes": "4096"])
        #expect(host.judge(Fixture.tokenB) == .pending)
        try host.answer(bad.status, bad.headers, bad.body)
        #expect(host.judge(Fixture.tokenB) == .keysUnavailable)
        #expect(host.validator.nextExchange() == nil)
        #expect(host.validator.totals.servingKeySets == 0)
        host.advanceToNextFetch()
        #expect(host.judge(Fixture.tokenB) == .pending)
    }

    @Test(arguments: [ExchangeFailure.unreachable, .timedOut, .tls]) 
    func theHostMayFailAnExchange(_ failure: ExchangeFailure) throws {
        let host = try UpkeepHost()
        let exchange = try #require(host.validator.nextExchange())
        try host.validator.fail(exchange.id, failure)
        #expect(host.failures(failure) == 1)
        #expect(host.judge(Fixture.tokenA) == .keysUnavailable)
        #expect(throws: Status.exchangeUnknown) { try host.validator.fail(exchange.id, failure) }
    }

    @Test func oneBadKeyDoesNotSpoilTheOthers() throws {
        let host = try UpkeepHost()
        try host.serve("{\"keys\":[null,{\"kty\":\"x\"},\(Fixture.keyA)]}")
        #expect(host.judge(Fixture.tokenA) == .ok)
        #expect(host.warnings.count == 1 && host.warnings[0].contains("2 entries cannot be used"))
    }

    // MARK: Time

    @Test func anExchangeThatExpiresHasFailed() throws {
        let host = try UpkeepHost()
        let exchange = try #require(host.validator.nextExchange())
        #expect(host.validator.millisecondsLeft(for: exchange) == 10_000)
        #expect(host.validator.millisecondsToNextDeadline == 10_000)
        host.clock.milliseconds += 9_999
        #expect(host.validator.nextExchange() == nil)
        #expect(host.judge(Fixture.tokenA) == .pending)
        host.clock.milliseconds += 1
        #expect(host.validator.nextExchange() == nil)
        #expect(host.failures(.timedOut) == 1)
        #expect(host.judge(Fixture.tokenA) == .keysUnavailable)
        // Its response comes too late.
        #expect(throws: Status.exchangeUnknown) { try host.respond(exchange, 200, "", Self.good) }
        #expect(host.judge(Fixture.tokenB) == .keysUnavailable)
    }

    @Test func anExchangeThatNobodyTookExpiresToo() throws {
        let host = try UpkeepHost(["exchange_timeout": "1"])
        #expect(host.judge(Fixture.tokenA) == .pending)
        host.advance(seconds: 1)
        #expect(host.validator.nextExchange() == nil)
        #expect(host.failures(.timedOut) == 1)
    }

    @Test func unknownAndDoubleResponsesAreRefused() throws {
        let host = try UpkeepHost()
        let exchange = try #require(host.validator.nextExchange())
        for id in [0, exchange.id + 1, .max] {
            #expect(throws: Status.exchangeUnknown) {
                try host.validator.complete(id, Response(status: 200, headers: .empty, body: bytes(Self.good)))
            }
        }
        try host.respond(exchange, 200, "", Fixture.set(Fixture.keyA))
        #expect(throws: Status.exchangeUnknown) { try host.respond(exchange, 200, "", Self.good) }
        #expect(host.judge(Fixture.tokenA) == .ok)
        #expect(host.validator.statistics.keySetsReplaced == 1)
    }

    @Test func staleSetsServeToTheLimitAndNoLonger() throws {
        let host = try UpkeepHost(["issuer.stale_limit": "100", "issuer.retry_max": "1"])
        try host.serve(Fixture.set(Fixture.keyA), "Cache-Control: max-age=60")
        let end = try #require(host.cache.life.servesUntil)
        while host.clock.milliseconds + 1000 < end {
            host.advance(seconds: 1)
            if let exchange = host.validator.nextExchange() { try host.respond(exchange, 503) }
            #expect(host.judge(Fixture.tokenA) == .ok)
        }
        host.clock.milliseconds = end - 1
        #expect(host.judge(Fixture.tokenA) == .ok)
        host.clock.milliseconds = end
        #expect([.pending, .keysUnavailable].contains(host.judge(Fixture.tokenA)))
        #expect(host.validator.totals.servingKeySets == 0)
    }

    @Test func anHourOfOutageCostsFewRequests() throws {
        let host = try UpkeepHost()
        var requests = 0
        for number in 0..<3600 {
            #expect([.pending, .keysUnavailable].contains(host.judge(Fixture.forged(kid: "k\(number)"))))
            while let exchange = host.validator.nextExchange() {
                requests += 1
                try host.respond(exchange, 503)
            }
            host.advance(seconds: 1)
        }
        // Nine pauses that double, then one of 150 to 300 s each.
        #expect((15...40).contains(requests), "\(requests)")
    }

    @Test func retryAfterIsHeededUpToTheCap() throws {
        for (header, seconds) in [("60", 60), ("300", 300), ("86400", 300), ("99999999999999999999", 300), ("Fri, 31 Dec 9999 23:59:59 GMT", 300)] as [(String, Int64)] {
            let host = try UpkeepHost()
            try host.answer(503, "Retry-After: \(header)")
            #expect(host.cache.life.nextFetch == host.clock.milliseconds + seconds * 1000)
        }
        for header in ["-1", "soon", "", "Fri, 31 Feb 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"] {
            let host = try UpkeepHost()
            try host.answer(503, "Retry-After: \(header)")
            #expect(host.cache.life.nextFetch <= host.clock.milliseconds + 1000)
        }
    }

    @Test(arguments: [-10, 10, -50, 50] as [Int64]) func stepsOfTheWallClockBreakNothing(_ years: Int64) throws {
        let host = try UpkeepHost()
        try host.serve()
        let deadline = host.validator.millisecondsToNextDeadline
        host.clock.stepWall(years: years)
        #expect(host.judge(Fixture.tokenA) == .ok)
        #expect(host.validator.nextExchange() == nil)
        #expect(host.validator.millisecondsToNextDeadline == deadline)
        #expect(host.validator.totals.servingKeySets == 1)
        // Back-off and cooldown go by the other clock as well.
        #expect(host.judge(Fixture.forged(kid: "x")) == .pending)
        try host.answer(503)
        host.clock.stepWall(years: -years)
        #expect(host.judge(Fixture.forged(kid: "x")) == .keysUnavailable)
        #expect(host.validator.nextExchange() == nil)
    }

    /// After a failed fetch an unknown key is not refused: nobody has said that it does not exist.
    @Test func anOutageIsNeverReportedAsAnUnknownKey() throws {
        let host = try UpkeepHost()
        try host.serve()
        #expect(host.judge(Fixture.tokenB) == .pending)
        for _ in 0..<200 {
            if let exchange = host.validator.nextExchange() { try host.respond(exchange, 503) }
            host.clock.milliseconds += 250
            #expect([.pending, .keysUnavailable].contains(host.judge(Fixture.tokenB)))
        }
    }
}
