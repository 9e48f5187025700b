// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// A key set that arrives while a token is being judged: at whatever moment, the token is judged by it, and nobody asks
/// the issuer once more.
@Suite struct KeyArrivalTests {
    /// Judges the token while, before reading `moment` of the clock, the exchange is answered with that set. Nil if the
    /// clock was not read so often.
    private func judge(_ token: String, _ host: UpkeepHost, at moment: Int, _ exchange: Exchange, _ set: String) -> Status? {
        var readings = 0
        var hasArrived = false
        host.clock.meanwhile = {
            readings += 1
            guard readings == moment else { return }
            host.clock.meanwhile = nil
            hasArrived = (try? host.respond(exchange, 200, "", set)) != nil
        }
        let status = host.judge(token)
        host.clock.meanwhile = nil
        return hasArrived ? status : nil
    }

    @Test func theFirstSet() throws {
        var arrivals = 0
        for moment in 1...8 {
            let host = try UpkeepHost()
            #expect(host.judge(Fixture.tokenA) == .pending)
            let exchange = try #require(host.validator.nextExchange())
            guard let status = judge(Fixture.tokenA, host, at: moment, exchange, Fixture.set(Fixture.keyA)) else { break }
            arrivals += 1
            #expect(status == .ok, "at reading \(moment)")
            #expect(host.validator.nextExchange() == nil, "at reading \(moment)")
        }
        #expect(arrivals >= 3, "before, and while the set is missed")
    }

    /// The cooldown must not refuse a token whose key has just come.
    @Test func theSetWithTheKeyThatWasUnknown() throws {
        var arrivals = 0
        for moment in 1...8 {
            let host = try UpkeepHost()
            #expect(host.judge(Fixture.tokenA) == .pending)
            try host.serve()
            #expect(host.judge(Fixture.tokenB) == .pending)
            let exchange = try #require(host.validator.nextExchange())
            let both = Fixture.set(Fixture.keyA, Fixture.keyB)
            guard let status = judge(Fixture.tokenB, host, at: moment, exchange, both) else { break }
            arrivals += 1
            #expect(status == .ok, "at reading \(moment)")
            #expect(host.validator.nextExchange() == nil, "at reading \(moment)")
        }
        #expect(arrivals >= 3, "before, and while the key is missed")
    }

    /// A set without it changes nothing: the key is unknown.
    @Test func aSetThatLacksTheKeyToo() throws {
        for moment in 1...3 {
            let host = try UpkeepHost()
            #expect(host.judge(Fixture.tokenA) == .pending)
            try host.serve()
            #expect(host.judge(Fixture.tokenB) == .pending)
            let exchange = try #require(host.validator.nextExchange())
            #expect(judge(Fixture.tokenB, host, at: moment, exchange, Fixture.set(Fixture.keyA)) == .keyUnknown)
            #expect(host.validator.nextExchange() == nil)
        }
    }
}
