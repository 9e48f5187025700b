// SPDX-License-Identifier: Apache-2.0
import CSystem

/// Keeps every validator whole across fork(2): their locks are taken before it, so that no other thread is in the middle
/// of anything, and given back on both sides after it (pthread_atfork(3)).
enum ForkGuard {
    private static let registry = Registry()

    private final class Registry: @unchecked Sendable {
        let lock = Lock()
        var validators: [Unmanaged<Validator>] = []

        init() {
            pthread_atfork(
                { ForkGuard.registry.lockAll() }, { ForkGuard.registry.unlockAll() },
                {
                    ForkGuard.registry.lock.forgetWaiters()
                    for validator in ForkGuard.registry.validators {
                        validator._withUnsafeGuaranteedRef { $0.becomeChild() }
                    }
                    ForkGuard.registry.unlockAll()
                })
        }

        func lockAll() {
            lock.lock()
            for validator in validators { validator._withUnsafeGuaranteedRef { $0.lockAll() } }
        }

        func unlockAll() {
            for validator in validators.reversed() { validator._withUnsafeGuaranteedRef { $0.unlockAll() } }
            lock.unlock()
        }
    }

    static func add(_ validator: Validator) {
        registry.lock.withLock { registry.validators.append(.passUnretained(validator)) }
    }

    static func remove(_ validator: Validator) {
        let own = Unmanaged.passUnretained(validator).toOpaque()
        registry.lock.withLock { registry.validators.removeAll { $0.toOpaque() == own } }
    }
}
