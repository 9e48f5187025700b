// SPDX-License-Identifier: Apache-2.0
import JOSE

/// What a request's token must grant: all of one set and, unless it is empty, one of another.
package struct Demand: Sendable, Equatable {
    package let all: Grants
    package let any: Grants
    /// Nothing is enough.
    package let isImpossible: Bool

    package func isMet(by grants: Grants) -> Bool {
        !isImpossible && grants.isSuperset(of: all) && (any.isEmpty || !grants.isDisjoint(with: any))
    }

    /// As packaging/endpoints.tsv writes it: `a+b` for all, `a|b` for any, `any` or `-` for nothing.
    init(_ words: ByteView) {
        var (all, any): (Grants, Grants) = ([], [])
        var start = 0
        var isAlternative = false
        for at in 0...words.count {
            if at < words.count {
                if words[at] == UInt8(ascii: "|") { isAlternative = true }
                guard words[at] == UInt8(ascii: "|") || words[at] == UInt8(ascii: "+") else { continue }
            }
            let grant = Grants(demanded: words.slice(start, count: at - start))
            if isAlternative { any.formUnion(grant) } else { all.formUnion(grant) }
            start = at + 1
        }
        // The first of `a|b` was read before its sign.
        self.all = isAlternative ? [] : all
        self.any = isAlternative ? any.union(all) : []
        isImpossible = words == "never"
    }
}

extension Grants {
    fileprivate init(demanded word: ByteView) {
        if word == "api" {
            self = .clientAPI
        } else if word == "appservice" {
            self = .appservice
        } else if word == "server_administration" {
            self = .serverAdministration
        } else if word == "rooms_is_joined" {
            self = .roomsIsJoined
        } else {
            self = []
        }
    }
}

/// One method of one path template of the Client-Server API.
package struct Endpoint: Sendable {
    package enum Authentication: Sendable {
        /// Whatever token comes along is not looked at.
        case none
        /// Without a token or with a good one.
        case optional
        case required
        /// For application services only; no rule of the operator's changes that.
        case appservice
    }

    package enum Guests: Sendable {
        case no, yes
        /// Only where the last segment of the path is `displayname`.
        case displayname
    }

    package let method: Method
    /// With `{names}` for segments that may be anything. Static.
    package let template: ByteView
    package let authentication: Authentication
    package let guests: Guests
    package let demand: Demand
    /// The demand while scopes of open proposals count.
    package let draftDemand: Demand
    /// What user-interactive authentication guards here.
    package let guarded: GuardedAction

    package func demand(withDrafts drafts: Bool) -> Demand { drafts ? draftDemand : demand }
}

/// Request methods that endpoints have; `HEAD` is answered as `GET` is.
package enum Method: UInt8, CaseIterable, Sendable {
    case get, put, post, delete

    package init?(_ name: ByteView) {
        if name == "GET" || name == "HEAD" {
            self = .get
        } else if name == "PUT" {
            self = .put
        } else if name == "POST" {
            self = .post
        } else if name == "DELETE" {
            self = .delete
        } else {
            return nil
        }
    }
}
