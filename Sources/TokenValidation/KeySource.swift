// SPDX-License-Identifier: Apache-2.0
import JOSE

/// Where an issuer's key set comes from.
enum KeySource: Sendable {
    /// Nowhere: all its tokens are introspected.
    case none
    /// Given with the options; never changes.
    case fixed(KeySet)
    /// A file, read again when it changes. NUL-terminated.
    case file(path: [UInt8])
    case address(WebAddress)
    /// Metadata documents that name the address (RFC 8414, OpenID Connect Discovery, MSC2965), in the order in which
    /// they are tried.
    case metadata([WebAddress])

    /// By exchanges.
    var isFetched: Bool {
        switch self {
        case .none, .fixed, .file: false
        case .address, .metadata: true
        }
    }

    var hasMetadata: Bool { if case .metadata = self { true } else { false } }
}

/// Which plain http addresses may be asked.
enum PlainHTTP: Sendable {
    case never, loopback, always

    func allows(_ address: WebAddress) -> Bool {
        address.isSecure || self == .always || self == .loopback && address.isLoopback
    }
}
