// SPDX-License-Identifier: Apache-2.0
import JOSE

extension Judge {
    /// Judges what an issuer has answered about a token (RFC 7662 section 2.2) by the same policy as a JWT's claims.
    ///
    /// `.answerInvalid` says that the answer makes no sense: that is the issuer's trouble and no reason to log anybody
    /// out. Every other refusal is about the token.
    func judge(
        answer: ByteView, _ inquiry: Inquiry, issuer index: Int, _ accept: (Acceptance) -> Void
    ) -> Status {
        Scratch.with(Scratch.Sizes(payload: answer.count)) { scratch in
            scratch.payload.update(from: answer.base, count: answer.count)
            do throws(Status) {
                try judge(answerIn: scratch, count: answer.count, inquiry, issuer: index, accept)
                return .ok
            } catch {
                // An issuer that names no audience does so for every token: issuer.any_audience is what was forgotten.
                let lacksAudience = error == .claimMissing && watch.pointee.refusal?.check == .audience
                return error.isNonsenseInAnAnswer || lacksAudience ? .answerInvalid : error
            }
        } ?? .internal
    }

    private func judge(
        answerIn scratch: Scratch, count: Int, _ inquiry: Inquiry, issuer index: Int, _ accept: (Acceptance) -> Void
    ) throws(Status) {
        let issuer = validator.issuers[index]
        let members: JSONObject
        do throws(JSONFault) {
            members = try JSONReader.readObject(scratch.payload, count: count, table: scratch.table)
        } catch {
            try refuse(.introspection, .answerInvalid, expected: "a JSON object", found: error.words)
        }
        try checkActive(members)
        try checkAnsweringIssuer(members, issuer)
        try checkTokenType(members)
        var (times, ends, endsAtWall) = try checkAnsweredTimes(members, issuer)
        // Of what the token and the answer say, the earlier: a revocation must not be escaped by either.
        if inquiry.issuedAt > 0 {
            times.issuedAt = times.issuedAt > 0 ? min(times.issuedAt, inquiry.issuedAt) : inquiry.issuedAt
        }
        let verdict = try judge(members, .introspected, times, scratch, issuer: index)
        let marks = try checkRevocation(verdict, members, inquiry.digest, besides: inquiry.marks)
        accept(
            Acceptance(
                verdict: verdict, marks: marks, endsAtWall: min(endsAtWall, inquiry.endsAt), ends: ends))
    }

    /// Strictly a boolean: nothing else ever makes a token active.
    private func checkActive(_ members: JSONObject) throws(Status) {
        guard let active = members.member("active"), active.kind == .true || active.kind == .false else {
            let found = members.member("active").map { String($0.kind.name) } ?? "no active"
            try refuse(.introspection, .answerInvalid, subject: "active", expected: "true or false", found: found)
        }
        try demand(
            .introspection, active.kind == .true, else: .tokenInactive, subject: "active", expected: "true",
            found: active.kind == .true ? "true" : "false")
    }

    /// An answer need not name its issuer, but it must not name another.
    private func checkAnsweringIssuer(_ members: JSONObject, _ issuer: Issuer) throws(Status) {
        guard let iss = try text("iss", .issuer, members, limit: .max) else { return }
        try demand(
            .issuer, issuer.policy.issuer.withView { $0 == iss }, else: .issuerUnknown,
            expected: issuer.policy.issuer.withView { $0.quoted }, found: iss.quoted)
    }

    /// RFC 7662 leaves it open whether refresh tokens can be introspected; MAS says that they are active.
    private func checkTokenType(_ members: JSONObject) throws(Status) {
        guard let type = try text("token_type", .type, members) else { return }
        try demand(
            .type, !type.equalsIgnoringCase(ByteView("refresh_token")), else: .notAccessToken, subject: "token_type",
            expected: "an access token", found: type.quoted)
    }

    /// `expires_in` counts from now, whatever the clocks of issuer and server; `exp` is compared with ours. A token
    /// without either does not expire.
    private func checkAnsweredTimes(
        _ members: JSONObject, _ issuer: Issuer
    ) throws(Status) -> ((expiresAt: Int64, issuedAt: Int64), ends: Int64, endsAtWall: Int64) {
        let exp = try time("exp", .expiry, members)
        if let left = try time("expires_in", .expiry, members) {
            try demand(
                .expiry, left > 0, else: .expired, subject: "expires_in", expected: "seconds that are left",
                found: "\(left)")
            let left = min(left, Self.latestTime - now.wall)
            let expiresAt = now.wall + left
            let issuedAt = try checkStart(members, issuer, expiresAt: expiresAt)
            return ((expiresAt, issuedAt), now.monotonic + left * 1000, .max)
        }
        guard exp != nil else { return ((0, try checkStart(members, issuer, expiresAt: 0)), .max, .max) }
        let times = try checkTimes(members, issuer)
        return (times, .max, times.expiresAt + issuer.policy.leeway)
    }
}

extension Status {
    /// A member of the wrong type is as much nonsense as no JSON at all, and an issuer that answers in another's name is
    /// configured under a wrong one: both concern every token.
    fileprivate var isNonsenseInAnAnswer: Bool {
        switch self {
        case .claimInvalid, .timeOutOfRange, .scopeMalformed, .issuerUnknown: true
        default: false
        }
    }
}
