// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix
import Testing

/// Every endpoint of the table, for everybody who may ask.
@Suite struct EndpointTableTests {
    @Test func size() {
        let rows = EndpointRow.rows
        #expect(rows.count == 291)
        #expect(EndpointTable.shared.count == 172)
        #expect(Set(rows.map(\.description)).count == rows.count)
        // Without the further versions: those of the specification, and what docs/matrix.md lists besides.
        let ofSpecification = rows.filter { !$0.path.contains("/r0/") && !$0.path.contains("/unstable/") }
        #expect(ofSpecification.count == 164 + 4 + 1)
    }

    /// The compiled table says what the file says.
    @Test func compiled() throws {
        for row in EndpointRow.rows {
            let path = Array(row.example.utf8)
            let found = try #require(find(row.method, path), "\(row)")
            #expect(found.method == row.method && found.template == row.path.replacing("/r0/", with: "/v3/"), "\(row)")
        }
    }

    private func find(_ method: String, _ path: [UInt8]) -> (method: String, template: String)? {
        Array(method.utf8).withView { name in
            path.withView { path in
                guard let method = Method(name), let match = EndpointTable.shared.find(method, path) else { return nil }
                let endpoint = match.endpoint.pointee
                return ("\(endpoint.method)".uppercased(), String(decoding: [UInt8](endpoint.template), as: UTF8.self))
            }
        }
    }

    @Test(arguments: [false, true]) func everyEndpointForEverybody(drafts: Bool) {
        let authorization = Authorization(drafts: drafts)
        var figures: [String] = []
        for asker in Asker.allCases {
            var counts: [String: Int] = [:]
            for row in EndpointRow.rows {
                let decision = authorization.decide(row.method, row.example, asker.caller)
                let last = row.segments.last == "{keyName}" ? "displayname" : ""
                #expect(decision == asker.expected(row, lastSegment: last, drafts: drafts), "\(asker) \(row)")
                counts[decision, default: 0] += 1
            }
            figures.append("\(asker.rawValue): " + counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
        }
        print("endpoints\(drafts ? " with draft_scopes" : ""): \(EndpointRow.rows.count)\n  " + figures.joined(separator: "\n  "))
    }

    /// HEAD is GET, OPTIONS asks nothing of anybody, and nothing else is known.
    @Test func methods() {
        let authorization = Authorization()
        for row in EndpointRow.rows where !row.isDraftOnly {
            #expect(authorization.decide("OPTIONS", row.example, .anonymous) == "allowed")
            #expect(authorization.decide("OPTIONS", row.example, .refused) == "allowed")
            if row.method == "GET" {
                for asker in Asker.allCases {
                    let get = authorization.decide("GET", row.example, asker.caller)
                    #expect(authorization.decide("HEAD", row.example, asker.caller) == get, "\(row)")
                }
            }
            for method in ["", "get", "Get", "PATCH", "TRACE", "CONNECT", "GET ", " GET", "GET\0", "options", "QUERY", row.method.lowercased()] {
                #expect(authorization.decide(method, row.example, Asker.full.caller) == "method", "\(method) \(row)")
            }
            let methods = EndpointRow.rows.filter { $0.path == row.path }.map(\.method)
            for method in ["GET", "PUT", "POST", "DELETE"] where !methods.contains(method) {
                #expect(authorization.decide(method, row.example, Asker.full.caller) == "method", "\(method) \(row)")
            }
        }
        for path in ["*", "", "nonsense", "/../"] { #expect(authorization.decide("OPTIONS", path, .anonymous) == "allowed") }
    }

    /// A version opens nothing but what it has.
    @Test func versions() {
        let authorization = Authorization()
        let known = Set(EndpointRow.rows.map { "\($0.method) \($0.example)" })
        let all = ["r0", "v1", "v2", "v3", "v4", "v33", "V3", "unstable", "api", "v2_alpha", "r0.6.1", "", "%763"]
        var tried = 0
        for row in EndpointRow.rows {
            guard let at = row.segments.firstIndex(where: { ["r0", "v1", "v3", "unstable"].contains($0) }) else { continue }
            for version in all where version != "%763" || row.segments[at] != "v3" {
                var segments = row.example.split(separator: "/").map(String.init)
                segments[at] = version
                let path = "/" + segments.joined(separator: "/") + (row.path.hasSuffix("/") ? "/" : "")
                if known.contains("\(row.method) \(path.replacing("%76", with: "v"))") { continue }
                let decision = authorization.decide(row.method, path, Asker.full.caller)
                #expect(decision == "unknown" || decision == "method", "\(row.method) \(path)")
                tried += 1
            }
        }
        #expect(tried > 2_000)
        print("versions: \(tried) paths of other versions are unknown")
    }

    /// Guests may set their displayname and nothing else of their profile.
    @Test func displayname() {
        let authorization = Authorization()
        for method in ["PUT", "DELETE"] {
            let path = "/_matrix/client/v3/profile/@a:b.example/"
            for name in ["displayname", "display%6Eame", "displayname?x=1", "displayname?#avatar_url"] {
                #expect(authorization.decide(method, path + name, .accepted(.guest)) == "allowed")
            }
            for name in ["avatar_url", "Displayname", "displaynam", "displaynames", "displayname%20", "displayname;", "m.tz", "displayname%2F"] {
                #expect(authorization.decide(method, path + name, .accepted(.guest)) == "guest", "\(name)")
            }
            #expect(authorization.decide(method, path + "displayname/", .accepted(.guest)) == "unknown")
            #expect(authorization.decide(method, path, .accepted(.guest)) == "unknown")
        }
    }

    /// The bits are those of include/mxauth.h.
    @Test func bits() {
        #expect([Grants.guest, .appservice, .serverAdministration, .roomsIsJoined].map(\.rawValue) == [16, 32, 64, 128])
        #expect(Grants.operatorScope(0).rawValue == 1 << 32 && Grants.operatorScope(31).rawValue == 1 << 63)
    }
}
