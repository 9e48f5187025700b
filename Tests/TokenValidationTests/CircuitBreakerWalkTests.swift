// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import TokenValidation

/// The three states of a textbook, as plainly as they can be written: no sharing of code or arithmetic with the real one.
private enum Model {
    case closed(failures: Int)
    case open(until: ClosedRange<Int64>, doublings: Int)
    case halfOpen(probeUntil: Int64, doublings: Int)
}

@Suite struct CircuitBreakerWalkTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func agreesWithTheModelForAHundredThousandEvents(_ seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let threshold = Int.random(in: 1...6, using: &random)
        let first = Int64.random(in: 1...10, using: &random)
        let longest = Int64.random(in: 1...300, using: &random)
        var breaker = CircuitBreaker(threshold: threshold, policy: FreshnessPolicy(firstPause: first, longestPause: longest))
        var model = Model.closed(failures: 0)
        var now: Int64 = 1_000_000
        var underWay = 0
        var seen: Set<String> = []
        var faults: [String] = []
        func check(_ holds: Bool, _ what: String, _ step: Int) {
            if !holds, faults.count < 5 { faults.append("step \(step): \(what), \(model)") }
        }

        /// From half of the pause to all of it, and what the issuer asks for if that is more.
        func pause(_ doublings: Int, _ asked: Int64) -> ClosedRange<Int64> {
            var seconds = first
            for _ in 0..<doublings { seconds = min(seconds * 2, longest) }
            seconds = min(seconds, longest)
            return now + max(seconds * 500, asked * 1000)...now + max(seconds * 1000, asked * 1000)
        }

        for step in 0..<100_000 {
            now += Int.random(in: 0..<30, using: &random) == 0
                ? .random(in: 0...400_000, using: &random) : .random(in: 0...400, using: &random)
            // Where jitter decides, the breaker tells which of the two it is.
            let isOpen = breaker.isOpen(at: now)
            switch model {
            case .closed:
                seen.insert("closed")
                check(!isOpen, "open", step)
            case .open(let until, _):
                if now < until.lowerBound { check(isOpen, "closed too early", step) }
                if now >= until.upperBound { check(!isOpen, "open for too long", step) }
                seen.insert(isOpen ? "open" : "pause over")
            case .halfOpen(let probeUntil, _):
                check(isOpen == (now < probeUntil), "probe", step)
                seen.insert(isOpen ? "probing" : "probe given up")
            }

            switch Int.random(in: 0..<100, using: &random) {
            case 0..<60:
                let deadline = now + .random(in: 0...20_000, using: &random)
                let admitted = breaker.admits(at: now, deadline: deadline)
                check(admitted != isOpen, "admits and isOpen differ", step)
                if admitted { underWay += 1 }
                switch model {
                case .open(_, let doublings) where admitted, .halfOpen(_, let doublings) where admitted:
                    model = .halfOpen(probeUntil: deadline, doublings: doublings)
                default: break
                }
            case 60..<68 where underWay > 0:
                underWay -= 1
                breaker.succeeded()
                model = .closed(failures: 0)
            case 68..<97 where underWay > 0:
                underWay -= 1
                let retryAfter: Int64? = Bool.random(using: &random) ? nil : .random(in: -10...1000, using: &random)
                let asked = min(retryAfter.map { $0 < 0 ? 0 : $0 } ?? 0, longest)
                breaker.failed(retryAfter: retryAfter, at: now, jitter: .random(in: 0..<1, using: &random))
                switch model {
                case .closed(let failures) where failures + 1 < threshold: model = .closed(failures: failures + 1)
                case .closed: model = .open(until: pause(0, asked), doublings: 0)
                case .halfOpen(_, let doublings): model = .open(until: pause(doublings + 1, asked), doublings: doublings + 1)
                case .open(let until, let doublings):
                    seen.insert("straggler")
                    let least = now + asked * 1000
                    model = .open(until: max(until.lowerBound, least)...max(until.upperBound, least), doublings: doublings)
                }
            case 97:
                breaker.forgetProbe()
                underWay = 0
                if case .halfOpen(_, let doublings) = model { model = .open(until: now...now, doublings: doublings) }
            default: break
            }
        }
        #expect(faults.isEmpty, "\(faults.joined(separator: "; "))")
        for state in ["closed", "open", "pause over", "probing", "probe given up", "straggler"] {
            #expect(seen.contains(state), "never \(state)")
        }
    }
}
