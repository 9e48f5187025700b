// SPDX-License-Identifier: Apache-2.0

/// The checks of a token in the order in which they are made. Each may be made more than once (one per claim) or
/// not at all (nothing to check).
package enum Check: CaseIterable {
    case size, shape, header, critical, algorithmKnown
    case claims, issuer, form, type, algorithmAllowed, key, signature
    case introspection
    case expiry, notBefore, issuedAt, lifetime, audience, requiredClaims, subject, client
    case scope, access, user, device, revocation, notice

    package struct Row {
        package let name: StaticString
        /// The header parameter or claim that is looked at; "" for the token as a whole.
        package let subject: StaticString
        /// Where the rule comes from.
        package let source: StaticString
    }

    package var row: Row {
        switch self {
        case .size: Row(name: "size", subject: "", source: "option max_token_bytes")
        case .shape: Row(name: "shape", subject: "", source: "RFC 7515 section 7.1")
        case .header: Row(name: "header", subject: "", source: "RFC 7515 section 5.2")
        case .critical: Row(name: "critical extensions", subject: "crit", source: "RFC 7515 section 4.1.11")
        case .algorithmKnown: Row(name: "algorithm is known", subject: "alg", source: "RFC 8725 section 3.2")
        case .claims: Row(name: "claims", subject: "", source: "RFC 7519 section 7.2")
        case .issuer: Row(name: "issuer", subject: "iss", source: "RFC 9068 section 4, RFC 8725 section 3.8")
        case .form: Row(name: "form", subject: "", source: "option issuer.tokens, RFC 6750 section 2.1")
        case .introspection: Row(name: "introspection", subject: "", source: "RFC 7662 section 2.2")
        case .revocation: Row(name: "revocation", subject: "", source: "mxauth_revoke, mxauth_revoke_signed")
        case .notice:
            Row(name: "notice", subject: "events", source: "OpenID Back-Channel Logout 1.0 section 2.6, RFC 8417")
        case .type: Row(name: "type", subject: "typ", source: "RFC 9068 section 4, RFC 8725 section 3.11")
        case .algorithmAllowed: Row(name: "algorithm is allowed", subject: "alg", source: "RFC 8725 section 3.1")
        case .key: Row(name: "key", subject: "kid", source: "RFC 7515 section 4.1.4, RFC 7517 section 4")
        case .signature: Row(name: "signature", subject: "", source: "RFC 7515 section 5.2")
        case .expiry: Row(name: "expiry", subject: "exp", source: "RFC 7519 section 4.1.4")
        case .notBefore: Row(name: "not before", subject: "nbf", source: "RFC 7519 section 4.1.5")
        case .issuedAt: Row(name: "issued at", subject: "iat", source: "RFC 7519 section 4.1.6")
        case .lifetime: Row(name: "lifetime", subject: "exp", source: "option issuer.max_lifetime")
        case .audience: Row(name: "audience", subject: "aud", source: "RFC 9068 section 4, RFC 7519 section 4.1.3")
        case .requiredClaims: Row(name: "required claim", subject: "", source: "option issuer.required_claims")
        case .subject: Row(name: "subject", subject: "sub", source: "RFC 7519 section 4.1.2")
        case .client: Row(name: "client", subject: "client_id", source: "RFC 9068 section 2.2")
        case .scope: Row(name: "scope", subject: "scope", source: "RFC 6749 section 3.3")
        case .access: Row(name: "access", subject: "scope", source: "MSC2967, RFC 6750 section 3.1")
        case .user: Row(name: "user", subject: "", source: "Matrix specification, User Identifiers")
        case .device: Row(name: "device", subject: "scope", source: "MSC2967")
        }
    }
}
