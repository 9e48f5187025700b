// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix

/// May the bearer of a token do this? A look-up and a comparison; nothing is remembered or counted.
extension Validator {
    /// Nil: the bearer's token has been refused, for a reason that whoever asks knows.
    package func authorize(_ method: ByteView, _ path: ByteView, _ caller: Authorization.Caller) -> Status? {
        switch authorization.decide(method, path, caller) {
        case .allowed: .ok
        case .unknownEndpoint: .endpointUnknown
        case .unknownMethod: .methodUnknown
        case .tokenMissing: .tokenMissing
        case .tokenRefused: nil
        case .guestForbidden: .guestForbidden
        case .scopeInsufficient: .scopeInsufficient
        }
    }

    /// Which grants would do, and which are there; for a message.
    package func scopesInWords(
        _ method: ByteView, _ path: ByteView, _ grants: Grants
    ) -> (expected: String, found: String)? {
        guard case .scopeInsufficient(let demand) = authorization.decide(method, path, .accepted(grants)) else {
            return nil
        }
        return (demand.inWords, grants.names)
    }

    /// What the scopes of a token of the host's own grant here.
    package func grants(ofScope scope: ByteView) throws(Status) -> Grants {
        var reading = ScopeReading(readsDrafts: authorization.drafts)
        do throws(ScopeReading.Fault) {
            try reading.add(list: scope, rules: authorization.rules)
            return reading.grants
        } catch {
            switch error {
            case .malformed: throw .scopeMalformed
            case .twoDevices: throw .deviceAmbiguous
            case .deviceSize: throw .deviceInvalid
            }
        }
    }
}

extension Authorization {
    /// What makes a token one for this server.
    var apiScopesInWords: String {
        let also = rules.isEmpty ? "" : " or one of scope_rule"
        return (drafts ? Demand.words(apiScopes.subtracting(.operatorScopes), " or ") : "urn:matrix:client:api:*") + also
    }
}

extension Demand {
    fileprivate var inWords: String {
        all.isEmpty ? Self.words(any, " or ") : Self.words(all, " and ")
    }

    fileprivate static func words(_ grants: Grants, _ between: String) -> String {
        var words: [String] = []
        if grants.contains(.clientAPI) { words.append("urn:matrix:client:api:*") }
        if grants.contains(.serverAdministration) { words.append("urn:matrix:client:server_administration") }
        if grants.contains(.roomsIsJoined) { words.append("urn:matrix:client:rooms:is_joined") }
        if grants.contains(.appservice) { words.append("the token of an application service") }
        return words.joined(separator: between)
    }
}
