// SPDX-License-Identifier: Apache-2.0
import JOSE

/// An issuer as a validator holds it.
struct Issuer: Sendable {
    let policy: Policy
    let freshness: FreshnessPolicy
    let keys: KeyCache
}

/// The long-lived judge. Its set-up is immutable; key sets come and go behind it. Any number of threads, and forked
/// children, use it at once.
package final class Validator: @unchecked Sendable {
    struct Settings: Sendable {
        /// Empty if no issuer's tokens need a user.
        var serverName: [UInt8] = []
        var maximumTokenBytes = 16_384
        var maximumKeySetBytes = 1_048_576
        var plainHTTP = PlainHTTP.never
        /// Milliseconds.
        var exchangeTimeout: Int64 = 10_000
        /// NUL-terminated; empty for the system's certificates.
        var certificateFile: [UInt8] = []
    }

    let issuers: [Issuer]
    let settings: Settings
    let clock: Clock
    let log: Log
    let stateDirectory: StateDirectory?
    let statistics = Statistics()

    /// Guards everything below and the guarded part of each `KeyCache`. Held for moments only: never across I/O,
    /// cryptography or a call of the host's.
    let lock = Lock()
    var outbox = Outbox()
    var logLimit = LogLimit()
    /// Counts the exchanges that were settled.
    private var settled: UInt64 = 0
    /// For the host's event loop: made when it asks.
    private var hostSignal: Signal?
    /// For the transport: made when it starts.
    private var transportSignal: Signal?
    /// The transport that runs, as whoever started it knows it. Not for several threads at once.
    package var transport: UnsafeMutableRawPointer?

    init(
        issuers: [Issuer], settings: Settings, clock: Clock, log: Log, stateDirectory: StateDirectory?
    ) {
        self.issuers = issuers
        self.settings = settings
        self.clock = clock
        self.log = log
        self.stateDirectory = stateDirectory
        ForkGuard.add(self)
    }

    deinit { ForkGuard.remove(self) }

    // MARK: Telling others

    /// There is an exchange for whoever carries them.
    func notifyQueued() {
        let (host, transport) = lock.withLock { (hostSignal, transportSignal) }
        transport?.raise()
        host?.raise()
    }

    /// An exchange has been settled: tokens that waited for it can be judged.
    func notifyDecided() {
        let host = lock.withLock {
            settled &+= 1
            lock.wakeAll()
            return hostSignal
        }
        host?.raise()
    }

    /// Readable when an exchange has been queued or settled; nil if there are no more descriptors.
    package var eventDescriptor: Int32? {
        lock.withLock {
            if hostSignal == nil { hostSignal = Signal() }
            return hostSignal?.descriptor
        }
    }

    package func clearEvents() {
        lock.withLock { hostSignal }?.clear()
    }

    /// The same for the transport.
    package var transportDescriptor: Int32? {
        lock.withLock {
            if transportSignal == nil { transportSignal = Signal() }
            return transportSignal?.descriptor
        }
    }

    package func clearTransportEvents() {
        lock.withLock { transportSignal }?.clear()
    }

    package func wakeTransport() {
        lock.withLock { transportSignal }?.raise()
    }

    package var certificateFile: [UInt8] { settings.certificateFile }

    func note(_ level: Log.Level, _ message: String) {
        let now = clock.monotonicMilliseconds
        if lock.withLock({ logLimit.admits(at: now) }) { log.write(level, message) }
    }

    // MARK: Forking

    /// In the child, with the lock held since before the fork. Key sets stay; exchanges and waiters do not exist here.
    func becomeChild() {
        transport = nil
        outbox.removeAll()
        lock.forgetWaiters()
        hostSignal?.separate()
        transportSignal?.separate()
        // Due at once. The host's clock is not asked: it may need a lock that nobody holds here any more.
        for issuer in issuers { issuer.keys.forgetFetch(at: .min) }
    }
}

extension Validator {
    /// What became of a token.
    package struct Answer {
        package let status: Status
        /// The exchange that a pending token waits for.
        package let exchange: UInt64
    }

    /// Judges a token without waiting. `accept` is called once, before this returns `.ok`, with what is known of a
    /// good token.
    package func validate(_ token: ByteView, accept: (Verdict) -> Void) -> Answer {
        var watch = Watch(observer: NoObserver())
        return judge(token, &watch, accept)
    }

    /// The same, and why the token is refused if it is.
    package func validate(_ token: ByteView, refusal: inout Finding?, accept: (Verdict) -> Void) -> Answer {
        var watch = Watch(observer: RefusalObserver())
        defer { refusal = watch.observer.refusal }
        return judge(token, &watch, accept)
    }

    /// The same, and every check that was made.
    package func validate(_ token: ByteView, findings: inout [Finding], accept: (Verdict) -> Void) -> Answer {
        var watch = Watch(observer: Trace())
        defer { findings = watch.observer.findings }
        return judge(token, &watch, accept)
    }

    private func judge<O: Observer>(
        _ token: ByteView, _ watch: inout Watch<O>, _ accept: (Verdict) -> Void
    ) -> Answer {
        let answer = judgeUncounted(token, &watch, accept)
        statistics.count(answer.status)
        return answer
    }

    private func judgeUncounted<O: Observer>(
        _ token: ByteView, _ watch: inout Watch<O>, _ accept: (Verdict) -> Void
    ) -> Answer {
        let status = withUnsafeMutablePointer(to: &watch) { Judge(validator: self, watch: $0).judge(token, accept) }
        return Answer(status: status, exchange: watch.exchange)
    }

    /// Waits for what `validate` would leave pending, `milliseconds` at most; somebody else has to carry the exchanges
    /// meanwhile.
    package func validate(
        _ token: ByteView, waiting milliseconds: Int64, refusal: inout Finding?, accept: (Verdict) -> Void
    ) -> Answer {
        let end = Clock.system.monotonicMilliseconds + milliseconds
        while true {
            let before = lock.withLock { settled }
            var watch = Watch(observer: RefusalObserver())
            var answer = judgeUncounted(token, &watch, accept)
            let left = end - Clock.system.monotonicMilliseconds
            if answer.status == .pending, left <= 0 { answer = Answer(status: .timedOut, exchange: answer.exchange) }
            guard answer.status == .pending else {
                // Once for each token, however often it was looked at.
                statistics.count(answer.status)
                refusal = watch.observer.refusal
                return answer
            }
            lock.withLock {
                if settled == before { lock.wait(milliseconds: left) }
            }
        }
    }

    /// The claims of a token as its issuer signed them. Only for tokens that were found good.
    package func claims(of token: ByteView) -> [UInt8]? {
        guard let parts = try? CompactJWS(token) else { return nil }
        return Base64URL.decode(parts.payload)
    }
}
