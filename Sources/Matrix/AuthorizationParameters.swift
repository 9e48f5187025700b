// SPDX-License-Identifier: Apache-2.0
import JOSE

/// The parameters of an authorization request, decoded (RFC 6749 section 3.1). Those that are not known are ignored.
struct AuthorizationParameters {
    enum Name: CaseIterable {
        case clientID, redirectURI, responseType, responseMode, state, codeChallenge, codeChallengeMethod, scope, prompt
        // OpenID Connect Core section 3.1.2.1 and what is passed on of it.
        case nonce, display, maxAge, uiLocales, loginHint
        // Its sections 6 and 7.2.1.
        case request, requestURI, registration

        var text: StaticString {
            switch self {
            case .clientID: "client_id"
            case .redirectURI: "redirect_uri"
            case .responseType: "response_type"
            case .responseMode: "response_mode"
            case .state: "state"
            case .codeChallenge: "code_challenge"
            case .codeChallengeMethod: "code_challenge_method"
            case .scope: "scope"
            case .prompt: "prompt"
            case .nonce: "nonce"
            case .display: "display"
            case .maxAge: "max_age"
            case .uiLocales: "ui_locales"
            case .loginHint: "login_hint"
            case .request: "request"
            case .requestURI: "request_uri"
            case .registration: "registration"
            }
        }

        init?(_ text: [UInt8]) {
            for name in Self.allCases where text.withView({ $0 == name.text }) {
                self = name
                return
            }
            return nil
        }
    }

    enum Value {
        case absent
        /// There, but twice or not decodable, which has been reported.
        case unusable
        case given([UInt8])
    }

    static var maximumCount: Int { 256 }

    private var found: [(name: Name, value: Value)] = []
    /// Whether something is wrong that is of no one parameter.
    private(set) var isMalformed = false

    init(query text: ByteView, _ report: inout DocumentReport) throws(InputFault) {
        guard text.count <= InputDocument.maximumSize else {
            throw InputFault("query", "The query is larger than \(InputDocument.maximumSize) bytes.")
        }
        let query = text.hasPrefix("?") ? text.dropFirst(1) : text
        checkCharacters(query, &report)
        let pairs = FormQuery(query).pairs
        guard pairs.count <= Self.maximumCount else {
            throw InputFault("query", "The query has more than \(Self.maximumCount) parameters.")
        }
        if pairs.contains(where: { $0.name == nil }) {
            isMalformed = true
            report.refuse("query", "has two hexadecimal digits after each percent sign", "RFC 3986 section 2.1")
        }
        for (index, pair) in pairs.enumerated() {
            guard let name = pair.name else { continue }
            let count = pairs.count { $0.name == name }
            let isFirst = !pairs[..<index].contains { $0.name == name }
            if count > 1, isFirst, !(name.withView { $0 == "resource" }) { Self.refuseRepetition(of: name, &report) }
            guard isFirst, let known = Name(name) else { continue }
            found.append((known, count > 1 ? .unusable : Self.value(pair, known, &report)))
        }
    }

    subscript(_ name: Name) -> Value {
        for entry in found where entry.name == name { return entry.value }
        return .absent
    }

    /// Nil also for what cannot be used.
    func text(_ name: Name) -> [UInt8]? {
        if case .given(let text) = self[name] { return text }
        return nil
    }

    /// What browsers leave unencoded is taken, though RFC 3986 would have it encoded.
    private mutating func checkCharacters(_ query: ByteView, _ report: inout DocumentReport) {
        var hasFragment = false
        var hasOthers = false
        for i in 0..<query.count {
            hasFragment = hasFragment || query[i] == UInt8(ascii: "#")
            hasOthers = hasOthers || !(0x21...0x7E).contains(query[i])
        }
        if hasFragment { report.refuse("query", "has no fragment", "RFC 6749 section 3.1") }
        if hasOthers { report.refuse("query", "has visible ASCII only", "RFC 3986 section 2") }
        isMalformed = hasFragment || hasOthers
    }

    /// RFC 8707 section 2 allows one exception: `resource`.
    private static func refuseRepetition(of name: [UInt8], _ report: inout DocumentReport) {
        // A foreign name may be anything, also what is no text.
        Array(name.withView { $0.unquoted }.utf8).withView {
            report.refuse(MemberPath($0), "is there once", "RFC 6749 section 3.1")
        }
    }

    private static func value(_ pair: FormQuery.Pair, _ name: Name, _ report: inout DocumentReport) -> Value {
        let place = MemberPath(ByteView(name.text))
        guard let value = pair.value else {
            report.refuse(place, "has two hexadecimal digits after each percent sign", "RFC 3986 section 2.1")
            return .unusable
        }
        guard value.withView({ $0.isUTF8 }) else {
            report.refuse(place, "is UTF-8", "RFC 6749 appendix B")
            return .unusable
        }
        return value.isEmpty ? .absent : .given(value)
    }
}
