// SPDX-License-Identifier: Apache-2.0
import JOSE

// How key sets are kept fresh: tokens and timers ask for exchanges, whoever carries them brings responses. No function
// here waits, and none calls the host with the lock held.

extension Validator {
    /// What a token has to do that cannot be judged for want of a key.
    enum Want {
        /// Another set has arrived since the one that was consulted.
        case served
        case wait(exchange: UInt64)
        case refuse
        case cannotDecide
    }

    /// For the judge: the issuer has no key set that serves.
    func wantKeys(of index: Int) -> Want {
        request(index) { cache, now in cache.serves(at: now) ? nil : cache.answerWithoutKeys(at: now) }
    }

    /// For the judge: a token names a key that the issuer's set of that generation lacks.
    func wantUnknownKey(of index: Int, since generation: UInt64) -> Want {
        request(index) { cache, now in cache.generation != generation ? nil : cache.answerForUnknownKey(at: now) }
    }

    /// For the judge: the set serves, but a newer one is due.
    func wantFresherKeys(of index: Int) {
        guard issuers[index].keys.isFetched else { return }
        let now = clock.monotonicMilliseconds
        let isStarted = lock.withLock {
            issuers[index].keys.life.isDue(at: now) && startFetch(index, at: now) != nil
        }
        if isStarted { notifyQueued() }
    }

    private func request(_ index: Int, _ answer: (KeyCache, Int64) -> KeySetLife.Answer?) -> Want {
        let now = clock.monotonicMilliseconds
        var isStarted = false
        let want = lock.withLock { () -> Want in
            let cache = issuers[index].keys
            switch answer(cache, now) {
            case nil: return .served
            case .refuse: return .refuse
            case .cannotDecide: return .cannotDecide
            case .wait: return cache.exchange.map { .wait(exchange: $0) } ?? .cannotDecide
            case .fetch:
                guard let exchange = startFetch(index, at: now) else { return .cannotDecide }
                isStarted = true
                return .wait(exchange: exchange)
            }
        }
        if isStarted { notifyQueued() }
        return want
    }

    // MARK: For hosts and the transport

    /// The next exchange to be done, if any, after whatever the clock has made due. Any thread.
    package func nextExchange() -> Exchange? {
        advance()
        return lock.withLock { outbox.takeNext() }
    }

    /// Milliseconds until `nextExchange` should be called again; nil if only a token can give it something to do.
    package var millisecondsToNextDeadline: Int64? {
        let now = clock.monotonicMilliseconds
        let next = lock.withLock { () -> Int64 in
            if outbox.hasQueued { return now }
            var next = outbox.firstDeadline ?? .max
            for issuer in issuers { next = min(next, issuer.keys.nextDue) }
            return next
        }
        return next == .max ? nil : next <= now ? 0 : next - now
    }

    package func millisecondsLeft(for exchange: Exchange) -> Int64 {
        max(1, exchange.deadline - clock.monotonicMilliseconds)
    }

    /// Hands in the response to an exchange. Any thread.
    package func complete(_ id: UInt64, _ response: Response) throws(Status) {
        let now = clock.monotonicMilliseconds
        guard let exchange = lock.withLock({ take(id) }) else { throw .exchangeUnknown }
        // Late, though nobody has asked for an exchange since.
        if now >= exchange.deadline {
            settle(exchange, .timedOut)
            throw .exchangeUnknown
        }
        switch exchange.purpose {
        case .introspection(_, let inquiry, let isSigned):
            settle(exchange, about: inquiry, isSigned: isSigned, response)
        case .revocation: settleRevocation(exchange, response)
        case .metadata, .keySet: settle(exchange, examine(exchange, response))
        }
    }

    /// Says that an exchange came to nothing. Any thread.
    package func fail(_ id: UInt64, _ failure: ExchangeFailure) throws(Status) {
        guard let exchange = lock.withLock({ take(id) }) else { throw .exchangeUnknown }
        settle(exchange, failure)
    }

    /// With the lock held.
    private func take(_ id: UInt64) -> Exchange? {
        guard let exchange = outbox.remove(id) else { return nil }
        if case .introspection(let issuer, let inquiry, _) = exchange.purpose {
            outbox.keep(id, inquiry.digest, issuer: issuer)
        }
        return exchange
    }

    private func settle(_ exchange: Exchange, _ failure: ExchangeFailure) {
        switch exchange.purpose {
        case .introspection(_, let inquiry, _): settle(exchange, about: inquiry, failure)
        case .revocation: settleRevocation(exchange, failure)
        case .metadata, .keySet: settle(exchange, .failed(failure, retryAfter: nil))
        }
    }

    /// Does what time has made due: fetches, timeouts, files that may have changed.
    private func advance() {
        let now = clock.monotonicMilliseconds
        while let late = lock.withLock({ outbox.expired(at: now).flatMap(take) }) {
            settle(late, .timedOut)
        }
        for index in issuers.indices where issuers[index].keys.isDue(at: now) {
            if case .file(let path) = issuers[index].keys.source {
                readFile(path, of: index, at: now)
            } else {
                wantFresherKeys(of: index)
            }
        }
    }

    // MARK: Starting

    /// With the lock held. Nil if there is nobody who may be asked.
    private func startFetch(_ index: Int, at now: Int64) -> UInt64? {
        let cache = issuers[index].keys
        if let address = cache.currentAddress(at: now, maximumLifetime: issuers[index].freshness.maximumLifetime) {
            return start(.keySet(issuer: index), address, at: now)
        }
        return startDiscovery(index, at: now)
    }

    /// With the lock held: the exchange to be waited for until the metadata has been asked; nil while it cannot be.
    func wantMetadata(of index: Int, at now: Int64, isQueued: inout Bool) -> UInt64? {
        let keys = issuers[index].keys
        if let exchange = keys.exchange { return exchange }
        if keys.life.isBackingOff(at: now) { return nil }
        let exchange = startDiscovery(index, at: now)
        if exchange != nil { isQueued = true }
        return exchange
    }

    /// With the lock held: asks for the metadata although the key set's address may be known. Nil if there is none.
    private func startDiscovery(_ index: Int, at now: Int64) -> UInt64? {
        guard case .metadata(let documents) = issuers[index].keys.source, let first = documents.first else { return nil }
        return start(.metadata(issuer: index, document: 0), first, at: now)
    }

    /// With the lock held.
    @discardableResult
    private func start(
        _ purpose: Exchange.Purpose, _ address: WebAddress, redirectsLeft: Int = 3, at now: Int64
    ) -> UInt64 {
        let cache = issuers[purpose.issuer].keys
        var headers = Array("Accept: application/jwk-set+json, application/json\r\n".utf8)
        var isConditional = false
        if case .keySet = purpose {
            let conditions = cache.conditions(for: address)
            isConditional = !conditions.isEmpty
            headers += conditions
        }
        let exchange = Exchange(
            id: outbox.newID(), purpose: purpose, address: address, redirectsLeft: redirectsLeft, isConditional: isConditional,
            headers: headers,
            deadline: now + settings.exchangeTimeout, maximumResponse: settings.maximumKeySetBytes)
        outbox.add(exchange)
        cache.began(exchange.id)
        return exchange.id
    }

    // MARK: Finishing

    enum Outcome {
        case keySet(KeySet, lifetime: Int64, etag: [UInt8]?, lastModified: [UInt8]?)
        case unchanged(lifetime: Int64)
        case metadata(Discovery.Metadata)
        case moved(WebAddress)
        case failed(ExchangeFailure, retryAfter: Int64?)
    }

    private func examine(_ exchange: Exchange, _ response: Response) -> Outcome {
        let headers = HTTPHeaders(response.headers)
        let issuer = issuers[exchange.purpose.issuer]
        switch response.status {
        case 200:
            break
        case 304 where exchange.isConditional:
            stateDirectory?.renew(issuer.policy.issuer, limit: settings.maximumKeySetBytes, at: clock.wallSeconds)
            return .unchanged(lifetime: issuer.freshness.lifetime(headers))
        case 301, 302, 303, 307, 308:
            guard exchange.redirectsLeft > 0,
                let target = headers.value(of: "location").flatMap(exchange.address.resolving),
                target.hasOrigin(of: exchange.address)
            else { return .failed(.redirect, retryAfter: nil) }
            return .moved(target)
        case 0:
            return .failed(.unreachable, retryAfter: nil)
        default:
            return .failed(.httpStatus, retryAfter: headers.value(of: "retry-after").flatMap(secondsUntil))
        }
        if response.body.count > exchange.maximumResponse { return .failed(.tooLarge, retryAfter: nil) }
        if let type = headers.value(of: "content-type"), !type.namesJSON { return .failed(.contentType, retryAfter: nil) }
        if case .metadata = exchange.purpose { return examineMetadata(response.body, of: issuer) }
        return examineKeySet(response.body, headers, of: issuer)
    }

    /// Retry-After: seconds or a date (RFC 9110 section 10.2.3).
    func secondsUntil(_ moment: ByteView) -> Int64? {
        moment.deltaSeconds ?? HTTPDate.seconds(moment).map { max(0, $0 - clock.wallSeconds) }
    }

    private func examineMetadata(_ body: ByteView, of issuer: Issuer) -> Outcome {
        do throws(Discovery.Fault) {
            let metadata = try Discovery.read(body, of: issuer.policy.issuer)
            if let address = metadata.keySetAddress, !settings.plainHTTP.allows(address) {
                return .failed(.insecure, retryAfter: nil)
            }
            // Whose tokens are only introspected needs no keys.
            if metadata.keySetAddress == nil, issuer.policy.acceptsJWTs {
                return .failed(.noKeySetAddress, retryAfter: nil)
            }
            return .metadata(metadata.allowed(by: settings.plainHTTP))
        } catch {
            switch error {
            case .notJSON: return .failed(.notJSON, retryAfter: nil)
            case .otherIssuer: return .failed(.otherIssuer, retryAfter: nil)
            }
        }
    }

    /// A set replaces the one we have only if it holds a key that we can use.
    private func examineKeySet(_ body: ByteView, _ headers: HTTPHeaders, of issuer: Issuer) -> Outcome {
        guard let keySet = try? KeySet(parsing: body).restricted(toRSAOf: issuer.policy.minimumRSABits) else {
            return .failed(.notJSON, retryAfter: nil)
        }
        guard keySet.serves(issuer.policy) else { return .failed(.noUsableKey, retryAfter: nil) }
        stateDirectory?.save(body, of: issuer.policy.issuer, at: clock.wallSeconds)
        return .keySet(
            keySet, lifetime: issuer.freshness.lifetime(headers),
            etag: headers.value(of: "etag").flatMap { $0.asValidator },
            lastModified: headers.value(of: "last-modified").flatMap { $0.asValidator })
    }

    private func settle(_ exchange: Exchange, _ outcome: Outcome) {
        let now = clock.monotonicMilliseconds
        let index = exchange.purpose.issuer
        let cache = issuers[index].keys
        var isQueued = false
        // Counted first: whoever sees what an exchange has changed finds it counted.
        statistics.count(outcome)
        lock.withLock {
            switch outcome {
            case .keySet(let keySet, let lifetime, let etag, let lastModified):
                cache.replace(keySet, from: exchange.address, etag: etag, lastModified: lastModified, lifetime: lifetime, at: now)
            case .unchanged(let lifetime):
                cache.confirm(lifetime: lifetime, at: now)
            case .metadata(let metadata):
                issuers[index].introspector?.found(metadata.introspection)
                issuers[index].revocation.found(metadata.revocationAddress)
                if let address = metadata.keySetAddress {
                    cache.found(address, at: now)
                    start(.keySet(issuer: index), address, at: now)
                    isQueued = true
                } else {
                    cache.replace(
                        .empty, from: nil, etag: nil, lastModified: nil, lifetime: issuers[index].freshness.defaultLifetime,
                        at: now)
                }
            case .moved(let address):
                start(exchange.purpose, address, redirectsLeft: exchange.redirectsLeft - 1, at: now)
                isQueued = true
            case .failed(_, let retryAfter):
                if let (purpose, address) = nextDocument(after: exchange) {
                    start(purpose, address, at: now)
                    isQueued = true
                } else {
                    cache.fail(retryAfter: retryAfter, at: now)
                }
            }
        }
        report(exchange, outcome)
        if isQueued { notifyQueued() }
        notifyDecided()
    }

    /// The other place where an issuer's metadata may be.
    private func nextDocument(after exchange: Exchange) -> (Exchange.Purpose, WebAddress)? {
        guard case .metadata(let index, let document) = exchange.purpose,
            case .metadata(let documents) = issuers[index].keys.source, document + 1 < documents.count
        else { return nil }
        return (.metadata(issuer: index, document: document + 1), documents[document + 1])
    }

    private func report(_ exchange: Exchange, _ outcome: Outcome) {
        let issuer = issuers[exchange.purpose.issuer].policy.issuer.withView { $0.quoted }
        let address = exchange.address.text.withView { $0.quoted }
        switch outcome {
        case .keySet(let keySet, _, _, _):
            let skipped = keySet.entries.count - keySet.keys.count
            note(
                skipped > 0 ? .warning : .info,
                "issuer \(issuer): \(keySet.keys.count) keys from \(address)"
                    + (skipped > 0 ? "; \(skipped) entries cannot be used" : ""))
        case .unchanged: note(.debug, "issuer \(issuer): keys unchanged at \(address)")
        case .metadata(let metadata):
            let place = metadata.keySetAddress.map { $0.text.withView { $0.quoted } } ?? "not there"
            note(.debug, "issuer \(issuer): metadata from \(address); the key set is \(place)")
        case .moved(let target): note(.debug, "issuer \(issuer): \(address) moved to \(target.text.withView { $0.quoted })")
        case .failed(let failure, _): note(.warning, "issuer \(issuer): \(address) failed: \(String(failure.label))")
        }
    }
}

extension ByteView {
    /// A copy to be sent back, if it is short and plain: no part of a response may shape our next request.
    fileprivate var asValidator: [UInt8]? {
        guard (1...256).contains(count) else { return nil }
        for i in 0..<count where self[i] < 0x20 || self[i] > 0x7E { return nil }
        return [UInt8](self)
    }

    /// A media type of JSON: application/json, application/jwk-set+json and the like (RFC 6839 section 3.1).
    var namesJSON: Bool {
        let type = mediaType
        return type.count >= 4 && type.dropFirst(type.count - 4).equalsIgnoringCase(ByteView("json"))
    }

    func isMediaType(_ type: StaticString) -> Bool { mediaType.equalsIgnoringCase(ByteView(type)) }

    /// Without parameters.
    private var mediaType: ByteView {
        var end = 0
        while end < count, self[end] != UInt8(ascii: ";") { end += 1 }
        return slice(0, count: end).trimmed
    }
}
