// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// Discovery, state_dir and the log, through a whole validator.
@Suite struct KeyUpkeepDiscoveryTests {
    private func metadata(_ address: String, issuer: String = Fixture.issuer) -> String {
        "{\"issuer\":\"\(issuer)\",\"jwks_uri\":\"\(address)\"}"
    }

    private static let oauth = "https://issuer.example/.well-known/oauth-authorization-server"
    private static let openid = "https://issuer.example/.well-known/openid-configuration"

    @Test func findsTheKeySetAndGoesOnToIt() throws {
        let host = try UpkeepHost(discovers: true)
        #expect(host.judge(Fixture.tokenA) == .pending)
        #expect(try host.answer(200, "", metadata("https://keys.example/jwks")).urlText == Self.oauth)
        #expect(host.judge(Fixture.tokenA) == .pending)
        #expect(try host.answer(200, "", Fixture.set(Fixture.keyA)).urlText == "https://keys.example/jwks")
        #expect(host.judge(Fixture.tokenA) == .ok)
        // The next refresh asks the key set alone.
        host.advanceToNextFetch()
        #expect(host.validator.nextExchange()?.urlText == "https://keys.example/jwks")
    }

    /// Where tokens are asked about is another matter: an address that may not be asked takes no keys away.
    @Test func anInsecureEndpointForIntrospectionLeavesTheKeys() throws {
        let host = try UpkeepHost(discovers: true)
        let plain = metadata("https://keys.example/jwks").dropLast() + ",\"introspection_endpoint\":\"http://issuer.example/i\"}"
        try host.answer(200, "", String(plain))
        try host.serve()
        #expect(host.judge(Fixture.tokenA) == .ok)
    }

    @Test(arguments: [404, 500, 0, 304]) func triesTheOtherDocument(_ status: Int) throws {
        let host = try UpkeepHost(discovers: true)
        try host.answer(status)
        #expect(host.judge(Fixture.tokenA) == .pending)
        #expect(try host.answer(200, "", metadata("https://keys.example/jwks")).urlText == Self.openid)
        try host.serve()
        #expect(host.judge(Fixture.tokenA) == .ok)
    }

    @Test func failsWhenNeitherDocumentIsThere() throws {
        let host = try UpkeepHost(discovers: true)
        try host.answer(404)
        try host.answer(404)
        #expect(host.validator.nextExchange() == nil)
        #expect(host.judge(Fixture.tokenA) == .keysUnavailable)
        #expect(host.cache.life.failures == 1)
        host.advanceToNextFetch()
        #expect(host.validator.nextExchange()?.urlText == Self.oauth)
    }

    static let badDocuments: [(String, ExchangeFailure)] = [
        ("", .notJSON), ("<html>", .notJSON), ("{\"issuer\":\"a\",\"issuer\":\"b\"}", .notJSON),
        ("{}", .otherIssuer), ("[]", .otherIssuer),
        ("{\"issuer\":\"https://issuer.example/\",\"jwks_uri\":\"https://keys.example/\"}", .otherIssuer),
        ("{\"issuer\":\"https://evil.example\",\"jwks_uri\":\"https://evil.example/jwks\"}", .otherIssuer),
        ("{\"issuer\":\"https://issuer.example\"}", .noKeySetAddress),
        ("{\"issuer\":\"https://issuer.example\",\"jwks_uri\":\"/jwks\"}", .noKeySetAddress),
        ("{\"issuer\":\"https://issuer.example\",\"jwks_uri\":\"http://issuer.example/jwks\"}", .insecure),
        ("{\"issuer\":\"https://issuer.example\",\"jwks_uri\":\"http://127.0.0.1/jwks\"}", .insecure),
        ("{\"issuer\":\"https://issuer.example\",\"jwks_uri\":\"http://127.evil.example/jwks\"}", .insecure),
    ]

    @Test(arguments: badDocuments) func aBadDocumentLeadsNowhere(_ document: String, _ failure: ExchangeFailure) throws {
        let host = try UpkeepHost(discovers: true)
        try host.answer(200, "", document)
        try host.answer(200, "", document)
        #expect(host.failures(failure) == 2)
        #expect(host.validator.nextExchange() == nil)
        #expect(host.judge(Fixture.tokenA) == .keysUnavailable)
    }

    @Test(arguments: badDocuments) func aBadDocumentLeavesTheGoodSet(_ document: String, _ failure: ExchangeFailure) throws {
        let host = try UpkeepHost(discovers: true, ["issuer.refresh_max": "3600"])
        try host.answer(200, "", metadata("https://keys.example/jwks"))
        try host.serve()
        // The address is forgotten with the first failure and has to be found again.
        host.advanceToNextFetch()
        try host.answer(500)
        host.advanceToNextFetch()
        for _ in 0..<2 { try host.answer(200, "", document) }
        #expect(host.failures(failure) == 2)
        #expect(host.judge(Fixture.tokenA) == .ok)
    }

    @Test func aMetadataDocumentIsNoKeySet() throws {
        let host = try UpkeepHost(discovers: true)
        try host.answer(200, "", Fixture.set(Fixture.keyA))
        #expect(host.failures(.otherIssuer) == 1)
        #expect(host.judge(Fixture.tokenA) == .pending)
    }

    @Test(arguments: ["https://evil.example/.well-known/x", "http://issuer.example/x"])
    func metadataRedirectsStayWithTheIssuer(_ location: String) throws {
        let host = try UpkeepHost(discovers: true)
        try host.answer(302, "Location: \(location)")
        #expect(host.failures(.redirect) == 1)
        #expect(try host.answer(302, "Location: \(location)").urlText == Self.openid)
        #expect(host.validator.nextExchange() == nil)
    }

    // MARK: state_dir

    @Test func aRestartDuringAnOutageServesTheLastSet() throws {
        let directory = TemporaryDirectory()
        try UpkeepHost(["state_dir": directory.path]).serve()
        #expect(directory.names.count == 1)
        let host = try UpkeepHost(["state_dir": directory.path])
        #expect(host.judge(Fixture.tokenA) == .ok)
        #expect(host.cache.life.phase(at: host.clock.milliseconds) == .softStale)
        try host.answer(503)
        #expect(host.judge(Fixture.tokenA) == .ok)
        #expect(host.judge(Fixture.tokenB) == .keysUnavailable)
        host.advance(seconds: 86_400)
        #expect(host.judge(Fixture.tokenA) != .ok)
    }

    @Test func aBadResponseNeverReachesTheFile() throws {
        let directory = TemporaryDirectory()
        let host = try UpkeepHost(["state_dir": directory.path])
        try host.serve()
        let saved = directory.read(directory.names[0])
        for (status, body) in [(500, Fixture.set(Fixture.keyB)), (200, "{}"), (200, "{\"keys\":[]}"), (200, "<html>")] {
            host.advanceToNextFetch()
            try host.answer(status, "", body)
        }
        #expect(directory.read(directory.names[0]) == saved)
    }

    @Test(arguments: [(10, false), (-10, true)] as [(Int64, Bool)])
    func aSavedSetAndAClockThatWasSet(_ years: Int64, _ serves: Bool) throws {
        let directory = TemporaryDirectory()
        try UpkeepHost(["state_dir": directory.path]).serve()
        let host = try UpkeepHost(wallSeconds: 1_800_000_000 + years * 31_557_600, ["state_dir": directory.path])
        #expect(host.judge(Fixture.tokenA) == (serves ? .ok : .pending))
        // However young it looks, not beyond the limit.
        host.clock.milliseconds += 86_400_000
        #expect(host.judge(Fixture.tokenA) == .pending)
    }

    @Test func aSavedSetDoesNotServeBeyondItsLimit() throws {
        let directory = TemporaryDirectory()
        try UpkeepHost(["state_dir": directory.path]).serve()
        #expect(try UpkeepHost(wallSeconds: 1_800_086_399, ["state_dir": directory.path]).judge(Fixture.tokenA) == .ok)
        #expect(try UpkeepHost(wallSeconds: 1_800_086_400, ["state_dir": directory.path]).judge(Fixture.tokenA) == .pending)
    }

    /// The issuer has said that the set is still good; a restart should know.
    @Test func aConfirmationIsSavedToo() throws {
        let directory = TemporaryDirectory()
        let host = try UpkeepHost(["state_dir": directory.path])
        try host.serve(Fixture.set(Fixture.keyA), "ETag: \"1\"")
        host.advance(seconds: 100_000)
        try host.answer(304)
        let next = try UpkeepHost(wallSeconds: host.clock.wallSeconds, ["state_dir": directory.path])
        #expect(next.judge(Fixture.tokenA) == .ok)
    }

    /// Nobody has asked whether the set is still good: there was nothing to name it by.
    @Test func anUnaskedConfirmationIsAFailure() throws {
        let directory = TemporaryDirectory()
        try UpkeepHost(["state_dir": directory.path]).serve()
        let host = try UpkeepHost(["state_dir": directory.path])
        try host.answer(304)
        #expect(host.failures(.httpStatus) == 1)
    }

    @Test(arguments: ["", "{}", "{\"issuer\":\"https://issuer.example\",\"fetched_at\":1800000000,\"key_set\":\"{}\"}"])
    func aDamagedFileIsIgnoredAndReplaced(_ text: String) throws {
        let directory = TemporaryDirectory()
        try UpkeepHost(["state_dir": directory.path]).serve()
        directory.write(text, to: directory.names[0])
        let host = try UpkeepHost(["state_dir": directory.path])
        #expect(host.warnings.count == 1)
        #expect(host.judge(Fixture.tokenA) == .pending)
        try host.serve()
        #expect(try UpkeepHost(["state_dir": directory.path]).judge(Fixture.tokenA) == .ok)
    }

    /// A time that no clock has must not stop the process that reads it.
    @Test(arguments: ["-9223372036854775808", "9223372036854775807", "-9000000000000000000"])
    func anAbsurdTimeInTheFileIsSurvived(_ time: String) async {
        await #expect(processExitsWith: .success) { [time] in
            let directory = TemporaryDirectory()
            try UpkeepHost(["state_dir": directory.path]).serve()
            let name = directory.names[0]
            let text = directory.read(name) ?? ""
            directory.write(text.replacing("1800000000", with: time), to: name)
            _ = try UpkeepHost(["state_dir": directory.path])
        }
    }

    // MARK: The log

    @Test func theLogIsLimitedAndCountsTheRest() throws {
        let host = try UpkeepHost(["issuer.retry_max": "1"])
        for _ in 0..<200 {
            host.clock.milliseconds = host.cache.life.nextFetch
            try host.answer(503)
        }
        // 200 failures at 0.5 to 1 s each: between 100 and 200 s.
        let written = UInt64(host.log.count)
        #expect((100...240).contains(written))
        #expect(written + host.validator.totals.logDropped == 200)
        #expect(host.validator.totals.logDropped > 0 || written == 200)
    }

    @Test func oneMinuteHoldsSixtyMessages() {
        var limit = LogLimit()
        var admitted = 0
        for _ in 0..<1000 where limit.admits(at: 5) { admitted += 1 }
        #expect(admitted == 60 && limit.dropped == 940)
        let isEarly = limit.admits(at: 60_004)
        let isLater = limit.admits(at: 60_005)
        #expect(!isEarly && isLater)
        #expect(limit.dropped == 941)
    }

    /// No line of the log can be forged, and no token gets into it.
    @Test func theLogHoldsNeitherTokensNorForeignLines() throws {
        let host = try UpkeepHost()
        _ = host.judge(Fixture.tokenA)
        try host.answer(302, "Location: /a%0Ab")
        try host.answer(200, "Content-Type: text/html\rX: y", "\n[error] forged\n")
        for line in host.log {
            #expect(!line.utf8.contains { $0 < 0x20 || $0 == 0x7F })
            #expect(!line.contains("eyJ") && !line.contains("forged"))
        }
        #expect(host.log.count == 2)
    }

    @Test func metricsTellWhatHappened() throws {
        let host = try UpkeepHost()
        try host.serve()
        host.advanceToNextFetch()
        try host.answer(503)
        let text = String(decoding: host.validator.metrics(), as: UTF8.self)
        for line in [
            "mxauth_exchanges_total{result=\"key_set\"} 1\n", "mxauth_exchanges_total{result=\"http_status\"} 1\n",
            "mxauth_key_set_serving{issuer=\"https://issuer.example\"} 1\n",
            "mxauth_key_set_failures{issuer=\"https://issuer.example\"} 1\n",
        ] { #expect(text.contains(line), "\(line)") }
    }
}
