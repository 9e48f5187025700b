// SPDX-License-Identifier: Apache-2.0
import JOSE

extension Authorization {
    /// The endpoint of a request. Nil for what `decide` calls unknown.
    package func endpoint(_ method: ByteView, _ target: ByteView) -> EndpointTable.Match? {
        guard let name = Method(method), let match = EndpointTable.shared.find(name, target),
            !match.endpoint.pointee.demand(withDrafts: drafts).isImpossible
        else { return nil }
        return match
    }

    /// A scope that is enough for a request, as the challenge of RFC 6750 section 3 names it. Empty if none is needed,
    /// or none helps. Nil for an endpoint that is unknown.
    package func requiredScope(_ method: ByteView, _ target: ByteView) -> [UInt8]? {
        if method == "OPTIONS" { return [] }
        return endpoint(method, target)?.endpoint.pointee.demand(withDrafts: drafts).scope
    }
}

extension Demand {
    /// All scopes that are needed together, or the first of those that are enough alone.
    package var scope: [UInt8] {
        var scope: [UInt8] = []
        // No scope makes a token an application service's.
        if isImpossible || all.contains(.appservice) { return scope }
        for bit in Grants.scopeBits {
            let grant = Grants(rawValue: 1 << bit)
            guard let name = grant.scope, all.contains(grant) || any.contains(grant) else { continue }
            if !scope.isEmpty { scope.append(UInt8(ascii: " ")) }
            scope += [UInt8](name)
            if any.contains(grant) { break }
        }
        return scope
    }
}

extension Grants {
    fileprivate static var scopeBits: Range<UInt64> { 0..<32 }

    /// The scope that grants it, in its stable spelling, if it is one that endpoints demand.
    fileprivate var scope: ByteView? {
        switch self {
        case .clientAPI: ByteView("urn:matrix:client:api:*")
        case .serverAdministration: ByteView("urn:matrix:client:server_administration")
        case .roomsIsJoined: ByteView("urn:matrix:client:rooms:is_joined")
        default: nil
        }
    }
}
