// SPDX-License-Identifier: Apache-2.0
import JOSE

/// An http or https URL (RFC 3986), as far as we have to look into one: whom it names, and what on it.
struct WebAddress: Equatable {
    let text: [UInt8]
    let isSecure: Bool
    /// Lower case; brackets stay around an IPv6 address.
    let host: [UInt8]
    let port: Int
    /// Path and query; begins with a slash, or is empty.
    let target: [UInt8]

    /// Nil for what is not an absolute http or https URL, has user information, a fragment, or characters that have
    /// no place in a URL.
    init?(_ text: ByteView) {
        for i in 0..<text.count where text[i] <= 0x20 || text[i] >= 0x7F || text[i] == UInt8(ascii: "\\") { return nil }
        var rest: ByteView
        if text.count > 8, text.slice(0, count: 8).equalsIgnoringCase(ByteView("https://")) {
            isSecure = true
            rest = text.dropFirst(8)
        } else if text.count > 7, text.slice(0, count: 7).equalsIgnoringCase(ByteView("http://")) {
            isSecure = false
            rest = text.dropFirst(7)
        } else {
            return nil
        }
        var end = 0
        while end < rest.count, rest[end] != UInt8(ascii: "/"), rest[end] != UInt8(ascii: "?") { end += 1 }
        for i in 0..<rest.count where rest[i] == UInt8(ascii: "#") { return nil }
        guard let authority = Self.authority(rest.slice(0, count: end), defaultPort: isSecure ? 443 : 80) else {
            return nil
        }
        (host, port) = authority
        target = [UInt8](rest.dropFirst(end))
        self.text = [UInt8](text)
    }

    init?(_ text: [UInt8]) {
        guard let address = text.withView(WebAddress.init) else { return nil }
        self = address
    }

    /// RFC 6454 section 4.
    func hasOrigin(of other: WebAddress) -> Bool {
        isSecure == other.isSecure && host == other.host && port == other.port
    }

    /// `localhost` by RFC 6761 section 6.3, 127.0.0.0/8 and ::1.
    var isLoopback: Bool {
        if host == Array("localhost".utf8) || host == Array("[::1]".utf8) { return true }
        let octets = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return octets.count == 4 && host.starts(with: Array("127.".utf8))
            && octets.allSatisfy { octet in
                octet.count <= 3 && Array(octet).withView { $0.deltaSeconds.map { $0 <= 255 } ?? false }
            }
    }

    /// The address that a `Location` value means (RFC 9110 section 10.2.2), if it is absolute or an absolute path.
    func resolving(_ location: ByteView) -> WebAddress? {
        if location.hasPrefix("/"), !location.hasPrefix("//") { return WebAddress(origin + [UInt8](location)) }
        return WebAddress(location)
    }

    /// Scheme, host and port as they were written.
    var origin: [UInt8] { Array(text.prefix(text.count - target.count)) }

    private static func authority(_ text: ByteView, defaultPort: Int) -> ([UInt8], Int)? {
        for i in 0..<text.count where text[i] == UInt8(ascii: "@") { return nil }
        var hostEnd = 0
        if text.hasPrefix("[") {
            while hostEnd < text.count, text[hostEnd] != UInt8(ascii: "]") { hostEnd += 1 }
            guard hostEnd < text.count else { return nil }
            hostEnd += 1
        } else {
            while hostEnd < text.count, text[hostEnd] != UInt8(ascii: ":") { hostEnd += 1 }
        }
        guard hostEnd > 0 else { return nil }
        var port = defaultPort
        if hostEnd < text.count {
            let digits = text.dropFirst(hostEnd + 1)
            guard text[hostEnd] == UInt8(ascii: ":"), digits.count <= 5, let number = digits.deltaSeconds,
                (1...65_535).contains(number)
            else { return nil }
            port = Int(number)
        }
        let host = [UInt8](text.slice(0, count: hostEnd)).map { byte in
            byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
        }
        return (host, port)
    }
}
