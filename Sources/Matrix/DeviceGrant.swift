// SPDX-License-Identifier: Apache-2.0

/// What is to be remembered of a device code while its client polls for tokens (MSC4341, RFC 8628 sections 3.4 and 3.5).
/// Times are Unix seconds.
package struct DeviceGrant: Equatable {
    package enum Decision: UInt32 {
        case pending = 0
        case approved = 1
        case denied = 2
    }

    /// The numbers are MXAUTH_DEVICE_GRANT_….
    package enum Outcome: UInt32, CaseIterable {
        case issue = 1
        case pending = 2
        case slowDown = 3
        case denied = 4
        case expired = 5
        case redeemed = 6

        /// What the client is told (RFC 8628 section 3.5; RFC 6749 section 5.2); empty when it gets tokens.
        package var error: StaticString {
            switch self {
            case .issue: ""
            case .pending: "authorization_pending"
            case .slowDown: "slow_down"
            case .denied: "access_denied"
            case .expired: "expired_token"
            case .redeemed: "invalid_grant"
            }
        }
    }

    package let decision: Decision
    package private(set) var isRedeemed: Bool
    /// The client has been told so; a clock that is set back does not undo it.
    package private(set) var isExpired: Bool
    /// Seconds that the client has to wait between polls.
    package private(set) var interval: UInt32
    /// Nil before the first poll.
    package private(set) var lastPoll: Int64?
    package let expiresAt: Int64

    /// Nil for times before 1970. `interval` 0 was not said to the client, and then means 5.
    package init?(
        decision: Decision, isRedeemed: Bool, isExpired: Bool, interval: UInt32, lastPoll: Int64?, expiresAt: Int64
    ) {
        guard expiresAt >= 0, lastPoll ?? 0 >= 0 else { return nil }
        self.decision = decision
        self.isRedeemed = isRedeemed
        self.isExpired = isExpired
        self.interval = interval == 0 ? Self.step : interval
        self.lastPoll = lastPoll
        self.expiresAt = expiresAt
    }

    /// Section 3.2: the interval where none is named; section 3.5: what is added to it by each slow_down.
    private static var step: UInt32 { 5 }

    /// What the client that polls at `now` is answered; nil for a time before 1970.
    package mutating func poll(at now: Int64) -> Outcome? {
        guard now >= 0 else { return nil }
        if isRedeemed { return .redeemed }
        if isExpired || now >= expiresAt {
            isExpired = true
            return .expired
        }
        switch decision {
        case .denied:
            return .denied
        case .approved:
            isRedeemed = true
            return .issue
        case .pending:
            return wait(at: now)
        }
    }

    private mutating func wait(at now: Int64) -> Outcome {
        defer { lastPoll = now }
        // How long ago a poll was that lies in the future is unknown: as good as no time at all. Since this poll counts
        // from now on, a clock that was set back costs a client one slow_down.
        guard let lastPoll, now < lastPoll || now - lastPoll < Int64(interval) else { return .pending }
        let (longer, hasOverflowed) = interval.addingReportingOverflow(Self.step)
        interval = hasOverflowed ? .max : longer
        return .slowDown
    }
}
