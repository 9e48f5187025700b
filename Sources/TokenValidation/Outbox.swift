// SPDX-License-Identifier: Apache-2.0

/// The exchanges that are wanted or under way. A value; the validator's lock guards it.
struct Outbox {
    private var queued: [Exchange] = []
    private var taken: [Exchange] = []
    /// Introspections whose request is being made, or whose response is being judged.
    private var reserved: [Reservation] = []
    private var lastID: UInt64 = 0

    private struct Reservation {
        let id: UInt64
        let digest: Digest
        let issuer: Int
    }

    mutating func newID() -> UInt64 {
        lastID &+= 1
        return lastID
    }

    mutating func add(_ exchange: Exchange) {
        release(exchange.id)
        queued.append(exchange)
    }

    /// The number of an introspection that will be added.
    mutating func reserve(_ digest: Digest, issuer: Int) -> UInt64 {
        let id = newID()
        keep(id, digest, issuer: issuer)
        return id
    }

    /// Keeps an introspection that was removed known until what came of it is.
    mutating func keep(_ id: UInt64, _ digest: Digest, issuer: Int) {
        reserved.append(Reservation(id: id, digest: digest, issuer: issuer))
    }

    mutating func release(_ id: UInt64) {
        if let index = reserved.firstIndex(where: { $0.id == id }) { reserved.remove(at: index) }
    }

    /// The introspection of that token which is wanted or under way.
    func introspection(of digest: Digest, issuer: Int) -> UInt64? {
        let exchange = taken.first { $0.asks(about: digest, issuer) } ?? queued.first { $0.asks(about: digest, issuer) }
        return exchange?.id ?? reserved.first { $0.digest == digest && $0.issuer == issuer }?.id
    }

    /// How many introspections are wanted of an issuer or under way with it.
    func introspections(issuer: Int) -> Int {
        var count = 0
        for exchange in taken where exchange.isIntrospection(of: issuer) { count += 1 }
        for exchange in queued where exchange.isIntrospection(of: issuer) { count += 1 }
        for reservation in reserved where reservation.issuer == issuer { count += 1 }
        return count
    }

    mutating func takeNext() -> Exchange? {
        guard !queued.isEmpty else { return nil }
        let exchange = queued.removeFirst()
        taken.append(exchange)
        return exchange
    }

    mutating func remove(_ id: UInt64) -> Exchange? {
        if let index = taken.firstIndex(where: { $0.id == id }) { return taken.remove(at: index) }
        if let index = queued.firstIndex(where: { $0.id == id }) { return queued.remove(at: index) }
        return nil
    }

    /// An exchange whose deadline has passed.
    func expired(at now: Int64) -> UInt64? {
        (taken.first { now >= $0.deadline } ?? queued.first { now >= $0.deadline })?.id
    }

    mutating func removeAll() {
        queued = []
        taken = []
        reserved = []
    }

    var firstDeadline: Int64? {
        var first: Int64?
        for exchange in taken { first = min(first ?? .max, exchange.deadline) }
        for exchange in queued { first = min(first ?? .max, exchange.deadline) }
        return first
    }

    var hasQueued: Bool { !queued.isEmpty }
}

extension Exchange {
    fileprivate func isIntrospection(of issuer: Int) -> Bool {
        if case .introspection(issuer, _, _) = purpose { true } else { false }
    }

    fileprivate func asks(about digest: Digest, _ issuer: Int) -> Bool {
        if case .introspection(issuer, let inquiry, _) = purpose { inquiry.digest == digest } else { false }
    }
}
