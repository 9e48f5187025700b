// SPDX-License-Identifier: Apache-2.0
import JOSE

/// A query of the form `a=b&c=d`, with percent-encoding and `+` for a space (application/x-www-form-urlencoded).
package struct FormQuery {
    private let text: ByteView

    /// `text` is without the question mark.
    package init(_ text: ByteView) {
        self.text = text
    }

    package struct Pair {
        /// As it stands in the query.
        package let text: ByteView
        /// Decoded; nil when a percent sign is not followed by two hexadecimal digits.
        package let name, value: [UInt8]?
    }

    /// The pairs in their order, empty ones left out.
    package var pairs: [Pair] {
        var pairs: [Pair] = []
        var start = 0
        for at in 0...text.count where at == text.count || text[at] == UInt8(ascii: "&") {
            let part = text.slice(start, count: at - start)
            start = at + 1
            if !part.isEmpty { pairs.append(Self.pair(part)) }
        }
        return pairs
    }

    private static func pair(_ text: ByteView) -> Pair {
        var mark = 0
        while mark < text.count, text[mark] != UInt8(ascii: "=") { mark += 1 }
        let value = mark < text.count ? text.dropFirst(mark + 1) : .empty
        return Pair(text: text, name: text.slice(0, count: mark).formDecoded, value: value.formDecoded)
    }

    /// `text` with everything but unreserved characters percent-encoded (RFC 3986 section 2.1).
    static func encoded(_ text: ByteView) -> [UInt8] {
        let hex = ByteView("0123456789ABCDEF")
        var encoded: [UInt8] = []
        for i in 0..<text.count {
            if isUnreserved(text[i]) {
                encoded.append(text[i])
            } else {
                encoded += [UInt8(ascii: "%"), hex[Int(text[i] >> 4)], hex[Int(text[i] & 0x0F)]]
            }
        }
        return encoded
    }
}

extension ByteView {
    /// A name or value of a query or form, decoded once; nil if a percent sign is not followed by two hex digits.
    var formDecoded: [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(count)
        var at = 0
        while at < count {
            if self[at] == UInt8(ascii: "%") {
                guard count - at >= 3, let high = hexDigit(self[at + 1]), let low = hexDigit(self[at + 2]) else { return nil }
                decoded.append(high << 4 | low)
                at += 3
            } else {
                decoded.append(self[at] == UInt8(ascii: "+") ? UInt8(ascii: " ") : self[at])
                at += 1
            }
        }
        return decoded
    }
}
