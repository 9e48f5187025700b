// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import Matrix

@Suite struct LoginTests {
    private func flows(_ flags: UInt32, _ providers: String = "") throws -> String {
        let document = Array(providers.utf8).withView { view in
            Result { () throws(InputFault) in try LoginFlows(rawValue: flags).document(providers: view) }
        }
        return canonical(try #require(try document.get()))
    }

    private func refusal(_ flags: UInt32, _ providers: String = "") -> String {
        Array(providers.utf8).withView { view in
            fault { () throws(InputFault) in _ = try LoginFlows(rawValue: flags).document(providers: view) }
        }
    }

    @Test(arguments: [
        (1, #"{"type":"m.login.sso"},{"type":"m.login.token"}"#), (2, #"{"type":"m.login.password"}"#), (4, #"{"type":"m.login.application_service"}"#),
        (
            9,
            #"{"type":"m.login.sso","oauth_aware_preferred":true,"org.matrix.msc3824.delegated_oidc_compatibility":true},"#
                + #"{"type":"m.login.token"}"#
        ),
        (16, #"{"type":"m.login.token","get_login_token":true}"#), (17, #"{"type":"m.login.sso"},{"type":"m.login.token","get_login_token":true}"#),
        (
            31,
            #"{"type":"m.login.sso","oauth_aware_preferred":true,"org.matrix.msc3824.delegated_oidc_compatibility":true},"#
                + #"{"type":"m.login.token","get_login_token":true},{"type":"m.login.password"},{"type":"m.login.application_service"}"#
        ),
    ] as [(UInt32, String)])
    func documents(_ flags: UInt32, _ expected: String) throws {
        #expect(try flows(flags) == #"{"flows":["# + expected + "]}")
    }

    @Test func providers() throws {
        let given = #"[{"id": "a", "name": "A", "icon": "mxc://b/c", "brand": "x", "secret": 1}, {"name": "Ü", "id": "b-._~", "icon": null}]"#
        #expect(
            try flows(1, given)
                == #"{"flows":[{"type":"m.login.sso","identity_providers":[{"id":"a","name":"A","icon":"mxc://b/c","brand":"x"},"#
                + #"{"id":"b-._~","name":"Ü"}]},{"type":"m.login.token"}]}"#)
        #expect(try flows(1, "[]") == #"{"flows":[{"type":"m.login.sso","identity_providers":[]},{"type":"m.login.token"}]}"#)
    }

    @Test(arguments: [
        (0, "", "flags: There is no flow: a server without any answers 404 M_UNRECOGNIZED."),
        (8, "", "flags: There is no flow: a server without any answers 404 M_UNRECOGNIZED."),
        (10, "", "flags: What OAuth-aware clients prefer is said of m.login.sso, which is not offered."),
        (24, "", "flags: What OAuth-aware clients prefer is said of m.login.sso, which is not offered."),
        (33, "", "flags: There is a flag that is none."), (.max, "", "flags: There is a flag that is none."),
        (2, "[]", "identity_providers: Identity providers belong to m.login.sso, which is not offered."),
        (1, "{}", "identity_providers: They are not an array."), (1, "[", "identity_providers: The document is not JSON: line 1, column 1."),
        (1, "[1]", "identity_providers[0]: \(nameless)"), (1, "[{}]", "identity_providers[0]: \(nameless)"),
        (1, #"[{"id": "a"}]"#, "identity_providers[0]: \(nameless)"), (1, #"[{"id": "", "name": "A"}]"#, "identity_providers[0]: \(nameless)"),
        (1, #"[{"id": "a/b", "name": "A"}]"#, "identity_providers[0]: \(nameless)"), (1, #"[{"id": "a", "name": 1}]"#, "identity_providers[0]: \(nameless)"),
        (1, #"[{"id": "a", "name": "A", "icon": "https://b/c"}]"#, "identity_providers[0]: Its icon is not an mxc URI."),
        (1, #"[{"id": "a", "name": "A", "brand": 1}]"#, "identity_providers[0]: Its members are strings."),
        (1, #"[{"id": "a", "name": "A"}, {"id": "a", "name": "B"}]"#, "identity_providers[1]: Its id is another's."),
        (1, "[{\"id\": \"\(String(repeating: "a", count: 256))\", \"name\": \"A\"}]", "identity_providers[0]: \(nameless)"),
    ] as [(UInt32, String, String)])
    func refused(_ flags: UInt32, _ providers: String, _ expected: String) {
        #expect(refusal(flags, providers) == expected)
    }

    private static let nameless = "It has no name, or no id of 1 to 255 letters, digits and -._~."

    private func action(_ query: String) throws -> LoginAction {
        try Array(query.utf8).withView { view in Result { () throws(InputFault) in try LoginAction(query: view) } }.get()
    }

    @Test(arguments: [
        ("action=login", LoginAction.login), ("action=register", .register), ("?action=register", .register),
        ("redirectUrl=https%3A%2F%2Fa.test%2F&action=login", .login), ("org.matrix.msc3824.action=register", .register),
        ("org.matrix.msc3824.action=register&action=login", .login), ("action=x&org.matrix.msc3824.action=register", .register),
        ("action=login&action=register", .login), ("action=x&action=register", .register), ("%61ction=%6Cogin", .login),
        ("&&action=login&", .login), ("action=login&x=%zz", .login), ("a=%00&action=login", .login),
    ])
    func actions(_ query: String, _ expected: LoginAction) throws {
        #expect(try action(query) == expected)
    }

    @Test(arguments: [
        "", "?", "&", "=", "action", "action=", "action=Login", "action=LOGIN", "action=login%00", "action=%00login", "action=login+", "action=log%20in",
        "action=logout", "action==login", "Action=login", "action%3Dlogin", "xaction=login", "action.=login", "action=login;x", "x=action=login",
        "x=%26action=login", "action=%6", "action=login%", "action%=login", "??action=login", "msc3824.action=login", "org.matrix.msc3824.action=x",
        "org.matrix.MSC3824.action=login", "redirectUrl=https://a.test/?action=login", "action=registеr", "action=login#x", "action=\u{FF4C}ogin",
    ])
    func noActions(_ query: String) throws {
        #expect(try action(query) == .unspecified)
    }

    @Test func size() throws {
        let padding = String(repeating: "a", count: 65_536 - 13)
        #expect(try action(padding + "&action=login") == .login)
        #expect(throws: InputFault.self) { try action(padding + "a&action=login") }
    }
}
