// SPDX-License-Identifier: Apache-2.0
import JOSE

extension Judge {
    /// The payload of something that an issuer has signed and that is no access token.
    func payload(
        of parts: CompactJWS, signedBy index: Int, typ expected: StaticString, accepts: (ByteView?) -> Bool
    ) throws(Status) -> [UInt8] {
        let issuer = validator.issuers[index]
        let result = Scratch.with(Scratch.Sizes(parts)) { scratch in
            Result { () throws(Status) in
                let signature = try decode(parts.signature, scratch.signature, "signature")
                let header = try readHeader(parts.header, scratch)
                let algorithm = try knownAlgorithm(header)
                try demand(
                    .type, accepts(header.typ?.withoutApplication), else: .typeNotAccepted, expected: String(expected),
                    found: header.typ?.quoted ?? "no typ")
                try demand(
                    .algorithmAllowed, issuer.policy.algorithms.contains(algorithm), else: .algorithmNotAllowed,
                    expected: "one of \(issuer.policy.algorithms.names)", found: String(algorithm.name))
                try checkSignature(signature, parts, header, algorithm, issuerIndex: index)
                return [UInt8](try decode(parts.payload, scratch.payload, "payload"))
            }
        }
        switch result {
        case .success(let payload): return payload
        case .failure(let status): throw status
        case nil: throw .internal
        }
    }
}

extension Policy {
    /// Whether a document of the issuer's with this `aud` is meant for us: as its client or as its resource.
    func isMeant(by aud: JSONNode?) -> Bool {
        func isOurs(_ name: ByteView) -> Bool {
            !clientID.isEmpty && clientID.withView { $0 == name } || audiences.contains { $0.withView { $0 == name } }
        }
        guard let aud else { return false }
        if let name = aud.string { return isOurs(name) }
        for position in 0..<aud.elementCount {
            if let name = aud.element(position)?.string, isOurs(name) { return true }
        }
        return false
    }
}

extension Validator {
    /// What a JWT response says about a token (RFC 9701 section 5), as JSON text.
    func signedAnswer(_ text: ByteView, issuer index: Int) throws(Unanswered) -> [UInt8] {
        var watch = Watch(.refusal)
        let now = Moment(clock)
        let issuer = issuers[index]
        let payload = withUnsafeMutablePointer(to: &watch) { watch -> [UInt8]? in
            guard let parts = try? CompactJWS(text) else { return nil }
            return try? Judge(validator: self, watch: watch, now: now).payload(
                of: parts, signedBy: index, typ: "token-introspection+jwt"
            ) { $0?.equalsIgnoringCase(ByteView("token-introspection+jwt")) == true }
        }
        guard let payload else {
            let isKeys = watch.refusal?.check == .key
            throw Unanswered(
                failure: .answerSignature, status: isKeys ? .issuerUnavailable : .answerInvalid,
                finding: watch.refusal)
        }
        let answer = payload.withView { text -> [UInt8]? in
            guard let tree = try? JSONTree(parsing: text) else { return nil }
            // Nodes are borrowed from the tree.
            defer { withExtendedLifetime(tree) {} }
            guard tree.root.member("iss")?.string.map({ [UInt8]($0) }) == issuer.policy.issuer,
                issuer.policy.isMeant(by: tree.root.member("aud")), let iat = tree.root.member("iat")?.integer,
                iat <= now.wall + issuer.policy.leeway, iat >= now.wall - Self.maximumAnswerAge - issuer.policy.leeway,
                let members = tree.root.member("token_introspection"), members.isObject
            else { return nil }
            return members.text()
        }
        guard let answer else { throw Unanswered(failure: .answer, status: .answerInvalid) }
        return answer
    }

    /// Seconds: an answer is one to the question just asked, not an old one brought again.
    private static var maximumAnswerAge: Int64 { 60 }
}
