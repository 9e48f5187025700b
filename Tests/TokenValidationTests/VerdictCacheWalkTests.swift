// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// A long random walk, and after each step a comparison with what was last remembered.
@Suite struct VerdictCacheWalkTests {
    /// What was last remembered of a digest: all of it follows from a stamp.
    private struct Memory {
        let stamp: Int
        let counts: [Int]

        init(stamp: Int, _ random: inout SeededGenerator) {
            self.stamp = stamp
            counts = (0..<5).map { _ in
                switch Int.random(in: 0..<8, using: &random) {
                case 0: 255
                case 1: 0
                case 2: Int.random(in: 256...2000, using: &random)
                default: Int.random(in: 0...60, using: &random)
                }
            }
        }

        func text(_ position: Int) -> [UInt8] {
            (0..<counts[position]).map { UInt8(truncatingIfNeeded: stamp &+ position &* 7 &+ $0 &* 13) }
        }

        var facts: CachedVerdict.Facts {
            var facts = CachedVerdict.Facts()
            facts.status = stamp % 2 == 0 ? .ok : .tokenInactive
            facts.kind = stamp % 3 == 0 ? .jwt : .introspected
            facts.issuerIndex = stamp % 5
            facts.grants.insert(.init(rawValue: UInt64(stamp)))
            facts.hasUnknownScopes = stamp % 7 == 0
            facts.expiresAt = Int64(stamp)
            facts.issuedAt = Int64(stamp) - 1
            facts.endsAtWall = Int64(stamp) + 2
            facts.ends = Int64(stamp) + 3
            facts.judgedAt = Int64(stamp) + 4
            facts.freshUntil = Int64(stamp) + 5
            facts.staleUntil = Int64(stamp) + 6
            facts.keyGeneration = UInt64(stamp) + 7
            facts.marks.token = UInt64(stamp) + 8
            facts.marks.issuer = UInt64(stamp) + 9
            facts.check = stamp % 2 == 0 ? .size : .introspection
            return facts
        }

        func isExactly(_ verdict: CachedVerdict.Pointer) -> Bool {
            let (here, facts) = (verdict.pointee.facts, facts)
            let texts = CachedVerdict.texts(of: verdict)
            let all = [texts.first, texts.second, texts.third, texts.fourth, texts.fifth]
            return here.status == facts.status && here.kind == facts.kind && here.issuerIndex == facts.issuerIndex
                && here.grants == facts.grants && here.hasUnknownScopes == facts.hasUnknownScopes
                && here.expiresAt == facts.expiresAt && here.issuedAt == facts.issuedAt
                && here.endsAtWall == facts.endsAtWall && here.ends == facts.ends && here.judgedAt == facts.judgedAt
                && here.freshUntil == facts.freshUntil && here.staleUntil == facts.staleUntil
                && here.keyGeneration == facts.keyGeneration && here.marks.token == facts.marks.token
                && here.marks.issuer == facts.marks.issuer && here.check == facts.check
                && verdict.pointee.checkedEpoch.load(ordering: .relaxed) == UInt64(stamp)
                && zip(all.indices, all).allSatisfy { position, view in text(position).withView { $0 == view } }
        }
    }

    @Test(arguments: [
        (seed: 1, count: 50, bytes: 1 << 30), (seed: 2, count: 100_000, bytes: 65_536), (seed: 3, count: 64, bytes: 60_000),
        (seed: 4, count: 1, bytes: 1 << 20), (seed: 5, count: 300, bytes: 16_384),
    ])
    func whatIsFoundIsWhatWasLastRemembered(_ seed: Int, _ count: Int, _ bytes: Int) throws {
        var random = SeededGenerator(state: UInt64(seed))
        let cache = try VerdictCache.of(count, bytes: bytes)
        var model: [Int: Memory] = [:]
        var faults: [String] = []
        var (hits, misses, evicted, tooLarge) = (0, 0, 0, 0)
        func check(_ holds: Bool, _ what: String, _ step: Int) {
            if !holds, faults.count < 5 { faults.append("step \(step): \(what)") }
        }
        for step in 1...40_000 {
            let number = Int.random(in: 0..<200, using: &random)
            let digest = Digest(number: number)
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<45:
                let memory = Memory(stamp: step, &random)
                let texts = (0..<5).map(memory.text)
                texts[0].withView { first in
                    texts[1].withView { second in
                        texts[2].withView { third in
                            texts[3].withView { fourth in
                                texts[4].withView { fifth in
                                    cache.remember(
                                        digest, memory.facts,
                                        CachedVerdict.Texts(
                                            first: first, second: second, third: third, fourth: fourth, fifth: fifth),
                                        epoch: UInt64(step))
                                }
                            }
                        }
                    }
                }
                let isTooLarge = CachedVerdict.size(textCount: memory.counts.reduce(0, +)) > bytes / 8
                model[number] = isTooLarge ? nil : memory
                if isTooLarge { tooLarge += 1 }
                let isThere = cache.find(digest) { memory.isExactly($0) ? true : nil } ?? false
                check(isThere == !isTooLarge, "\(number) is not there after it was remembered", step)
            case 45..<55:
                cache.forget(digest)
                model[number] = nil
                check(cache.find(digest) { _ in true } == nil, "\(number) is there after it was forgotten", step)
            default:
                let isRight = cache.find(digest) { found in model[number].map { $0.isExactly(found) } ?? false }
                switch isRight {
                case true?: hits += 1
                case false?: check(false, "\(number) is not what was last remembered", step)
                case nil:
                    if model[number] == nil { misses += 1 } else { evicted += 1 }
                    model[number] = nil
                }
            }
            let usage = cache.usage
            check(usage.count <= count && usage.bytes <= bytes && usage.count >= 0, "\(usage) is out of bounds", step)
            check(usage.count <= 200 && (usage.bytes == 0) == (usage.count == 0), "\(usage) makes no sense", step)
        }
        #expect(faults.isEmpty, "\(faults.joined(separator: "; "))")
        // The walk has been everywhere.
        #expect(hits > 100 && misses > 100 && (evicted > 100 || count > 200 && bytes > 1 << 29))
        #expect(tooLarge > 0 || bytes >= 60_000)
        for number in 0..<200 { cache.forget(Digest(number: number)) }
        #expect(cache.usage == (0, 0))
    }
}
