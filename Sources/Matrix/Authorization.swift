// SPDX-License-Identifier: Apache-2.0
import JOSE

/// Who may do what: the decision over one request, from its method and path and from what is known of its token.
package struct Authorization: Sendable {
    package let rules: ScopeRules
    /// Whether scopes and endpoints of open proposals count.
    package let drafts: Bool
    private let table = EndpointTable.shared

    package enum Caller {
        /// No token came with the request.
        case anonymous
        /// One that was refused.
        case refused
        case accepted(Grants)
    }

    package enum Decision {
        case allowed
        case unknownEndpoint
        /// The path is an endpoint's, but not with that method.
        case unknownMethod
        case tokenMissing
        /// For the reason that the token's verdict gives.
        case tokenRefused
        case guestForbidden
        case scopeInsufficient(Demand)
    }

    package init(rules: ScopeRules = ScopeRules(), drafts: Bool = false) {
        self.rules = rules
        self.drafts = drafts
    }

    /// Scopes that make a token one for the Client-Server API, or for a part of it.
    package var apiScopes: Grants {
        rules.grants.union(drafts ? [.clientAPI, .serverAdministration, .roomsIsJoined] : .clientAPI)
    }

    /// `target` is the path of the request, with or without its query.
    package func decide(_ method: ByteView, _ target: ByteView, _ caller: Caller) -> Decision {
        // Asks what a browser may send, and runs nothing.
        if method == "OPTIONS" { return .allowed }
        guard let name = Method(method), let match = table.find(name, target) else { return reasonOfUnknown(target) }
        let endpoint = match.endpoint
        let demand = endpoint.pointee.demand(withDrafts: drafts)
        if demand.isImpossible { return reasonOfUnknown(target) }
        let grants: Grants
        switch (endpoint.pointee.authentication, caller) {
        case (.none, _), (.optional, .anonymous): return .allowed
        case (_, .anonymous): return .tokenMissing
        case (_, .refused): return .tokenRefused
        case (_, .accepted(let found)): grants = found
        }
        // Whatever else a guest's token may say.
        if grants.contains(.guest) { return isOpenToGuests(match) ? .allowed : .guestForbidden }
        if demand.isMet(by: grants) { return .allowed }
        if case .appservice = endpoint.pointee.authentication { return .scopeInsufficient(demand) }
        if let methods = MethodSet(method), rules.allow(methods, match.path, to: grants) { return .allowed }
        return .scopeInsufficient(demand)
    }

    private func reasonOfUnknown(_ target: ByteView) -> Decision {
        let isKnown = Method.allCases.contains { method in
            table.find(method, target).map { !$0.endpoint.pointee.demand(withDrafts: drafts).isImpossible } ?? false
        }
        return isKnown ? .unknownMethod : .unknownEndpoint
    }

    private func isOpenToGuests(_ match: EndpointTable.Match) -> Bool {
        switch match.endpoint.pointee.guests {
        case .no: false
        case .yes: true
        case .displayname: match.lastSegment.decodes(to: "displayname")
        }
    }
}

extension PathSegment {
    fileprivate func decodes(to text: StaticString) -> Bool { decodes(to: ByteView(text)) }
}
