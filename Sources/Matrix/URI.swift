// SPDX-License-Identifier: Apache-2.0
import JOSE

/// A URI with a scheme (RFC 3986) in its parts, which are views of the text. Nothing is decoded or normalised.
package struct URI {
    package struct Authority {
        package let userInfo: ByteView?
        /// Brackets stay around an IP literal.
        package let host: ByteView
        package let port: ByteView?
    }

    package let scheme: ByteView
    package let authority: Authority?
    package let path: ByteView
    package let query: ByteView?
    package let fragment: ByteView?

    /// Nil for what breaks the grammar of RFC 3986 section 3, and for a port outside 1 to 65535.
    package init?(_ text: ByteView) {
        guard let colon = Self.position(of: ":", in: text), Self.isScheme(text.slice(0, count: colon)) else { return nil }
        scheme = text.slice(0, count: colon)
        var rest = text.dropFirst(colon + 1)
        fragment = Self.cut(&rest, at: "#")
        query = Self.cut(&rest, at: "?")
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let end = Self.position(of: "/", in: rest) ?? rest.count
            guard let authority = Authority(rest.slice(0, count: end)) else { return nil }
            self.authority = authority
            rest = rest.dropFirst(end)
        } else {
            authority = nil
        }
        path = rest
        guard Self.consists(path, of: Self.isPathCharacter), Self.consists(query ?? .empty, of: Self.isQueryCharacter),
            Self.consists(fragment ?? .empty, of: Self.isQueryCharacter)
        else { return nil }
    }

    package func hasScheme(_ name: StaticString) -> Bool { scheme.equalsIgnoringCase(ByteView(name)) }

    /// Whether it is an http or https URL with a host; RFC 9110 section 4.2.
    var isWeb: Bool { (hasScheme("https") || hasScheme("http")) && host != nil }

    /// The host that it names, if that can be one: an IP literal, an IPv4 address or a DNS name.
    package var host: WebHost? { authority.flatMap { WebHost($0.host) } }

    /// What follows the first `mark`, which is cut off with it.
    private static func cut(_ text: inout ByteView, at mark: StaticString) -> ByteView? {
        guard let start = position(of: mark, in: text) else { return nil }
        let rest = text.dropFirst(start + 1)
        text = text.slice(0, count: start)
        return rest
    }

    static func position(of mark: StaticString, in text: ByteView) -> Int? {
        for i in 0..<text.count where text[i] == mark.utf8Start.pointee { return i }
        return nil
    }

    private static func isScheme(_ text: ByteView) -> Bool {
        guard !text.isEmpty, isLetter(text[0]) else { return false }
        for i in 1..<text.count {
            switch text[i] {
            case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): continue
            default: guard isLetter(text[i]) || isDigit(text[i]) else { return false }
            }
        }
        return true
    }

    /// Whether `text` has only such characters and percent-encoded bytes.
    fileprivate static func consists(_ text: ByteView, of isAllowed: (UInt8) -> Bool) -> Bool {
        var at = 0
        while at < text.count {
            if text[at] == UInt8(ascii: "%") {
                guard text.count - at >= 3, hexDigit(text[at + 1]) != nil, hexDigit(text[at + 2]) != nil else {
                    return false
                }
                at += 3
            } else {
                guard isAllowed(text[at]) else { return false }
                at += 1
            }
        }
        return true
    }

    private static func isPathCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "/"): true
        default: isUnreserved(byte) || isSubDelimiter(byte)
        }
    }

    private static func isQueryCharacter(_ byte: UInt8) -> Bool {
        isPathCharacter(byte) || byte == UInt8(ascii: "?")
    }
}

extension URI.Authority {
    fileprivate init?(_ text: ByteView) {
        var rest = text
        if let at = URI.position(of: "@", in: text) {
            userInfo = text.slice(0, count: at)
            rest = text.dropFirst(at + 1)
        } else {
            userInfo = nil
        }
        var end = 0
        if rest.hasPrefix("[") {
            guard let close = URI.position(of: "]", in: rest) else { return nil }
            end = close + 1
            guard WebHost.isLiteral(rest.slice(0, count: end)) else { return nil }
        } else {
            end = URI.position(of: ":", in: rest) ?? rest.count
            guard URI.consists(rest.slice(0, count: end), of: { isUnreserved($0) || isSubDelimiter($0) }) else {
                return nil
            }
        }
        host = rest.slice(0, count: end)
        if end < rest.count {
            let digits = rest.dropFirst(end + 1)
            guard rest[end] == UInt8(ascii: ":"), Self.isPort(digits) else { return nil }
            port = digits
        } else {
            port = nil
        }
        guard URI.consists(userInfo ?? .empty, of: { isUnreserved($0) || isSubDelimiter($0) || $0 == UInt8(ascii: ":") })
        else { return nil }
    }

    private static func isPort(_ text: ByteView) -> Bool {
        guard (1...5).contains(text.count) else { return false }
        var number = 0
        for i in 0..<text.count {
            guard isDigit(text[i]) else { return false }
            number = number * 10 + Int(text[i] - UInt8(ascii: "0"))
        }
        return (1...65_535).contains(number)
    }
}
