// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Matrix

@Suite struct DeviceGrantTests {
    private func grant(
        _ decision: DeviceGrant.Decision = .pending, isRedeemed: Bool = false, isExpired: Bool = false, interval: UInt32 = 5,
        lastPoll: Int64? = nil, expiresAt: Int64 = 1_800
    ) throws -> DeviceGrant {
        try #require(
            DeviceGrant(
                decision: decision, isRedeemed: isRedeemed, isExpired: isExpired, interval: interval, lastPoll: lastPoll,
                expiresAt: expiresAt))
    }

    /// The same with another decision of the user's.
    private func decided(_ grant: DeviceGrant, _ decision: DeviceGrant.Decision) throws -> DeviceGrant {
        try self.grant(
            decision, isRedeemed: grant.isRedeemed, isExpired: grant.isExpired, interval: grant.interval, lastPoll: grant.lastPoll,
            expiresAt: grant.expiresAt)
    }

    /// Times of polls with `+` where the user approves and `-` where the user denies; the answers with the interval then.
    @Test(arguments: [
        ("0", "pending/5"), ("0 5 10 15", "pending/5 pending/5 pending/5 pending/5"), ("100", "pending/5"),
        ("0 4", "pending/5 slowDown/10"), ("0 0", "pending/5 slowDown/10"), ("0 3 12", "pending/5 slowDown/10 slowDown/15"),
        ("0 3 13", "pending/5 slowDown/10 pending/10"), ("0 3 13 22", "pending/5 slowDown/10 pending/10 slowDown/15"),
        ("0 1 2 3 23 28", "pending/5 slowDown/10 slowDown/15 slowDown/20 pending/20 slowDown/25"),
        // A decision is told at once, however soon the poll comes; slow_down is of the pending only.
        ("0 + 1", "pending/5 issue/5"), ("0 - 1", "pending/5 denied/5"), ("+ 0", "issue/5"), ("- 0", "denied/5"), ("0 3 + 4", "pending/5 slowDown/10 issue/10"),
        ("- 0 0 0", "denied/5 denied/5 denied/5"), ("0 3 - 4 5", "pending/5 slowDown/10 denied/10 denied/10"),
        // Tokens once, and never after.
        ("+ 0 0", "issue/5 redeemed/5"), ("+ 0 5 10", "issue/5 redeemed/5 redeemed/5"), ("+ 0 - 5", "issue/5 redeemed/5"), ("+ 0 1800 9999", "issue/5 redeemed/5 redeemed/5"),
        // The end wins over what the user has decided, also to the second.
        ("1799", "pending/5"), ("1800", "expired/5"), ("1801", "expired/5"), ("+ 1799", "issue/5"), ("+ 1800", "expired/5"), ("- 1799", "denied/5"), ("- 1800", "expired/5"),
        ("1800 1800 1800", "expired/5 expired/5 expired/5"), ("1799 1799 1800", "pending/5 slowDown/10 expired/10"), ("1800 + 1801", "expired/5 expired/5"),
        ("9223372036854775807", "expired/5"),
        // The clock is set back: what has expired stays so; a poll before the last one is too early once.
        ("1800 + 0", "expired/5 expired/5"), ("1800 5 1799", "expired/5 expired/5 expired/5"), ("1000 10 20", "pending/5 slowDown/10 pending/10"),
        ("1000 0 0", "pending/5 slowDown/10 slowDown/15"), ("1000 + 0", "pending/5 issue/5"), ("10 9", "pending/5 slowDown/10"), ("+ 1000 0", "issue/5 redeemed/5"),
    ])
    func walks(_ events: String, _ expected: String) throws {
        var grant = try grant()
        var answers: [String] = []
        for event in events.split(separator: " ") {
            switch event {
            case "+": grant = try decided(grant, .approved)
            case "-": grant = try decided(grant, .denied)
            default:
                let time = try #require(Int64(event))
                let outcome = grant.poll(at: time)
                answers.append("\(outcome.map { "\($0)" } ?? "none")/\(grant.interval)")
            }
        }
        #expect(answers.joined(separator: " ") == expected)
    }

    /// An interval that was not named is 5 seconds; the longest cannot get longer.
    @Test(arguments: [(0, 4, 10), (1, 0, 6), (5, 4, 10), (60, 59, 65), (.max - 5, 1, .max), (.max - 4, 1, .max), (.max, 1_799, .max)] as [(UInt32, Int64, UInt32)])
    func intervals(_ interval: UInt32, _ time: Int64, _ longer: UInt32) throws {
        var grant = try grant(interval: interval)
        let first = grant.poll(at: 0)
        let second = grant.poll(at: time)
        #expect(first == .pending && second == .slowDown && grant.interval == longer)
    }

    @Test func noInterval() throws {
        var grant = try grant(interval: 0)
        let answers = [0, 5, 10, 14].map { grant.poll(at: $0) }
        #expect(answers == [.pending, .pending, .pending, .slowDown])
    }

    @Test(arguments: [-1, -1_800, .min] as [Int64]) func noTimes(_ time: Int64) throws {
        var good = try grant()
        let before = good
        #expect(good.poll(at: time) == nil && good == before)
        #expect(DeviceGrant(decision: .pending, isRedeemed: false, isExpired: false, interval: 5, lastPoll: nil, expiresAt: time) == nil)
        #expect(DeviceGrant(decision: .pending, isRedeemed: false, isExpired: false, interval: 5, lastPoll: time, expiresAt: 9) == nil)
    }

    @Test func errors() {
        #expect(
            DeviceGrant.Outcome.allCases.map { String(describing: $0.error) } == [
                "", "authorization_pending", "slow_down", "access_denied", "expired_token", "invalid_grant",
            ])
        #expect(DeviceGrant.Outcome.allCases.map(\.rawValue) == [1, 2, 3, 4, 5, 6])
    }

    /// Random polls, decisions and clocks: tokens at most once, never denied, never after the end or an end that was told;
    /// the interval never shrinks; a client that keeps to it is never told to slow down.
    @Test func randomWalks() throws {
        var random = SeededRandom(seed: 8628)
        var issued = 0
        for _ in 0..<3_000 {
            var grant = try grant(interval: UInt32(random.below(20)))
            var now: Int64 = 0
            var tokens = 0
            var wasExpired = false
            var wasDenied = false
            var last: (time: Int64, interval: UInt32)?
            for _ in 0..<40 {
                let isPolite = random.below(2) == 0
                now += isPolite ? Int64(grant.interval) : Int64(random.below(200)) - 40
                now = max(now, 0)
                if grant.decision == .pending, random.below(12) == 0 {
                    grant = try decided(grant, random.below(2) == 0 ? .approved : .denied)
                    wasDenied = grant.decision == .denied
                }
                let interval = grant.interval
                let polled = grant.poll(at: now)
                let outcome = try #require(polled)
                #expect(grant.interval == (outcome == .slowDown ? interval + 5 : interval))
                if outcome == .issue {
                    tokens += 1
                    #expect(grant.decision == .approved && now < 1_800 && !wasExpired && !wasDenied)
                }
                if tokens > 0, outcome != .issue { #expect(outcome == .redeemed) }
                if wasExpired { #expect(outcome == .expired) }
                if let last, isPolite, now - last.time >= Int64(last.interval) { #expect(outcome != .slowDown) }
                wasExpired = wasExpired || outcome == .expired
                last = (now, grant.interval)
            }
            #expect(tokens <= 1)
            issued += tokens
        }
        #expect(issued > 500 && issued < 2_500)
    }
}
