// SPDX-License-Identifier: Apache-2.0
import JOSE

/// The answer to `GET /_matrix/client/v3/login` of a homeserver that wraps OAuth for older clients (MSC3824).
package struct LoginFlows: OptionSet {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// With m.login.token, which ends such a login.
    package static let sso = LoginFlows(rawValue: 1 << 0)
    package static let password = LoginFlows(rawValue: 1 << 1)
    package static let applicationService = LoginFlows(rawValue: 1 << 2)
    /// Clients that know of OAuth should offer m.login.sso and nothing else.
    package static let oauthAwarePreferred = LoginFlows(rawValue: 1 << 3)
    /// A client that is logged in may have a token for another (`get_login_token`).
    package static let getLoginToken = LoginFlows(rawValue: 1 << 4)

    private static let known: LoginFlows = [.sso, .password, .applicationService, .oauthAwarePreferred, .getLoginToken]

    /// The document; nil when memory ran out. `providers` is a JSON array for m.login.sso, or empty.
    package func document(providers: ByteView) throws(InputFault) -> [UInt8]? {
        guard isSubset(of: Self.known) else { throw InputFault("flags", "There is a flag that is none.") }
        guard !isDisjoint(with: [.sso, .password, .applicationService, .getLoginToken]) else {
            throw InputFault("flags", "There is no flow: a server without any answers 404 M_UNRECOGNIZED.")
        }
        guard contains(.sso) || !contains(.oauthAwarePreferred) else {
            throw InputFault("flags", "What OAuth-aware clients prefer is said of m.login.sso, which is not offered.")
        }
        guard contains(.sso) || providers.isEmpty else {
            throw InputFault("identity_providers", "Identity providers belong to m.login.sso, which is not offered.")
        }
        let flows = JSONBuilder.array()
        if contains(.sso) { flows.append(try sso(providers)) }
        if contains(.sso) || contains(.getLoginToken) {
            let flow = Self.flow("m.login.token")
            if contains(.getLoginToken) { flow.set("get_login_token", true) }
            flows.append(flow)
        }
        if contains(.password) { flows.append(Self.flow("m.login.password")) }
        if contains(.applicationService) { flows.append(Self.flow("m.login.application_service")) }
        let document = JSONBuilder.object()
        document.set("flows", flows)
        return document.text()
    }

    private static func flow(_ type: String) -> JSONBuilder {
        let flow = JSONBuilder.object()
        flow.set("type", type)
        return flow
    }

    private func sso(_ providers: ByteView) throws(InputFault) -> JSONBuilder {
        let flow = Self.flow("m.login.sso")
        if !providers.isEmpty { flow.set("identity_providers", try Self.identityProviders(providers)) }
        if contains(.oauthAwarePreferred) {
            flow.set("oauth_aware_preferred", true)
            flow.set("org.matrix.msc3824.delegated_oidc_compatibility", true)
        }
        return flow
    }

    /// The members that the specification has of each.
    private static func identityProviders(_ text: ByteView) throws(InputFault) -> JSONBuilder {
        let document = try InputDocument(text, "identity_providers")
        defer { withExtendedLifetime(document) {} }
        guard document.root.isArray else { throw InputFault("identity_providers", "They are not an array.") }
        let providers = JSONBuilder.array()
        var known: [ByteView] = []
        for index in 0..<document.root.elementCount {
            guard let provider = document.root.element(index), let id = provider.given("id")?.string, isIdentifier(id),
                provider.given("name")?.string != nil
            else { throw InputFault(place(index), "It has no name, or no id of 1 to 255 letters, digits and -._~.") }
            if known.contains(where: { $0 == id }) { throw InputFault(place(index), "Its id is another's.") }
            known.append(id)
            let kept = JSONBuilder.object()
            for name in ["id", "name", "icon", "brand"] as [StaticString] {
                guard let value = provider.given(name) else { continue }
                guard value.string != nil else { throw InputFault(place(index), "Its members are strings.") }
                kept.set(name, value)
            }
            if let icon = provider.given("icon")?.string, !icon.hasPrefix("mxc://") {
                throw InputFault(place(index), "Its icon is not an mxc URI.")
            }
            providers.append(kept)
        }
        return providers
    }

    private static func place(_ index: Int) -> String { "identity_providers[\(index)]" }

    /// An opaque identifier (Matrix specification, appendix "Opaque Identifiers").
    private static func isIdentifier(_ text: ByteView) -> Bool {
        guard (1...255).contains(text.count) else { return false }
        for i in 0..<text.count where !isUnreserved(text[i]) { return false }
        return true
    }
}
