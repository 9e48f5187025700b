// SPDX-License-Identifier: Apache-2.0
import JOSE
import Synchronization

/// What tokens ask of a key set without looking into it: copies of what its `KeySetLife` says, which any thread reads.
struct KeyState: ~Copyable {
    /// Monotonic milliseconds until which the published set serves, and from which something is due.
    fileprivate let servesUntil: Atomic<Int64>
    fileprivate let dueAt: Atomic<Int64>
    fileprivate let currentGeneration = Atomic<UInt64>(0)
    /// Whether an exchange brings what is due.
    let isFetched: Bool

    fileprivate init(servesUntil: Int64, dueAt: Int64, isFetched: Bool) {
        self.servesUntil = Atomic(servesUntil)
        self.dueAt = Atomic(dueAt)
        self.isFetched = isFetched
    }

    /// Changes whenever another set is published: what an earlier one has verified has to be verified again.
    var generation: UInt64 { currentGeneration.load(ordering: .acquiring) }

    func serves(at now: Int64) -> Bool { now < servesUntil.load(ordering: .acquiring) }

    func isDue(at now: Int64) -> Bool { now >= dueAt.load(ordering: .relaxed) }
}

/// One issuer's key set as it is served and kept fresh. What readers touch is atomic; the rest belongs to whoever holds
/// the validator's lock.
final class KeyCache: @unchecked Sendable {
    let source: KeySource
    let published: Published<KeySet>
    /// Lives as long as this. A plain pointer: to count references would cost a hit more than all that it asks here.
    let state: UnsafePointer<KeyState>

    private(set) var life: KeySetLife
    /// Where the key set is; nil until discovery has found out.
    private(set) var address: WebAddress?
    private var addressFoundAt: Int64 = .min
    /// What the issuer called the version that we have (RFC 9110 sections 8.8.2 and 8.8.3).
    private var etag: [UInt8]?
    private var lastModified: [UInt8]?
    /// Whose version that is: validators are of one URL only.
    private var versionAddress: WebAddress?
    /// The exchange under way.
    private(set) var exchange: UInt64?
    /// When and what was last fetched, for statistics.
    private(set) var fetchedAt: Int64?
    /// The file's identity when it was last read.
    var fileMark: FileMark?

    init(source: KeySource, policy: FreshnessPolicy, now: Int64) {
        self.source = source
        life = KeySetLife(policy: policy, now: now)
        let isFixed = if case .fixed = source { true } else { false }
        let isNowhere = if case .none = source { true } else { false }
        let state = UnsafeMutablePointer<KeyState>.allocate(capacity: 1)
        state.initialize(
            to: KeyState(
                servesUntil: isFixed ? .max : .min, dueAt: isFixed || isNowhere ? .max : now, isFetched: source.isFetched))
        self.state = UnsafePointer(state)
        if case .fixed(let keySet) = source {
            published = Published(keySet)
            fetchedAt = now
        } else {
            published = Published(nil)
        }
        if case .address(let address) = source { self.address = address }
    }

    deinit {
        let state = UnsafeMutablePointer(mutating: state)
        state.deinitialize(count: 1)
        state.deallocate()
    }

    // MARK: For readers

    var generation: UInt64 { state.pointee.generation }

    func serves(at now: Int64) -> Bool { state.pointee.serves(at: now) }

    func isDue(at now: Int64) -> Bool { state.pointee.isDue(at: now) }

    var isFetched: Bool { state.pointee.isFetched }

    // MARK: With the lock held

    var nextDue: Int64 { state.pointee.dueAt.load(ordering: .relaxed) }

    func answerWithoutKeys(at now: Int64) -> KeySetLife.Answer {
        isFetched ? life.answerWithoutKeys(at: now) : .cannotDecide
    }

    func answerForUnknownKey(at now: Int64) -> KeySetLife.Answer {
        isFetched ? life.answerForUnknownKey(at: now) : .refuse
    }

    func began(_ exchange: UInt64) {
        self.exchange = exchange
        life.began()
        share()
    }

    /// Discovery has found the key set's address and goes on to it.
    func found(_ address: WebAddress, at now: Int64) {
        self.address = address
        addressFoundAt = now
    }

    /// Where to ask: discovery again if its answer is older than a set may be.
    func currentAddress(at now: Int64, maximumLifetime: Int64) -> WebAddress? {
        if case .metadata = source, let address {
            return now - addressFoundAt < maximumLifetime * 1000 ? address : nil
        }
        return address
    }

    func replace(
        _ keySet: KeySet, from address: WebAddress?, etag: [UInt8]?, lastModified: [UInt8]?, lifetime: Int64,
        at now: Int64
    ) {
        publish(keySet)
        self.etag = etag
        self.lastModified = lastModified
        versionAddress = address
        confirm(lifetime: lifetime, at: now)
    }

    func confirm(lifetime: Int64, at now: Int64) {
        exchange = nil
        fetchedAt = now
        life.succeeded(lifetime: lifetime, at: now, jitter: .random(in: 0..<1))
        share()
    }

    func fail(retryAfter: Int64?, at now: Int64) {
        exchange = nil
        // The address may be what is wrong: the next attempt asks for it anew.
        if case .metadata = source { address = nil }
        life.failed(retryAfter: retryAfter, at: now, jitter: .random(in: 0..<1))
        share()
    }

    /// A file is looked at as often when it is no good: that costs nobody anything.
    func failFile(lookingAgainIn seconds: Int64, at now: Int64) {
        life.failed(pausing: seconds, at: now)
        share()
    }

    func restore(_ keySet: KeySet, servingFor seconds: Int64, at now: Int64) {
        publish(keySet)
        life.restored(servingFor: seconds, at: now)
        share()
    }

    func forgetFetch(at now: Int64) {
        exchange = nil
        life.forgetFetch(at: now)
        published.forgetReaders()
        if isFetched { share() }
    }

    /// If-None-Match and If-Modified-Since (RFC 9110 section 13.1), where there is a set to be confirmed.
    func conditions(for address: WebAddress) -> [UInt8] {
        guard life.servesUntil != nil, address == versionAddress else { return [] }
        var lines: [UInt8] = []
        if let etag { lines += Array("If-None-Match: ".utf8) + etag + [0x0D, 0x0A] }
        if let lastModified { lines += Array("If-Modified-Since: ".utf8) + lastModified + [0x0D, 0x0A] }
        return lines
    }

    /// The same set once more leaves everything as it was.
    private func publish(_ keySet: KeySet) {
        if published.read({ $0?.isSame(as: keySet) ?? false }) { return }
        published.publish(keySet)
        state.pointee.currentGeneration.wrappingAdd(1, ordering: .releasing)
    }

    private func share() {
        // A file is at hand: what was last read from it serves until it changes.
        let isFile = if case .file = source { true } else { false }
        state.pointee.servesUntil.store(isFile && life.servesUntil != nil ? .max : life.servesUntil ?? .min, ordering: .releasing)
        state.pointee.dueAt.store(life.isFetching ? .max : life.nextFetch, ordering: .relaxed)
    }
}
