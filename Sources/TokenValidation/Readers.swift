// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Threads that read shared objects without a lock. Each counts itself in and out on its own stripe; what has been
/// taken away from them is released once every stripe has been seen without readers, because whoever comes in later
/// cannot find it any more.
final class Readers: @unchecked Sendable {
    /// In the low 16 bits how many are reading; above them the tally, so that leaving and telling are one step.
    private typealias Counter = Atomic<UInt64>
    private static var presence: UInt64 { 0xFFFF }

    private let counters: UnsafeMutablePointer<Counter>
    /// So many objects wait before anybody looks whether they can go.
    private let patience: Int
    private let release: @Sendable (UnsafeMutableRawPointer) -> Void
    /// Guarded by whoever calls `retire`. What was retired since `leaving` was closed waits in `arriving`.
    private var leaving: [UnsafeMutableRawPointer] = []
    private var arriving: [UnsafeMutableRawPointer] = []
    /// The stripes that have not been seen without readers since `leaving` was closed.
    private var busy: UInt32 = 0

    /// Two cache lines: processors fetch them in pairs.
    private static var stride: Int { 128 / MemoryLayout<Counter>.stride }

    init(patience: Int = 1, release: @escaping @Sendable (UnsafeMutableRawPointer) -> Void) {
        self.patience = patience
        self.release = release
        counters = .allocate(capacity: Stripe.count * Self.stride)
        for index in 0..<Stripe.count * Self.stride { (counters + index).initialize(to: Counter(0)) }
    }

    deinit {
        for object in leaving + arriving { release(object) }
        counters.deinitialize(count: Stripe.count * Self.stride)
        counters.deallocate()
    }

    /// Runs `body`, during which nothing that it finds is released. Any thread.
    @inline(__always)
    func read<R>(_ body: () -> R) -> R { read(tallying: { _ in false }, body) }

    /// The same, and counts what `counts` says of the result.
    @inline(__always)
    func read<R>(tallying counts: (R) -> Bool, _ body: () -> R) -> R {
        let counter = counters + Stripe.own * Self.stride
        counter.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
        let result = body()
        counter.pointee.wrappingAdd(counts(result) ? Self.presence : .max, ordering: .sequentiallyConsistent)
        return result
    }

    /// How many reads were counted.
    var tally: UInt64 {
        var total: UInt64 = 0
        for stripe in 0..<Stripe.count { total &+= counters[stripe * Self.stride].load(ordering: .relaxed) >> 16 }
        return total
    }

    /// Releases `object`, which nobody can find any more, when nobody can be reading it. One thread at a time.
    func retire(_ object: UnsafeMutableRawPointer) {
        arriving.append(object)
        if arriving.count >= patience { collect() }
    }

    /// In a forked child: the readers of other threads do not exist here.
    func forget() {
        for stripe in 0..<Stripe.count {
            let counter = counters + stripe * Self.stride
            counter.pointee.store(counter.pointee.load(ordering: .relaxed) & ~Self.presence, ordering: .relaxed)
        }
    }

    private func collect() {
        releaseIfIdle()
        guard leaving.isEmpty, !arriving.isEmpty else { return }
        swap(&leaving, &arriving)
        busy = .max
        releaseIfIdle()
    }

    private func releaseIfIdle() {
        for stripe in 0..<Stripe.count where busy & 1 << UInt32(stripe) != 0 {
            if counters[stripe * Self.stride].load(ordering: .sequentiallyConsistent) & Self.presence == 0 {
                busy &= ~(1 << UInt32(stripe))
            }
        }
        guard busy == 0 else { return }
        for object in leaving { release(object) }
        leaving.removeAll(keepingCapacity: true)
    }
}
