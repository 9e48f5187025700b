// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix

/// Which opaque tokens an issuer gives out.
enum OpaqueForm: Sendable {
    /// Whatever RFC 6750 section 2.1 lets a bearer token be.
    case any
    /// Those of Matrix Authentication Service, which carry check digits.
    case mas
}

extension Judge {
    /// The one issuer whose token this can be: no issuer is shown the tokens of another, and none is asked about junk.
    func chooseIssuer(ofOpaque token: ByteView) throws(Status) -> Int {
        var misfit = "characters that no bearer token has (RFC 6750 section 2.1)"
        if let index = validator.opaqueIssuer(.mas) {
            switch Result(catching: { () throws(OpaqueToken.MASFault) in try OpaqueToken.masKind(of: token) }) {
            case .success(let kind):
                try demand(
                    .form, !kind.isRefresh, else: .notAccessToken, expected: "an access token",
                    found: kind.isRefresh ? "a refresh token" : "one")
                return index
            case .failure(let fault):
                misfit = fault.words
            }
        }
        if let index = validator.opaqueIssuer(.any), OpaqueToken.isB64Token(token) {
            pass(.form, expected: "a bearer token", found: "one")
            return index
        }
        try refuse(.form, .tokenImplausible, expected: "a token that the issuer could have made", found: misfit)
    }

    /// A token that is ended for good need not be asked about.
    func checkKnownRevocation(_ digest: Digest) throws(Status) {
        guard validator.revocations.count > 0 else { return }
        let isRevoked = validator.revocations.revokes(
            validator.tokenMark(digest), issuedAt: Revocations.latestIssue, now: now.wall)
        if isRevoked { try refuseRevoked() }
    }

    /// The marks of a token by which it can be revoked, if it has not been.
    func checkRevocation(
        _ verdict: Verdict, _ claims: JSONObject, _ digest: Digest, besides known: RevocationMarks = RevocationMarks()
    ) throws(Status) -> RevocationMarks {
        try checkRevocation(
            TokenIdentity(userID: verdict.userID, deviceID: verdict.deviceID, subject: verdict.subject), claims, digest,
            issuer: verdict.issuerIndex, issuedAt: verdict.issuedAt, besides: known)
    }

    /// `identity` lacks what is read here.
    func checkRevocation(
        _ identity: TokenIdentity, _ claims: JSONObject, _ digest: Digest, issuer index: Int, issuedAt: Int64,
        besides known: RevocationMarks = RevocationMarks()
    ) throws(Status) -> RevocationMarks {
        var identity = identity
        identity.jti = try text("jti", .subject, claims, limit: .max) ?? .empty
        identity.session = try text("sid", .subject, claims, limit: .max) ?? .empty
        let marks = validator.marks(digest, issuer: index, identity).filled(from: known)
        let isRevoked =
            validator.revocations.count > 0
            && marks.areRevoked(in: validator.revocations, issuedAt: issuedAt, now: now.wall)
        if isRevoked { try refuseRevoked() }
        watch.pointee.note(.ok, .revoked(.ok))
        return marks
    }

    private func refuseRevoked() throws(Status) -> Never {
        watch.pointee.note(.revoked, .revoked(.revoked))
        throw .revoked
    }

    /// Leaves the token to its issuer.
    func ask(about token: ByteView, _ inquiry: Inquiry, of index: Int) throws(Status) -> Never {
        let expected = "the issuer's word on the token"
        switch validator.inquire(about: token, inquiry, of: index) {
        case .answered:
            watch.pointee.isAnswered = true
            throw .pending
        case .wait(let exchange):
            watch.pointee.exchange = exchange
            try refuse(.introspection, .pending, expected: expected, found: "an exchange with the issuer under way")
        case .cannotDecide(let status):
            try refuse(.introspection, status, expected: expected, found: "none to be had at the moment")
        }
    }
}

extension OpaqueToken.MASFault {
    var words: String {
        switch self {
        case .prefix: "none of the prefixes that MAS gives its tokens"
        case .length(let count): "\(count) bytes instead of \(OpaqueToken.masLength)"
        case .character(let position): "a character at \(position) that has no place there"
        case .checkDigits: "check digits that do not fit"
        }
    }
}
