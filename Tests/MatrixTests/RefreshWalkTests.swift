// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Matrix

/// Rotation by its rules, written down otherwise: every pair that was ever issued, with what has become of it.
private struct Ledger {
    struct Pair {
        /// The generation whose refresh token got it; 0 for the first.
        let parent: Int
        var isUsed = false
        var isReplaced = false
    }

    /// Generation n is at n - 1.
    var pairs = [Pair(parent: 0)]
    var isRevoked = false

    /// A child that was neither lost and replaced, nor is yet to be used, ends its parent.
    func isGood(_ generation: Int) -> Bool {
        if isRevoked || pairs[generation - 1].isReplaced { return false }
        return !pairs.contains { $0.parent == generation && $0.isUsed }
    }

    var good: [Int] { (1...pairs.count).filter(isGood) }

    enum Answer: Equatable {
        case refuse, allow, end
        case issue(Int)
    }

    mutating func refresh(_ generation: Int) -> Answer {
        if isRevoked { return .refuse }
        guard isGood(generation) else {
            isRevoked = true
            return .end
        }
        pairs[generation - 1].isUsed = true
        for at in pairs.indices where pairs[at].parent == generation { pairs[at].isReplaced = true }
        pairs.append(Pair(parent: generation))
        return .issue(pairs.count)
    }

    mutating func access(_ generation: Int) -> Answer {
        guard isGood(generation) else { return .refuse }
        pairs[generation - 1].isUsed = true
        return .allow
    }
}

@Suite struct RefreshWalkTests {
    /// 2,000 random walks beside the ledger: clients that lose responses, thieves, guesses, ends.
    @Test func besideTheLedger() throws {
        var random = SeededRandom(seed: 2964)
        var steps = 0
        var ends = 0
        for _ in 0..<2_000 {
            var rotation = try #require(RefreshRotation(isRevoked: false, newest: 1, previous: 0))
            var ledger = Ledger()
            for _ in 0..<random.below(60) {
                steps += 1
                // Mostly the last ones, or walks would all be short.
                let newest = ledger.pairs.count
                let generation = random.below(12) == 0 ? 1 + random.below(newest) : max(newest - random.below(2), 1)
                let before = ledger.good
                let taken: RefreshRotation.Outcome?
                let expected: Ledger.Answer
                switch random.below(40) {
                case 0:
                    taken = rotation.take(.revoke)
                    ledger.isRevoked = true
                    expected = .end
                case 1..<20:
                    taken = rotation.take(.useAccessToken(UInt64(generation)))
                    expected = ledger.access(generation)
                default:
                    taken = rotation.take(.useRefreshToken(UInt64(generation)))
                    expected = ledger.refresh(generation)
                }
                let outcome = try #require(taken)
                #expect(Self.answer(outcome) == expected)
                // The state and what was said to have ended are what the ledger has.
                let good = ledger.good
                #expect(good.count <= 2)
                #expect(Self.good(rotation) == good)
                let retired = [outcome.retired.0, outcome.retired.1].filter { $0 != 0 }.map(Int.init).sorted()
                #expect(retired == before.filter { !good.contains($0) })
                #expect(rotation.newest == UInt64(ledger.pairs.count) && rotation.isRevoked == ledger.isRevoked)
            }
            ends += ledger.isRevoked ? 1 : 0
        }
        #expect(steps > 50_000 && ends > 500 && ends < 1_900)
    }

    private static func answer(_ outcome: RefreshRotation.Outcome) -> Ledger.Answer {
        switch outcome.action {
        case .refuse: .refuse
        case .allow: .allow
        case .issue(let generation): .issue(Int(generation))
        case .revokeSession: .end
        }
    }

    private static func good(_ rotation: RefreshRotation) -> [Int] {
        if rotation.isRevoked { return [] }
        return (rotation.previous == 0 ? [] : [Int(rotation.previous)]) + [Int(rotation.newest)]
    }

    /// However often responses are lost, whoever holds the last token that arrived gets on, and numbers only rise.
    @Test func lostResponses() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<500 {
            var rotation = try #require(RefreshRotation(isRevoked: false, newest: 1, previous: 0))
            var held: UInt64 = 1
            var issued: UInt64 = 1
            for _ in 0..<100 {
                let taken = rotation.take(.useRefreshToken(held))
                let outcome = try #require(taken)
                guard case .issue(let generation) = outcome.action else {
                    Issue.record("\(held) was not good: \(outcome)")
                    break
                }
                #expect(generation == issued + 1)
                issued = generation
                // The old access token is in use meanwhile.
                #expect(rotation.take(.useAccessToken(held))?.action == .allow)
                if random.below(3) != 0 { continue }
                held = generation
                if random.below(2) == 0 { #expect(rotation.take(.useAccessToken(held))?.action == .allow) }
            }
        }
    }

    /// Whoever copies a refresh token, and whenever, either never gets to use it or ends the session with the client.
    @Test func theft() throws {
        var random = SeededRandom(seed: 9700)
        for _ in 0..<2_000 {
            var rotation = try #require(RefreshRotation(isRevoked: false, newest: 1, previous: 0))
            var held: [UInt64] = [1, 1]
            var isOver = false
            for _ in 0..<200 where !isOver {
                let who = random.below(2)
                let taken = rotation.take(.useRefreshToken(held[who]))
                let outcome = try #require(taken)
                switch outcome.action {
                case .issue(let generation):
                    held[who] = generation
                    _ = rotation.take(.useAccessToken(generation))
                case .revokeSession: isOver = true
                default: Issue.record("\(outcome)")
                }
            }
            #expect(isOver && rotation.isRevoked)
            for generation in 1...rotation.newest {
                #expect(rotation.take(.useRefreshToken(generation))?.action == .refuse)
                #expect(rotation.take(.useAccessToken(generation))?.action == .refuse)
            }
        }
    }
}
