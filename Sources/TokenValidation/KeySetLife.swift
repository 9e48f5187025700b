// SPDX-License-Identifier: Apache-2.0

/// The life of one issuer's key set: when it serves, when it is fetched, and who has to wait. A value without clock,
/// network or lock; all times are monotonic milliseconds. docs/key-sets.md draws it.
struct KeySetLife {
    enum Phase {
        /// Nothing to serve yet.
        case empty
        case fresh
        /// Serves on, but something newer is due.
        case softStale
        /// Too old to serve.
        case hardStale
    }

    /// What a token has to do whose key is not there.
    enum Answer: Equatable {
        /// A fetch is under way; its outcome decides.
        case wait
        /// A fetch has to be started; its outcome decides.
        case fetch
        /// The set is as new as it can be: the token's key does not exist.
        case refuse
        /// The issuer could not be asked, lately.
        case cannotDecide
    }

    private let policy: FreshnessPolicy
    private(set) var isFetching = false
    private(set) var failures = 0
    /// When a fetch is due, unless one is under way.
    private(set) var nextFetch: Int64
    /// Until when the set serves; nil while there is none.
    private(set) var servesUntil: Int64?
    private var freshUntil: Int64 = 0
    private var cooldownEnd: Int64 = .min

    init(policy: FreshnessPolicy, now: Int64) {
        self.policy = policy
        nextFetch = now
    }

    func phase(at now: Int64) -> Phase {
        guard let servesUntil else { return .empty }
        if now >= servesUntil { return .hardStale }
        return now < freshUntil && failures == 0 ? .fresh : .softStale
    }

    func isBackingOff(at now: Int64) -> Bool { failures > 0 && now < nextFetch }

    func isDue(at now: Int64) -> Bool { !isFetching && now >= nextFetch }

    /// For a token of an issuer without a set that serves.
    func answerWithoutKeys(at now: Int64) -> Answer {
        if isFetching { return .wait }
        return isBackingOff(at: now) ? .cannotDecide : .fetch
    }

    /// For a token that names a key which the set lacks. Whatever the number of such tokens, they lead to one fetch
    /// in each cooldown, counted from the start of the fetch.
    mutating func answerForUnknownKey(at now: Int64) -> Answer {
        if isFetching { return .wait }
        if isBackingOff(at: now) { return .cannotDecide }
        if now < cooldownEnd { return .refuse }
        cooldownEnd = now + policy.unknownKeyCooldown * 1000
        return .fetch
    }

    mutating func began() { isFetching = true }

    /// A set has arrived, or the one we have was confirmed. `lifetime` in seconds, `jitter` in 0 ..< 1.
    mutating func succeeded(lifetime: Int64, at now: Int64, jitter: Double) {
        isFetching = false
        failures = 0
        nextFetch = now + FreshnessPolicy.refreshDelay(lifetime: lifetime, jitter: jitter)
        freshUntil = now + lifetime * 1000
        servesUntil = freshUntil + policy.staleLimit * 1000
    }

    /// The set that we have stays. `retryAfter`: what the issuer asked for in seconds, if anything.
    mutating func failed(retryAfter: Int64?, at now: Int64, jitter: Double) {
        isFetching = false
        failures += 1
        let asked = min(retryAfter ?? 0, policy.longestPause) * 1000
        nextFetch = now + max(policy.pause(afterFailures: failures, jitter: jitter), asked)
    }

    /// The same with a pause that does not grow.
    mutating func failed(pausing seconds: Int64, at now: Int64) {
        isFetching = false
        failures += 1
        nextFetch = now + seconds * 1000
    }

    /// A set of an earlier run serves until `seconds` from now while a newer one is fetched.
    mutating func restored(servingFor seconds: Int64, at now: Int64) {
        freshUntil = now
        servesUntil = now + seconds * 1000
        nextFetch = now
    }

    /// In a forked child: whoever was fetching does not exist here.
    mutating func forgetFetch(at now: Int64) {
        if isFetching { nextFetch = now }
        isFetching = false
    }
}
