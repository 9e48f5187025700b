// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix
import Testing

/// Scopes that the operator defines.
@Suite struct ScopeRuleTests {
    private func fault(_ text: String) -> String? {
        var rules = ScopeRules()
        do throws(ScopeRules.Fault) {
            try rules.add(text)
            return nil
        } catch {
            #expect(rules.isEmpty && rules.scopes.isEmpty)
            return "\(error)".replacing("Matrix.ScopeRule.PathFault.", with: "")
        }
    }

    @Test(arguments: [
        "urn:matrix:client:api:read:* : GET,HEAD /_matrix/client/*/rooms/*/members", "a : GET /_matrix/client/v3/sync", "a\t:\tPOST   /_matrix/client/r0/logout ",
        "a : GET,PUT,POST,DELETE,HEAD /**", "a : GET /_matrix/client/v3/pushrules/", "a : HEAD /_matrix/client/v3/sync", "a : GET /_matrix/**", "a : GET /*/*/*/*",
        "a : PUT /_matrix/client/v3/rooms/!room:example.org/send/m.room.message/*", "a : GET /_matrix/client/versions/**", "urn:matrix:client:api:guest : GET /_matrix/client/v3/sync",
        "a : GET /_matrix/client/v3/rooms/a;b(c)'d~/state", ": : GET /_matrix/client/v3/sync",
    ])
    func accepted(_ text: String) { #expect(fault(text) == nil) }

    @Test(arguments: [
        ("", "form"), (" ", "form"), ("a", "form"), ("a : GET", "form"), ("a GET /x", "form"), ("a: GET /_matrix/client/v3/sync", "form"), ("a : GET /x y", "form"),
        ("a = GET /_matrix/client/v3/sync", "form"), ("a b : GET /_matrix/client/v3/sync", "form"), ("a : GET, HEAD /_matrix/client/v3/sync", "form"),
        ("a\"b : GET /_matrix/client/v3/sync", "scope"), ("a\\ : GET /_matrix/client/v3/sync", "scope"), ("é : GET /_matrix/client/v3/sync", "scope"),
        ("openid : GET /_matrix/client/v3/sync", "scopeTaken"), ("urn:matrix:client:api:* : GET /_matrix/client/v3/sync", "scopeTaken"),
        ("urn:matrix:org.matrix.msc2967.client:api:* : GET /_matrix/client/v3/sync", "scopeTaken"), ("urn:matrix:client:device:A : GET /_matrix/client/v3/sync", "scopeTaken"),
        ("urn:synapse:admin:* : GET /_matrix/client/v3/sync", "scopeTaken"), ("urn:mas:admin : GET /_matrix/client/v3/sync", "scopeTaken"),
        ("urn:matrix:client:server_administration : GET /_matrix/client/v3/sync", "scopeTaken"), ("urn:matrix:client:rooms:is_joined : GET /_matrix/client/v3/sync", "scopeTaken"),
        ("a : get /_matrix/client/v3/sync", "method"), ("a : * /_matrix/client/v3/sync", "method"), ("a : PATCH /_matrix/client/v3/sync", "method"),
        ("a : OPTIONS /_matrix/client/v3/sync", "method"), ("a : GET, /_matrix/client/v3/sync", "method"), ("a : ,GET /_matrix/client/v3/sync", "method"),
        ("a : GET;PUT /_matrix/client/v3/sync", "method"), ("a : GET,,PUT /_matrix/client/v3/sync", "method"),
        ("a : GET _matrix/client/v3/sync", "path(notAbsolute)"), ("a : GET *", "path(notAbsolute)"), ("a : GET https://x/y", "path(notAbsolute)"),
        ("a : GET /", "path(emptySegment)"), ("a : GET //", "path(emptySegment)"), ("a : GET /_matrix//client", "path(emptySegment)"),
        ("a : GET /_matrix/client/v3/sync//", "path(emptySegment)"), ("a : GET /_matrix/./client", "path(dots)"), ("a : GET /_matrix/../client", "path(dots)"),
        ("a : GET /..", "path(dots)"), ("a : GET /_matrix/client/v*/sync", "path(starInside)"), ("a : GET /_matrix/***", "path(starInside)"),
        ("a : GET /_matrix/**/sync", "path(openBeforeEnd)"), ("a : GET /**/**", "path(openBeforeEnd)"), ("a : GET /_matrix/**/", "path(openBeforeEnd)"),
        ("a : GET /_matrix/client/v3/sync?a=b", "path(character(63))"), ("a : GET /_matrix/client/v3/sync#a", "path(character(35))"),
        ("a : GET /_matrix/client/v3/%73ync", "path(character(37))"), ("a : GET /_matrix\\client", "path(character(92))"), ("a : GET /é", "path(character(195))"),
        ("a : GET /\0", "path(character(0))"), ("a : GET /_matrix/\u{7F}", "path(character(127))"),
        ("a : GET /_matrix/client/v3/sync/", "noEndpoint"), ("a : POST /_matrix/client/v3/sync", "noEndpoint"), ("a : GET /_matrix/client/v4/sync", "noEndpoint"),
        ("a : GET /_synapse/**", "noEndpoint"), ("a : GET /_matrix/client/v3/login", "noEndpoint"), ("a : GET /*", "noEndpoint"), ("a : HEAD /_matrix/client/v3/logout", "noEndpoint"),
        ("a : PUT /_matrix/client/v3/directory/list/appservice/*/*", "appservicesOnly"), ("a : POST /_matrix/client/v1/appservice/**", "appservicesOnly"),
    ])
    func refused(_ text: String, _ expected: String) { #expect(fault(text) == expected) }

    @Test func pathSize() {
        let prefix = "/_matrix/client/v3/rooms/"
        let longest = prefix + String(repeating: "r", count: 1024 - prefix.utf8.count - 6) + "/state"
        #expect(fault("a : GET \(longest)") == nil)
        #expect(fault("a : GET \(longest.replacing("/state", with: "r/state"))") == "path(tooLong)")
    }

    @Test func limits() throws {
        var rules = ScopeRules()
        for i in 0..<32 { try rules.add("scope-\(i) : GET /_matrix/client/v3/sync") }
        #expect(rules.grants == .operatorScopes && rules.scopes.count == 32)
        #expect(throws: ScopeRules.Fault.self) { try rules.add("scope-32 : GET /_matrix/client/v3/sync") }
        for i in 0..<(1024 - 32) { try rules.add("scope-\(i % 32) : GET /_matrix/client/v3/devices") }
        #expect(throws: ScopeRules.Fault.self) { try rules.add("scope-0 : GET /_matrix/client/v3/sync") }
        #expect(rules.rules.count == 1024 && rules.scopes.count == 32)
        for i in 0..<32 { #expect(Array("scope-\(i)".utf8).withView { rules.grant(of: $0) } == .operatorScope(i)) }
        for text in ["scope-32", "scope", "scope-", "SCOPE-0", "scope-00", ""] { #expect(Array(text.utf8).withView { rules.grant(of: $0) } == nil) }
    }

    /// A scope is read as its rules' grant, exactly, and is then no unknown one.
    @Test func reading() throws {
        let rules = try OperatorRules.sample()
        for (scope, grants, isUnknown) in [
            ("urn:example:read", Grants.operatorScope(0), false), ("urn:example:other urn:example:read", [.operatorScope(0), .operatorScope(1)], false),
            ("urn:example:Read", [], true), ("urn:example:read:x openid", .openid, true), ("urn:example:rea", [], true),
            ("urn:matrix:client:api:* urn:example:read", [.clientAPI, .operatorScope(0)], false), ("urn:matrix:client:server_administration", [], true),
        ] as [(String, Grants, Bool)] {
            let (found, unknown) = try read(scope, rules, drafts: false)
            #expect(found == grants && unknown == isUnknown, "\(scope)")
        }
        for (scope, grants) in [
            ("urn:matrix:client:server_administration", Grants.serverAdministration), ("urn:matrix:client:cc.c10y.msc4484.server_administration", .serverAdministration),
            ("urn:matrix:client:rooms:is_joined", .roomsIsJoined), ("urn:matrix:client:io.element.msc4502:rooms:is_joined", .roomsIsJoined),
            ("urn:matrix:org.matrix.msc2967.client:server_administration", []), ("urn:matrix:client:api:cc.c10y.msc4484.server_administration", []),
            ("urn:matrix:client:server_administration:*", []), ("urn:matrix:client:rooms", []),
        ] as [(String, Grants)] {
            #expect(try read(scope, ScopeRules(), drafts: true) == (grants, grants.isEmpty), "\(scope)")
            #expect(try read(scope, ScopeRules(), drafts: false) == ([], true), "\(scope)")
        }
    }

    private func read(_ scope: String, _ rules: ScopeRules, drafts: Bool) throws -> (Grants, Bool) {
        try Array(scope.utf8).withView { view in
            Result {
                var reading = ScopeReading(readsDrafts: drafts)
                try reading.add(list: view, rules: rules)
                return (reading.grants, reading.hasUnknownScopes)
            }
        }.get()
    }

    /// With every path and every method opened by rules, what is for application services stays theirs, guests stay guests,
    /// and what is no endpoint stays none.
    @Test func whatRulesCannotOpen() throws {
        var rules = ScopeRules()
        try rules.add("all : GET,HEAD,PUT,POST,DELETE /**")
        for drafts in [false, true] {
            let authorization = Authorization(rules: rules, drafts: drafts)
            var counts: [String: Int] = [:]
            for row in EndpointRow.rows {
                let decision = authorization.decide(row.method, row.example, .accepted(.operatorScope(0)))
                let expected = row.isDraftOnly && !drafts ? "unknown" : row.auth == "appservice" ? "scope" : "allowed"
                #expect(decision == expected, "\(row)")
                counts[decision, default: 0] += 1
                let guest = Asker.guest.expected(row, lastSegment: row.segments.last == "{keyName}" ? "displayname" : "", drafts: drafts)
                #expect(authorization.decide(row.method, row.example, .accepted([.guest, .operatorScope(0)])) == guest, "\(row)")
                // Another operator's bit, or none, opens what any good token does.
                let other = authorization.decide(row.method, row.example, .accepted(.operatorScope(1)))
                #expect(other == Asker.scopeless.expected(row, lastSegment: "", drafts: drafts), "\(row)")
            }
            #expect(counts["scope"] == 3)
        }
        for path in ["/_synapse/admin/v1/users", "/_matrix/client/v3/syncs", "/_matrix/client/v3/../v3/sync", "/x"] {
            #expect(Authorization(rules: rules).decide("GET", path, .accepted(.operatorScope(0))) == "unknown")
        }
    }

    /// Stars and words against paths: decoded once, whole segments only.
    @Test(arguments: [
        ("/_matrix/client/*/rooms/*/members", "/_matrix/client/v3/rooms/a/members", true), ("/_matrix/client/*/rooms/*/members", "/_matrix/client/r0/rooms/a%2Fb/members?x", true),
        ("/_matrix/client/*/rooms/*/members", "/_matrix/client/v3/rooms/a/state", false), ("/_matrix/client/*/rooms/*/**", "/_matrix/client/v3/rooms/a/state", true),
        ("/_matrix/client/*/rooms/*/**", "/_matrix/client/v3/rooms/a/state/b/", true), ("/_matrix/client/*/rooms/*/**", "/_matrix/client/v3/joined_rooms", false),
        ("/_matrix/client/v3/rooms/!a:b/state", "/_matrix/client/v3/rooms/%21a%3ab/state", true), ("/_matrix/client/v3/rooms/!a:b/state", "/_matrix/client/v3/rooms/%21A%3ab/state", false),
        ("/_matrix/client/v3/rooms/!a:b/state", "/_matrix/client/v3/rooms/!a:bc/state", false), ("/_matrix/client/v3/rooms/!a:b/state", "/_matrix/client/v3/rooms/!a:/state", false),
        ("/_matrix/client/v3/rooms/!a:b/state", "/_matrix/client/r0/rooms/!a:b/state", false), ("/_matrix/client/v3/sync/**", "/_matrix/client/v3/sync", true),
        ("/_matrix/client/v3/rooms/a/**", "/_matrix/client/v3/rooms/a%2Fb/state", false), ("/_matrix/client/v3/pushrules/*", "/_matrix/client/v3/pushrules/", false),
        ("/_matrix/client/v3/rooms/*/state/*/*", "/_matrix/client/v3/rooms/a/state/b/", false),
        ("/_matrix/client/v3/rooms/*/state/*/*", "/_matrix/client/v3/rooms/a/state/b/c", true),
        ("/_matrix/client/v3/rooms/*/state/*/*", "/_matrix/client/v3/rooms/a/state/b", false),
        ("/_matrix/client/v3/pushrules/**", "/_matrix/client/v3/pushrules/", true), ("/_matrix/client/v3/pushrules/", "/_matrix/client/v3/pushrules/", true),
    ])
    func matching(_ pattern: String, _ path: String, _ isOpen: Bool) throws {
        var rules = ScopeRules()
        // The table would have no use for some of these patterns alone.
        do { try rules.add("a : GET \(pattern)") } catch { #expect(!isOpen) }
        let authorization = Authorization(rules: rules)
        #expect(authorization.decide("GET", path, .accepted(.operatorScope(0))) == (isOpen ? "allowed" : "scope"))
        #expect(authorization.decide("GET", path, .accepted(.openid)) == "scope")
        #expect(authorization.decide("HEAD", path, .accepted(.operatorScope(0))) == (isOpen ? "allowed" : "scope"))
    }

    @Test func headAloneOpensNoGET() throws {
        var rules = ScopeRules()
        try rules.add("a : HEAD /_matrix/client/v3/sync")
        let authorization = Authorization(rules: rules)
        #expect(authorization.decide("HEAD", "/_matrix/client/v3/sync", .accepted(.operatorScope(0))) == "allowed")
        #expect(authorization.decide("GET", "/_matrix/client/v3/sync", .accepted(.operatorScope(0))) == "scope")
    }
}
