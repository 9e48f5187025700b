// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix
import Testing

@testable import TokenValidation

/// The options scope_rule and draft_scopes, and what a validator makes of them.
@Suite struct ScopeRuleOptionTests {
    private static let rule = "urn:example:read : GET /_matrix/client/*/rooms/*/**"

    private func validator(_ options: (String, String)...) throws -> Validator {
        let configuration = try Configuration.complete()
        for (name, value) in options { #expect(try configuration.set(name, value) == nil) }
        return try configuration.makeValidator()
    }

    private func grants(_ validator: Validator, _ scope: String) throws(Status) -> Grants {
        try Array(scope.utf8).withView { view in
            Result { () throws(Status) in try validator.grants(ofScope: view) }
        }.get()
    }

    private func authorize(_ validator: Validator, _ method: String, _ path: String, _ grants: Grants) -> Status? {
        Array(method.utf8).withView { method in
            Array(path.utf8).withView { validator.authorize(method, $0, .accepted(grants)) }
        }
    }

    /// Unlike other options this one adds up, in order.
    @Test func rulesAddUp() throws {
        let validator = try validator(
            ("scope_rule", Self.rule), ("scope_rule", "urn:example:out : POST /_matrix/client/v3/logout"),
            ("scope_rule", "urn:example:read : GET /_matrix/client/v3/sync"))
        #expect(try grants(validator, "urn:example:read") == .operatorScope(0))
        #expect(try grants(validator, "urn:example:out x urn:example:read") == [.operatorScope(0), .operatorScope(1)])
        for (path, status) in [("rooms/a/state", Status.ok), ("sync", .ok), ("devices", .scopeInsufficient), ("syncs", .endpointUnknown)] {
            #expect(authorize(validator, "GET", "/_matrix/client/v3/" + path, .operatorScope(0)) == status)
        }
        #expect(authorize(validator, "POST", "/_matrix/client/v3/logout", .operatorScope(1)) == .ok)
        #expect(authorize(validator, "POST", "/_matrix/client/v3/logout", .operatorScope(0)) == .scopeInsufficient)
    }

    @Test(arguments: [
        ("a : GET", "It takes SCOPE : METHODS PATH, not \"a : GET\"."), ("\u{7F} : GET /x", "what is no scope token"), ("openid : GET /x", "has a meaning already"),
        ("a : GO /x", "names a method other than GET, HEAD, PUT, POST and DELETE"), ("a : GET x", "does not begin with a slash"), ("a : GET /x/../y", "has a segment of dots"),
        ("a : GET /x//y", "has an empty segment"), ("a : GET /x*", "has a star that is not a whole segment"), ("a : GET /**/x", "has ** before its end"),
        ("a : GET /x%2Fy", "has the byte 37"), ("a : GET /x", "opens nothing"), ("a : POST /_matrix/client/v1/appservice/*/ping", "application services alone"),
    ])
    func refusals(_ value: String, _ words: String) throws {
        let configuration = try Configuration.complete()
        _ = try configuration.set("scope_rule", Self.rule)
        let before = configuration.state
        let fault = try #require(configuration.fault("scope_rule", value))
        #expect(fault.status == .optionInvalid && fault.option == "scope_rule" && fault.detail.contains(words), "\(fault.detail)")
        #expect(configuration.state == before)
    }

    @Test func tooMany() throws {
        let configuration = try Configuration.complete()
        for i in 0..<32 { _ = try configuration.set("scope_rule", "s\(i) : GET /_matrix/client/v3/sync") }
        #expect(configuration.fault("scope_rule", "s32 : GET /_matrix/client/v3/sync")?.detail == "32 scopes have rules already.")
        #expect(configuration.fault("scope_rule", "s31 : GET /_matrix/client/v3/devices") == nil)
    }

    /// Options come in any order, and later ones do not reach a validator that is made.
    @Test func snapshots() throws {
        let configuration = try Configuration.complete()
        let before = try configuration.makeValidator()
        _ = try configuration.set("scope_rule", Self.rule)
        _ = try configuration.set("draft_scopes", "true")
        let after = try configuration.makeValidator()
        #expect(try grants(before, "urn:example:read urn:matrix:client:server_administration") == [])
        #expect(try grants(after, "urn:example:read urn:matrix:client:server_administration") == [.operatorScope(0), .serverAdministration])
        _ = try configuration.set("draft_scopes", "false")
        #expect(try grants(try configuration.makeValidator(), "urn:matrix:client:rooms:is_joined") == [])
    }

    @Test func whatMakesATokenOneForThisServer() throws {
        #expect(try validator().authorization.apiScopes == .clientAPI)
        #expect(try validator(("draft_scopes", "true")).authorization.apiScopes == [.clientAPI, .serverAdministration, .roomsIsJoined])
        let ruled = try validator(("scope_rule", Self.rule), ("scope_rule", "b : GET /_matrix/client/v3/sync"))
        #expect(ruled.authorization.apiScopes == [.clientAPI, .operatorScope(0), .operatorScope(1)])
        #expect(ruled.authorization.apiScopesInWords == "urn:matrix:client:api:* or one of scope_rule")
        #expect(try validator().authorization.apiScopesInWords == "urn:matrix:client:api:*")
    }

    @Test(arguments: [
        ("a  b", Status.scopeMalformed), (" ", .scopeMalformed), ("é", .scopeMalformed), ("urn:matrix:client:device:", .deviceInvalid),
        ("urn:matrix:client:device:A urn:matrix:client:device:B", .deviceAmbiguous),
    ])
    func badScopes(_ scope: String, _ expected: Status) throws {
        let validator = try validator(("scope_rule", Self.rule))
        #expect(throws: expected) { try grants(validator, scope) }
        #expect(try grants(validator, "") == [])
    }

    /// The message of a refusal says what would do.
    @Test func words() throws {
        let validator = try validator(("draft_scopes", "true"), ("scope_rule", Self.rule))
        for (method, path, grants, expected, found) in [
            ("GET", "sync", Grants.openid, "urn:matrix:client:api:*", "openid"),
            ("GET", "sync", .operatorScope(0), "urn:matrix:client:api:*", "scopes of scope_rule"),
            ("GET", "admin/whois/@a:b", .clientAPI, "urn:matrix:client:server_administration", "the Client-Server API"),
            ("GET", "rooms/a/is_joined", [], "urn:matrix:client:rooms:is_joined", "nothing that grants anything"),
            ("PUT", "directory/list/appservice/a/b", .clientAPI, "the token of an application service", "the Client-Server API"),
        ] as [(String, String, Grants, String, String)] {
            let words = Array(method.utf8).withView { method in
                Array("/_matrix/client/v3/\(path)".utf8).withView { validator.scopesInWords(method, $0, grants) }
            }
            #expect(words?.expected == expected && words?.found == found, "\(path)")
        }
    }
}
