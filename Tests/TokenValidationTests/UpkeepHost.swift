// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// A validator of one issuer with a clock that stands still, and responses fed by hand.
final class UpkeepHost {
    let clock = FakeClock()
    let validator: Validator
    private let sink = LogSink()

    /// Lines of the log. Handed to C as a plain pointer, so it has to outlive the validator.
    private final class LogSink {
        var lines: [(UInt32, String)] = []
    }

    var log: [String] { sink.lines.map { $0.1 } }
    var warnings: [String] { sink.lines.filter { $0.0 <= 1 }.map { $0.1 } }

    static let jwksURI = "https://issuer.example/jwks"

    /// With issuer.jwks_uri unless `discovers`.
    init(discovers: Bool = false, wallSeconds: Int64? = nil, _ options: KeyValuePairs<String, String> = [:]) throws {
        let configuration = Configuration()
        if let wallSeconds { clock.wallSeconds = wallSeconds }
        configuration.clock = clock.clock
        configuration.log = Log(
            function: { user, level, message in
                guard let user, let message else { return }
                Unmanaged<LogSink>.fromOpaque(user).takeUnretainedValue().lines.append((level, String(cString: message)))
            }, user: Unmanaged.passUnretained(sink).toOpaque())
        func set(_ name: String, _ value: String) throws { _ = try configuration.set(bytes(name), to: bytes(value)) }
        let first = options.filter { !$0.key.hasPrefix("issuer") }
        for (name, value) in first { try set(name, value) }
        try set("server_name", "example.org")
        try set("issuer", Fixture.issuer)
        try set("issuer.audience", "here")
        if !discovers { try set("issuer.jwks_uri", Self.jwksURI) }
        for (name, value) in options where name.hasPrefix("issuer") { try set(name, value) }
        validator = try configuration.makeValidator()
    }

    var cache: KeyCache { validator.issuers[0].keys }

    func judge(_ token: String) -> Status { validator.validate(bytes(token)) { _ in }.status }

    func judgeForExchange(_ token: String) -> UInt64 { validator.validate(bytes(token)) { _ in }.exchange }

    func respond(_ exchange: Exchange, _ status: Int, _ headers: String = "", _ body: String = "") throws {
        try validator.complete(exchange.id, Response(status: status, headers: bytes(headers), body: bytes(body)))
    }

    /// Takes the exchange that has to be there and answers it.
    @discardableResult
    func answer(_ status: Int = 200, _ headers: String = "", _ body: String = "") throws -> Exchange {
        let exchange = try #require(validator.nextExchange())
        try respond(exchange, status, headers, body)
        return exchange
    }

    /// Has fetched a set that is fresh for an hour.
    func serve(_ keys: String = Fixture.set(Fixture.keyA), _ headers: String = "") throws { try answer(200, headers, keys) }

    func advance(seconds: Int64) { clock.advance(seconds: seconds) }

    /// The moment at which a fetch is due, whatever the jitter.
    func advanceToNextFetch() {
        let wait = max(0, cache.life.nextFetch - clock.milliseconds)
        clock.milliseconds += wait
        clock.wallSeconds += wait / 1000
    }

    func failures(_ failure: ExchangeFailure) -> UInt64 { validator.statistics.failures(failure) }
    var failed: UInt64 { validator.totals.exchangesFailed }
}

extension Exchange {
    var urlText: String { String(cString: url) }
    var headerText: String { String(cString: headers) }
}

extension FakeClock {
    /// Somebody sets the machine's clock.
    func stepWall(years: Int64) { wallSeconds += years * 31_557_600 }
}
