// SPDX-License-Identifier: Apache-2.0
import CSystem
import JOSE
import Synchronization
import Testing

@testable import TokenValidation

/// Threads that look up what others remember, forget and push out.
@Suite struct VerdictCacheThreadTests {
    private final class Tally: Sendable {
        let stop = Atomic<Bool>(false)
        let hits = Atomic<Int>(0)
        let broken = Atomic<Int>(0)
        let older = Atomic<Int>(0)
    }

    private static let tokens = 400

    /// Each version of a verdict says the same thing in its facts and in its texts.
    private static func remember(_ cache: VerdictCache, _ number: Int, version: Int) {
        var facts = CachedVerdict.Facts()
        facts.expiresAt = Int64(version)
        facts.issuedAt = Int64(number)
        let text = [UInt8](repeating: UInt8(truncatingIfNeeded: version &* 31 &+ number), count: 16 + version % 200)
        text.withView { text in
            cache.remember(Digest(number: number), facts, CachedVerdict.Texts(first: text, fifth: text), epoch: 1)
        }
    }

    private static func check(_ cache: VerdictCache, _ number: Int, _ tally: Tally) -> Int64? {
        cache.find(Digest(number: number)) { found in
            let facts = found.pointee.facts
            let texts = CachedVerdict.texts(of: found)
            let version = Int(facts.expiresAt)
            let filler = UInt8(truncatingIfNeeded: version &* 31 &+ number)
            var isIntact = facts.issuedAt == Int64(number)
            for text in [texts.first, texts.fifth] {
                if text.count != 16 + version % 200 { isIntact = false }
                for index in 0..<text.count where text[index] != filler { isIntact = false }
            }
            if !isIntact { tally.broken.add(1, ordering: .relaxed) }
            tally.hits.add(1, ordering: .relaxed)
            return facts.expiresAt
        }
    }

    /// Room for fewer than there are, so that verdicts come and go all the time.
    @Test func whatIsFoundIsWhole() throws {
        let cache = try VerdictCache.of(200, bytes: 100_000)
        let tally = Tally()
        onThreads(
            3,
            { thread in
                var random = SeededGenerator(state: UInt64(thread))
                var last = [Int64](repeating: -1, count: Self.tokens)
                while !tally.stop.load(ordering: .relaxed) {
                    for _ in 0..<64 {
                        let number = Int.random(in: 0..<Self.tokens, using: &random)
                        guard let version = Self.check(cache, number, tally) else { continue }
                        // One writer, so versions only grow.
                        if version < last[number] { tally.older.add(1, ordering: .relaxed) }
                        last[number] = version
                    }
                    sched_yield()
                }
            },
            while: {
                var random = SeededGenerator(state: 99)
                for version in 1...30_000 {
                    let number = Int.random(in: 0..<Self.tokens, using: &random)
                    if version % 7 == 0 { cache.forget(number) } else { Self.remember(cache, number, version: version) }
                    if version % 64 == 0 { sched_yield() }
                }
                while tally.hits.load(ordering: .relaxed) < 1000 { sched_yield() }
                tally.stop.store(true, ordering: .relaxed)
            })
        #expect(tally.broken.load(ordering: .relaxed) == 0)
        #expect(tally.older.load(ordering: .relaxed) == 0)
        #expect(cache.usage.count <= 200 && cache.usage.bytes <= 100_000)
    }

    @Test func boundsHoldWhoeverWrites() throws {
        let cache = try VerdictCache.of(50, bytes: 40_000)
        let tally = Tally()
        onThreads(
            4,
            { thread in
                var random = SeededGenerator(state: UInt64(1000 + thread))
                for version in 1...5000 {
                    let number = Int.random(in: 0..<100, using: &random)
                    if version % 5 == 0 { cache.forget(number) } else { Self.remember(cache, number, version: version) }
                    _ = Self.check(cache, number, tally)
                }
                tally.older.add(1, ordering: .sequentiallyConsistent)
            },
            while: {
                while tally.older.load(ordering: .sequentiallyConsistent) < 4 {
                    let usage = cache.usage
                    #expect(usage.count <= 50 && usage.bytes <= 40_000)
                    sched_yield()
                }
            })
        #expect(tally.broken.load(ordering: .relaxed) == 0)
        for number in 0..<100 { cache.forget(number) }
        #expect(cache.usage == (0, 0))
    }
}
