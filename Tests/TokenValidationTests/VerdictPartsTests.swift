// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// A cache that is large enough to be cut into parts.
@Suite struct VerdictPartsTests {
    private let cache: VerdictCache

    init() throws { cache = try VerdictCache.of(40_000) }

    @Test func allOfItIsOneCache() {
        for number in 0..<20_000 { cache.remember(number) }
        #expect(cache.usage.count == 20_000)
        for number in 0..<20_000 { #expect(cache.holds(number)) }
        for number in 20_000..<21_000 { #expect(!cache.holds(number)) }
        for number in stride(from: 0, to: 20_000, by: 2) { cache.forget(number) }
        #expect(cache.usage.count == 10_000)
        for number in 0..<20_000 { #expect(cache.holds(number) == (number % 2 == 1)) }
    }

    /// A verdict that replaces another one of its token goes to the same part.
    @Test func againInTheSamePlace() {
        for _ in 0..<3 {
            for number in 0..<1000 { cache.remember(number) }
        }
        #expect(cache.usage.count == 1000)
    }

    /// Twice as many as it is for: about as many as it is for stay, and not a part of them less than it should.
    @Test func boundAsAWhole() {
        for number in 0..<80_000 { cache.remember(number) }
        #expect((39_000...40_000).contains(cache.usage.count))
    }

    @Test func hitsAreCountedAcrossParts() {
        for number in 0..<1000 { cache.remember(number) }
        #expect(cache.hits == 0)
        for number in 0..<1500 {
            _ = cache.find(Digest(number: number), counting: { $0 == true }) { _ in number % 2 == 0 }
        }
        #expect(cache.hits == 500, "what was not found or does not count is not counted")
    }

    @Test func inAChild() {
        for number in 0..<1000 { cache.remember(number) }
        cache.lockAll()
        cache.becomeChild()
        cache.unlockAll()
        for number in 0..<1000 { #expect(cache.holds(number)) }
        cache.remember(1000)
        #expect(cache.usage.count == 1001)
    }
}
