// SPDX-License-Identifier: Apache-2.0
import JOSE

/// A request to the authorization endpoint (RFC 6749 section 4.1.1) against the rules of MSC2964.
package struct AuthorizationCheck {
    package internal(set) var report = DocumentReport()
    /// What the client is told of the first problem (RFC 6749 section 4.1.2.1); nil for a valid request.
    package private(set) var error: StaticString?
    /// Whether that may be sent to the redirect URI, or only be shown to the user.
    package private(set) var mayRedirect: Bool

    typealias Name = AuthorizationParameters.Name
    let parameters: AuthorizationParameters
    private let client: RegisteredClient
    let allowsCreation: Bool
    private var isWebRedirect = false
    /// In the stable spelling, and the device that it names.
    var scope: [UInt8] = []
    var device: [UInt8] = []

    /// `client` is the metadata that were registered; `allowsCreation`: the server lists `create` in
    /// `prompt_values_supported`.
    package init(query: ByteView, client metadata: ByteView, allowsCreation: Bool) throws(InputFault) {
        client = try RegisteredClient(metadata)
        parameters = try AuthorizationParameters(query: query, &report)
        self.allowsCreation = allowsCreation
        if !report.isValid { error = "invalid_request" }
        mayRedirect = !parameters.isMalformed
        checkClient()
        checkRedirect()
        checkResponse()
        checkState()
        checkChallenge()
        checkScope()
        checkPrompt()
    }

    /// The report as include/mxauth.h describes it; nil when memory ran out.
    package func json() -> [UInt8]? {
        let object = JSONBuilder.object()
        report.write(to: object)
        if let error {
            object.set("error", String(error))
            object.set("redirect", mayRedirect)
            if mayRedirect { object.set("reply", reply) }
        } else {
            object.set("request", request)
        }
        return object.text()
    }

    // MARK: - What comes of it

    private var request: JSONBuilder {
        let object = JSONBuilder.object()
        for name in Name.allCases {
            switch name {
            case .scope:
                scope.withView { object.set("scope", $0) }
                device.withView { object.set("device_id", $0) }
            case .responseMode: object.set("response_mode", ByteView(responseMode))
            default: parameters.text(name)?.withView { object.set(name.text, $0) }
            }
        }
        return object
    }

    /// What an error is sent with.
    private var reply: JSONBuilder {
        let object = JSONBuilder.object()
        parameters.text(.redirectURI)?.withView { object.set("redirect_uri", $0) }
        object.set("response_mode", ByteView(responseMode))
        if let state = parameters.text(.state), state.withView(Self.isVisible) {
            state.withView { object.set("state", $0) }
        }
        return object
    }

    /// Of a code in general it is query (OAuth 2.0 Multiple Response Type Encoding Practices section 2.1).
    private var responseMode: StaticString {
        if isWebRedirect { return "fragment" }
        return parameters.text(.responseMode)?.withView({ $0 == "fragment" }) ?? false ? "fragment" : "query"
    }

    mutating func refuse(
        _ name: Name, _ rule: String, _ source: StaticString, _ code: StaticString = "invalid_request"
    ) {
        refuse(MemberPath(ByteView(name.text)), rule, source, code)
    }

    private mutating func refuse(_ place: MemberPath, _ rule: String, _ source: StaticString, _ code: StaticString) {
        report.refuse(place, rule, source)
        if error == nil { error = code }
    }

    /// Nil when there is nothing to look at, which is reported unless it has been.
    mutating func needed(
        _ name: Name, _ source: StaticString, _ code: StaticString = "invalid_request"
    ) -> [UInt8]? {
        switch parameters[name] {
        case .given(let text): return text
        case .unusable: return nil
        case .absent:
            refuse(name, "is there", source, code)
            return nil
        }
    }

    /// Characters that RFC 6749 appendix A has for client IDs and states.
    private static func isVisible(_ text: ByteView) -> Bool {
        for i in 0..<text.count where !(0x20...0x7E).contains(text[i]) { return false }
        return true
    }

    // MARK: - Who asks, and who is answered

    private mutating func checkClient() {
        let id = needed(.clientID, "RFC 6749 section 4.1.1")
        if let id {
            if !id.withView(Self.isVisible) { refuse(.clientID, "has printable ASCII only", "RFC 6749 appendix A.1") }
            if let known = client.id, !(id.withView { $0 == known }) {
                refuse(.clientID, "is the client's", "RFC 6749 section 4.1.2.1")
                mayRedirect = false
            }
        }
        if !(id?.withView(Self.isVisible) ?? false) { mayRedirect = false }
        if !client.grants.contains(.code) {
            refuse("client.grant_types", "has authorization_code", "RFC 7591 section 2", "unauthorized_client")
        }
        if !client.hasCodeResponse {
            refuse("client.response_types", "has code", "RFC 7591 section 2", "unauthorized_client")
        }
    }

    private mutating func checkRedirect() {
        let problems = report.problems.count
        if let text = needed(.redirectURI, "MSC2964") { text.withView { checkRedirect($0) } }
        if report.problems.count > problems || parameters.text(.redirectURI) == nil { mayRedirect = false }
    }

    private mutating func checkRedirect(_ text: ByteView) {
        if !client.hasRegistered(text) {
            refuse(.redirectURI, "is one of the client's redirect_uris, character for character", "MSC2964, RFC 9700 section 2.1")
        }
        guard let uri = URI(text) else {
            refuse(.redirectURI, "is a URI", "RFC 3986")
            return
        }
        isWebRedirect = uri.hasScheme("https")
        if uri.fragment != nil { refuse(.redirectURI, "has no fragment", "RFC 6749 section 3.1.2") }
        if uri.hasScheme("http"), !client.mayUseHTTP(uri) {
            refuse(.redirectURI, "has the scheme http only on a native client's own machine", "RFC 9700 section 2.6")
        }
    }

    // MARK: - What is asked for

    private mutating func checkResponse() {
        if case .absent = parameters[.request] {} else {
            refuse(.request, unsupported, "OpenID Connect Core section 3.1.2.6", "request_not_supported")
        }
        if case .absent = parameters[.requestURI] {} else {
            refuse(.requestURI, unsupported, "OpenID Connect Core section 3.1.2.6", "request_uri_not_supported")
        }
        if case .absent = parameters[.registration] {} else {
            refuse(.registration, unsupported, "OpenID Connect Core section 3.1.2.6", "registration_not_supported")
        }
        if let type = needed(.responseType, "RFC 6749 section 4.1.1"), !(type.withView { $0 == "code" }) {
            refuse(.responseType, "is code", "MSC2964", "unsupported_response_type")
        }
        checkResponseMode()
    }

    private var unsupported: String { "is not there: what it is for is not supported" }

    private mutating func checkResponseMode() {
        let isFragment: Bool
        switch parameters[.responseMode] {
        case .unusable: return
        case .absent: isFragment = false
        case .given(let mode):
            isFragment = mode.withView { $0 == "fragment" }
            if !isFragment, !(mode.withView { $0 == "query" }) {
                refuse(.responseMode, "is fragment or query", "MSC2964")
                return
            }
        }
        if isWebRedirect, !isFragment { refuse(.responseMode, "is fragment beside a redirect_uri of https", "MSC2964") }
    }

    private mutating func checkState() {
        guard let state = needed(.state, "MSC2964") else { return }
        if !state.withView(Self.isVisible) { refuse(.state, "has printable ASCII only", "RFC 6749 appendix A.5") }
    }

    private mutating func checkChallenge() {
        if let challenge = needed(.codeChallenge, "MSC2964"), !challenge.withView(PKCE.isChallenge) {
            refuse(
                .codeChallenge, "is a SHA-256 digest in base64url, 43 characters without padding", "RFC 7636 section 4.2")
        }
        switch parameters[.codeChallengeMethod] {
        case .unusable: return
        case .absent: refuse(.codeChallengeMethod, "is S256: left out it means plain", "MSC2964, RFC 7636 section 4.3")
        case .given(let method):
            if !method.withView(PKCE.isS256) { refuse(.codeChallengeMethod, "is S256", "MSC2964") }
        }
    }
}
