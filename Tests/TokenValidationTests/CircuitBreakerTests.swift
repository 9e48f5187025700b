// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import TokenValidation

/// Breakers of these tests: threshold 3, pauses 2 to 60 s. Times are milliseconds, and probes have 10 s.
@Suite struct CircuitBreakerTests {
    private static let policy = FreshnessPolicy(firstPause: 2, longestPause: 60)

    private func closed(threshold: Int = 3) -> CircuitBreaker {
        CircuitBreaker(threshold: threshold, policy: Self.policy)
    }

    /// Opened at `now` for a second: the first pause is 2 s, and jitter 0 halves it.
    private func opened(at now: Int64 = 0) -> CircuitBreaker {
        var breaker = closed()
        for _ in 0..<3 { breaker.failed(retryAfter: nil, at: now, jitter: 0) }
        return breaker
    }

    private func admits(_ breaker: inout CircuitBreaker, at now: Int64, deadline: Int64? = nil) -> Bool {
        breaker.admits(at: now, deadline: deadline ?? now + 10_000)
    }

    /// Lets a probe through, which fails.
    private func failProbe(_ breaker: inout CircuitBreaker, at now: Int64, retryAfter: Int64? = nil, jitter: Double = 0) {
        #expect(admits(&breaker, at: now))
        breaker.failed(retryAfter: retryAfter, at: now, jitter: jitter)
    }

    // MARK: Closed

    @Test func aNewOneLetsEverybodyThrough() {
        var breaker = closed()
        for now: Int64 in [0, 0, 1, 5, 1_000_000] {
            #expect(!breaker.isOpen(at: now))
            #expect(admits(&breaker, at: now))
        }
    }

    @Test(arguments: [1, 2, 3, 5, 1000]) func opensAtItsThresholdAndNotBefore(_ threshold: Int) {
        var breaker = closed(threshold: threshold)
        for _ in 1..<max(threshold, 1) {
            breaker.failed(retryAfter: 1_000_000, at: 0, jitter: 0)
            #expect(!breaker.isOpen(at: 0), "not even when the issuer asks for a pause")
            #expect(admits(&breaker, at: 0))
        }
        breaker.failed(retryAfter: nil, at: 0, jitter: 0)
        #expect(breaker.isOpen(at: 0))
        #expect(!admits(&breaker, at: 0))
    }

    @Test func onlyFailuresInARowCount() {
        var breaker = closed()
        for now in 0..<Int64(100) {
            breaker.failed(retryAfter: nil, at: now, jitter: 0)
            breaker.failed(retryAfter: nil, at: now, jitter: 0)
            breaker.succeeded()
            #expect(!breaker.isOpen(at: now))
        }
        breaker.failed(retryAfter: nil, at: 100, jitter: 0)
        breaker.failed(retryAfter: nil, at: 100, jitter: 0)
        #expect(!breaker.isOpen(at: 100))
        breaker.failed(retryAfter: nil, at: 100, jitter: 0)
        #expect(breaker.isOpen(at: 100))
    }

    @Test func forgettingChangesNothingWhileClosed() {
        var breaker = closed()
        breaker.failed(retryAfter: nil, at: 0, jitter: 0)
        breaker.failed(retryAfter: nil, at: 0, jitter: 0)
        breaker.forgetProbe()
        #expect(!breaker.isOpen(at: 0))
        breaker.failed(retryAfter: nil, at: 0, jitter: 0)
        #expect(breaker.isOpen(at: 0))
    }

    // MARK: Open

    @Test func staysOpenToTheVeryMillisecond() {
        var breaker = opened(at: 500)
        for now: Int64 in [500, 501, 1000, 1499] {
            #expect(breaker.isOpen(at: now))
            #expect(!admits(&breaker, at: now))
        }
        #expect(!breaker.isOpen(at: 1500))
        #expect(admits(&breaker, at: 1500))
    }

    @Test(arguments: [(1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 60), (7, 60), (50, 60)] as [(Int, Int64)])
    func pausesGrowWithFailedProbesToTheirCap(_ pauses: Int, _ seconds: Int64) {
        for jitter in [0, 0.25, 0.5, 0.999_999] {
            var breaker = closed()
            var now: Int64 = 0
            for _ in 0..<3 { breaker.failed(retryAfter: nil, at: now, jitter: jitter) }
            for _ in 1..<pauses {
                now += 60_000
                failProbe(&breaker, at: now, jitter: jitter)
            }
            let pause = Int64(Double(seconds * 1000) * (0.5 + jitter / 2))
            #expect(breaker.isOpen(at: now + pause - 1))
            #expect(!breaker.isOpen(at: now + pause))
        }
    }

    @Test(arguments: [
        (nil, 1000), (Int64.min, 1000), (-5, 1000), (0, 1000), (1, 1000), (5, 5000), (60, 60_000), (61, 60_000), (.max, 60_000),
    ] as [(Int64?, Int64)])
    func heedsRetryAfterUpToTheCap(_ seconds: Int64?, _ pause: Int64) {
        var breaker = closed(threshold: 1)
        breaker.failed(retryAfter: seconds, at: 7, jitter: 0)
        #expect(breaker.isOpen(at: 7 + pause - 1))
        #expect(!breaker.isOpen(at: 7 + pause))
    }

    @Test func retryAfterNeverShortensAPause() {
        var breaker = opened()
        for attempt in Int64(1)...10 { failProbe(&breaker, at: attempt * 100_000, retryAfter: 1) }
        #expect(breaker.isOpen(at: 1_029_999))
        #expect(!breaker.isOpen(at: 1_030_000))
    }

    /// A hundred exchanges under way when the issuer goes down fail together. That is one failure, not a hundred doublings.
    @Test func whatWasAskedBeforeItOpenedDoesNotProlongThePause() {
        var breaker = opened()
        for now in 0..<Int64(100) { breaker.failed(retryAfter: nil, at: now, jitter: 0.9) }
        #expect(breaker.isOpen(at: 999))
        #expect(!breaker.isOpen(at: 1000))
        // After the pause neither, as long as no probe is out.
        breaker.failed(retryAfter: nil, at: 2000, jitter: 0.9)
        #expect(!breaker.isOpen(at: 2000))
        failProbe(&breaker, at: 2000)
        #expect(breaker.isOpen(at: 3999))
        #expect(!breaker.isOpen(at: 4000), "the second pause, not the hundredth")
    }

    @Test func butItsRetryAfterDoes() {
        var breaker = opened()
        breaker.failed(retryAfter: 30, at: 500, jitter: 0)
        breaker.failed(retryAfter: 1, at: 600, jitter: 0)
        #expect(breaker.isOpen(at: 30_499))
        #expect(!breaker.isOpen(at: 30_500))
        breaker.failed(retryAfter: .max, at: 600, jitter: 0)
        #expect(breaker.isOpen(at: 60_599))
        #expect(!breaker.isOpen(at: 60_600))
    }

    @Test func anyAnswerCloses() {
        var breaker = opened()
        breaker.succeeded()
        for _ in 0..<10 { #expect(admits(&breaker, at: 1)) }
        #expect(!breaker.isOpen(at: 1))
        // From the beginning: three failures and the first pause.
        breaker.failed(retryAfter: nil, at: 2, jitter: 0)
        breaker.failed(retryAfter: nil, at: 2, jitter: 0)
        #expect(!breaker.isOpen(at: 2))
        breaker.failed(retryAfter: nil, at: 2, jitter: 0)
        #expect(breaker.isOpen(at: 1001))
        #expect(!breaker.isOpen(at: 1002))
    }

    // MARK: Half open

    @Test func letsExactlyOneThrough() {
        var breaker = opened()
        #expect(admits(&breaker, at: 1000))
        for now in Int64(1000)..<1100 {
            #expect(breaker.isOpen(at: now))
            #expect(!admits(&breaker, at: now))
        }
        breaker.succeeded()
        for _ in 0..<10 { #expect(admits(&breaker, at: 1100)) }
    }

    @Test func looksWithoutSpending() {
        var breaker = opened()
        for _ in 0..<10 { #expect(!breaker.isOpen(at: 1000)) }
        #expect(admits(&breaker, at: 1000))
        #expect(!admits(&breaker, at: 1000))
    }

    @Test func aFailedProbeOpensItAgain() {
        var breaker = opened()
        #expect(admits(&breaker, at: 1000))
        breaker.failed(retryAfter: nil, at: 6000, jitter: 0)
        #expect(breaker.isOpen(at: 7999))
        #expect(!admits(&breaker, at: 7999))
        #expect(admits(&breaker, at: 8000), "2 s, counted from the outcome")
        #expect(!admits(&breaker, at: 8000))
    }

    @Test func aProbeFailsOnce() {
        var breaker = opened()
        failProbe(&breaker, at: 1000)
        for _ in 0..<10 { breaker.failed(retryAfter: nil, at: 1000, jitter: 0) }
        #expect(breaker.isOpen(at: 2999))
        #expect(!breaker.isOpen(at: 3000))
    }

    @Test func refusedAttemptsProlongNothing() {
        var breaker = opened()
        for now in Int64(0)..<1000 { #expect(!admits(&breaker, at: now)) }
        #expect(admits(&breaker, at: 1000))
        for now in Int64(1000)..<11_000 { #expect(!admits(&breaker, at: now)) }
        #expect(admits(&breaker, at: 11_000))
    }

    @Test func anAbandonedProbeIsGivenUp() {
        var breaker = opened()
        #expect(admits(&breaker, at: 1000, deadline: 4000))
        #expect(!admits(&breaker, at: 3999, deadline: 9000))
        #expect(breaker.isOpen(at: 3999))
        #expect(!breaker.isOpen(at: 4000))
        #expect(admits(&breaker, at: 4000, deadline: 5000))
        #expect(!admits(&breaker, at: 4000, deadline: 9000))
        #expect(!admits(&breaker, at: 4999, deadline: 9000))
        #expect(admits(&breaker, at: 5000, deadline: 9000))
        #expect(!admits(&breaker, at: 8999, deadline: 20_000))
        // Nobody's silence is the issuer's failure: the next pause is the second one.
        breaker.failed(retryAfter: nil, at: 9000, jitter: 0)
        #expect(!breaker.isOpen(at: 11_000))
        #expect(breaker.isOpen(at: 10_999))
    }

    @Test(arguments: [0, 999, 1000]) func aProbeWithoutTimeBlocksNobody(_ deadline: Int64) {
        var breaker = opened()
        for _ in 0..<3 { #expect(admits(&breaker, at: 1000, deadline: deadline)) }
    }

    @Test func aLateReportStillCounts() {
        var breaker = opened()
        #expect(admits(&breaker, at: 1000, deadline: 2000))
        breaker.failed(retryAfter: nil, at: 50_000, jitter: 0)
        #expect(breaker.isOpen(at: 51_999))
        #expect(!breaker.isOpen(at: 52_000))
        #expect(admits(&breaker, at: 52_000, deadline: 53_000))
        breaker.succeeded()
        #expect(!breaker.isOpen(at: 52_000))
    }

    // MARK: Forks

    @Test func aChildForgetsTheProbeOfItsParent() {
        var breaker = opened()
        #expect(admits(&breaker, at: 1000))
        breaker.forgetProbe()
        #expect(!breaker.isOpen(at: 1000))
        #expect(admits(&breaker, at: 1000))
        #expect(!admits(&breaker, at: 1000))
    }

    @Test func aChildKeepsThePause() {
        var breaker = opened()
        breaker.forgetProbe()
        #expect(breaker.isOpen(at: 999))
        #expect(!admits(&breaker, at: 999))
        #expect(admits(&breaker, at: 1000))
        breaker.failed(retryAfter: nil, at: 1000, jitter: 0)
        breaker.forgetProbe()
        #expect(breaker.isOpen(at: 2999), "and how often it has failed")
        #expect(!breaker.isOpen(at: 3000))
    }

    @Test func theOutcomeOfAForgottenProbe() {
        var breaker = opened()
        #expect(admits(&breaker, at: 1000))
        breaker.forgetProbe()
        breaker.failed(retryAfter: nil, at: 1000, jitter: 0)
        #expect(!breaker.isOpen(at: 1000))
        breaker.succeeded()
        for _ in 0..<5 { #expect(admits(&breaker, at: 1000)) }
    }
}
