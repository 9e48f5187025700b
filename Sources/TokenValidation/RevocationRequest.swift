// SPDX-License-Identifier: Apache-2.0
import JOSE

/// What an issuer is told that a token is (RFC 7009 section 2.1); the numbers are those of MXAUTH_TOKEN_HINT_….
package enum TokenHint: UInt32 {
    case none = 0
    case access = 1
    case refresh = 2

    fileprivate var field: StaticString {
        switch self {
        case .none: ""
        case .access: "&token_type_hint=access_token"
        case .refresh: "&token_type_hint=refresh_token"
        }
    }
}

/// A token that its issuer is asked to revoke.
package struct RevocationRequest {
    let token: ByteView
    let issuer: Int
    let hint: TokenHint
    /// The client whose token it is; nil: this server's own name.
    let clientID: ByteView?

    package init(token: ByteView, issuer: UInt32, hint: TokenHint, clientID: ByteView?) {
        self.token = token
        self.issuer = Int(issuer)
        self.hint = hint
        self.clientID = clientID
    }
}

// How an issuer is asked to revoke a token (RFC 7009, MSC4254): the first call asks for an exchange, a later one finds
// what came of it.

extension Validator {
    /// Refuses the token here from now on and asks its issuer to revoke it; `.pending` until that has answered. With
    /// `milliseconds` above 0 it waits so long for it, and says `.timedOut` then. Any thread.
    package func revokeAtIssuer(
        _ request: RevocationRequest, waiting milliseconds: Int64
    ) throws(Configuration.Fault) -> Status {
        try check(request)
        let end = Clock.system.monotonicMilliseconds + milliseconds
        while true {
            let before = lock.withLock { settled }
            let status = try revokeOnce(request)
            guard status == .pending, milliseconds > 0 else { return status }
            let left = end - Clock.system.monotonicMilliseconds
            guard left > 0 else { return .timedOut }
            lock.withLock {
                if settled == before { lock.wait(milliseconds: left) }
            }
        }
    }

    private func check(_ request: RevocationRequest) throws(Configuration.Fault) {
        guard issuers.indices.contains(request.issuer) else {
            throw Configuration.Fault(.issuerUnknown, "issuer", "There are \(issuers.count), counted from 0.")
        }
        if let id = request.clientID {
            guard (1...1024).contains(id.count), id.isUTF8 else {
                throw Configuration.Fault(.misuse, "client_id", "A client_id is UTF-8 of 1 to 1024 bytes.")
            }
        }
    }

    private func revokeOnce(_ request: RevocationRequest) throws(Configuration.Fault) -> Status {
        let index = request.issuer
        let digest = digests.digest(of: request.token)
        let known = lock.withLock {
            let known = revocationRequests.find(digest, issuer: index)
            if let known, known.outcome != nil { revocationRequests.remove(known.id) }
            return known
        }
        if let known { return known.outcome ?? .pending }

        // Here first: whatever the issuer says, nobody uses the token with this server any more.
        try revoke(.token, request.token, notBefore: 0)
        let endpoint = issuers[index].revocation
        let now = Moment(clock)
        var start: (address: WebAddress, id: UInt64)?
        var isQueued = false
        let status = lock.withLock { () -> Status? in
            if revocationRequests.find(digest, issuer: index) != nil { return .pending }
            guard let address = endpoint.address else {
                if endpoint.isDiscovered || !issuers[index].keys.source.hasMetadata { return nil }
                return wantMetadata(of: index, at: now.monotonic, isQueued: &isQueued) == nil
                    ? .issuerUnavailable : .pending
            }
            let id = outbox.newID()
            guard revocationRequests.add(id, digest, issuer: index) else { return .issuerBusy }
            start = (address, id)
            return .pending
        }
        guard let status else { throw missingEndpoint(of: index) }
        if let start {
            // Without the lock: it may have to sign something.
            let exchange = exchange(start.id, for: request, endpoint, start.address, at: now)
            lock.withLock {
                if let exchange { outbox.add(exchange) } else { revocationRequests.remove(start.id) }
            }
            if exchange == nil { return .internal }
            isQueued = true
        }
        if isQueued { notifyQueued() }
        return status
    }

    private func missingEndpoint(of index: Int) -> Configuration.Fault {
        let name = issuers[index].policy.issuer.withView { $0.quoted }
        let reason =
            issuers[index].keys.source.hasMetadata
            ? "The metadata of issuer \(name) names no revocation_endpoint that may be asked."
            : "Where issuer \(name) revokes tokens has to be said, as its metadata is not looked at."
        return Configuration.Fault(.configIncomplete, "issuer.revocation_uri", reason)
    }

    /// RFC 7009 section 2.1. A client named by its id alone is a public one, which has nothing to prove itself with.
    private func exchange(
        _ id: UInt64, for request: RevocationRequest, _ endpoint: RevocationEndpoint, _ address: WebAddress, at now: Moment
    ) -> Exchange? {
        var form = Array("token=".utf8) + request.token.formEncoded + [UInt8](ByteView(request.hint.field))
        var authorization: [UInt8] = []
        if let clientID = request.clientID {
            form += Array("&client_id=".utf8) + clientID.formEncoded
        } else if let credentials = endpoint.credentials {
            let issuer = issuers[request.issuer].policy.issuer
            guard let fields = credentials.formFields(issuer: issuer, now: now.wall) else { return nil }
            form += fields
            authorization = credentials.authorizationLine
        }
        let lines = "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n"
        return Exchange(
            id: id, purpose: .revocation(issuer: request.issuer), address: address, headers: Array(lines.utf8) + authorization,
            body: form, deadline: now.monotonic + settings.exchangeTimeout, maximumResponse: Self.maximumErrorBody)
    }

    /// Bytes. Nothing in it is read.
    private static var maximumErrorBody: Int { 65_536 }

    // MARK: What came of it

    /// Hands in the response to a revocation (RFC 7009 section 2.2).
    func settleRevocation(_ exchange: Exchange, _ response: Response) {
        switch response.status {
        case 200: settleRevocation(exchange, .ok, nil)
        case 0: settleRevocation(exchange, .unreachable)
        case 404, 405, 410: settleRevocation(exchange, .issuerUnavailable, .httpStatus, isMisplaced: true)
        case 300..<400: settleRevocation(exchange, .issuerUnavailable, .redirect, isMisplaced: true)
        case 429: settleRevocation(exchange, .issuerUnavailable, .httpStatus)
        case 400..<500: settleRevocation(exchange, .issuerRefusesUs, .httpStatus)
        case 500...: settleRevocation(exchange, .issuerUnavailable, .httpStatus)
        default: settleRevocation(exchange, .answerInvalid, .httpStatus)
        }
    }

    /// A revocation came to nothing.
    func settleRevocation(_ exchange: Exchange, _ failure: ExchangeFailure) {
        settleRevocation(exchange, .issuerUnavailable, failure)
    }

    private func settleRevocation(
        _ exchange: Exchange, _ outcome: Status, _ failure: ExchangeFailure?, isMisplaced: Bool = false
    ) {
        let issuer = issuers[exchange.purpose.issuer]
        if let failure { statistics.count(failure) } else { statistics.countRevocation() }
        lock.withLock {
            revocationRequests.settle(exchange.id, outcome)
            if isMisplaced { issuer.revocation.forgetAddress() }
        }
        if let failure {
            let name = issuer.policy.issuer.withView { $0.quoted }
            note(.warning, "issuer \(name): revocation failed: \(String(failure.label))")
        }
        notifyDecided()
    }
}
