// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import JOSE

// How issuers are asked about tokens (RFC 7662): a token asks for an exchange, the response is judged, and what came of
// it is left in the caches, where the token finds it.

extension Validator {
    /// What a token has to do about which its issuer has to be asked.
    enum Inquired {
        /// The answer has come in meanwhile.
        case answered
        case wait(exchange: UInt64)
        /// Nobody is asked: the issuer cannot be, or must not be any more.
        case cannotDecide(Status)
    }

    /// For the judge: nothing is known of the token yet.
    func inquire(about token: ByteView, _ inquiry: Inquiry, of index: Int) -> Inquired {
        guard let introspector = issuers[index].introspector else { return .cannotDecide(.internal) }
        let now = Moment(clock)
        if let wait = waitForSigningKeys(introspector, of: index, at: now.monotonic) { return wait }
        var start: (address: WebAddress, isSigned: Bool)?
        var isQueued = false
        let inquired = lock.withLock { () -> Inquired in
            if let exchange = outbox.introspection(of: inquiry.digest, issuer: index) { return .wait(exchange: exchange) }
            // Since the token was looked for in the caches.
            if isRemembered(inquiry.digest, at: now) { return .answered }
            if introspector.breaker.isOpen(at: now.monotonic) { return .cannotDecide(.issuerUnavailable) }
            guard let address = introspector.address else {
                // The metadata is there and names no endpoint, or it cannot be had.
                guard !introspector.isDiscovered,
                    let exchange = wantMetadata(of: index, at: now.monotonic, isQueued: &isQueued)
                else { return .cannotDecide(.issuerUnavailable) }
                return .wait(exchange: exchange)
            }
            guard outbox.introspections(issuer: index) < introspector.policy.maximumExchanges else {
                return .cannotDecide(.issuerBusy)
            }
            let deadline = now.monotonic + settings.exchangeTimeout
            guard introspector.breaker.admits(at: now.monotonic, deadline: deadline) else {
                return .cannotDecide(.issuerUnavailable)
            }
            start = (address, introspector.wantsSignedAnswer)
            return .wait(exchange: outbox.reserve(inquiry.digest, issuer: index))
        }
        // Without the lock: it may have to sign something.
        if let start, case .wait(let id) = inquired {
            let exchange = introspection(
                id, of: token, inquiry, issuer: index, introspector.credentials, start.address, isSigned: start.isSigned,
                at: now)
            lock.withLock {
                if let exchange {
                    outbox.add(exchange)
                } else {
                    outbox.release(id)
                    introspector.breaker.forgetProbe()
                }
            }
            if exchange == nil { return .cannotDecide(.internal) }
            isQueued = true
        }
        if isQueued { notifyQueued() }
        return inquired
    }

    /// A signed answer can be read only with the issuer's keys: they come first.
    private func waitForSigningKeys(_ introspector: Introspector, of index: Int, at now: Int64) -> Inquired? {
        guard !issuers[index].keys.serves(at: now), lock.withLock({ introspector.wantsSignedAnswer }) else { return nil }
        switch wantKeys(of: index) {
        case .served: return nil
        case .wait(let exchange): return .wait(exchange: exchange)
        case .cannotDecide, .refuse: return .cannotDecide(.issuerUnavailable)
        }
    }

    /// The request itself (RFC 7662 section 2.1). Without the hint MAS would call refresh tokens active.
    private func introspection(
        _ id: UInt64, of token: ByteView, _ inquiry: Inquiry, issuer index: Int, _ credentials: ClientCredentials,
        _ address: WebAddress, isSigned: Bool, at now: Moment
    ) -> Exchange? {
        let issuer = issuers[index].policy.issuer
        guard let fields = credentials.formFields(issuer: issuer, now: now.wall) else { return nil }
        let form = Array("token=".utf8) + token.formEncoded + Array("&token_type_hint=access_token".utf8) + fields
        let accepted = isSigned ? "application/token-introspection+jwt" : "application/json"
        let lines = """
            Content-Type: application/x-www-form-urlencoded\r\n\
            Accept: \(accepted)\r\n\
            X-MAS-Supports-Device-Id: 1\r\n
            """
        return Exchange(
            id: id, purpose: .introspection(issuer: index, inquiry, isSigned: isSigned), address: address,
            headers: Array(lines.utf8) + credentials.authorizationLine, body: form,
            deadline: now.monotonic + settings.exchangeTimeout,
            maximumResponse: min(settings.maximumKeySetBytes, Self.maximumAnswer))
    }

    /// Bytes. An answer is about as large as the claims of a JWT.
    private static var maximumAnswer: Int { 65_536 }

    // MARK: What came of it

    /// Why an issuer has not answered, and what a token is told.
    struct Unanswered: Error {
        let failure: ExchangeFailure
        let status: Status
        var retryAfter: Int64?
        /// Nothing that introspects is at that address.
        var isMisplaced = false
        /// What exactly makes no sense in its answer.
        var finding: Finding?
        /// Whether another token would have fared better: then the breaker does not count it.
        var isOfOneToken = false
    }

    /// Hands in the response to an introspection.
    func settle(_ exchange: Exchange, about inquiry: Inquiry, isSigned: Bool, _ response: Response) {
        do throws(Unanswered) {
            let answer = try answer(exchange, isSigned: isSigned, response)
            try judge(answer, inquiry, issuer: exchange.purpose.issuer)
            statistics.countAnswer()
            lock.withLock {
                issuers[exchange.purpose.issuer].introspector?.breaker.succeeded()
                outbox.release(exchange.id)
            }
        } catch {
            remember(error, exchange, inquiry)
        }
        notifyDecided()
    }

    /// An introspection came to nothing.
    func settle(_ exchange: Exchange, about inquiry: Inquiry, _ failure: ExchangeFailure) {
        remember(Unanswered(failure: failure, status: .issuerUnavailable), exchange, inquiry)
        notifyDecided()
    }

    /// The JSON text that an issuer has answered with.
    private func answer(
        _ exchange: Exchange, isSigned: Bool, _ response: Response
    ) throws(Unanswered) -> [UInt8] {
        let headers = HTTPHeaders(response.headers)
        switch response.status {
        case 200: break
        case 0: throw Unanswered(failure: .unreachable, status: .issuerUnavailable)
        case 401, 403: throw Unanswered(failure: .httpStatus, status: .issuerRefusesUs)
        case 300..<400: throw Unanswered(failure: .redirect, status: .issuerUnavailable, isMisplaced: true)
        case 400 where response.body.isClientError: throw Unanswered(failure: .httpStatus, status: .issuerRefusesUs)
        case 400, 413, 414, 431:
            throw Unanswered(failure: .httpStatus, status: .issuerUnavailable, isOfOneToken: true)
        case 404, 405, 410: throw Unanswered(failure: .httpStatus, status: .issuerUnavailable, isMisplaced: true)
        default:
            throw Unanswered(
                failure: .httpStatus, status: (201..<300).contains(response.status) ? .answerInvalid : .issuerUnavailable,
                retryAfter: headers.value(of: "retry-after").flatMap(secondsUntil))
        }
        if response.body.count > exchange.maximumResponse {
            throw Unanswered(failure: .tooLarge, status: .answerInvalid)
        }
        let type = headers.value(of: "content-type")
        let isJWT = type.map { $0.isMediaType("application/token-introspection+jwt") } ?? isSigned
        let mustBeSigned = issuers[exchange.purpose.issuer].introspector?.policy.signedAnswers == .always
        if isJWT || mustBeSigned {
            return try signedAnswer(response.body, issuer: exchange.purpose.issuer)
        }
        if let type, !type.namesJSON { throw Unanswered(failure: .contentType, status: .answerInvalid) }
        return [UInt8](response.body)
    }

    /// Leaves the verdict on an answer where the token finds it.
    private func judge(_ answer: [UInt8], _ inquiry: Inquiry, issuer index: Int) throws(Unanswered) {
        let epoch = revocations.epoch
        let issuer = issuers[index]
        var watch = Watch(.refusal)
        let now = Moment(clock)
        let status = answer.withView { answer in
            withUnsafeMutablePointer(to: &watch) { watch in
                Judge(validator: self, watch: watch, now: now).judge(answer: answer, inquiry, issuer: index) {
                    remember(inquiry.digest, $0, claims: answer, epoch: epoch, at: now)
                }
            }
        }
        switch status {
        case .ok:
            return
        case .answerInvalid, .internal:
            let refusal = watch.refusal
            throw Unanswered(
                failure: .answer, status: .answerInvalid, finding: refusal,
                isOfOneToken: refusal.map { $0.check != .introspection } ?? false)
        default:
            accepted.forget(inquiry.digest)
            if let refusal = watch.refusal {
                remember(inquiry.digest, refusal: refusal, for: issuer.policy.negativeTTL, at: now.monotonic)
            }
        }
    }

    private func remember(_ unanswered: Unanswered, _ exchange: Exchange, _ inquiry: Inquiry) {
        let now = clock.monotonicMilliseconds
        let issuer = issuers[exchange.purpose.issuer]
        statistics.count(unanswered.failure)
        let nonsense = unanswered.finding
        let finding = Finding(
            check: nonsense?.check ?? .introspection, status: unanswered.status, subject: nonsense?.subject ?? "",
            expected: nonsense?.expected ?? "the issuer's word on the token",
            found: nonsense?.found ?? String(unanswered.failure.words))
        // Whoever waits for the token finds this; until then nobody asks again.
        remember(inquiry.digest, refusal: finding, for: issuer.freshness.firstPause, at: now)
        lock.withLock {
            outbox.release(exchange.id)
            if unanswered.isMisplaced { issuer.introspector?.forgetAddress() }
            if unanswered.isOfOneToken {
                issuer.introspector?.breaker.succeeded()
            } else {
                issuer.introspector?.breaker.failed(
                    retryAfter: unanswered.retryAfter, at: now, jitter: .random(in: 0..<1))
            }
        }
        let name = issuer.policy.issuer.withView { $0.quoted }
        let detail = nonsense.map { ", \($0.subject): expected \($0.expected), found \($0.found)" } ?? ""
        note(.warning, "issuer \(name): introspection failed: \(String(unanswered.failure.label))\(detail)")
    }
}

extension ByteView {
    /// An error that is about the client and came with HTTP status 400 (RFC 6749 section 5.2).
    fileprivate var isClientError: Bool {
        guard let tree = try? JSONTree(parsing: self) else { return false }
        // Nodes are borrowed from the tree.
        defer { withExtendedLifetime(tree) {} }
        guard let error = tree.root.member("error")?.string else { return false }
        return error == "invalid_client" || error == "unauthorized_client"
    }
}
