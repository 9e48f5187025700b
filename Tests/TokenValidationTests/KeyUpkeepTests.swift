// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

@Suite struct KeyUpkeepTests {
    @Test func aTokenIsPendingUntilTheKeysAreThere() throws {
        let host = try UpkeepHost()
        let id = host.judgeForExchange(Fixture.tokenA)
        #expect(id != 0)
        #expect(host.judge(Fixture.tokenA) == .pending)
        let exchange = try #require(host.validator.nextExchange())
        #expect(exchange.id == id)
        #expect(exchange.urlText == UpkeepHost.jwksURI)
        #expect(!exchange.headerText.contains("If-"))
        try host.respond(exchange, 200, "Content-Type: application/jwk-set+json; charset=utf-8", Fixture.set(Fixture.keyA))
        #expect(host.judge(Fixture.tokenA) == .ok)
        #expect(host.cache.life.phase(at: host.clock.milliseconds) == .fresh)
    }

    @Test func aThousandTokensShareOneExchange() throws {
        let host = try UpkeepHost()
        var exchanges: Set<UInt64> = []
        for number in 0..<1000 { exchanges.insert(host.judgeForExchange(Fixture.forged(kid: "k\(number)"))) }
        #expect(exchanges.count == 1)
        let first = host.validator.nextExchange()
        #expect(first?.id == exchanges.first)
        #expect(host.validator.nextExchange() == nil)
    }

    @Test func aThousandUnknownKeysLeadToOneFetchInACooldown() throws {
        let host = try UpkeepHost()
        try host.serve()
        let start = host.clock.milliseconds
        #expect(host.judge(Fixture.forged(kid: "x")) == .pending)
        try host.serve()
        for number in 0..<1000 { #expect(host.judge(Fixture.forged(kid: "k\(number)")) == .keyUnknown) }
        #expect(host.validator.nextExchange() == nil)
        // A good key verifies all the while.
        #expect(host.judge(Fixture.tokenA) == .ok)
        host.clock.milliseconds = start + 29_999
        #expect(host.judge(Fixture.forged(kid: "x")) == .keyUnknown)
        host.clock.milliseconds = start + 30_000
        #expect(host.judge(Fixture.forged(kid: "x")) == .pending)
        #expect(host.validator.nextExchange() != nil)
    }

    @Test func forgedSignaturesOfKnownKeysLeadToNoFetch() throws {
        let host = try UpkeepHost()
        try host.serve()
        for _ in 0..<100 {
            #expect(host.judge(String(Fixture.tokenA.dropLast(4)) + "AAAA") == .signatureInvalid)
        }
        #expect(host.validator.nextExchange() == nil)
    }

    @Test func unknownIssuersLeadToNoFetch() throws {
        let host = try UpkeepHost()
        try host.serve()
        // {"iss":"https://evil.example","exp":4102444800}
        let payload = "eyJpc3MiOiJodHRwczovL2V2aWwuZXhhbXBsZSIsImV4cCI6NDEwMjQ0NDgwMH0"
        let parts = Fixture.tokenA.split(separator: ".")
        #expect(host.judge("\(parts[0]).\(payload).\(parts[2])") == .issuerUnknown)
        #expect(host.validator.nextExchange() == nil)
    }

    @Test func aNewKeyIsFoundThroughItsFirstToken() throws {
        let host = try UpkeepHost()
        try host.serve()
        #expect(host.judge(Fixture.tokenB) == .pending)
        try host.serve(Fixture.set(Fixture.keyA, Fixture.keyB))
        #expect(host.judge(Fixture.tokenB) == .ok)
        #expect(host.judge(Fixture.tokenA) == .ok)
    }

    @Test func aDroppedKeyIsRefusedFromThenOn() throws {
        let host = try UpkeepHost()
        try host.serve(Fixture.set(Fixture.keyA, Fixture.keyB))
        #expect(host.judge(Fixture.tokenA) == .ok)
        host.advanceToNextFetch()
        try host.serve(Fixture.set(Fixture.keyB))
        #expect(host.judge(Fixture.tokenA) == .pending)
        try host.serve(Fixture.set(Fixture.keyB))
        #expect(host.judge(Fixture.tokenA) == .keyUnknown)
        #expect(host.judge(Fixture.tokenB) == .ok)
    }

    @Test func aTimerRefreshesAheadOfTheEndAndTokensGoOn() throws {
        let host = try UpkeepHost()
        try host.serve(Fixture.set(Fixture.keyA), "Cache-Control: max-age=1000")
        let due = try #require(host.validator.millisecondsToNextDeadline)
        #expect((800_000...950_000).contains(due))
        host.clock.milliseconds += due - 1
        #expect(host.validator.nextExchange() == nil)
        host.clock.milliseconds += 1
        #expect(host.validator.millisecondsToNextDeadline == 0)
        let exchange = try #require(host.validator.nextExchange())
        #expect(host.judge(Fixture.tokenA) == .ok)
        #expect(host.validator.nextExchange() == nil)
        try host.respond(exchange, 200, "", Fixture.set(Fixture.keyA))
        #expect(host.judge(Fixture.tokenA) == .ok)
    }

    // MARK: Confirmed sets

    @Test func sendsBackWhatTheIssuerCalledItsVersion() throws {
        let host = try UpkeepHost()
        try host.serve(Fixture.set(Fixture.keyA), "ETag: W/\"v1\"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT")
        host.advanceToNextFetch()
        let exchange = try host.answer(304, "Cache-Control: max-age=100")
        #expect(exchange.headerText.hasSuffix(
            "\r\nIf-None-Match: W/\"v1\"\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"))
        #expect(host.judge(Fixture.tokenA) == .ok)
        #expect(host.validator.statistics.keySetsConfirmed == 1)
        #expect(host.cache.life.phase(at: host.clock.milliseconds) == .fresh)
        #expect(host.cache.life.nextFetch <= host.clock.milliseconds + 95_000)
    }

    @Test func aConfirmationOfNothingIsAFailure() throws {
        let host = try UpkeepHost()
        try host.answer(304)
        #expect(host.failures(.httpStatus) == 1)
        #expect(host.judge(Fixture.tokenA) == .keysUnavailable)
    }

    @Test func aSetWithoutNamesSendsNoConditions() throws {
        let host = try UpkeepHost()
        try host.serve(Fixture.set(Fixture.keyA), "ETag: \"v1\"")
        host.advanceToNextFetch()
        try host.serve()
        host.advanceToNextFetch()
        let exchange = try #require(host.validator.nextExchange())
        #expect(!exchange.headerText.contains("If-"))
    }

    /// An entity tag is of one URL only (RFC 9110 section 8.8.3): another one's "1" is another version.
    @Test func anotherAddressIsAskedWithoutTheOldOnesTag() throws {
        let host = try UpkeepHost(discovers: true)
        func metadata(_ address: String) -> String { "{\"issuer\":\"\(Fixture.issuer)\",\"jwks_uri\":\"\(address)\"}" }
        try host.answer(200, "", metadata("https://issuer.example/old"))
        try host.serve(Fixture.set(Fixture.keyA), "ETag: \"1\"")
        host.advanceToNextFetch()
        try host.answer(500)
        host.advanceToNextFetch()
        try host.answer(200, "", metadata("https://issuer.example/new"))
        let exchange = try #require(host.validator.nextExchange())
        #expect(exchange.urlText == "https://issuer.example/new")
        #expect(!exchange.headerText.contains("If-None-Match"))
    }

    /// The issuer's own bytes end up in our next request.
    @Test(arguments: ["\"a\rX-Evil: 1\"", "\"a\0b\"", "\"a\u{1}\"", "\"\u{E9}\""])
    func sendsBackNoControlCharacters(_ tag: String) throws {
        let host = try UpkeepHost()
        try host.serve(Fixture.set(Fixture.keyA), "ETag: \(tag)")
        host.advanceToNextFetch()
        let exchange = try #require(host.validator.nextExchange())
        #expect(!exchange.headerText.contains("If-None-Match"))
    }

    // MARK: Redirects

    @Test(arguments: [301, 302, 303, 307, 308]) func followsARedirectWithinTheOrigin(_ status: Int) throws {
        let host = try UpkeepHost()
        try host.answer(status, "Location: /keys?v=2")
        let exchange = try #require(host.validator.nextExchange())
        #expect(exchange.urlText == "https://issuer.example/keys?v=2")
        try host.respond(exchange, 200, "", Fixture.set(Fixture.keyA))
        #expect(host.judge(Fixture.tokenA) == .ok)
        // The next fetch begins where the configuration says.
        host.advanceToNextFetch()
        #expect(host.validator.nextExchange()?.urlText == UpkeepHost.jwksURI)
    }

    @Test func followsThreeRedirectsAndNoFourth() throws {
        let host = try UpkeepHost()
        for number in 1...3 { try host.answer(302, "Location: https://issuer.example:443/\(number)") }
        #expect(host.failed == 0)
        let last = try host.answer(302, "Location: /4")
        #expect(last.urlText == "https://issuer.example:443/3")
        #expect(host.failures(.redirect) == 1)
        #expect(host.validator.nextExchange() == nil)
    }

    @Test(arguments: [
        "Location: https://evil.example/jwks", "Location: http://issuer.example/jwks", "Location: //issuer.example/jwks",
        "Location: https://issuer.example:8443/jwks", "Location: https://issuer.example.evil.example/",
        "Location: https://issuer.example@evil.example/", "Location: https://evil.example\\@issuer.example/",
        "Location: https://issuer.example", "Location: jwks2", "Location: ../jwks", "Location: ", "",
        "Location: file:///etc/jwks", "Location: http://127.0.0.1/jwks", "Location: /jwks#a", "Location: /a b",
    ])
    func refusesToGoElsewhere(_ header: String) throws {
        let host = try UpkeepHost()
        try host.answer(302, header)
        // An origin without a path is still this origin.
        if header.hasSuffix("https://issuer.example") {
            #expect(host.failed == 0)
        } else {
            #expect(host.failures(.redirect) == 1)
            #expect(host.validator.nextExchange() == nil)
            #expect(host.judge(Fixture.tokenA) == .keysUnavailable)
        }
    }

    @Test(arguments: [300, 304, 305, 306]) func otherStatusesOfThatKindAreNoRedirects(_ status: Int) throws {
        let host = try UpkeepHost()
        try host.answer(status, "Location: /keys")
        #expect(host.failures(.httpStatus) == 1)
        #expect(host.validator.nextExchange() == nil)
    }
}
