// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// An object that many threads read and one replaces now and then. Readers take no lock and never wait: they count
/// themselves in and out on their own stripe. A replaced object is released once every stripe has been seen without
/// readers, because whoever reads then reads the new one.
final class Published<Value: AnyObject>: @unchecked Sendable {
    private typealias Counter = Atomic<Int>

    private let current: Atomic<UnsafeRawPointer?>
    private let readers: UnsafeMutablePointer<Counter>
    /// Guarded by whoever calls `publish`.
    private var retired: [Retired] = []

    /// Two cache lines: processors fetch them in pairs.
    private static var stride: Int { 128 / MemoryLayout<Counter>.stride }

    private struct Retired {
        let object: UnsafeRawPointer
        /// The stripes that have not been seen without readers since the object was replaced.
        var busy: UInt32
    }

    init(_ value: Value?) {
        current = Atomic(value.map { UnsafeRawPointer(Unmanaged.passRetained($0).toOpaque()) })
        readers = .allocate(capacity: Stripe.count * Self.stride)
        for index in 0..<Stripe.count * Self.stride { (readers + index).initialize(to: Counter(0)) }
    }

    deinit {
        for old in retired { Self.release(old.object) }
        if let object = current.load(ordering: .acquiring) { Self.release(object) }
        readers.deinitialize(count: Stripe.count * Self.stride)
        readers.deallocate()
    }

    /// Lends the current object to `body`. Any thread.
    @inline(__always)
    func read<R>(_ body: (Value?) -> R) -> R {
        let counter = readers + Stripe.own * Self.stride
        counter.pointee.add(1, ordering: .sequentiallyConsistent)
        defer { counter.pointee.subtract(1, ordering: .sequentiallyConsistent) }
        guard let object = current.load(ordering: .sequentiallyConsistent) else { return body(nil) }
        return Unmanaged<Value>.fromOpaque(object)._withUnsafeGuaranteedRef { body($0) }
    }

    /// Replaces the object. One thread at a time.
    func publish(_ value: Value?) {
        let new = value.map { UnsafeRawPointer(Unmanaged.passRetained($0).toOpaque()) }
        if let old = current.exchange(new, ordering: .sequentiallyConsistent) {
            retired.append(Retired(object: old, busy: .max))
        }
        collect()
    }

    /// In a forked child: the readers of other threads do not exist here.
    func forgetReaders() {
        for index in 0..<Stripe.count * Self.stride { readers[index].store(0, ordering: .relaxed) }
    }

    private func collect() {
        for index in retired.indices {
            for stripe in 0..<Stripe.count
            where readers[stripe * Self.stride].load(ordering: .sequentiallyConsistent) == 0 {
                retired[index].busy &= ~(1 << UInt32(stripe))
            }
        }
        for old in retired where old.busy == 0 { Self.release(old.object) }
        retired.removeAll { $0.busy == 0 }
    }

    private static func release(_ object: UnsafeRawPointer) {
        Unmanaged<Value>.fromOpaque(object).release()
    }
}
