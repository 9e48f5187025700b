// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix
import Testing

/// Paths that servers, proxies and clients may read differently.
@Suite struct PathTrickTests {
    private static let p = "/_matrix/client/v3/"

    @Test(arguments: [
        "", " ", "_matrix/client/v3/sync", "*", "https://example.org/_matrix/client/v3/sync", "/", "//", "?", "#", "/?",
        "//_matrix/client/v3/sync", "/_matrix//client/v3/sync", "/_matrix/client/v3//sync", "/_matrix/client/v3/sync/", "/_matrix/client/v3/sync//",
        "/./_matrix/client/v3/sync", "/_matrix/./client/v3/sync", "/_matrix/client/v3/./sync", "/_matrix/client/v3/sync/.", "/_matrix/client/v3/sync/..",
        "/x/../_matrix/client/v3/sync", "/_matrix/client/v3/login/../sync", "/_matrix/client/v3/rooms/../sync", "/_matrix/client/v3/%2e/sync",
        "/_matrix/client/v3/login/%2e%2e/sync", "/_matrix/client/v3/login/.%2E/sync", "/_matrix/client/v3/login/%2e./sync",
        "/_matrix/client/v3/login%2F..%2Fsync", "/_matrix%2Fclient/v3/sync", "/_matrix/client%2fv3%2fsync", "/_matrix/client/v3%2Fsync", "%2F_matrix/client/v3/sync",
        "/_matrix/client/v3/sync%00", "/_matrix/client/v3/sync\0", "/_matrix/client/v3/%00sync", "/_matrix/client/v3/sync%", "/_matrix/client/v3/sync%2",
        "/_matrix/client/v3/s%79nc%zz", "/_matrix/client/v3/%c1%b3ync", "/_matrix/client/v3/%e0%81%b3ync", "/_matrix/client/v3/s%%79nc", "/_matrix/client/v3/%2573ync",
        "/_matrix/client/v3/sync;", "/_matrix/client/v3/sync;a=b", "/_matrix/client/v3;a/sync", "/_matrix/client/v3/sync%3Ba", "/_matrix/client/v3/..;/v3/sync",
        "/_Matrix/client/v3/sync", "/_matrix/Client/v3/sync", "/_matrix/client/V3/sync", "/_matrix/client/v3/Sync", "/_matrix/client/v3/SYNC", "/_matrix/client/v3/%53ync",
        "/_matrix\\client\\v3\\sync", "/_matrix/client/v3/login\\..\\sync", "/_matrix/client/v3/sync\\", "/_matrix/client/v3/sync%5C", "/_matrix/client/v3/sync\t",
        "/_matrix/client/v3/sync\r\n", "/_matrix/client/v3/sync ", "/_matrix/client/v3/ sync", "/_matrix/client/v3/sync%20", "/_matrix/client/v3/sync%0d%0a",
        "/_matrix/client/v3/sync\u{7F}", "/_matrix/client/v3/ſync", "/_matrix/client/v3/s\u{FF59}nc", "/_matrix/client/v3/sync.json", "/_matrix/client/v3/sync+",
        "/_matrix/client/v3/+sync", "/_matrix/client/v3/sync#", "/_matrix/client/v3/sync#x", "/_matrix/client/v3/#/sync", "/_matrix/client/v3/sync#?x",
        "/_matrix/client/v3/login#/../sync", "/_matrix/client/versions#/../v3/sync", "#/_matrix/client/v3/sync", "/_matrix/client/v3/syn", "/_matrix/client/v3/syncs", "/_matrix/client/v3", "/_matrix/client/v3/", "/_matrix/client", "/_matrix",
        "/_synapse/admin/v1/users", "/_matrix/federation/v1/version", "/_matrix/client/unstable/sync", "/_matrix/client/v3/keys/uploads", "/_matrix/clients/v3/sync",
    ])
    func unknown(_ path: String) {
        for asker in Asker.allCases { #expect(Authorization(drafts: true).decide("GET", path, asker.caller) == "unknown") }
    }

    @Test(arguments: [
        p + "sync?", p + "sync?a=/../..//%00", p + "sync?x#y?z", p + "%73ync", p + "%73%79%6e%63", p + "%73%79%6E%63", "/%5fmatrix/client/v3/sync",
        p + "rooms/%21a%3Ab.example/members", p + "rooms/!a:b.example/members", p + "rooms/a%2Fb/members", p + "rooms/é/members", p + "rooms/%C3%A9/members",
        p + "rooms/%c3\u{E9}/members".replacing("\u{E9}", with: "%A9"), p + "rooms/%F0%9F%98%80/members", p + "rooms/;/members", p + "rooms/.../members", p + "rooms/.a/members",
        p + "rooms/%252e%252e/members", p + "rooms/..a/members", p + "rooms/a../members", p + "rooms/%0A/members", p + "rooms/%25/members", p + "rooms/%7F/members",
        p + "rooms/x/state/m.room.name", p + "rooms/x/state/m.room.name/", p + "rooms/x/state/m.room.name/key", p + "pushrules/", p + "pushrules/global/",
        p + "rooms/\(String(repeating: "r", count: 60_000))/members", p + "rooms/$a*b(c)'d!,~/members",
    ])
    func known(_ path: String) {
        #expect(Authorization().decide("GET", path, .accepted(.clientAPI)) == "allowed")
        #expect(Authorization().decide("GET", path, .anonymous) == "missing")
    }

    /// The same where anything may stand: a name is never a way out.
    @Test(arguments: [
        "", ".", "..", "%2e", "%2E%2e", ".%2e", "%2e.", "..%2F", "..%2f..", "a%2F..%2Fb", "a%2f..", "%2F..", "%2F.", ".%2F", "..%5C", "a%5c..%5cb", "%00", "a%00", "%",
        "%4", "%4g", "%g4", "a%", "%c0%ae", "%c0%af", "%e0%80%af", "%f0%80%80%af", "%c1%81", "%ed%a0%80", "%f4%90%80%80", "%f5%80%80%80", "%ff", "%fe", "%80", "%c3", "%c3a",
        "%c3%28", "%e2%82", "%f0%9f%98", "a%bf", "\\", "a\\b", "\0", " ", "\t", "\n", "a\u{7F}", "%c3/%a9", "%u002e", "%+1", "%-1", "% 1", "%0x41", "#", "a#", "#a",
    ])
    func hostileNames(_ name: String) {
        for path in ["rooms/\(name)/members", "rooms/\(name)/event/e", "rooms/r/event/\(name)", "rooms/\(name)/state", "rooms/r/relations/\(name)"] {
            for asker in [Asker.full, .anonymous, .guest, .appservice] {
                #expect(Authorization().decide("GET", Self.p + path, asker.caller) == "unknown", "\(path)")
            }
        }
    }

    @Test func sizes() {
        let authorization = Authorization()
        let prefix = Self.p + "rooms/"
        for size in [65_535, 65_536] {
            let path = prefix + String(repeating: "r", count: size - prefix.utf8.count - 6) + "/state"
            #expect(path.utf8.count == size)
            #expect(authorization.decide("GET", path, .accepted(.clientAPI)) == "allowed")
            #expect(authorization.decide("GET", path + "e?", .accepted(.clientAPI)) == "unknown")
        }
        #expect(authorization.decide("GET", Self.p + "sync?" + String(repeating: "x", count: 70_000), .accepted(.clientAPI)) == "unknown")
        for piece in ["/", "/.", "/..", "/a", "%2F", "%"] {
            #expect(authorization.decide("GET", String(repeating: piece, count: 20_000), .accepted(.clientAPI)) == "unknown")
        }
    }

    /// Whatever is done to a path, it means what a slow reading by other means finds, and nobody may do more than that.
    @Test(arguments: 0..<8) func mutations(_ seed: Int) throws {
        var random = SeededRandom(seed: UInt64(1000 + seed))
        let rules = try OperatorRules.sample()
        let plain = [Authorization(), Authorization(drafts: true)]
        let limited = Authorization(rules: rules)
        var (changed, known, allowed) = (0, 0, 0)
        for _ in 0..<4_000 {
            guard let row = EndpointRow.rows.randomElement(using: &random) else { return }
            var path = Array(row.example.utf8)
            for _ in 0...random.below(3) { PathMutation.apply(to: &path, &random) }
            let method = random.below(8) == 0 ? (["GET", "HEAD", "PUT", "POST", "DELETE"].randomElement(using: &random) ?? "GET") : row.method
            let segments = SlowReading.segments(path)
            let rows = SlowReading.rows(segments)
            let found = SlowReading.row(method, of: rows)
            changed += 1
            known += found == nil ? 0 : 1
            let nowhere = [false, true].map { drafts in
                rows.contains { drafts || !$0.isDraftOnly } ? "method" : "unknown"
            }
            for asker in Asker.allCases {
                for (authorization, drafts) in zip(plain, [false, true]) {
                    let decision = authorization.decide(method, path, asker.caller)
                    let expected = asker.expected(found, lastSegment: segments?.last ?? "", drafts: drafts)
                    #expect(decision == (expected == "unknown" ? nowhere[drafts ? 1 : 0] : expected),
                        "\(asker) \(method) \(String(decoding: path, as: UTF8.self))")
                    allowed += decision == "allowed" ? 1 : 0
                }
            }
            let decision = limited.decide(method, path, .accepted(.operatorScope(0)))
            let expected = OperatorRules.expected(found, segments, method: method)
            #expect(decision == (expected == "unknown" ? nowhere[0] : expected), "\(method) \(String(decoding: path, as: UTF8.self))")
        }
        print("paths: \(changed) changed ones, of which \(known) are endpoints; \(changed * 19) decisions, \(allowed) allowed by grants")
    }
}
