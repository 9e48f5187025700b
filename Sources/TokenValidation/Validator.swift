// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix

/// An issuer as a validator holds it.
final class Issuer: Sendable {
    let policy: Policy
    let freshness: FreshnessPolicy
    let keys: KeyCache
    /// Nil if it is never asked about tokens.
    let introspector: Introspector?
    let revocation: RevocationEndpoint

    init(
        policy: Policy, freshness: FreshnessPolicy, keys: KeyCache, introspector: Introspector?,
        revocation: RevocationEndpoint
    ) {
        self.policy = policy
        self.freshness = freshness
        self.keys = keys
        self.introspector = introspector
        self.revocation = revocation
    }
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
        var cachedVerdicts = 100_000
        var cachedBytes = 67_108_864
        var revocationBytes = 33_554_432
        var keyTables = 8
        var allowsSodium = true
        /// Seconds.
        var revocationLifetime: Int64 = 604_800
        var compatibility = Compatibility.none
        var scopeRules = ScopeRules()
        /// Whether scopes and endpoints of open proposals count.
        var draftScopes = false
        /// A URL; empty for none.
        var resourceMetadata: [UInt8] = []
    }

    let issuers: [Issuer]
    /// The same and their keys, as `Pinning` knows them.
    private let pinned: [Pinning.Address]
    let acceptsJWTs: Bool
    let acceptsOpaqueTokens: Bool
    /// Whether issuers are asked about tokens.
    let asksIssuers: Bool
    /// The marks by which all tokens of an issuer are revoked.
    let issuerMarks: [UInt64]
    let settings: Settings
    let clock: Clock
    let log: Log
    let stateDirectory: StateDirectory?
    let digests: KeyedHash
    let revocations: Revocations
    /// Good verdicts, and what came of introspection otherwise.
    let accepted: VerdictCache
    let refused: VerdictCache
    let statistics = Statistics()
    let authorization: Authorization
    let keyTables: KeyTables
    let knownHeaders = KnownHeaders()

    /// Guards everything below and the guarded part of each `KeyCache`. Held for moments only: never across I/O,
    /// cryptography or a call of the host's.
    let lock = Lock()
    var outbox = Outbox()
    var revocationRequests = RevocationRequests()
    var logLimit = LogLimit()
    /// Counts the exchanges that were settled.
    private(set) var settled: UInt64 = 0
    /// For the host's event loop: made when it asks.
    private var hostSignal: Signal?
    /// For the transport: made when it starts.
    private var transportSignal: Signal?
    /// The transport that runs, as whoever started it knows it. Not for several threads at once.
    package var transport: UnsafeMutableRawPointer?

    init(
        issuers: [Issuer], settings: Settings, clock: Clock, log: Log, stateDirectory: StateDirectory?,
        memory: Memory
    ) {
        self.issuers = issuers
        acceptsJWTs = issuers.contains { $0.policy.acceptsJWTs }
        acceptsOpaqueTokens = issuers.contains { $0.policy.acceptsOpaque }
        asksIssuers = issuers.contains { $0.introspector != nil }
        issuerMarks = issuers.indices.map { index in
            issuers[index].policy.issuer.withView { memory.revocations.mark(.issuer, issuer: index, $0) }
        }
        self.settings = settings
        self.clock = clock
        self.log = log
        self.stateDirectory = stateDirectory
        digests = memory.digests
        revocations = memory.revocations
        accepted = memory.accepted
        refused = memory.refused
        authorization = Authorization(rules: settings.scopeRules, drafts: settings.draftScopes)
        keyTables = KeyTables(limit: settings.keyTables, allowsSodium: settings.allowsSodium)
        pinned = issuers.flatMap { [Pinning.address(of: $0), Pinning.address(of: $0.keys)] }
        pinned.forEach(Pinning.pin)
        ForkGuard.add(self)
    }

    deinit {
        pinned.forEach(Pinning.unpin)
        keyTables.stop()
        ForkGuard.remove(self)
    }

    /// Set aside as a whole: a validator has all of it or is not made.
    struct Memory {
        let digests: KeyedHash
        let revocations: Revocations
        let accepted: VerdictCache
        let refused: VerdictCache

        init?(_ settings: Settings) {
            // What introspection refuses is kept for seconds only.
            let (few, little) = (max(settings.cachedVerdicts / 8, 1024), settings.cachedBytes / 8)
            guard let digests = KeyedHash.make(), let revocations = Revocations.make(bytes: settings.revocationBytes),
                let accepted = VerdictCache.make(count: settings.cachedVerdicts, bytes: settings.cachedBytes),
                let refused = VerdictCache.make(count: few, bytes: little)
            else { return nil }
            self.digests = digests
            self.revocations = revocations
            self.accepted = accepted
            self.refused = refused
        }
    }

    func opaqueIssuer(_ form: OpaqueForm) -> Int? {
        issuers.firstIndex { $0.policy.acceptsOpaque && $0.policy.opaqueForm == form }
    }

    /// For a handle that keeps the validator alive. Between the two nobody else may keep it.
    package func pin() { Pinning.pin(Pinning.address(of: self)) }

    package static func unpin(_ validator: UnsafeMutableRawPointer) { Pinning.unpin(validator) }

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
        revocationRequests.removeAll()
        lock.forgetWaiters()
        accepted.becomeChild()
        refused.becomeChild()
        keyTables.becomeChild()
        hostSignal?.separate()
        transportSignal?.separate()
        // Due at once. The host's clock is not asked: it may need a lock that nobody holds here any more.
        for issuer in issuers {
            issuer.keys.forgetFetch(at: .min)
            issuer.introspector?.breaker.forgetProbe()
        }
    }

    /// Around a fork. First what may be waited for, so that nobody else waits meanwhile.
    func lockAll() {
        keyTables.lockAll()
        lock.lock()
        accepted.lockAll()
        refused.lockAll()
    }

    func unlockAll() {
        refused.unlockAll()
        accepted.unlockAll()
        lock.unlock()
        keyTables.unlockAll()
    }
}

extension Validator {
    /// What became of a token.
    package struct Answer {
        package let status: Status
        /// The exchange that a pending token waits for.
        package let exchange: UInt64
        /// It comes from the cache.
        var isRemembered = false
    }

    /// Judges a token without waiting. `accept` is called once, before this returns `.ok`, with what is known of a
    /// good token.
    package func validate(_ token: ByteView, accept: (Verdict) -> Void) -> Answer {
        var unasked: Finding?
        return validate(token, sayingWhy: false, refusal: &unasked, accept: accept)
    }

    /// The same, and why the token is refused if it is.
    package func validate(_ token: ByteView, refusal: inout Finding?, accept: (Verdict) -> Void) -> Answer {
        validate(token, sayingWhy: true, refusal: &refusal, accept: accept)
    }

    /// Either of them. Most tokens are known; all the rest is kept out of their way.
    @inline(__always)
    package func validate(
        _ token: ByteView, sayingWhy: Bool, refusal: inout Finding?, accept: (Verdict) -> Void
    ) -> Answer {
        let (digest, now) = (digest(of: token), Moment(clock))
        let isKnown = isKnown(digest, at: now, accept)
        if isKnown == true { return Answer(status: .ok, exchange: 0) }
        return judge(token, digest, at: now, isRemembered: isKnown != nil, sayingWhy: sayingWhy, &refusal, accept)
    }

    private func judge(
        _ token: ByteView, _ digest: Digest, at now: Moment, isRemembered: Bool, sayingWhy: Bool,
        _ refusal: inout Finding?, _ accept: (Verdict) -> Void
    ) -> Answer {
        var watch = Watch(sayingWhy ? .refusal : .nothing)
        let answer = judge(token, digest, at: now, isRemembered: isRemembered, &watch, accept)
        refusal = watch.refusal
        return answer
    }

    /// The same, and every check that was made.
    package func validate(_ token: ByteView, findings: inout [Finding], accept: (Verdict) -> Void) -> Answer {
        var watch = Watch(.everyCheck)
        defer { findings = watch.findings }
        return judge(token, digest(of: token), at: Moment(clock), isRemembered: true, &watch, accept)
    }

    /// What is too long is refused before anything in it is looked at.
    @inline(__always)
    private func digest(of token: ByteView) -> Digest {
        digests.digest(of: token.count <= settings.maximumTokenBytes ? token : .empty)
    }

    private func judge(
        _ token: ByteView, _ digest: Digest, at now: Moment, isRemembered: Bool, _ watch: inout Watch,
        _ accept: (Verdict) -> Void
    ) -> Answer {
        let answer = judgeUncounted(token, digest, at: now, isRemembered: isRemembered, &watch, accept)
        count(answer)
        return answer
    }

    private func count(_ answer: Answer) {
        if answer.isRemembered { statistics.countOtherHit() }
        statistics.count(answer.status)
    }

    /// `isRemembered` says that the token may be among those that were good.
    private func judgeUncounted(
        _ token: ByteView, _ digest: Digest, at now: Moment, isRemembered: Bool, _ watch: inout Watch,
        _ accept: (Verdict) -> Void
    ) -> Answer {
        if isRemembered, let status = recall(digest, at: now, &watch, accept) {
            return Answer(status: status, exchange: 0, isRemembered: true)
        }
        var status =
            recallRefusal(digest, at: now, &watch) ?? judgeAnew(token, digest, at: now, &watch, accept)
        if watch.isAnswered {
            // Found, unless it had to make room in the same moment.
            let now = Moment(clock)
            status =
                recall(digest, at: now, &watch, accept) ?? recallRefusal(digest, at: now, &watch) ?? .issuerUnavailable
        }
        if status.isIssuersTrouble, recallStale(digest, at: now, &watch, accept) {
            return Answer(status: .ok, exchange: 0)
        }
        return Answer(status: status, exchange: watch.exchange)
    }

    private func judgeAnew(
        _ token: ByteView, _ digest: Digest, at now: Moment, _ watch: inout Watch, _ accept: (Verdict) -> Void
    ) -> Status {
        // Before anything is compared with the revocations: what comes later shows in the epoch.
        let epoch = revocations.epoch
        return withUnsafeMutablePointer(to: &watch) { watch in
            Judge(validator: self, watch: watch, now: now).judge(token, digest) { acceptance in
                remember(digest, acceptance, claims: .empty, epoch: epoch, at: now)
                accept(acceptance.verdict)
            }
        }
    }

    /// Waits for what `validate` would leave pending, `milliseconds` at most; somebody else has to carry the exchanges
    /// meanwhile.
    package func validate(
        _ token: ByteView, waiting milliseconds: Int64, refusal: inout Finding?, accept: (Verdict) -> Void
    ) -> Answer {
        let digest = digest(of: token)
        if isKnown(digest, at: Moment(clock), accept) == true { return Answer(status: .ok, exchange: 0) }
        let end = Clock.system.monotonicMilliseconds + milliseconds
        while true {
            let before = lock.withLock { settled }
            var watch = Watch(.refusal)
            var answer = judgeUncounted(token, digest, at: Moment(clock), isRemembered: true, &watch, accept)
            let left = end - Clock.system.monotonicMilliseconds
            if answer.status == .pending, left <= 0 { answer = Answer(status: .timedOut, exchange: answer.exchange) }
            guard answer.status == .pending else {
                // Once for each token, however often it was looked at.
                count(answer)
                refusal = watch.refusal
                return answer
            }
            lock.withLock {
                if settled == before { lock.wait(milliseconds: left) }
            }
        }
    }

    /// The claims of a token as its issuer signed them, or what it answered about it. Only for tokens that were found
    /// good.
    package func claims(of token: ByteView) -> [UInt8]? {
        if let answer = rememberedAnswer(about: digests.digest(of: token)) { return answer }
        guard let parts = try? CompactJWS(token) else { return nil }
        return Base64URL.decode(parts.payload)
    }
}
