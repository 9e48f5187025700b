// SPDX-License-Identifier: Apache-2.0

/// Where one issuer is asked to revoke tokens (RFC 7009), and as whom. Belongs to whoever holds the validator's lock,
/// but for what never changes.
final class RevocationEndpoint: @unchecked Sendable {
    /// Nil if this server is no client of the issuer.
    let credentials: ClientCredentials?
    private let configured: WebAddress?
    private var discovered: WebAddress?
    /// Whether the metadata has been asked, whatever it said.
    private(set) var isDiscovered = false

    init(address: WebAddress?, credentials: ClientCredentials?) {
        configured = address
        self.credentials = credentials
    }

    var address: WebAddress? { configured ?? discovered }

    func found(_ address: WebAddress?) {
        discovered = address
        isDiscovered = true
    }

    /// The endpoint is not where it was: the metadata is asked again.
    func forgetAddress() {
        discovered = nil
        isDiscovered = false
    }
}

/// What issuers have been asked to revoke: the requests under way, and what came of the others until somebody wants to
/// know. A value; the validator's lock guards it.
struct RevocationRequests {
    static var maximumCount: Int { 1_024 }

    struct Request {
        /// The number of its exchange.
        let id: UInt64
        let digest: Digest
        let issuer: Int
        /// Nil while it is under way.
        var outcome: Status?
    }

    private var requests: [Request] = []

    func find(_ digest: Digest, issuer: Int) -> Request? {
        requests.first { $0.digest == digest && $0.issuer == issuer }
    }

    /// False if too many are under way. What has come of the oldest makes room, if need be.
    mutating func add(_ id: UInt64, _ digest: Digest, issuer: Int) -> Bool {
        if requests.count >= Self.maximumCount {
            guard let oldest = requests.firstIndex(where: { $0.outcome != nil }) else { return false }
            requests.remove(at: oldest)
        }
        requests.append(Request(id: id, digest: digest, issuer: issuer))
        return true
    }

    mutating func settle(_ id: UInt64, _ outcome: Status) {
        if let index = requests.firstIndex(where: { $0.id == id }) { requests[index].outcome = outcome }
    }

    mutating func remove(_ id: UInt64) { requests.removeAll { $0.id == id } }

    mutating func removeAll() { requests = [] }
}
