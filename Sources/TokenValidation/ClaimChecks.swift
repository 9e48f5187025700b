// SPDX-License-Identifier: Apache-2.0
import JOSE

extension Judge {
    /// 9999-12-31T23:59:59Z: a time beyond it was not meant in seconds.
    static var latestTime: Int64 { 253_402_300_799 }

    func chooseIssuer(_ claims: JSONObject) throws(Status) -> Int {
        guard let iss = try text("iss", .issuer, claims, limit: .max) else {
            try refuse(.issuer, .claimMissing, expected: "an issuer", found: "no iss")
        }
        for index in 0..<validator.issuers.count
        where validator.issuers[index].policy.issuer.withView({ $0 == iss }) {
            pass(.issuer, expected: validator.issuersInWords, found: iss.quoted)
            return index
        }
        try refuse(.issuer, .issuerUnknown, expected: validator.issuersInWords, found: iss.quoted)
    }

    func checkTimes(
        _ claims: JSONObject, _ issuer: Issuer
    ) throws(Status) -> (expiresAt: Int64, issuedAt: Int64) {
        guard let expiresAt = try time("exp", .expiry, claims) else {
            try refuse(.expiry, .claimMissing, expected: "an expiry", found: "no exp")
        }
        try demand(
            .expiry, now.wall < expiresAt + issuer.policy.leeway, else: .expired,
            expected: "later than \(now.wall), give or take \(issuer.policy.leeway) s", found: "\(expiresAt)")
        return (expiresAt, try checkStart(claims, issuer, expiresAt: expiresAt))
    }

    /// The times that say when a token begins to be good. Returns that of its issue, or 0. `expiresAt` is 0 for a token
    /// that does not expire.
    func checkStart(_ claims: JSONObject, _ issuer: Issuer, expiresAt: Int64) throws(Status) -> Int64 {
        if let notBefore = try time("nbf", .notBefore, claims) {
            try demand(
                .notBefore, notBefore <= now.wall + issuer.policy.leeway, else: .notYetValid,
                expected: "no later than \(now.wall), give or take \(issuer.policy.leeway) s", found: "\(notBefore)")
        }
        let issuedAt = try time("iat", .issuedAt, claims)
        if let issuedAt {
            try demand(
                .issuedAt, issuedAt <= now.wall + issuer.policy.leeway, else: .issuedInFuture,
                expected: "no later than \(now.wall), give or take \(issuer.policy.leeway) s", found: "\(issuedAt)")
        }
        if issuer.policy.maximumLifetime > 0 {
            guard let issuedAt else {
                try refuse(
                    .lifetime, .claimMissing, subject: "iat", expected: "an iat to measure the lifetime from",
                    found: "no iat")
            }
            try demand(
                .lifetime, expiresAt != 0 && expiresAt - issuedAt <= issuer.policy.maximumLifetime, else: .lifetimeTooLong,
                expected: "an end at most \(issuer.policy.maximumLifetime) s after iat",
                found: expiresAt == 0 ? "none" : "\(expiresAt - issuedAt) s after it")
        }
        return issuedAt ?? 0
    }

    /// A NumericDate (RFC 7519 section 2) in whole seconds: fractions are cut off, exponents are understood, and
    /// what is below zero or beyond the year 9999 is refused.
    func time(
        _ name: StaticString, _ check: Check, _ claims: JSONObject
    ) throws(Status) -> Int64? {
        guard let member = claims.member(name) else { return nil }
        guard let number = member.number else {
            try refuse(
                check, .claimInvalid, subject: String(name), expected: "a number of seconds",
                found: String(member.kind.name))
        }
        guard let seconds = number.floorOfNonNegative, seconds <= Self.latestTime else {
            try refuse(
                check, .timeOutOfRange, subject: String(name), expected: "seconds between 0 and \(Self.latestTime)",
                found: number.literal.quoted)
        }
        return seconds
    }

    func checkAudience(_ claims: JSONObject, _ issuer: Issuer) throws(Status) {
        guard let aud = claims.member("aud") else {
            if issuer.policy.acceptsAnyAudience { return }
            try refuse(.audience, .claimMissing, expected: issuer.policy.audiencesInWords, found: "no aud")
        }
        var isMeant = issuer.policy.acceptsAnyAudience
        var first: ByteView?
        func consider(_ audience: ByteView) {
            if first == nil { first = audience }
            if issuer.policy.audiences.contains(where: { $0.withView { $0 == audience } }) { isMeant = true }
        }
        if let audience = aud.string {
            consider(audience)
        } else {
            guard aud.kind == .array else {
                try refuse(
                    .audience, .claimInvalid, expected: "a string or an array of strings",
                    found: String(aud.kind.name))
            }
            for position in 0..<aud.elementCount {
                guard let audience = aud.element(position).string else {
                    try refuse(
                        .audience, .claimInvalid, expected: "a string or an array of strings",
                        found: "an array with \(String(aud.element(position).kind.name))")
                }
                consider(audience)
            }
        }
        let others = max(aud.elementCount, 1) - 1
        try demand(
            .audience, isMeant, else: .audienceMismatch, expected: issuer.policy.audiencesInWords,
            found: (first?.quoted ?? "an empty array") + (others > 0 ? " and \(others) more" : ""))
    }

    /// Present and not null.
    func checkRequiredClaims(_ claims: JSONObject, _ issuer: Issuer) throws(Status) {
        for name in issuer.policy.requiredClaims {
            let isPresent = name.withView { claims.member($0).map { $0.kind != .null } ?? false }
            try demand(
                .requiredClaims, isPresent, else: .claimMissing, subject: String(decoding: name, as: UTF8.self),
                expected: "a value", found: isPresent ? "one" : "none")
        }
    }

    /// RFC 9068 section 2.2 has `client_id`; OpenID Connect issuers that predate it have `azp`.
    func clientID(_ claims: JSONObject) throws(Status) -> ByteView? {
        if let client = try text("client_id", .client, claims) { return client }
        return try text("azp", .client, claims)
    }

    /// A claim that must be a string if it is there, no longer than a verdict has room for.
    func text(
        _ name: StaticString, _ check: Check, _ claims: JSONObject, limit: Int = Verdict.maximumTextSize
    ) throws(Status) -> ByteView? {
        guard let member = claims.member(name) else { return nil }
        guard let text = member.string else {
            try refuse(
                check, .claimInvalid, subject: String(name), expected: "a string", found: String(member.kind.name))
        }
        guard text.count <= limit else {
            try refuse(
                check, .claimInvalid, subject: String(name), expected: "at most \(limit) bytes",
                found: "\(text.count) bytes")
        }
        return text
    }
}
