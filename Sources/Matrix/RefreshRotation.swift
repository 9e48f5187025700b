// SPDX-License-Identifier: Apache-2.0

/// What is to be remembered of a session for its refresh tokens to rotate (MSC2964; Matrix specification, "Refreshing
/// access tokens"). A generation is an access token with the refresh token that was issued beside it; the first is 1.
package struct RefreshRotation: Equatable {
    package private(set) var isRevoked: Bool
    /// The generation issued last.
    package private(set) var newest: UInt64
    /// The generation that `newest` was got with: it stays usable until one of the newest's tokens has been used, as
    /// the client may never have received those. 0 for none.
    package private(set) var previous: UInt64

    package enum Event {
        case useRefreshToken(UInt64)
        case useAccessToken(UInt64)
        /// The client or the user wants the session ended (MSC4254).
        case revoke
    }

    package enum Action: Equatable {
        /// The token is not usable; nothing else happens.
        case refuse
        case allow
        /// A new pair, of this generation, is to be issued and stored.
        case issue(UInt64)
        /// The session has ended: nothing that it ever issued is good.
        case revokeSession
    }

    package struct Outcome: Equatable {
        package let action: Action
        /// Generations whose tokens are not usable from now on; 0 for none.
        package let retired: (UInt64, UInt64)

        init(_ action: Action, retired first: UInt64 = 0, _ second: UInt64 = 0) {
            self.action = action
            retired = (first, second)
        }

        package static func == (a: Outcome, b: Outcome) -> Bool { a.action == b.action && a.retired == b.retired }
    }

    /// Nil for what no session can have come to.
    package init?(isRevoked: Bool, newest: UInt64, previous: UInt64) {
        guard newest > previous else { return nil }
        self.isRevoked = isRevoked
        self.newest = newest
        self.previous = previous
    }

    /// What to do about `event`. Nil, and nothing has changed, for a generation that was never issued, and when there is
    /// no number left for another one.
    package mutating func take(_ event: Event) -> Outcome? {
        switch event {
        case .useRefreshToken(let generation):
            guard isIssued(generation) else { return nil }
            return isRevoked ? Outcome(.refuse) : refresh(with: generation)
        case .useAccessToken(let generation):
            guard isIssued(generation) else { return nil }
            return isRevoked ? Outcome(.refuse) : use(generation)
        case .revoke:
            return revoke()
        }
    }

    private func isIssued(_ generation: UInt64) -> Bool { generation > 0 && generation <= newest }

    private mutating func refresh(with generation: UInt64) -> Outcome? {
        // Somebody has a token that its owner has put away: who of the two is the thief cannot be known.
        guard generation == newest || generation == previous else { return revoke() }
        let (next, hasOverflowed) = newest.addingReportingOverflow(1)
        guard !hasOverflowed else { return nil }
        // The newest token takes the place of the previous one. The previous one again: the response was lost, and
        // what was in it is replaced.
        let retired = generation == newest ? previous : newest
        previous = generation
        newest = next
        return Outcome(.issue(next), retired: retired)
    }

    private mutating func use(_ generation: UInt64) -> Outcome {
        // An access token that has been replaced may well be on its way still; that is no sign of theft.
        guard generation == newest || generation == previous else { return Outcome(.refuse) }
        guard generation == newest else { return Outcome(.allow) }
        let retired = previous
        previous = 0
        return Outcome(.allow, retired: retired)
    }

    private mutating func revoke() -> Outcome {
        let outcome = isRevoked ? Outcome(.revokeSession) : Outcome(.revokeSession, retired: newest, previous)
        isRevoked = true
        previous = 0
        return outcome
    }
}
