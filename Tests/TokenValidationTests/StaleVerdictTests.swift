// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// Good verdicts past their time, while the issuer cannot be asked (issuer.stale_if_error).
@Suite struct StaleVerdictTests {
    private func host(_ members: String = "") throws -> IntrospectionHost {
        let host = try IntrospectionHost([("issuer.cache_ttl", "60"), ("issuer.stale_if_error", "600")])
        #expect(try host.ask("token", "{\(IntrospectionHost.good)\(members)}").status == .ok)
        host.clock.advance(seconds: 61)
        return host
    }

    @Test func servesAndSaysSo() throws {
        let host = try host()
        try host.respond(try host.question("token"), "", status: 503)
        #expect(host.see("token").isCached && host.status(of: "token") == .ok)
        // The last check is the one that let it pass.
        let last = try #require(host.findings("token").last)
        #expect(last.status == .ok && last.found == "active, 61 s ago")
        #expect(host.finding("token") == nil)
    }

    @Test func notBeforeTheIssuerHasFailed() throws {
        let host = try host()
        #expect(host.status(of: "token") == .pending)
    }

    @Test func notForEver() throws {
        let host = try host()
        host.clock.advance(seconds: 600)
        try host.respond(try host.question("token"), "", status: 503)
        #expect(host.status(of: "token") == .issuerUnavailable)
    }

    @Test func notBeyondItsEndOrARevocation() throws {
        var host = try host(",\"expires_in\":100")
        host.clock.advance(seconds: 40)
        #expect(host.status(of: "token") == .expired)
        host = try self.host()
        try host.validator.revoke(.user, bytes("@alice:example.org"), notBefore: 0)
        #expect(host.status(of: "token") == .revoked)
    }

    @Test func notAgainstTheIssuersWord() throws {
        let host = try host()
        try host.respond(try host.question("token"), "{\"active\":false}")
        #expect(host.status(of: "token") == .tokenInactive)
    }
}
