// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import CSystem
import TokenValidation

/// Stops every transport when the process ends by exit(3). libcrypto takes its locks away then, and a thread that is in it
/// at that moment, as a TLS connection may be, would crash the host. OPENSSL_atexit(3) calls back before.
enum ExitGuard {
    private static let registry = Registry()

    private final class Registry: @unchecked Sendable {
        let lock = Lock()
        /// With the process that started their transport: in a forked child there is none.
        var entries: [(validator: Unmanaged<Validator>, process: pid_t)] = []

        init() { OPENSSL_atexit { ExitGuard.stopAll() } }
    }

    static func add(_ validator: Validator) {
        let entry = (Unmanaged.passUnretained(validator), getpid())
        registry.lock.withLock { registry.entries.append(entry) }
    }

    static func remove(_ validator: Validator) {
        let own = Unmanaged.passUnretained(validator).toOpaque()
        registry.lock.withLock { registry.entries.removeAll { $0.validator.toOpaque() == own } }
    }

    private static func stopAll() {
        let entries = registry.lock.withLock { registry.entries }
        for entry in entries where entry.process == getpid() {
            entry.validator._withUnsafeGuaranteedRef { Transport.stop(for: $0) }
        }
    }
}
