// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Threads that read shared objects without a lock. Each counts itself in and out on its own stripe; what has been
/// taken away from them is released once every stripe has been seen without readers, because whoever comes in later
/// cannot find it any more.
final class Readers: @unchecked Sendable {
    private typealias Counter = Atomic<Int>

    private let counters: UnsafeMutablePointer<Counter>
    private let release: @Sendable (UnsafeMutableRawPointer) -> Void
    /// Guarded by whoever calls `retire`. What was retired since `leaving` was closed waits in `arriving`.
    private var leaving: [UnsafeMutableRawPointer] = []
    private var arriving: [UnsafeMutableRawPointer] = []
    /// The stripes that have not been seen without readers since `leaving` was closed.
    private var busy: UInt32 = 0

    /// Two cache lines: processors fetch them in pairs.
    private static var stride: Int { 128 / MemoryLayout<Counter>.stride }

    init(release: @escaping @Sendable (UnsafeMutableRawPointer) -> Void) {
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
    func read<R>(_ body: () -> R) -> R {
        let counter = counters + Stripe.own * Self.stride
        counter.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
        defer { counter.pointee.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
        return body()
    }

    /// Releases `object`, which nobody can find any more, as soon as nobody can be reading it. One thread at a time.
    func retire(_ object: UnsafeMutableRawPointer) {
        arriving.append(object)
        collect()
    }

    /// In a forked child: the readers of other threads do not exist here.
    func forget() {
        for index in 0..<Stripe.count * Self.stride { counters[index].store(0, ordering: .relaxed) }
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
            if counters[stripe * Self.stride].load(ordering: .sequentiallyConsistent) == 0 {
                busy &= ~(1 << UInt32(stripe))
            }
        }
        guard busy == 0 else { return }
        for object in leaving { release(object) }
        leaving.removeAll(keepingCapacity: true)
    }
}
