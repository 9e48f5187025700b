// SPDX-License-Identifier: Apache-2.0

/// The exchanges that are wanted or under way. A value; the validator's lock guards it.
struct Outbox {
    private var queued: [Exchange] = []
    private var taken: [Exchange] = []
    private var lastID: UInt64 = 0

    mutating func newID() -> UInt64 {
        lastID &+= 1
        return lastID
    }

    mutating func add(_ exchange: Exchange) { queued.append(exchange) }

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

    /// Removes and returns one exchange whose deadline has passed.
    mutating func removeExpired(at now: Int64) -> Exchange? {
        (taken.first { now >= $0.deadline } ?? queued.first { now >= $0.deadline }).flatMap { remove($0.id) }
    }

    mutating func removeAll() {
        queued = []
        taken = []
    }

    var firstDeadline: Int64? {
        var first: Int64?
        for exchange in taken { first = min(first ?? .max, exchange.deadline) }
        for exchange in queued { first = min(first ?? .max, exchange.deadline) }
        return first
    }

    var hasQueued: Bool { !queued.isEmpty }
}
