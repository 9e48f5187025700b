// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What a validator has done so far. Each thread counts on its own stripe, so that counting costs two threads nothing
/// to share.
final class Statistics: @unchecked Sendable {
    private typealias Counter = Atomic<UInt64>

    /// First a counter for each status, then one for hits that were no good verdicts, one for each good outcome of an
    /// exchange, and one for each failure. Good verdicts from the cache, which most tokens are, the cache counts.
    private static var otherHits: Int { Status.counterCount }
    private static var outcomes: Int { otherHits + 1 }
    private static var failures: Int { outcomes + 5 }
    /// A multiple of two cache lines.
    private let stride = (failures + ExchangeFailure.allCases.count + 15) / 16 * 16

    private let counters: UnsafeMutablePointer<Counter>

    init() {
        counters = .allocate(capacity: Stripe.count * stride)
        for index in 0..<Stripe.count * stride { (counters + index).initialize(to: Counter(0)) }
    }

    deinit {
        counters.deinitialize(count: Stripe.count * stride)
        counters.deallocate()
    }

    func count(_ status: Status) { add(status.counter) }

    func count(_ outcome: Validator.Outcome) {
        switch outcome {
        case .keySet: add(Self.outcomes)
        case .unchanged: add(Self.outcomes + 1)
        case .metadata, .moved: add(Self.outcomes + 2)
        case .failed(let failure, _): count(failure)
        }
    }

    func countOtherHit() { add(Self.otherHits) }
    func countAnswer() { add(Self.outcomes + 3) }
    func countRevocation() { add(Self.outcomes + 4) }
    func count(_ failure: ExchangeFailure) { add(Self.failures + Int(failure.rawValue)) }

    private func add(_ index: Int) {
        counters[Stripe.own * stride + index].wrappingAdd(1, ordering: .relaxed)
    }

    private func sum(_ index: Int) -> UInt64 {
        var total: UInt64 = 0
        for stripe in 0..<Stripe.count { total &+= counters[stripe * stride + index].load(ordering: .relaxed) }
        return total
    }

    func validations(_ status: Status) -> UInt64 { sum(status.counter) }
    var keySetsReplaced: UInt64 { sum(Self.outcomes) }
    var keySetsConfirmed: UInt64 { sum(Self.outcomes + 1) }
    var otherHits: UInt64 { sum(Self.otherHits) }
    var answers: UInt64 { sum(Self.outcomes + 3) }
    var revocationsAtIssuers: UInt64 { sum(Self.outcomes + 4) }
    var exchangesForwarded: UInt64 { sum(Self.outcomes + 2) }
    func failures(_ failure: ExchangeFailure) -> UInt64 { sum(Self.failures + Int(failure.rawValue)) }
}

extension Status {
    /// Bands have at most 16 statuses each.
    fileprivate var counter: Int { Int(rawValue) / 100 * 16 + Int(rawValue) % 100 }
    fileprivate static var counterCount: Int { 7 * 16 }
}
