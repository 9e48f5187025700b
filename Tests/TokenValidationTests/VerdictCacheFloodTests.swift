// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// Whether tokens in steady use stay in the cache whatever else comes.
@Suite struct VerdictCacheFloodTests {
    private static let capacity = 10_000
    private static let hot = 1000

    /// Looks a token up as a server does: what is not there is judged and remembered.
    private func use(_ cache: VerdictCache, _ number: Int) -> Bool {
        if cache.holds(number) { return true }
        cache.remember(number)
        return false
    }

    /// A cache in which the hot tokens have been found a few times.
    private func warm() throws -> VerdictCache {
        let cache = try VerdictCache.of(Self.capacity)
        for _ in 0..<4 {
            for number in 0..<Self.hot { _ = use(cache, number) }
        }
        return cache
    }

    /// The share of hot look-ups that hit while `stranger` says which other token comes between two of them.
    private func hitRate(_ cache: VerdictCache, steps: Int, _ stranger: (Int) -> Int) -> Double {
        var random = SeededGenerator(state: 7)
        var hits = 0
        for step in 0..<steps {
            _ = use(cache, 1_000_000 + stranger(step))
            if use(cache, Int.random(in: 0..<Self.hot, using: &random)) { hits += 1 }
        }
        return Double(hits) / Double(steps)
    }

    @Test func tokensThatAreUsedOncePassThrough() throws {
        let rate = hitRate(try warm(), steps: 10 * Self.capacity) { $0 }
        print("hit rate of the hot set under a flood of ten times the capacity: \(rate)")
        #expect(rate >= 0.99)
    }

    /// The flood first, at once, and then nothing but the hot set.
    @Test func aFloodAtOnceLeavesTheHotSet() throws {
        let cache = try warm()
        for number in 0..<10 * Self.capacity { cache.remember(1_000_000 + number) }
        let kept = (0..<Self.hot).count { cache.holds($0) }
        print("hot verdicts of \(Self.hot) left after a flood without a single look-up of theirs: \(kept)")
        #expect(kept * 100 >= 99 * Self.hot)
        #expect(cache.usage.count == Self.capacity)
    }

    /// A loop is what defeats LRU: each token comes back just after it was evicted.
    @Test(arguments: [11, 15, 20, 100]) func aLoopLeavesTheHotSet(_ tenths: Int) throws {
        let size = Self.capacity * tenths / 10
        let rate = hitRate(try warm(), steps: max(4 * size, 100_000)) { $0 % size }
        print("hit rate of the hot set beside a loop of \(tenths) tenths of the capacity: \(rate)")
        #expect(rate >= 0.99)
    }

    /// A hot set that comes after the flood gets in all the same.
    @Test func aNewHotSetReplacesAnOldOne() throws {
        let cache = try warm()
        var hits = 0
        let steps = 20 * Self.capacity
        var random = SeededGenerator(state: 9)
        for step in 0..<steps {
            _ = use(cache, 1_000_000 + step)
            if use(cache, 500_000 + Int.random(in: 0..<Self.hot, using: &random)) { hits += 1 }
        }
        let rate = Double(hits) / Double(steps)
        print("hit rate of a new hot set under the same flood: \(rate)")
        #expect(rate >= 0.98)
    }

    /// What left on probation and comes back is proven at once; what never was there is not.
    @Test func ghostsReturnProven() throws {
        let cache = try VerdictCache.of(10)
        for number in 0..<12 { cache.remember(number) }
        #expect(!cache.holds(0) && !cache.holds(1))
        cache.remember(0)
        #expect(cache.isProbationary(0) == false)
        cache.remember(100)
        #expect(cache.isProbationary(100) == true)
    }

    /// A verdict that its host has forgotten leaves no ghost: it was not pushed out.
    @Test func whatWasForgottenLeavesNoGhost() throws {
        let cache = try VerdictCache.of(10)
        cache.remember(0)
        cache.forget(0)
        cache.remember(0)
        #expect(cache.isProbationary(0) == true)
    }

    /// A new verdict of a token keeps the standing of the old one.
    @Test func aNewVerdictKeepsItsStanding() throws {
        let cache = try VerdictCache.of(10)
        for number in 0..<12 { cache.remember(number) }
        cache.remember(0)
        cache.remember(0, text: 9)
        #expect(cache.isProbationary(0) == false)
        cache.remember(11, text: 9)
        #expect(cache.isProbationary(11) == true)
    }

    /// Once is not enough to leave probation, or a page that asks twice would fill the cache.
    @Test func oneLookUpProvesNothing() throws {
        let cache = try VerdictCache.of(100)
        for number in 0..<100 { cache.remember(number) }
        for _ in 0..<1 { #expect(cache.holds(0)) }
        for _ in 0..<2 { #expect(cache.holds(1)) }
        for number in 100..<200 { cache.remember(number) }
        #expect(!cache.holds(0))
        #expect(cache.holds(1))
        #expect(cache.isProbationary(1) == false)
    }
}
