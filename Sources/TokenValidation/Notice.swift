// SPDX-License-Identifier: Apache-2.0
import JOSE

// Revocations that an issuer has signed: OpenID Connect back-channel logout tokens, and security event tokens (RFC 8417)
// of which we act on CAEP's session-revoked.

/// What a notice revokes.
private struct Notice {
    let issuerIndex: Int
    let jti: [UInt8]
    let kind: Revocation.Kind
    let value: [UInt8]
    /// Unix seconds.
    let notBefore: Int64
}

extension Validator {
    /// Takes a notice: what it revokes is revoked from the next call on. `.pending` if keys have to be fetched first.
    package func takeNotice(_ text: ByteView, refusal: inout Finding?) throws(Status) {
        let now = Moment(clock)
        var watch = Watch(.refusal)
        defer { refusal = watch.refusal }
        let read = withUnsafeMutablePointer(to: &watch) { watch in
            Result { () throws(Status) in try Judge(validator: self, watch: watch, now: now).notice(text) }
        }
        switch read {
        case .failure(let status): throw status
        case .success(let notice): try take(notice, now: now.wall)
        }
    }

    private func take(_ notice: Notice, now: Int64) throws(Status) {
        let index = notice.issuerIndex
        let seen = notice.jti.withView { revocations.mark(.notice, issuer: index, $0) }
        let mark = notice.value.withView { revocations.mark(notice.kind, issuer: index, $0) }
        let end = rememberedUntil(now)
        let status = lock.withLock { () -> Status in
            if revocations.remembers(seen, now: now) { return .noticeReplayed }
            do throws(Revocations.Full) {
                try revocations.add([mark, seen], upTo: notice.notBefore, until: end, now: now)
                return .ok
            } catch {
                return .revocationsFull
            }
        }
        if status != .ok { throw status }
    }
}

extension Judge {
    /// Reads and checks a notice (OpenID Connect Back-Channel Logout 1.0 section 2.6, RFC 8417 section 2.2).
    fileprivate func notice(_ text: ByteView) throws(Status) -> Notice {
        if text.isEmpty { try refuse(.size, .tokenMissing, expected: "a notice", found: "nothing") }
        try demand(
            .size, text.count <= validator.settings.maximumTokenBytes, else: .tokenTooLarge,
            expected: "at most \(validator.settings.maximumTokenBytes) bytes", found: "\(text.count) bytes")
        guard let parts = try? CompactJWS(text), let unverified = Base64URL.decode(parts.payload) else {
            try refuse(.shape, .tokenMalformed, expected: "a JWT", found: "something else")
        }
        let index = try issuer(of: unverified)
        // What tells a notice from other JWTs is `events`; issuers that predate the types send JWT or nothing.
        let payload = try payload(of: parts, signedBy: index, typ: "logout+jwt, secevent+jwt, JWT or none") { typ in
            guard let typ else { return true }
            let types: [StaticString] = ["logout+jwt", "secevent+jwt", "JWT"]
            return types.contains { typ.equalsIgnoringCase(ByteView($0)) }
        }
        return try withTree(payload) { (claims) throws(Status) in try notice(claims, issuer: index) }
    }

    private func withTree<R>(_ text: [UInt8], _ body: (JSONNode) throws(Status) -> R) throws(Status) -> R {
        guard let tree = text.withView({ try? JSONTree(parsing: $0) }), tree.root.isObject else {
            try refuse(.claims, .claimsMalformed, expected: "a JSON object", found: "something else")
        }
        // Nodes are borrowed from the tree.
        defer { withExtendedLifetime(tree) {} }
        return try body(tree.root)
    }

    private func issuer(of payload: [UInt8]) throws(Status) -> Int {
        try withTree(payload) { (claims) throws(Status) in
            let iss = claims.member("iss")?.string
            let index = iss.flatMap { iss in
                validator.issuers.firstIndex { $0.policy.issuer.withView { $0 == iss } }
            }
            guard let index else {
                try refuse(
                    .issuer, .issuerUnknown, expected: validator.issuersInWords, found: iss?.quoted ?? "no iss")
            }
            return index
        }
    }

    private func notice(_ claims: JSONNode, issuer index: Int) throws(Status) -> Notice {
        let issuer = validator.issuers[index]
        try demand(
            .audience, issuer.policy.isMeant(by: claims.member("aud")), else: .audienceMismatch,
            expected: "issuer.client_id or one of issuer.audience", found: "another aud")
        let issuedAt = try issuedAt(claims, issuer)
        // An ID token with events is still an ID token (Back-Channel Logout section 2.4).
        try demand(
            .notice, claims.member("nonce") == nil, else: .noticeInvalid, subject: "nonce", expected: "none", found: "one")
        guard let jti = claims.member("jti")?.string, !jti.isEmpty else {
            try refuse(.notice, .noticeInvalid, subject: "jti", expected: "a string", found: "none")
        }
        guard let events = claims.member("events"), events.isObject else {
            try refuse(.notice, .noticeInvalid, subject: "events", expected: "an object", found: "none")
        }
        let revoked: (kind: Revocation.Kind, value: ByteView)
        var notBefore = issuedAt
        if let event = events.member("http://schemas.openid.net/event/backchannel-logout"), event.isObject {
            guard claims.member("exp") != nil else {
                try refuse(.expiry, .claimMissing, expected: "an expiry", found: "no exp")
            }
            revoked = try loggedOut(claims)
        } else if let event = events.member("https://schemas.openid.net/secevent/caep/event-type/session-revoked"),
            event.isObject
        {
            if let timestamp = event.member("event_timestamp") {
                guard let happened = timestamp.integer, happened > 0 else {
                    try refuse(
                        .notice, .noticeInvalid, subject: "event_timestamp", expected: "a number of seconds",
                        found: "something else")
                }
                notBefore = min(happened, now.wall)
            }
            revoked = try subject(claims.member("sub_id"), issuer)
        } else {
            try refuse(
                .notice, .noticeInvalid, subject: "events", expected: "backchannel-logout or session-revoked",
                found: "other events")
        }
        return Notice(
            issuerIndex: index, jti: [UInt8](jti), kind: revoked.kind, value: [UInt8](revoked.value),
            notBefore: revoked.kind.isEndedForGood ? .max : notBefore)
    }

    private func issuedAt(_ claims: JSONNode, _ issuer: Issuer) throws(Status) -> Int64 {
        if let exp = claims.member("exp") {
            guard let expiresAt = exp.integer else {
                try refuse(.expiry, .claimInvalid, expected: "a number of seconds", found: "something else")
            }
            try demand(
                .expiry, expiresAt > now.wall - issuer.policy.leeway, else: .expired,
                expected: "later than \(now.wall), give or take \(issuer.policy.leeway) s", found: "\(expiresAt)")
        }
        if let nbf = claims.member("nbf") {
            guard let notBefore = nbf.integer else {
                try refuse(.notBefore, .claimInvalid, expected: "a number of seconds", found: "something else")
            }
            try demand(
                .notBefore, notBefore <= now.wall + issuer.policy.leeway, else: .notYetValid,
                expected: "no later than \(now.wall), give or take \(issuer.policy.leeway) s", found: "\(notBefore)")
        }
        guard let issuedAt = claims.member("iat")?.integer, issuedAt > 0 else {
            try refuse(.issuedAt, .claimMissing, expected: "a number of seconds", found: "none")
        }
        try demand(
            .issuedAt, issuedAt <= now.wall + issuer.policy.leeway, else: .issuedInFuture,
            expected: "no later than \(now.wall), give or take \(issuer.policy.leeway) s", found: "\(issuedAt)")
        // Older than what is remembered of the notices that have been taken.
        try demand(
            .issuedAt, now.wall - issuedAt < validator.settings.revocationLifetime, else: .expired,
            expected: "not longer ago than revocation_lifetime", found: "\(issuedAt)")
        return issuedAt
    }

    /// Back-Channel Logout section 2.4: a session, or all sessions of a subject.
    private func loggedOut(_ claims: JSONNode) throws(Status) -> (Revocation.Kind, ByteView) {
        if let sid = claims.member("sid") {
            // Not all sessions of the subject for want of the one that was meant.
            guard let session = sid.string, !session.isEmpty else {
                try refuse(.notice, .noticeInvalid, subject: "sid", expected: "a session", found: "none")
            }
            return (.session, session)
        }
        if let subject = claims.member("sub")?.string, !subject.isEmpty { return (.subject, subject) }
        try refuse(.notice, .noticeInvalid, subject: "sid", expected: "sid or sub", found: "neither")
    }

    /// RFC 9493: a session by its ID, or a subject of this issuer; CAEP puts both into one complex subject.
    private func subject(_ id: JSONNode?, _ issuer: Issuer) throws(Status) -> (Revocation.Kind, ByteView) {
        if let id, let found = simpleSubject(id, issuer) { return found }
        // A session is no subject, a user under an opaque ID is no session, and a session that cannot be read is not
        // all sessions of its user.
        if let session = id?.member("session") {
            if let found = simpleSubject(session, issuer), found.0 == .session { return found }
        } else if let user = id?.member("user"), let found = simpleSubject(user, issuer), found.0 == .subject {
            return found
        }
        try refuse(
            .notice, .noticeInvalid, subject: "sub_id", expected: "a session or a subject of this issuer",
            found: "none of them")
    }

    private func simpleSubject(_ id: JSONNode, _ issuer: Issuer) -> (Revocation.Kind, ByteView)? {
        guard id.isObject, let format = id.member("format")?.string else { return nil }
        if format == "opaque", let session = id.member("id")?.string, !session.isEmpty { return (.session, session) }
        if format == "iss_sub", let iss = id.member("iss")?.string, issuer.policy.issuer.withView({ $0 == iss }),
            let subject = id.member("sub")?.string, !subject.isEmpty
        {
            return (.subject, subject)
        }
        return nil
    }
}
