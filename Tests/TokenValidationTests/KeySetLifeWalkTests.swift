// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import TokenValidation

/// What docs/key-sets.md says, as plainly as it can be written: no sharing of code or arithmetic with the real one.
private struct Model {
    let policy: FreshnessPolicy
    var fetching = false
    var failedInARow = 0
    var goodAt: Int64?
    var freshSeconds: Int64 = 0
    var restoredUntil: Int64?
    /// The earliest and latest moment at which the next fetch may be due.
    var due: ClosedRange<Int64>
    var lastAsked: Int64?

    var servesUntil: Int64? {
        goodAt.map { $0 + (freshSeconds + policy.staleLimit) * 1000 } ?? restoredUntil
    }

    func phase(at now: Int64) -> KeySetLife.Phase {
        guard let servesUntil else { return .empty }
        if now >= servesUntil { return .hardStale }
        guard let goodAt, failedInARow == 0, now < goodAt + freshSeconds * 1000 else { return .softStale }
        return .fresh
    }

    mutating func fail(_ retryAfter: Int64?, at now: Int64) {
        fetching = false
        failedInARow += 1
        var pause = policy.firstPause
        for _ in 1..<max(failedInARow, 1) { pause = min(pause * 2, policy.longestPause) }
        pause = min(pause, policy.longestPause)
        let asked = min(retryAfter ?? 0, policy.longestPause) * 1000
        due = now + max(pause * 500, asked)...now + max(pause * 1000, asked)
    }

    mutating func succeed(_ lifetime: Int64, at now: Int64) {
        fetching = false
        failedInARow = 0
        goodAt = now
        freshSeconds = lifetime
        due = now + lifetime * 800...now + lifetime * 950
    }
}

@Suite struct KeySetLifeWalkTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func agreesWithTheModelForAHundredThousandEvents(_ seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let policy = FreshnessPolicy(
            staleLimit: .random(in: 0...5000, using: &random), firstPause: .random(in: 1...10, using: &random),
            longestPause: .random(in: 1...600, using: &random), unknownKeyCooldown: .random(in: 1...60, using: &random))
        var now: Int64 = 1_000_000
        var life = KeySetLife(policy: policy, now: now)
        var model = Model(policy: policy, due: now...now)
        var fetchesForKeys: [Int64] = []
        var seen: Set<String> = []
        var faults: [String] = []
        func check(_ holds: Bool, _ what: String, _ step: Int) {
            if !holds, faults.count < 5 { faults.append("step \(step): \(what)") }
        }

        for step in 0..<100_000 {
            // Mostly moments, now and then hours.
            now += Int.random(in: 0..<50, using: &random) == 0
                ? .random(in: 0...10_000_000, using: &random) : .random(in: 0...3000, using: &random)
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<35:
                let answer = life.answerForUnknownKey(at: now)
                seen.insert("unknown \(answer)")
                if model.fetching {
                    check(answer == .wait, "unknown key while fetching: \(answer)", step)
                } else if model.failedInARow > 0, now < life.nextFetch {
                    check(answer == .cannotDecide, "unknown key while backing off: \(answer)", step)
                } else if let last = model.lastAsked, now < last + policy.unknownKeyCooldown * 1000 {
                    check(answer == .refuse, "unknown key within the cooldown: \(answer)", step)
                } else {
                    check(answer == .fetch, "unknown key: \(answer)", step)
                    model.lastAsked = now
                    fetchesForKeys.append(now)
                    life.began()
                    model.fetching = true
                }
            case 35..<55:
                let answer = life.answerWithoutKeys(at: now)
                seen.insert("without \(answer)")
                if model.fetching {
                    check(answer == .wait, "no keys while fetching: \(answer)", step)
                } else {
                    let isBackingOff = model.failedInARow > 0 && now < life.nextFetch
                    check(answer == (isBackingOff ? .cannotDecide : .fetch), "no keys: \(answer)", step)
                }
            case 55..<75:
                check(life.isDue(at: now) == (!model.fetching && now >= life.nextFetch), "isDue", step)
                if life.isDue(at: now) {
                    life.began()
                    model.fetching = true
                }
            case 75..<86 where model.fetching:
                let lifetime = Int64.random(in: 1...7200, using: &random)
                life.succeeded(lifetime: lifetime, at: now, jitter: .random(in: 0..<1, using: &random))
                model.succeed(lifetime, at: now)
            case 86..<97 where model.fetching:
                let retryAfter: Int64? = Bool.random(using: &random) ? nil : .random(in: 0...1_000_000, using: &random)
                life.failed(retryAfter: retryAfter, at: now, jitter: .random(in: 0..<1, using: &random))
                model.fail(retryAfter, at: now)
            case 97:
                life.forgetFetch(at: now)
                if model.fetching { model.due = now...now }
                model.fetching = false
            case 98 where Int.random(in: 0..<20, using: &random) == 0 && !model.fetching:
                life = KeySetLife(policy: policy, now: now)
                model = Model(policy: policy, due: now...now)
                fetchesForKeys = []
                if Bool.random(using: &random) {
                    life.restored(servingFor: 500, at: now)
                    model.restoredUntil = now + 500_000
                }
            default:
                break
            }
            check(life.isFetching == model.fetching, "isFetching", step)
            check(life.failures == model.failedInARow, "failures", step)
            check(life.servesUntil == model.servesUntil, "servesUntil", step)
            check(life.phase(at: now) == model.phase(at: now), "phase \(life.phase(at: now))", step)
            check(model.due.contains(life.nextFetch), "nextFetch \(life.nextFetch) outside \(model.due)", step)
            if fetchesForKeys.count > 1 {
                let gap = fetchesForKeys[fetchesForKeys.count - 1] - fetchesForKeys[fetchesForKeys.count - 2]
                check(gap >= policy.unknownKeyCooldown * 1000, "two fetches in one cooldown", step)
            }
            seen.insert("\(life.phase(at: now))")
        }
        #expect(faults.isEmpty, "\(faults.joined(separator: "; "))")
        // The walk has been everywhere.
        for place in [
            "empty", "fresh", "softStale", "hardStale", "unknown wait", "unknown fetch", "unknown refuse",
            "unknown cannotDecide", "without wait", "without fetch", "without cannotDecide",
        ] { #expect(seen.contains(place), "never \(place)") }
    }
}
