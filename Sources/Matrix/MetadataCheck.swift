// SPDX-License-Identifier: Apache-2.0
import JOSE

/// An `auth_metadata` document (MSC2965, RFC 8414 section 2) against the rules.
package struct MetadataCheck {
    package private(set) var report = DocumentReport()
    private let root: JSONNode

    /// `issuer` is what the document should be of, if that is known.
    package init(_ text: ByteView, issuer: ByteView?) throws(InputFault) {
        let document = try InputDocument(object: text, "document")
        self.init(document.root, issuer: issuer)
        withExtendedLifetime(document) {}
    }

    /// `root` is an object that outlives the call.
    init(_ root: JSONNode, issuer: ByteView?) {
        self.root = root
        checkIssuer(issuer)
        checkEndpoints()
        checkLists()
        checkDeviceGrant()
        checkAccountManagement()
        if root.given("response_mode_supported") != nil {
            report.note(
                "response_mode_supported", "is not read: the name is response_modes_supported", "RFC 8414 section 2")
        }
    }

    /// The report as include/mxauth.h describes it; nil when memory ran out.
    package func json() -> [UInt8]? {
        let object = JSONBuilder.object()
        report.write(to: object)
        return object.text()
    }

    private mutating func checkIssuer(_ expected: ByteView?) {
        guard let node = root.given("issuer") else {
            report.refuse("issuer", "is there", "MSC2965")
            return
        }
        guard let text = node.string, let uri = URI(text), uri.isWeb else {
            report.refuse("issuer", "is an https URL", "RFC 8414 section 2")
            return
        }
        if !uri.hasScheme("https") { report.refuse("issuer", "has the scheme https", "RFC 8414 section 2") }
        if uri.query != nil { report.refuse("issuer", "has no query", "RFC 8414 section 2") }
        if uri.fragment != nil { report.refuse("issuer", "has no fragment", "RFC 8414 section 2") }
        refuseUserInfo("issuer", uri)
        if let expected, !(text == expected) {
            report.refuse("issuer", "is the expected issuer, byte for byte", "RFC 8414 section 3.3")
        }
    }

    private mutating func checkEndpoints() {
        checkEndpoint("authorization_endpoint", isRequired: true, "RFC 6749 section 3.1")
        checkEndpoint("token_endpoint", isRequired: true, "RFC 6749 section 3.2")
        checkEndpoint("revocation_endpoint", isRequired: true, "RFC 7009 section 2")
        checkEndpoint("registration_endpoint", isRequired: true, "RFC 7591 section 3")
        checkEndpoint("device_authorization_endpoint", "RFC 8628 section 3.1")
        checkEndpoint("introspection_endpoint", "RFC 7662 section 4")
        checkEndpoint("jwks_uri", "RFC 8414 section 2")
        checkEndpoint("userinfo_endpoint", "OpenID Connect Discovery section 3")
        checkEndpoint("pushed_authorization_request_endpoint", "RFC 9126 section 5")
    }

    private mutating func checkEndpoint(_ name: StaticString, isRequired: Bool = false, _ source: StaticString) {
        let place = MemberPath(stringLiteral: name)
        guard let node = root.given(name) else {
            if isRequired { report.refuse(place, "is there", "MSC2965") }
            return
        }
        guard let uri = node.string.flatMap({ URI($0) }), uri.isWeb else {
            report.refuse(place, "is an absolute https URL", source)
            return
        }
        if !uri.hasScheme("https") { report.refuse(place, "has the scheme https", source) }
        if uri.fragment != nil { report.refuse(place, "has no fragment", source) }
        refuseUserInfo(place, uri)
    }

    private mutating func refuseUserInfo(_ place: MemberPath, _ uri: URI) {
        if uri.authority?.userInfo != nil { report.refuse(place, "has no user or password", "RFC 9110 section 4.2.4") }
    }

    private mutating func checkLists() {
        checkList("response_types_supported", needs: ["code"], "MSC2965")
        checkList("grant_types_supported", needs: ["authorization_code", "refresh_token"], "MSC2965")
        checkList("response_modes_supported", needs: ["query", "fragment"], "MSC2965")
        checkList("code_challenge_methods_supported", needs: ["S256"], "MSC2965")
        if root.given("token_endpoint_auth_methods_supported") != nil {
            checkList("token_endpoint_auth_methods_supported", needs: ["none"], "MSC2966")
        } else {
            report.note(
                "token_endpoint_auth_methods_supported",
                "is not there: client_secret_basic, where clients of MSC2966 want none", "RFC 8414 section 2")
        }
        for name in ["prompt_values_supported", "scopes_supported"] as [StaticString] where root.given(name) != nil {
            checkList(name, needs: [], "RFC 8414 section 3.2")
        }
        if !lists("prompt_values_supported", "create") {
            report.note("prompt_values_supported", "lacks create: clients cannot ask for registration", "MSC2964")
        }
    }

    private mutating func checkList(_ name: StaticString, needs values: [StaticString], _ source: StaticString) {
        let place = MemberPath(stringLiteral: name)
        guard let node = root.given(name) else {
            report.refuse(place, "is there", source)
            return
        }
        guard let strings = node.strings else {
            report.refuse(place, "is an array of strings", "RFC 8414 section 2")
            return
        }
        if strings.isEmpty { report.refuse(place, "is not empty", "RFC 8414 section 3.2") }
        for value in values where !contains(strings, value) { report.refuse(place, "has \(String(value))", source) }
    }

    private func lists(_ name: StaticString, _ value: StaticString) -> Bool {
        contains(root.given(name)?.strings ?? [], value)
    }

    private mutating func checkDeviceGrant() {
        let isGranted = lists("grant_types_supported", "urn:ietf:params:oauth:grant-type:device_code")
        let hasEndpoint = root.given("device_authorization_endpoint") != nil
        if isGranted, !hasEndpoint {
            report.refuse("device_authorization_endpoint", "is there, since grant_types_supported has the grant", "MSC4341")
        } else if !isGranted, hasEndpoint {
            report.note(
                "grant_types_supported", "lacks urn:ietf:params:oauth:grant-type:device_code, though its endpoint is there",
                "MSC4341")
        } else if !isGranted {
            report.note(
                "device_authorization_endpoint", "is not there: clients cannot log in from another device", "MSC4341")
        }
    }

    private mutating func checkAccountManagement() {
        let names = AccountManagement.uriNames
        for name in names {
            let place = MemberPath(stringLiteral: name)
            guard let node = root.given(name) else { continue }
            guard let uri = node.string.flatMap({ URI($0) }), uri.isWeb else {
                report.refuse(place, "is an absolute https URL", "MSC4191")
                continue
            }
            if !uri.hasScheme("https") { report.note(place, "is not https", "MSC4191") }
            refuseUserInfo(place, uri)
        }
        for name in AccountManagement.actionsNames {
            guard let node = root.given(name) else { continue }
            if node.strings == nil {
                report.refuse(MemberPath(stringLiteral: name), "is an array of strings", "MSC4191")
            }
        }
        noteAccountManagement()
    }

    private mutating func noteAccountManagement() {
        let management = AccountManagement(root)
        let uri = MemberPath(stringLiteral: AccountManagement.uriNames[0])
        let actions = MemberPath(stringLiteral: AccountManagement.actionsNames[0])
        if management.uri == nil {
            report.note(uri, "is not there: clients cannot link to where an account is managed", "MSC4191, MSC3824")
        } else if root.given(AccountManagement.uriNames[0]) == nil {
            report.note(uri, "is there under its unstable name only", "MSC4191")
        }
        for action in AccountAction.allCases where !management.lists(action.name) {
            let isOld = action.oldNames.contains { management.lists($0) }
            report.note(
                actions, "lacks \(String(action.name))" + (isOld ? ", and has its old spelling" : ""),
                action == .crossSigningReset ? "MSC4191, MSC4312" : "MSC4191")
        }
    }
}
