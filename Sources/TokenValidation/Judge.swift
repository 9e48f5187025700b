// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix

/// Judges one token: each check in order, the header before any key is touched, the signature before any claim but
/// `iss` is looked at, and the claims before any scope. `iss` only chooses whose keys and policy apply.
struct Judge {
    let validator: Validator
    let now: Moment
    /// Not owned.
    let watch: UnsafeMutablePointer<Watch>

    /// A token of an issuer whose keys have no names costs at most this many verifications.
    static var maximumAttempts: Int { 4 }

    init(validator: Validator, watch: UnsafeMutablePointer<Watch>, now: Moment) {
        self.validator = validator
        self.watch = watch
        self.now = now
    }

    func judge(_ token: ByteView, _ digest: Digest, _ accept: (Acceptance) -> Void) -> Status {
        do throws(Status) {
            guard let parts = try split(token) else {
                let index = try chooseIssuer(ofOpaque: token)
                try checkKnownRevocation(digest)
                try ask(about: token, Inquiry(digest: digest), of: index)
            }
            return Scratch.with(Scratch.Sizes(parts)) { scratch in
                do throws(Status) {
                    try judge(parts, token, digest, scratch, accept)
                    return Status.ok
                } catch {
                    return error
                }
            } ?? .internal
        } catch {
            return error
        }
    }

    private func judge(
        _ parts: CompactJWS, _ token: ByteView, _ digest: Digest, _ scratch: Scratch, _ accept: (Acceptance) -> Void
    ) throws(Status) {
        let signature = try decode(parts.signature, scratch.signature, "signature")
        let known = watch.pointee.interest == .everyCheck ? nil : validator.knownHeaders.find(parts.header)
        let header: JOSEHeader
        let algorithm: SignatureAlgorithm
        if let known {
            (header, algorithm) = (known.parameters, known.algorithm)
        } else {
            header = try readHeader(parts.header, scratch)
            algorithm = try knownAlgorithm(header)
        }
        let claims = try readClaims(parts.payload, scratch)
        let index = try chooseIssuer(claims)
        let issuer = validator.issuers[index]
        try demand(
            .form, issuer.policy.acceptsJWTs, else: .jwtNotAccepted,
            expected: issuer.policy.acceptsJWTs ? "a JWT" : "an opaque token", found: "a JWT")

        try checkType(header, issuer)
        try demand(
            .algorithmAllowed, issuer.policy.algorithms.contains(algorithm), else: .algorithmNotAllowed,
            expected: "one of \(issuer.policy.algorithms.names)", found: String(algorithm.name))
        let keyGeneration = try checkSignature(signature, parts, header, algorithm, issuerIndex: index)
        if known == nil { validator.knownHeaders.keep(parts.header, KnownHeaders.Header(parameters: header, algorithm: algorithm)) }

        let times = try checkTimes(claims, issuer)
        let end = times.expiresAt + issuer.policy.leeway
        if issuer.policy.introspectsJWTs {
            // Whose it is and what it may do is for the answer to say: such JWTs often do not.
            try checkAudience(claims, issuer)
            let marks = try checkRevocation(
                TokenIdentity(subject: try text("sub", .subject, claims) ?? .empty), claims, digest, issuer: index,
                issuedAt: times.issuedAt)
            try ask(about: token, Inquiry(digest: digest, endsAt: end, issuedAt: times.issuedAt, marks: marks), of: index)
        }
        let verdict = try judge(claims, .jwt, times, scratch, issuer: index)
        let marks = try checkRevocation(verdict, claims, digest)
        accept(Acceptance(verdict: verdict, marks: marks, endsAtWall: end, keyGeneration: keyGeneration))
    }

    /// What claims and answers of introspection have in common: who may do what where.
    func judge(
        _ claims: JSONObject, _ kind: Verdict.Kind, _ times: (expiresAt: Int64, issuedAt: Int64), _ scratch: Scratch,
        issuer index: Int
    ) throws(Status) -> Verdict {
        let issuer = validator.issuers[index]
        try checkAudience(claims, issuer)
        try checkRequiredClaims(claims, issuer)
        let subject = try text("sub", .subject, claims)
        let client = try clientID(claims)
        // What is granted before whose it is: a token for something else altogether need not name a user.
        let scopes = try readScopes(claims, kind)
        try demand(
            .access, !issuer.policy.requiresAPIScope || !scopes.grants.isDisjoint(with: validator.authorization.apiScopes),
            else: .scopeInsufficient,
            expected: issuer.policy.requiresAPIScope ? validator.authorization.apiScopesInWords : "any scope",
            found: scopes.grants.names)
        let user = try userID(claims, issuer, scratch)
        let device = try deviceID(claims, kind, scopes)
        return Verdict(
            kind: kind, issuerIndex: index, grants: scopes.grants, hasUnknownScopes: scopes.hasUnknownScopes,
            expiresAt: times.expiresAt, issuedAt: times.issuedAt, userID: user, deviceID: device,
            subject: subject ?? .empty, clientID: client ?? .empty)
    }

    // MARK: The token and its header

    /// The parts of a JWT; nil if the token is none and an issuer takes opaque tokens.
    private func split(_ token: ByteView) throws(Status) -> CompactJWS? {
        if token.isEmpty { try refuse(.size, .tokenMissing, expected: "a token", found: "nothing") }
        try demand(
            .size, token.count <= validator.settings.maximumTokenBytes, else: .tokenTooLarge,
            expected: "at most \(validator.settings.maximumTokenBytes) bytes", found: "\(token.count) bytes")
        // Where nobody takes JWTs, one may still be a token that its issuer knows.
        if validator.acceptsOpaqueTokens, !validator.acceptsJWTs { return nil }
        let expected = "three parts of base64url with dots between them"
        do throws(CompactJWS.Shape) {
            let parts = try CompactJWS(token)
            pass(.shape, expected: expected, found: "three parts")
            return parts
        } catch {
            if validator.acceptsOpaqueTokens { return nil }
            switch error {
            case .opaque: try refuse(.shape, .tokenOpaque, expected: expected, found: "no dots")
            case .encrypted: try refuse(.shape, .tokenEncrypted, expected: expected, found: "five parts")
            case .malformed: try refuse(.shape, .tokenMalformed, expected: expected, found: "other dots")
            }
        }
    }

    func decode(
        _ part: ByteView, _ output: UnsafeMutablePointer<UInt8>, _ name: StaticString
    ) throws(Status) -> ByteView {
        guard let count = Base64URL.decode(part, into: output) else {
            try refuse(
                .shape, .tokenMalformed, expected: "strict base64url without padding",
                found: "a \(String(name)) part that is not")
        }
        return ByteView(output, count: count)
    }

    func readHeader(_ part: ByteView, _ scratch: Scratch) throws(Status) -> JOSEHeader {
        let bytes = try decode(part, scratch.header, "header")
        let object: JSONObject
        do throws(JSONFault) {
            object = try JSONReader.readObject(scratch.header, count: bytes.count, table: scratch.table)
        } catch {
            try refuse(.header, .headerMalformed, expected: "a JSON object", found: error.words)
        }
        do throws(JOSEHeader.Fault) {
            let header = try JOSEHeader(object)
            pass(.header, expected: "a JSON object", found: "a JSON object")
            return header
        } catch {
            switch error {
            case .notAString(let name):
                try refuse(
                    .header, .headerMalformed, subject: String(name), expected: "a string", found: "something else")
            case .critMalformed:
                try refuse(
                    .critical, .headerMalformed, expected: "distinct names of extension parameters in the header",
                    found: "something else")
            case .critUnsupported(let name):
                try refuse(.critical, .criticalUnsupported, expected: "no extension", found: name.quoted)
            case .unencodedPayload:
                try refuse(
                    .critical, .criticalUnsupported, subject: "b64", expected: "an encoded payload (RFC 7797 section 7)",
                    found: "b64 other than true")
            }
        }
    }

    /// `none`, in whatever spelling, is as unknown as anything else.
    func knownAlgorithm(_ header: JOSEHeader) throws(Status) -> SignatureAlgorithm {
        guard let name = header.alg else {
            try refuse(.algorithmKnown, .algorithmNotAllowed, expected: "a signature algorithm", found: "no alg")
        }
        guard let algorithm = SignatureAlgorithm(name: name) else {
            try refuse(.algorithmKnown, .algorithmNotAllowed, expected: "a signature algorithm", found: name.quoted)
        }
        pass(.algorithmKnown, expected: "a signature algorithm", found: String(algorithm.name))
        return algorithm
    }

    func readClaims(_ part: ByteView, _ scratch: Scratch) throws(Status) -> JSONObject {
        let bytes = try decode(part, scratch.payload, "payload")
        do throws(JSONFault) {
            let claims = try JSONReader.readObject(scratch.payload, count: bytes.count, table: scratch.table)
            pass(.claims, expected: "a JSON object", found: "a JSON object")
            return claims
        } catch {
            try refuse(.claims, .claimsMalformed, expected: "a JSON object", found: error.words)
        }
    }

    /// RFC 9068 section 4 compares `typ` with its media type, `application/` optional (RFC 7515 section 4.1.9).
    private func checkType(_ header: JOSEHeader, _ issuer: Issuer) throws(Status) {
        let accepted: Bool
        if let typ = header.typ {
            let type = typ.withoutApplication
            accepted = issuer.policy.types.contains { $0.withView { $0.equalsIgnoringCase(type) } }
        } else {
            accepted = issuer.policy.acceptsAbsentType
        }
        try demand(
            .type, accepted, else: .typeNotAccepted, expected: issuer.policy.typesInWords,
            found: header.typ?.quoted ?? "no typ")
    }

    // MARK: Noting and refusing

    @inline(__always)
    func demand(
        _ check: Check, _ holds: Bool, else status: Status, subject: @autoclosure () -> String? = nil,
        expected: @autoclosure () -> String, found: @autoclosure () -> String
    ) throws(Status) {
        watch.pointee.note(
            holds ? .ok : status,
            Finding(
                check: check, status: holds ? .ok : status, subject: subject() ?? String(check.row.subject),
                expected: expected(), found: found()))
        if !holds { throw status }
    }

    func pass(
        _ check: Check, subject: @autoclosure () -> String? = nil,
        expected: @autoclosure () -> String, found: @autoclosure () -> String
    ) {
        watch.pointee.note(
            .ok,
            Finding(
                check: check, status: .ok, subject: subject() ?? String(check.row.subject), expected: expected(),
                found: found()))
    }

    func refuse(
        _ check: Check, _ status: Status, subject: @autoclosure () -> String? = nil,
        expected: @autoclosure () -> String, found: @autoclosure () -> String
    ) throws(Status) -> Never {
        watch.pointee.note(
            status,
            Finding(
                check: check, status: status, subject: subject() ?? String(check.row.subject), expected: expected(),
                found: found()))
        throw status
    }
}

extension JSONFault {
    var words: String {
        switch self {
        case .syntax: "text that is not JSON in UTF-8"
        case .duplicateMember: "a member that stands twice"
        case .tooComplex: "more nesting or more members than any token needs"
        }
    }
}

extension ByteView {
    /// A media type as RFC 7515 section 4.1.9 lets `typ` spell it: without `application/`.
    var withoutApplication: ByteView {
        let prefix = ByteView("application/")
        let isFull = count > prefix.count && slice(0, count: prefix.count).equalsIgnoringCase(prefix)
        return isFull ? dropFirst(prefix.count) : self
    }
}
