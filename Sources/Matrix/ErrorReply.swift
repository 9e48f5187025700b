// SPDX-License-Identifier: Apache-2.0
import JOSE

/// What goes to a client whose request is refused: a Matrix error as JSON, and a challenge where one belongs.
package struct ErrorReply {
    package static var maximumBodySize: Int { 511 }
    package static var maximumChallengeSize: Int { 1279 }
    /// Of each text in a challenge that is not the library's own.
    package static var maximumParameterSize: Int { 511 }

    package let body: [UInt8]
    /// The value of WWW-Authenticate; empty for none.
    package let challenge: [UInt8]

    /// The matter of a reply. Texts are printable ASCII.
    package struct Matter {
        package let httpStatus: UInt32
        package let errcode: StaticString
        package let sentence: StaticString
        package let softLogout: Bool
        package let oauthError: StaticString

        package init(
            httpStatus: UInt32, errcode: StaticString, sentence: StaticString, softLogout: Bool, oauthError: StaticString
        ) {
            self.httpStatus = httpStatus
            self.errcode = errcode
            self.sentence = sentence
            self.softLogout = softLogout
            self.oauthError = oauthError
        }
    }

    /// `scope` is what would be enough where a scope is lacking; `resourceMetadata` may be empty.
    package init(_ matter: Matter, scope: ByteView, realm: ByteView, resourceMetadata: ByteView) {
        body = Self.body(matter)
        challenge =
            matter.httpStatus == 401 || matter.httpStatus == 403
            ? Self.challenge(matter, scope: scope, realm: realm, resourceMetadata: resourceMetadata) : []
    }

    /// M_UNKNOWN_TOKEN always says whether the logout is a soft one; no other code has that member.
    private static func body(_ matter: Matter) -> [UInt8] {
        var body = [UInt8](ByteView("{\"errcode\":"))
        append(matter.errcode, inQuotesTo: &body)
        body += [UInt8](ByteView(",\"error\":"))
        append(matter.sentence, inQuotesTo: &body)
        if ByteView(matter.errcode) == "M_UNKNOWN_TOKEN" {
            body += [UInt8](ByteView(",\"soft_logout\":"))
            body += [UInt8](matter.softLogout ? ByteView("true") : ByteView("false"))
        }
        body.append(UInt8(ascii: "}"))
        return body
    }

    private static func append(_ text: StaticString, inQuotesTo body: inout [UInt8]) {
        let text = ByteView(text)
        body.append(UInt8(ascii: "\""))
        for i in 0..<text.count {
            if text[i] == UInt8(ascii: "\"") || text[i] == UInt8(ascii: "\\") { body.append(UInt8(ascii: "\\")) }
            body.append(text[i])
        }
        body.append(UInt8(ascii: "\""))
    }

    /// RFC 6750 section 3: a request that brings no token is told the realm and no error code; RFC 9728 section 5.1.
    private static func challenge(
        _ matter: Matter, scope: ByteView, realm: ByteView, resourceMetadata: ByteView
    ) -> [UInt8] {
        var challenge = Challenge()
        if ByteView(matter.oauthError).isEmpty {
            challenge.add("realm", realm)
        } else {
            challenge.add("error", ByteView(matter.oauthError))
            challenge.add("error_description", ByteView(matter.sentence))
            if ByteView(matter.oauthError) == "insufficient_scope" { challenge.add("scope", scope) }
        }
        challenge.add("resource_metadata", resourceMetadata)
        return challenge.text
    }

    /// Neither a quotation mark nor a backslash may be in a value (RFC 6750 section 3), so nothing has to be escaped.
    private struct Challenge {
        private(set) var text = [UInt8](ByteView("Bearer"))
        private var isFirst = true

        /// Leaves the parameter out if its value is empty or cannot stand there.
        mutating func add(_ name: StaticString, _ value: ByteView) {
            guard !value.isEmpty else { return }
            for i in 0..<value.count where !ErrorReply.isQuotable(value[i]) { return }
            text += [UInt8](isFirst ? ByteView(" ") : ByteView(", "))
            text += [UInt8](ByteView(name)) + [UInt8](ByteView("=\"")) + [UInt8](value) + [UInt8](ByteView("\""))
            isFirst = false
        }
    }

    /// %x20-21 / %x23-5B / %x5D-7E
    package static func isQuotable(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte <= 0x7E && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
}
