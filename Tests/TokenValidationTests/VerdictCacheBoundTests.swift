// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// How much a cache keeps, in verdicts and in bytes.
@Suite struct VerdictCacheBoundTests {
    @Test func bytesAreThoseOfTheVerdicts() throws {
        let cache = try VerdictCache.of(100)
        #expect(cache.usage == (0, 0))
        for (position, count) in [0, 1, 255, 1000].enumerated() { cache.remember(position, text: count) }
        #expect(cache.usage == (4, 4 * CachedVerdict.size(textCount: 0) + 1256))
        // The same token again takes the place of its earlier verdict.
        cache.remember(3, text: 5)
        #expect(cache.usage == (4, 4 * CachedVerdict.size(textCount: 0) + 261))
        cache.forget(0)
        cache.forget(0)
        cache.forget(77)
        #expect(cache.usage == (3, 3 * CachedVerdict.size(textCount: 0) + 261))
    }

    @Test(arguments: [1, 2, 3, 10, 1000]) func aFullCacheHoldsSoManyAndNoMore(_ count: Int) throws {
        let cache = try VerdictCache.of(count)
        for number in 0..<3 * count {
            cache.remember(number)
            #expect(cache.usage.count == min(number + 1, count))
            #expect(cache.holds(number), "the newest is there")
        }
    }

    @Test func textsOfNoneAndOf255Bytes() throws {
        let cache = try VerdictCache.of(10)
        let long = [UInt8](repeating: 0xC3, count: 255)
        long.withView { long in
            for number in 0..<32 {
                func text(_ bit: Int) -> ByteView { number >> bit & 1 == 0 ? .empty : long }
                let texts = CachedVerdict.Texts(first: text(0), second: text(1), third: text(2), fourth: text(3), fifth: text(4))
                cache.remember(Digest(number: number), CachedVerdict.Facts(), texts, epoch: 1)
                let counts = cache.find(Digest(number: number)) { found in
                    let texts = CachedVerdict.texts(of: found)
                    return [texts.first, texts.second, texts.third, texts.fourth, texts.fifth].map(\.count)
                }
                #expect(counts == (0..<5).map { number >> $0 & 1 == 0 ? 0 : 255 })
            }
        }
    }

    /// One verdict may take an eighth of the memory and no byte more.
    @Test(arguments: [0, 1, 100_000]) func whatIsLargerThanAnEighthIsNotKept(_ excess: Int) throws {
        let cache = try VerdictCache.of(100, bytes: 80_000)
        let most = 10_000 - CachedVerdict.size(textCount: 0)
        cache.remember(1, text: most + excess)
        #expect(cache.holds(1) == (excess == 0))
        #expect(cache.usage == (excess == 0 ? (1, 10_000) : (0, 0)))
    }

    /// What is no longer true must not be found, even if the news is too large to be kept.
    @Test func newsTooLargeToBeKeptEndsTheOldVerdict() throws {
        let cache = try VerdictCache.of(100, bytes: 80_000)
        cache.remember(1, text: 10)
        #expect(cache.holds(1))
        cache.remember(1, text: 10_000)
        #expect(!cache.holds(1))
        #expect(cache.usage == (0, 0))
    }

    /// A verdict of the greatest size pushes out many small ones, and a small one never more than it needs.
    @Test func aLargeVerdictMakesRoomForItself() throws {
        let empty = CachedVerdict.size(textCount: 0)
        let cache = try VerdictCache.of(100_000, bytes: 100 * empty)
        for number in 0..<100 { cache.remember(number) }
        #expect(cache.usage == (100, 100 * empty))
        cache.remember(1000, text: 11 * empty)
        #expect(cache.holds(1000))
        #expect(cache.usage == (89, 100 * empty))
        // Now the large one leaves, and its room serves twelve.
        for number in 2000..<2100 { cache.remember(number) }
        #expect(!cache.holds(1000))
        #expect(cache.usage == (100, 100 * empty))
    }

    /// All that are proven and huge: newcomers still find room.
    @Test func hugeProvenVerdictsGiveWay() throws {
        let cache = try VerdictCache.of(1000, bytes: 80_000)
        let most = 10_000 - CachedVerdict.size(textCount: 0)
        for number in 0..<8 { cache.remember(number, text: most) }
        for _ in 0..<3 {
            for number in 0..<8 { #expect(cache.holds(number)) }
        }
        for number in 8..<1000 {
            cache.remember(number, text: number % 2 == 0 ? most : 0)
            #expect(cache.holds(number))
            #expect(cache.usage.bytes <= 80_000)
        }
    }
}
