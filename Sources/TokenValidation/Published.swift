// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// An object that many threads read and one replaces now and then. Readers take no lock and never wait.
final class Published<Value: AnyObject>: @unchecked Sendable {
    private let current: Atomic<UnsafeMutableRawPointer?>
    private let readers = Readers { Unmanaged<Value>.fromOpaque($0).release() }

    init(_ value: Value?) {
        current = Atomic(value.map { Unmanaged.passRetained($0).toOpaque() })
    }

    deinit {
        if let object = current.load(ordering: .acquiring) { Unmanaged<Value>.fromOpaque(object).release() }
    }

    /// Lends the current object to `body`. Any thread.
    @inline(__always)
    func read<R>(_ body: (Value?) -> R) -> R {
        readers.read {
            guard let object = current.load(ordering: .sequentiallyConsistent) else { return body(nil) }
            return Unmanaged<Value>.fromOpaque(object)._withUnsafeGuaranteedRef { body($0) }
        }
    }

    /// Replaces the object. One thread at a time.
    func publish(_ value: Value?) {
        let new = value.map { Unmanaged.passRetained($0).toOpaque() }
        if let old = current.exchange(new, ordering: .sequentiallyConsistent) { readers.retire(old) }
    }

    /// In a forked child: the readers of other threads do not exist here.
    func forgetReaders() { readers.forget() }
}
