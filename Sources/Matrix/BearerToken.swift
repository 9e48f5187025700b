// SPDX-License-Identifier: Apache-2.0
import JOSE

/// The access token of a request: in its Authorization header or its query (RFC 6750 section 2).
package enum BearerToken {
    /// Neither a header nor a query may be longer: the largest value of max_token_bytes.
    package static var maximumSize: Int { 1_048_576 }

    package struct Fault: Error {
        package enum Kind: Sendable {
            case missing, tooLarge, ambiguous, malformed
        }

        package let kind: Kind
        /// Where: "Authorization" or "access_token"; "" for neither.
        package let place: StaticString
        package let detail: StaticString

        init(_ kind: Kind, _ place: StaticString, _ detail: StaticString) {
            self.kind = kind
            self.place = place
            self.detail = detail
        }
    }

    /// A token where it was sent, or a copy without the encoding of a query.
    package enum Found {
        case sent(ByteView)
        case decoded([UInt8])
    }

    /// `header` is nil if the request has none, `query` if tokens there do not count. `takesAnyCharacter` for tokens
    /// that an administrator has chosen: all visible ASCII instead of b64token.
    package static func extract(
        header: ByteView?, query: ByteView?, takesAnyCharacter: Bool
    ) throws(Fault) -> Found {
        if let header, header.count > maximumSize { throw Fault(.tooLarge, headerName, "The header is too long.") }
        if let query, query.count > maximumSize { throw Fault(.tooLarge, parameterName, "The query is too long.") }
        let parameter = try query.flatMap { (query) throws(Fault) in try Self.parameter(of: query) }
        guard let header else {
            guard let parameter else { throw Fault(.missing, "", "") }
            guard let token = parameter.formDecoded, token.withView({ isToken($0, takesAnyCharacter) }) else {
                throw Fault(.malformed, parameterName, "The parameter holds no token.")
            }
            return .decoded(token)
        }
        if parameter != nil {
            throw Fault(.ambiguous, parameterName, "It is there beside an Authorization header.")
        }
        return .sent(try token(of: header, takesAnyCharacter))
    }

    private static var headerName: StaticString { "Authorization" }
    private static var parameterName: StaticString { "access_token" }

    /// The scheme compares without case and is parted from the token by 1*SP (RFC 7235 section 2.1).
    private static func token(of header: ByteView, _ takesAnyCharacter: Bool) throws(Fault) -> ByteView {
        var schemeEnd = 0
        while schemeEnd < header.count, header[schemeEnd] != space { schemeEnd += 1 }
        guard header.slice(0, count: schemeEnd).equalsIgnoringCase(ByteView("Bearer")) else {
            throw Fault(.malformed, headerName, "Its scheme is not Bearer.")
        }
        var start = schemeEnd
        while start < header.count, header[start] == space { start += 1 }
        let token = header.dropFirst(start)
        if isToken(token, takesAnyCharacter) { return token }
        if token.isEmpty { throw Fault(.malformed, headerName, "No token follows the scheme.") }
        if isJoined(token) { throw Fault(.ambiguous, headerName, "Two headers were joined with a comma.") }
        throw Fault(.malformed, headerName, "What follows the scheme is not one token.")
    }

    private static var space: UInt8 { UInt8(ascii: " ") }

    private static func isToken(_ text: ByteView, _ takesAnyCharacter: Bool) -> Bool {
        guard takesAnyCharacter else { return OpaqueToken.isB64Token(text) }
        for i in 0..<text.count where text[i] < 0x21 || text[i] > 0x7E { return false }
        return !text.isEmpty
    }

    /// A token, perhaps whitespace, and a comma: the mark of several headers in one (RFC 9110 section 5.3).
    private static func isJoined(_ text: ByteView) -> Bool {
        var end = 0
        while end < text.count, text[end] != UInt8(ascii: ",") { end += 1 }
        guard end < text.count else { return false }
        while end > 0, text[end - 1] == space || text[end - 1] == UInt8(ascii: "\t") { end -= 1 }
        return OpaqueToken.isB64Token(text.slice(0, count: end))
    }

    /// The value of the one access_token parameter as it was sent, if there is any. Its name may be encoded as well:
    /// whoever reads the query after us would decode it.
    private static func parameter(of query: ByteView) throws(Fault) -> ByteView? {
        var found: ByteView?
        var start = 0
        for at in 0...query.count where at == query.count || query[at] == UInt8(ascii: "&") {
            let field = query.slice(start, count: at - start)
            start = at + 1
            var nameEnd = 0
            while nameEnd < field.count, field[nameEnd] != UInt8(ascii: "=") { nameEnd += 1 }
            guard isParameterName(field.slice(0, count: nameEnd)) else { continue }
            guard found == nil else { throw Fault(.ambiguous, parameterName, "The parameter is there twice.") }
            found = nameEnd < field.count ? field.dropFirst(nameEnd + 1) : .empty
        }
        return found
    }

    private static func isParameterName(_ name: ByteView) -> Bool {
        // Each of the twelve characters takes three at most.
        guard (12...36).contains(name.count), let decoded = name.formDecoded else { return false }
        return decoded.withView { $0 == parameterName }
    }
}
