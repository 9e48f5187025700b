// SPDX-License-Identifier: Apache-2.0
import CSystem
import JOSE
import Synchronization

/// Has the keys that are used made faster (see `VerificationKey.prepareTable`), one at a time, each on a thread of its own
/// that ends with it. A request never waits for one.
final class KeyTables: @unchecked Sendable {
    private let limit: Int
    private let allowsSodium: Bool
    /// Guards what follows. Taken for moments only.
    private let lock = Lock()
    private var thread: Builder?
    private var isStopped = false
    /// Held while a key is made faster, so that no fork comes in between: libcrypto may hold locks of its own then, which
    /// nobody would ever give back in the child. A fork waits for that as long as a table takes.
    private let work = Lock()

    /// The thread and the key it works for; joined when the next one is started or the validator goes.
    private struct Builder {
        var thread = pthread_t()
        let key: VerificationKey
        var isDone = false
    }

    /// A table of P-256 takes as long as 300 verifications and has paid after 600: eight show that a key is in use.
    static var threshold: Int { 8 }
    /// How many verifications by a key that got no table pass until the next attempt.
    static var pause: Int { 1024 }
    /// libcrypto's arithmetic takes little; AddressSanitizer's frames are larger.
    private static var stackBytes: Int { 262_144 }

    init(limit: Int, allowsSodium: Bool) {
        self.limit = limit
        self.allowsSodium = allowsSodium
    }

    /// Counts a use of `key`. Any thread, and no lock but for every so many uses of a key without a table.
    @inline(__always)
    func noteUse(of key: VerificationKey, tables: () -> Int) {
        guard limit > 0, !key.hasTable, key.gainsFromTable || allowsSodium && key.gainsFromSodium else { return }
        if key.uses.wrappingAdd(1, ordering: .relaxed).newValue == Self.threshold { want(key, tables) }
    }

    /// `tables` says how many there are; it is asked without the lock.
    @inline(never)
    private func want(_ key: VerificationKey, _ tables: () -> Int) {
        // libsodium needs no memory for a key.
        guard key.gainsFromSodium || tables() < limit else {
            key.uses.store(Self.threshold - Self.pause, ordering: .relaxed)
            return
        }
        let isStarted = lock.withLock { () -> Bool? in
            if isStopped { return false }
            if let thread {
                // Another key's turn: this one asks again soon.
                if !thread.isDone { return nil }
                pthread_join(thread.thread, nil)
                self.thread = nil
            }
            return start(key)
        }
        guard isStarted != true else { return }
        key.uses.store(isStarted == nil ? 0 : Self.threshold - Self.pause, ordering: .relaxed)
    }

    /// With the lock held, so that the thread finds itself entered.
    private func start(_ key: VerificationKey) -> Bool {
        var builder = Builder(key: key)
        let own = Unmanaged.passRetained(self).toOpaque()
        thread = builder
        guard Self.createThread(&builder.thread, own) else {
            thread = nil
            Unmanaged<KeyTables>.fromOpaque(own).release()
            return false
        }
        thread = builder
        return true
    }

    /// The host's signals are the host's: the thread blocks them all.
    private static func createThread(_ thread: inout pthread_t, _ own: UnsafeMutableRawPointer) -> Bool {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return false }
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackBytes)
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { own in
            if let own { Unmanaged<KeyTables>.fromOpaque(own).takeRetainedValue().build() }
            return nil
        }
        // A host whose thread-local variables leave no room on so small a stack gets one of the usual size.
        return pthread_create(&thread, &attributes, run, own) == 0 || pthread_create(&thread, nil, run, own) == 0
    }

    /// On the thread.
    private func build() {
        guard let key = lock.withLock({ isStopped ? nil : thread?.key }) else { return }
        // What cannot be done now cannot be done later either.
        if !work.withLock({ key.prepareTable() }) { key.uses.store(.min, ordering: .relaxed) }
        lock.withLock { thread?.isDone = true }
    }

    /// Waits for the thread, 25 milliseconds at most if the machine is idle. Nobody may be using the validator any more.
    func stop() {
        let last = lock.withLock {
            isStopped = true
            return thread
        }
        if let last { pthread_join(last.thread, nil) }
        lock.withLock { thread = nil }
    }

    /// Around a fork.
    func lockAll() {
        work.lock()
        lock.lock()
    }

    func unlockAll() {
        lock.unlock()
        work.unlock()
    }

    /// In a forked child, with the locks held since before the fork: the thread does not exist here, and its key may want
    /// another one.
    func becomeChild() {
        guard let thread, !thread.isDone else {
            self.thread = nil
            return
        }
        if !thread.key.hasTable { thread.key.uses.store(0, ordering: .relaxed) }
        self.thread = nil
    }
}

extension Validator {
    /// How many keys in use have a table, and for how many libsodium verifies.
    var keyTableCounts: (tables: Int, sodium: Int) {
        var counts = (tables: 0, sodium: 0)
        for issuer in issuers {
            issuer.keys.published.read { keySet in
                for key in keySet?.keys ?? [] where key.hasTable {
                    if key.gainsFromSodium { counts.sodium += 1 } else { counts.tables += 1 }
                }
            }
        }
        return counts
    }

    /// Verifies, and has the key made faster if it is used a lot.
    @inline(__always)
    func verify(
        _ signature: ByteView, over input: ByteView, with algorithm: SignatureAlgorithm, by key: VerificationKey
    ) -> SignatureOutcome {
        keyTables.noteUse(of: key) { keyTableCounts.tables }
        return key.verify(signature, over: input, with: algorithm)
    }
}
