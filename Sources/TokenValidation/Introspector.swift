// SPDX-License-Identifier: Apache-2.0

/// What introspection of one issuer's tokens is set up with.
struct IntrospectionPolicy: Sendable {
    enum SignedAnswers: Sendable {
        case never, offered, always
    }

    /// Nil: the issuer's metadata names it.
    var address: WebAddress?
    var signedAnswers = SignedAnswers.offered
    var maximumExchanges = 64
    var breakerThreshold = 5
}

/// One issuer's introspection endpoint and how it has fared. Belongs to whoever holds the validator's lock, but for what
/// never changes.
final class Introspector: @unchecked Sendable {
    let policy: IntrospectionPolicy
    let credentials: ClientCredentials
    var breaker: CircuitBreaker
    /// What the issuer's metadata said.
    private var discovered: Discovery.Introspection?

    init(policy: IntrospectionPolicy, credentials: ClientCredentials, pauses: FreshnessPolicy) {
        self.policy = policy
        self.credentials = credentials
        breaker = CircuitBreaker(threshold: policy.breakerThreshold, policy: pauses)
    }

    var address: WebAddress? { policy.address ?? discovered?.address }

    /// Whether the metadata has been asked, whatever it said.
    var isDiscovered: Bool { discovered != nil }

    /// RFC 9701: whether the answer is to be a signed one.
    var wantsSignedAnswer: Bool {
        switch policy.signedAnswers {
        case .never: false
        case .offered: policy.address == nil && discovered?.offersSignedAnswers == true
        case .always: true
        }
    }

    func found(_ introspection: Discovery.Introspection) { discovered = introspection }

    /// The endpoint is not where it was: the metadata is asked again.
    func forgetAddress() { discovered = nil }
}

/// A question about one token.
struct Inquiry: Sendable {
    let digest: Digest
    /// Wall seconds after which the token is over whatever the answer: a JWT says so itself.
    var endsAt = Int64.max
    /// When a JWT says that it was issued, in wall seconds; 0 for others.
    var issuedAt: Int64 = 0
    /// What a JWT says of itself by which it can be revoked, though the answer may not.
    var marks = RevocationMarks()
}
