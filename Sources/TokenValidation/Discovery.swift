// SPDX-License-Identifier: Apache-2.0
import JOSE

/// Finding out about an issuer from nothing but its name.
enum Discovery {
    /// The metadata documents of `issuer` in the order in which they are tried: RFC 8414 section 3.1 puts its path
    /// behind the host, OpenID Connect Discovery section 4 its own behind the issuer.
    static func documents(of issuer: WebAddress) -> [WebAddress] {
        var path = issuer.target
        if path.last == UInt8(ascii: "/") { path.removeLast() }
        let oauth = issuer.origin + Array("/.well-known/oauth-authorization-server".utf8) + path
        let openid = issuer.origin + path + Array("/.well-known/openid-configuration".utf8)
        return [WebAddress(oauth), WebAddress(openid)].compactMap { $0 }
    }

    enum Fault: Error {
        case notJSON, otherIssuer
    }

    /// What a metadata document says of where the issuer can be asked.
    struct Metadata {
        var keySetAddress: WebAddress?
        var introspection: Introspection
        var revocationAddress: WebAddress?

        /// Without addresses that may not be asked. The key set's is for whoever needs it to refuse.
        func allowed(by plainHTTP: PlainHTTP) -> Metadata {
            func allowed(_ address: WebAddress?) -> WebAddress? { address.flatMap { plainHTTP.allows($0) ? $0 : nil } }
            var metadata = self
            metadata.introspection.address = allowed(introspection.address)
            metadata.revocationAddress = allowed(revocationAddress)
            return metadata
        }
    }

    struct Introspection {
        var address: WebAddress?
        /// RFC 9701 section 7.
        let offersSignedAnswers: Bool
    }

    /// Reads a metadata document. It has to be of this very issuer, byte for byte (RFC 8414 section 3.3): otherwise one
    /// issuer could speak for another.
    static func read(_ document: ByteView, of issuer: [UInt8]) throws(Fault) -> Metadata {
        guard let tree = try? JSONTree(parsing: document) else { throw .notJSON }
        // Nodes are borrowed from the tree.
        defer { withExtendedLifetime(tree) {} }
        guard let name = tree.root.member("issuer")?.string, [UInt8](name) == issuer else { throw .otherIssuer }
        func address(_ name: StaticString) -> WebAddress? {
            tree.root.member(name)?.string.flatMap { WebAddress($0) }
        }
        let algorithms = tree.root.member("introspection_signing_alg_values_supported")?.elementCount ?? 0
        return Metadata(
            keySetAddress: address("jwks_uri"),
            introspection: Introspection(address: address("introspection_endpoint"), offersSignedAnswers: algorithms > 0),
            revocationAddress: address("revocation_endpoint"))
    }
}
