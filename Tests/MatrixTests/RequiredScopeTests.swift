// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import Matrix

@Suite struct RequiredScopeTests {
    private func scope(_ method: String, _ path: String, drafts: Bool = false) -> String? {
        Array(method.utf8).withView { method in
            Array(path.utf8).withView { path in
                Authorization(drafts: drafts).requiredScope(method, path).map { String(decoding: $0, as: UTF8.self) }
            }
        }
    }

    private static let api = "urn:matrix:client:api:*"
    private static let administration = "urn:matrix:client:server_administration"

    /// Whoever has no scope at all and is refused for it is let in with the one that is named; the others need none.
    @Test(arguments: [false, true]) func isEnough(drafts: Bool) throws {
        let authorization = Authorization(drafts: drafts)
        for row in EndpointRow.rows {
            guard let scope = scope(row.method, row.example, drafts: drafts) else {
                #expect(row.isDraftOnly && !drafts, "\(row)")
                continue
            }
            let without = authorization.decide(row.method, row.example, .accepted([]))
            if scope.isEmpty {
                #expect(without == "allowed" || row.auth == "appservice", "\(row)")
                continue
            }
            var reading = ScopeReading(readsDrafts: drafts)
            try Array(scope.utf8).withUnsafeBufferPointer { bytes in
                try reading.add(list: ByteView(try #require(bytes.baseAddress), count: bytes.count))
            }
            #expect(without == "scope", "\(row)")
            #expect(authorization.decide(row.method, row.example, .accepted(reading.grants)) == "allowed", "\(row)")
        }
    }

    @Test(arguments: [
        ("GET", "/_matrix/client/v3/sync", api, api), ("HEAD", "/_matrix/client/v3/sync", api, api), ("GET", "/_matrix/client/r0/sync?x=y", api, api),
        ("GET", "/_matrix/client/v3/%73ync", api, api), ("GET", "/_matrix/client/versions", "", ""), ("POST", "/_matrix/client/v3/login", "", ""),
        ("POST", "/_matrix/client/v3/account/password", api, api), ("OPTIONS", "/nowhere", "", ""),
        ("PUT", "/_matrix/client/v1/admin/lock/@a:e", api, administration), ("GET", "/_matrix/client/v3/admin/whois/@a:e", api, administration),
        ("GET", "/_matrix/client/v3/rooms/!r/is_joined", nil, "urn:matrix:client:rooms:is_joined"),
        ("POST", "/_matrix/client/v1/appservice/x/ping", "", ""), ("PUT", "/_matrix/client/v3/directory/list/appservice/n/r", "", ""),
        ("GET", "/_matrix/client/v3/nothing", nil, nil), ("get", "/_matrix/client/v3/sync", nil, nil), ("POST", "/_matrix/client/v3/sync", nil, nil),
        ("GET", "/_matrix/client/v3/./sync", nil, nil), ("GET", "", nil, nil), ("", "/_matrix/client/v3/sync", nil, nil),
    ] as [(String, String, String?, String?)])
    func named(_ method: String, _ path: String, _ expected: String?, _ withDrafts: String?) {
        #expect(scope(method, path) == expected)
        #expect(scope(method, path, drafts: true) == withDrafts)
    }

    /// Demands that no endpoint has today.
    @Test(arguments: [
        ("api|server_administration", api), ("server_administration|api", api), ("api+server_administration", "\(api) \(administration)"),
        ("appservice|rooms_is_joined", "urn:matrix:client:rooms:is_joined"), ("appservice", ""), ("api+appservice", ""), ("never", ""), ("any", ""), ("-", ""),
    ])
    func demands(_ words: String, _ expected: String) {
        #expect(Array(words.utf8).withView { String(decoding: Demand($0).scope, as: UTF8.self) } == expected)
    }
}
