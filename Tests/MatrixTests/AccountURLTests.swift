// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import Matrix

@Suite struct AccountURLTests {
    private func build(_ target: [UInt8], _ action: String?, _ device: String?) -> Result<String, InputFault> {
        let action = action.map { Array($0.utf8) }
        let device = device.map { Array($0.utf8) }
        return target.withView { target in
            (action ?? []).withView { actionView in
                (device ?? []).withView { deviceView in
                    Result { () throws(InputFault) in
                        try AccountURL.build(
                            target, action: action == nil ? nil : actionView, device: device == nil ? nil : deviceView)
                    }
                }
            }
        }.map { String(decoding: $0, as: UTF8.self) }
    }

    private func url(_ target: String, _ action: String? = nil, _ device: String? = nil) throws -> String {
        try build(Array(target.utf8), action, device).get()
    }

    private func subject(_ target: String, _ action: String? = nil, _ device: String? = nil) -> String {
        switch build(Array(target.utf8), action, device) {
        case .success(let url): url
        case .failure(let fault): fault.subject
        }
    }

    @Test(arguments: [
        ("https://a.test/x", nil, nil, "https://a.test/x"), ("https://a.test", "org.matrix.profile", nil, "https://a.test?action=org.matrix.profile"),
        ("https://a.test/x?y=z", "org.matrix.devices_list", nil, "https://a.test/x?y=z&action=org.matrix.devices_list"),
        ("https://a.test/x?", "org.matrix.profile", nil, "https://a.test/x?action=org.matrix.profile"), ("https://a.test/x?y=z#f", nil, nil, "https://a.test/x?y=z#f"),
        ("https://a.test/#/account", "org.matrix.account_deactivate", nil, "https://a.test/?action=org.matrix.account_deactivate#/account"),
        ("https://a.test/?action=x&device_id=y&z=%2F", "org.matrix.profile", nil, "https://a.test/?z=%2F&action=org.matrix.profile"),
        ("https://a.test/?%61ction=x", nil, nil, "https://a.test/"),
        ("https://a.test/", "org.matrix.device_view", "ABC", "https://a.test/?action=org.matrix.device_view&device_id=ABC"),
        ("https://a.test/", "org.matrix.device_delete", "a/b+c=&d e#?", "https://a.test/?action=org.matrix.device_delete&device_id=a%2Fb%2Bc%3D%26d%20e%23%3F"),
        ("https://a.test/", "org.matrix.device_view", "Ü-._~", "https://a.test/?action=org.matrix.device_view&device_id=%C3%9C-._~"),
        ("https://a.test/", "org.matrix.sessions_list", nil, "https://a.test/?action=org.matrix.devices_list"),
        ("https://a.test/", "sessions_list", nil, "https://a.test/?action=org.matrix.devices_list"),
        ("https://a.test/", "session_view", "A", "https://a.test/?action=org.matrix.device_view&device_id=A"),
        ("https://a.test/", "org.matrix.session_end", "A", "https://a.test/?action=org.matrix.device_delete&device_id=A"),
        ("https://a.test/", "org.matrix.cross_signing_reset", nil, "https://a.test/?action=org.matrix.cross_signing_reset"),
        ("http://localhost:8080/a", "org.matrix.profile", nil, "http://localhost:8080/a?action=org.matrix.profile"),
    ] as [(String, String?, String?, String)])
    func links(_ target: String, _ action: String?, _ device: String?, _ expected: String) throws {
        #expect(try url(target, action, device) == expected)
    }

    private static let mas = #" {"account_management_uri": "https://a.test/", "account_management_actions_supported": "#
        + #"["org.matrix.profile", "org.matrix.sessions_list", "session_view", "org.matrix.device_delete", "org.matrix.session_end", "com.example.x"]}"#
    private static let unstable = #"{"org.matrix.msc4191.account_management_uri": "https://u.test/", "#
        + #""org.matrix.msc4191.account_management_actions_supported": ["org.matrix.profile"]}"#

    @Test(arguments: [
        (mas, nil, nil, "https://a.test/"), (mas, "org.matrix.profile", nil, "https://a.test/?action=org.matrix.profile"),
        (mas, "org.matrix.devices_list", nil, "https://a.test/?action=org.matrix.sessions_list"),
        (mas, "sessions_list", nil, "https://a.test/?action=org.matrix.sessions_list"),
        (mas, "org.matrix.device_view", "A", "https://a.test/?action=session_view&device_id=A"),
        (mas, "org.matrix.session_end", "A", "https://a.test/?action=org.matrix.device_delete&device_id=A"),
        (mas, "com.example.x", nil, "https://a.test/?action=com.example.x"), (mas, "com.example.x", "A", "https://a.test/?action=com.example.x&device_id=A"),
        (unstable, "org.matrix.profile", nil, "https://u.test/?action=org.matrix.profile"),
    ] as [(String, String?, String?, String)])
    func advertised(_ target: String, _ action: String?, _ device: String?, _ expected: String) throws {
        #expect(try url(target, action, device) == expected)
    }

    @Test(arguments: [
        ("", nil, nil, "account_management_uri"), ("a.test", nil, nil, "account_management_uri"), ("ftp://a.test/", nil, nil, "account_management_uri"),
        ("javascript:alert(1)", nil, nil, "account_management_uri"), ("https://u@a.test/", nil, nil, "account_management_uri"),
        ("https://a.test/ ", nil, nil, "account_management_uri"), ("https://a.test/\n", nil, nil, "account_management_uri"), ("//a.test/", nil, nil, "account_management_uri"),
        ("{}", nil, nil, "account_management_uri"), ("{", nil, nil, "metadata"), ("{\"account_management_uri\": 7}", nil, nil, "account_management_uri"),
        ("{\"account_management_uri\": \"/a\"}", nil, nil, "account_management_uri"), ("[]", nil, nil, "account_management_uri"),
        ("https://a.test/", "", nil, "action"), ("https://a.test/", "profile", nil, "action"), ("https://a.test/", "org.matrix.Profile", nil, "action"),
        ("https://a.test/", "org.matrix.profile&x=y", nil, "action"), ("https://a.test/", "com.example.x", nil, "action"), ("https://a.test/", "org.matrix.device", nil, "action"),
        (mas, "org.matrix.account_deactivate", nil, "action"), (mas, "com.example.y", nil, "action"), (mas, "", nil, "action"), (unstable, "org.matrix.devices_list", nil, "action"),
        ("{\"account_management_uri\": \"https://a.test/\"}", "org.matrix.profile", nil, "action"),
        ("https://a.test/", "org.matrix.device_view", nil, "device_id"), ("https://a.test/", "session_end", nil, "device_id"),
        ("https://a.test/", "org.matrix.device_delete", "", "device_id"), ("https://a.test/", "org.matrix.profile", "A", "device_id"),
        ("https://a.test/", "org.matrix.devices_list", "A", "device_id"), ("https://a.test/", nil, "A", "device_id"),
        ("https://a.test/", "org.matrix.device_view", String(repeating: "A", count: 256), "device_id"),
    ] as [(String, String?, String?, String)])
    func refused(_ target: String, _ action: String?, _ device: String?, _ expected: String) {
        #expect(subject(target, action, device) == expected)
    }

    /// What is written can be read back, whatever the device ID and the query before.
    @Test func readsBack() throws {
        var random = SeededRandom(seed: 4191)
        let queries = ["", "?", "?a=b", "?a=%26&&c", "?action=x", "?device_id=y&a", "?a=b+c&%64evice_id=1"]
        for _ in 0..<2_000 {
            let id = (0..<1 + random.below(40)).map { _ in Unicode.Scalar(UInt32(1 + random.below(random.below(2) == 0 ? 126 : 0xD7FE))) }
            let device = String(String.UnicodeScalarView(id.compactMap { $0 }))
            guard device.utf8.count <= 255 else { continue }
            let before = queries[random.below(queries.count)]
            let link = Array(try url("https://a.test/p" + before, "org.matrix.device_view", device).utf8)
            let pairs = link.withView { view -> [(String, String)] in
                FormQuery(URI(view)?.query ?? .empty).pairs.map { pair in
                    (String(decoding: pair.name ?? [], as: UTF8.self), String(decoding: pair.value ?? [], as: UTF8.self))
                }
            }
            #expect(pairs.filter { $0.0 == "action" }.map { $0.1 } == ["org.matrix.device_view"])
            #expect(pairs.filter { $0.0 == "device_id" }.map { $0.1 } == [device])
        }
    }
}
