// SPDX-License-Identifier: Apache-2.0

/// Whether an issuer that keeps failing is asked at all. Closed, everybody asks. So many failures in a row open it:
/// nobody asks for a pause. After the pause it is half open: one asks, and the outcome closes it or opens it for a
/// longer pause. A value without clock, network or lock; all times are monotonic milliseconds.
struct CircuitBreaker {
    private let threshold: Int
    private let policy: FreshnessPolicy
    /// Failures in a row that counted.
    private var failures = 0
    /// When the pause is over; nil while closed.
    private var pauseEnd: Int64?
    /// Until when the one that was let through may still report; nil if none was.
    private var probeEnd: Int64?

    /// `threshold` is at least 1. Of `policy` only the pauses matter.
    init(threshold: Int, policy: FreshnessPolicy) {
        self.threshold = threshold
        self.policy = policy
    }

    /// Whether nobody may ask at the moment.
    func isOpen(at now: Int64) -> Bool {
        guard let pauseEnd else { return false }
        if now < pauseEnd { return true }
        guard let probeEnd else { return false }
        return now < probeEnd
    }

    /// Whether the issuer may be asked. Whoever gets true asks, and reports the outcome before `deadline`: a probe that
    /// does not is given up, and the next one is let through.
    mutating func admits(at now: Int64, deadline: Int64) -> Bool {
        if isOpen(at: now) { return false }
        if pauseEnd != nil { probeEnd = deadline }
        return true
    }

    /// The issuer has answered, whoever asked.
    mutating func succeeded() {
        failures = 0
        pauseEnd = nil
        probeEnd = nil
    }

    /// The issuer could not be asked. `retryAfter`: what it asked for in seconds, if anything; `jitter` in 0 ..< 1.
    mutating func failed(retryAfter: Int64?, at now: Int64, jitter: Double) {
        let asked = now + min(max(retryAfter ?? 0, 0), policy.longestPause) * 1000
        if let pauseEnd, probeEnd == nil {
            // Asked before it opened, with many others perhaps: what all of them saw was one failure.
            self.pauseEnd = max(pauseEnd, asked)
            return
        }
        failures += 1
        probeEnd = nil
        guard failures >= threshold else { return }
        let pause = policy.pause(afterFailures: failures - threshold + 1, jitter: jitter)
        pauseEnd = max(now + pause, asked)
    }

    /// In a forked child, or when the probe was dropped unasked: whoever was to report does not exist any more.
    mutating func forgetProbe() { probeEnd = nil }
}
