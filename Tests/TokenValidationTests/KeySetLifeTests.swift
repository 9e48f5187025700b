// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import TokenValidation

/// Policy of these tests: stale limit 1000 s, pauses 2 to 60 s, cooldown 30 s. Times are milliseconds.
@Suite struct KeySetLifeTests {
    private static let policy = FreshnessPolicy(staleLimit: 1000, firstPause: 2, longestPause: 60, unknownKeyCooldown: 30)

    private func life(at now: Int64 = 0) -> KeySetLife { KeySetLife(policy: Self.policy, now: now) }

    /// A set fetched at `now`, fresh for 100 s.
    private func served(at now: Int64 = 0, jitter: Double = 0) -> KeySetLife {
        var life = life(at: now)
        life.began()
        life.succeeded(lifetime: 100, at: now, jitter: jitter)
        return life
    }

    @Test func beginsEmptyAndDue() {
        let life = life(at: 5)
        #expect(life.phase(at: 5) == .empty)
        #expect(life.phase(at: .max) == .empty)
        #expect(life.isDue(at: 5))
        #expect(!life.isDue(at: 4))
        #expect(!life.isBackingOff(at: 5))
        #expect(life.servesUntil == nil)
        #expect(life.answerWithoutKeys(at: 5) == .fetch)
    }

    @Test func passesThroughItsPhasesAtTheVeryMillisecond() {
        let life = served()
        #expect(life.phase(at: 0) == .fresh)
        #expect(life.phase(at: 99_999) == .fresh)
        #expect(life.phase(at: 100_000) == .softStale)
        #expect(life.phase(at: 1_099_999) == .softStale)
        #expect(life.phase(at: 1_100_000) == .hardStale)
        #expect(life.phase(at: .max) == .hardStale)
        #expect(life.servesUntil == 1_100_000)
    }

    @Test func isDueAheadOfTheEndAndNeverWhileFetching() {
        var life = served(jitter: 0)
        #expect(!life.isDue(at: 79_999))
        #expect(life.isDue(at: 80_000))
        #expect(served(jitter: 0.999).nextFetch < 95_000)
        life.began()
        for now: Int64 in [80_000, 100_000, 2_000_000] { #expect(!life.isDue(at: now)) }
    }

    @Test func waitsWhileFetching() {
        var life = life()
        life.began()
        #expect(life.answerWithoutKeys(at: 0) == .wait)
        #expect(life.answerForUnknownKey(at: 0) == .wait)
        #expect(life.phase(at: 0) == .empty)
    }

    @Test func keepsItsSetThroughFailures() {
        var life = served()
        for attempt in 0..<20 {
            life.began()
            life.failed(retryAfter: nil, at: 1000 + Int64(attempt), jitter: 0.5)
            #expect(life.servesUntil == 1_100_000)
            #expect(life.phase(at: 1000) == .softStale)
        }
        #expect(life.failures == 20)
        #expect(life.phase(at: 1_100_000) == .hardStale)
    }

    @Test func aFailureWithoutASetMakesNone() {
        var life = life()
        life.began()
        life.failed(retryAfter: nil, at: 0, jitter: 0)
        #expect(life.phase(at: 0) == .empty)
        #expect(life.servesUntil == nil)
        #expect(life.answerWithoutKeys(at: 0) == .cannotDecide)
        #expect(life.answerWithoutKeys(at: 999) == .cannotDecide)
        #expect(life.answerWithoutKeys(at: 1000) == .fetch)
    }

    @Test func successEndsTheBackOff() {
        var life = served()
        life.failed(retryAfter: nil, at: 0, jitter: 0)
        life.failed(retryAfter: nil, at: 0, jitter: 0)
        life.succeeded(lifetime: 100, at: 1000, jitter: 0)
        #expect(life.failures == 0)
        #expect(!life.isBackingOff(at: 1000))
        #expect(life.phase(at: 1000) == .fresh)
        life.failed(retryAfter: nil, at: 2000, jitter: 0)
        #expect(life.nextFetch == 3000, "the first pause again, not the third")
    }

    @Test(arguments: [
        (1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 60), (7, 60), (40, 60), (200, 60),
    ])
    func pausesGrowToTheirCap(_ failures: Int, _ seconds: Int64) {
        for jitter in [0, 0.25, 0.5, 0.999_999] {
            var life = life()
            for _ in 0..<failures { life.failed(retryAfter: nil, at: 0, jitter: jitter) }
            #expect(life.nextFetch >= seconds * 500 && life.nextFetch <= seconds * 1000)
            #expect(life.isBackingOff(at: life.nextFetch - 1))
            #expect(!life.isBackingOff(at: life.nextFetch))
            #expect(life.isDue(at: life.nextFetch))
        }
    }

    @Test(arguments: [
        (nil, 1000), (0, 1000), (1, 1000), (5, 5000), (60, 60_000), (61, 60_000), (1_000_000_000, 60_000),
    ] as [(Int64?, Int64)])
    func heedsRetryAfterUpToTheCap(_ seconds: Int64?, _ pause: Int64) {
        var life = life()
        life.failed(retryAfter: seconds, at: 7, jitter: 0)
        #expect(life.nextFetch == 7 + pause)
    }

    @Test func retryAfterNeverShortensAPause() {
        var life = life()
        for _ in 0..<10 { life.failed(retryAfter: 1, at: 0, jitter: 0) }
        #expect(life.nextFetch == 30_000)
    }

    // MARK: Unknown keys

    @Test func aThousandUnknownKeysLeadToOneFetch() {
        var life = served()
        #expect(life.answerForUnknownKey(at: 1000) == .fetch)
        life.began()
        for _ in 0..<1000 { #expect(life.answerForUnknownKey(at: 1001) == .wait) }
        life.succeeded(lifetime: 100, at: 2000, jitter: 0)
        for now: Int64 in stride(from: 2000, to: 31_000, by: 29) { #expect(life.answerForUnknownKey(at: now) == .refuse) }
        // Counted from the start of the fetch, not from its end.
        #expect(life.answerForUnknownKey(at: 30_999) == .refuse)
        #expect(life.answerForUnknownKey(at: 31_000) == .fetch)
        #expect(life.answerForUnknownKey(at: 31_000) == .refuse)
    }

    @Test func unknownKeysDuringARefreshWaitAndSpendNoCooldown() {
        var life = served()
        life.began()
        #expect(life.answerForUnknownKey(at: 80_000) == .wait)
        life.succeeded(lifetime: 100, at: 80_001, jitter: 0)
        #expect(life.answerForUnknownKey(at: 80_001) == .fetch)
    }

    @Test func unknownKeysWhileBackingOffAreNotRefused() {
        var life = served()
        #expect(life.answerForUnknownKey(at: 0) == .fetch)
        life.began()
        life.failed(retryAfter: 20, at: 1000, jitter: 0)
        for now: Int64 in [1000, 5000, 20_999] { #expect(life.answerForUnknownKey(at: now) == .cannotDecide) }
    }

    @Test func askingSpendsNothingWithoutKeys() {
        let life = life()
        for _ in 0..<3 { #expect(life.answerWithoutKeys(at: 0) == .fetch) }
    }

    // MARK: Earlier runs and forks

    @Test func aRestoredSetServesButIsDue() {
        var life = life(at: 50)
        life.restored(servingFor: 10, at: 50)
        #expect(life.phase(at: 50) == .softStale)
        #expect(life.phase(at: 10_049) == .softStale)
        #expect(life.phase(at: 10_050) == .hardStale)
        #expect(life.isDue(at: 50))
        #expect(life.answerForUnknownKey(at: 50) == .fetch)
        life.began()
        life.failed(retryAfter: nil, at: 60, jitter: 0)
        #expect(life.servesUntil == 10_050, "a failure does not prolong it")
    }

    @Test func aChildForgetsTheFetchOfItsParent() {
        var life = served()
        life.began()
        life.forgetFetch(at: 500)
        #expect(!life.isFetching)
        #expect(life.isDue(at: 500))
        #expect(life.phase(at: 500) == .fresh)
        #expect(life.failures == 0)
    }

    @Test func aChildKeepsThePlanOfAParentThatDidNotFetch() {
        var life = served()
        life.failed(retryAfter: nil, at: 0, jitter: 0)
        let before = life.nextFetch
        life.forgetFetch(at: 100)
        #expect(life.nextFetch == before)
        #expect(life.failures == 1)
        #expect(life.isBackingOff(at: 100))
    }
}
