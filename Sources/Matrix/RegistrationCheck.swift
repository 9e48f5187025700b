// SPDX-License-Identifier: Apache-2.0
import JOSE

/// A client's request to be registered (RFC 7591 section 3.1) against the rules of MSC2966.
package struct RegistrationCheck {
    package private(set) var report = DocumentReport()
    private let document: InputDocument
    /// The client metadata to register and to echo (RFC 7591 section 3.2.1).
    private let registered = JSONBuilder.object()

    /// The host of a good client_uri.
    private var base: WebHost?
    private var isNative = false
    /// Nil when there is a member that cannot be read: what depends on it is not judged.
    private var grants: RegisteredGrants? = .code
    private var hasCodeResponse: Bool? = true
    private var redirectCount: Int? = 0
    private var problemsOfRedirects = 0

    package init(_ text: ByteView) throws(InputFault) {
        document = try InputDocument(object: text, "document")
        base = clientHost
        // A type that is none is refused; its URIs are then held to the wider rules.
        isNative = document.root.given("application_type").map { !($0.string.map { $0 == "web" } ?? false) } ?? false
        checkMembers()
        checkGrants()
        addDefaults()
        countRedirectProblems()
    }

    private var clientHost: WebHost? {
        guard let uri = document.root.given("client_uri")?.string.flatMap({ URI($0) }), uri.hasScheme("https") else {
            return nil
        }
        return uri.host
    }

    /// RFC 7591 section 3.2.2; nil for a valid request.
    package var error: StaticString? {
        if report.isValid { return nil }
        return problemsOfRedirects == report.problems.count ? "invalid_redirect_uri" : "invalid_client_metadata"
    }

    /// The report as include/mxauth.h describes it; nil when memory ran out.
    package func json() -> [UInt8]? {
        let object = JSONBuilder.object()
        report.write(to: object)
        if let error {
            object.set("error", String(error))
        } else {
            object.set("metadata", registered)
        }
        return object.text()
    }

    /// The metadata of a valid request as JSON.
    package var metadata: [UInt8]? { report.isValid ? registered.text() : nil }

    // MARK: - Members

    private mutating func checkMembers() {
        let root = document.root
        if root.given("client_uri") == nil { report.refuse("client_uri", "is there", "MSC2966") }
        root.forEachMember { name, value in
            if !value.isNull { check(name, value) }
        }
        if root.given("jwks") != nil, root.given("jwks_uri") != nil {
            report.refuse("jwks", "is not there beside jwks_uri", "RFC 7591 section 2")
        }
    }

    private mutating func check(_ name: JSONName, _ value: JSONNode) {
        let place = MemberPath(name.view)
        let member = LocalisedName(name.view)
        if member.base == "client_name" {
            keep(name, value, if: value.string != nil, else: "is a string")
        } else if member.base == "logo_uri" {
            checkPage(place, value, allowsUserInfo: true)
            registered.set(name, value)
        } else if member.base == "tos_uri" || member.base == "policy_uri" {
            checkPage(place, value, allowsUserInfo: false)
            registered.set(name, value)
        } else if member.hasTag {
            report.note(place, "is not a member that can be localised, or has no language tag: dropped", "MSC2966")
        } else if name.view == "client_uri" {
            checkPage(place, value, allowsUserInfo: false)
            registered.set(name, value)
        } else if name.view == "jwks_uri" {
            checkPage(place, value, allowsUserInfo: true)
            registered.set(name, value)
        } else if name.view == "redirect_uris" {
            checkRedirects(place, value)
            registered.set(name, value)
        } else if name.view == "application_type" {
            let isKnown = value.string.map { $0 == "web" || $0 == "native" } ?? false
            keep(name, value, if: isKnown, else: "is web or native", "MSC2966")
        } else if name.view == "grant_types" {
            readGrants(place, value)
        } else if name.view == "response_types" {
            readResponses(place, value)
        } else if name.view == "token_endpoint_auth_method" {
            checkMethod(name, value)
        } else if name.view == "jwks" {
            keep(name, value, if: value.member("keys")?.isArray ?? false, else: "is an object with an array keys")
        } else if name.view == "contacts" {
            keep(name, value, if: value.strings != nil, else: "is an array of strings")
        } else if name.view == "scope" {
            let isScope = value.string.map(Self.isScope) ?? false
            keep(name, value, if: isScope, else: "is scope tokens with single spaces between them")
        } else if name.view == "software_id" || name.view == "software_version" {
            keep(name, value, if: value.string != nil, else: "is a string")
        } else {
            report.note(place, "is not known: dropped", "RFC 7591 section 2")
        }
    }

    private mutating func keep(
        _ name: JSONName, _ value: JSONNode, if isGood: Bool, else rule: String,
        _ source: StaticString = "RFC 7591 section 2"
    ) {
        if isGood { registered.set(name, value) } else { report.refuse(MemberPath(name.view), rule, source) }
    }

    private static func isScope(_ text: ByteView) -> Bool {
        var reading = ScopeReading(readsDevices: false)
        return !text.isEmpty && (try? reading.add(list: text)) != nil
    }

    private mutating func checkMethod(_ name: JSONName, _ value: JSONNode) {
        let methods: [StaticString] = [
            "none", "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt",
        ]
        guard let method = value.string, methods.contains(where: { method == $0 }) else {
            report.refuse(
                MemberPath(name.view),
                "is none, client_secret_basic, client_secret_post, client_secret_jwt or private_key_jwt",
                "RFC 7591 section 2")
            return
        }
        let root = document.root
        if method == "private_key_jwt", root.given("jwks") == nil, root.given("jwks_uri") == nil {
            report.refuse(MemberPath(name.view), "comes with jwks or jwks_uri", "OpenID Connect Core section 9")
        }
        registered.set(name, value)
    }

    // MARK: - URIs

    /// A page or file of the client: https, and on its host or a subdomain.
    private mutating func checkPage(_ place: MemberPath, _ value: JSONNode, allowsUserInfo: Bool) {
        guard let uri = value.string.flatMap({ URI($0) }) else {
            report.refuse(place, "is a URI", "RFC 3986")
            return
        }
        if !uri.hasScheme("https") { report.refuse(place, "has the scheme https", "MSC2966") }
        report.refuseHost(of: uri, place, within: base)
        if !allowsUserInfo, uri.authority?.userInfo != nil { report.refuse(place, "has no user or password", "MSC2966") }
    }

    private mutating func checkRedirects(_ place: MemberPath, _ value: JSONNode) {
        guard value.isArray else {
            report.refuse(place, "is an array of strings", "RFC 7591 section 2")
            redirectCount = nil
            return
        }
        redirectCount = value.elementCount
        let rules = RedirectRules(base: base, isNative: isNative)
        for index in 0..<value.elementCount {
            rules.check(value.element(index)?.string, place.element(index), &report)
        }
    }

    /// Whether an error is about redirect_uris alone.
    private mutating func countRedirectProblems() {
        for problem in report.problems where problem.member.starts(with: "redirect_uris".utf8) { problemsOfRedirects += 1 }
    }

    // MARK: - Grants

    private mutating func readGrants(_ place: MemberPath, _ value: JSONNode) {
        guard let names = value.strings else {
            report.refuse(place, "is an array of strings", "RFC 7591 section 2")
            grants = nil
            return
        }
        var found: RegisteredGrants = []
        let kept = JSONBuilder.array()
        for (index, name) in names.enumerated() {
            guard let grant = RegisteredGrants(name) else {
                report.note(place.element(index), "is not a grant type of Matrix: dropped", "MSC2966")
                continue
            }
            if found.insert(grant).inserted, let node = value.element(index) { kept.append(node) }
        }
        grants = found
        registered.set("grant_types", kept)
    }

    private mutating func readResponses(_ place: MemberPath, _ value: JSONNode) {
        guard let names = value.strings else {
            report.refuse(place, "is an array of strings", "RFC 7591 section 2")
            hasCodeResponse = nil
            return
        }
        let kept = JSONBuilder.array()
        hasCodeResponse = contains(names, "code")
        if contains(names, "code") { kept.append("code") }
        for (index, name) in names.enumerated() where !(name == "code") {
            report.note(place.element(index), "is not a response type of Matrix: dropped", "MSC2966")
        }
        registered.set("response_types", kept)
    }

    /// What belongs together.
    private mutating func checkGrants() {
        guard let grants else { return }
        if grants.isDisjoint(with: [.code, .device]) {
            report.refuse(
                "grant_types", "has authorization_code or urn:ietf:params:oauth:grant-type:device_code", "MSC2964, MSC4341")
        }
        if !grants.contains(.refresh) {
            report.refuse("grant_types", "has refresh_token", grants.contains(.code) ? "MSC2966" : "MSC2964, MSC4341")
        }
        if grants.contains(.code) {
            if hasCodeResponse == false { report.refuse("response_types", "has code", "MSC2966") }
            if redirectCount == 0 { report.refuse("redirect_uris", "has at least one URI", "MSC2966") }
        } else if hasCodeResponse == true, document.root.given("response_types") != nil {
            report.refuse("response_types", "has code only beside the grant authorization_code", "RFC 7591 section 2.1")
        }
    }

    /// Members that were left out have a meaning, which the client should see (RFC 7591 section 3.2.1).
    private mutating func addDefaults() {
        let root = document.root
        if root.given("application_type") == nil { registered.set("application_type", "web") }
        if root.given("response_types") == nil {
            let responses = JSONBuilder.array()
            if grants?.contains(.code) ?? false { responses.append("code") }
            registered.set("response_types", responses)
        }
        if root.given("token_endpoint_auth_method") == nil {
            registered.set("token_endpoint_auth_method", "client_secret_basic")
            report.note("token_endpoint_auth_method", "is not there: client_secret_basic", "RFC 7591 section 2")
        }
    }
}
