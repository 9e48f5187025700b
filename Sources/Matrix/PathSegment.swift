// SPDX-License-Identifier: Apache-2.0
import JOSE

/// One segment of a request's path, as it was sent. Percent-encoding is undone once and inside the segment only: a
/// `%2F` is a character of it and parts nothing.
package struct PathSegment {
    package let text: ByteView

    package init(_ text: ByteView) {
        self.text = text
    }

    /// Whether its characters are those of `other`, percent-encoded or not.
    package func decodes(to other: ByteView) -> Bool {
        var bytes = DecodedBytes(text)
        for i in 0..<other.count {
            guard case .byte(let byte) = bytes.next(), byte == other[i] else { return false }
        }
        guard case .end = bytes.next() else { return false }
        return true
    }

    /// Calls `body` with each byte behind the percent-encoding, as far as that is well-formed.
    func forEachByte(_ body: (UInt8) -> Void) {
        var bytes = DecodedBytes(text)
        while case .byte(let byte) = bytes.next() { body(byte) }
    }

    /// Whether it can stand for a name: well-formed percent-encoding of well-formed UTF-8 without NUL, and nothing that
    /// some server on the way might take for a step up or out: no `.` or `..`, not even beside an encoded slash.
    package var isSound: Bool {
        var bytes = DecodedBytes(text)
        var utf8 = UTF8Check()
        var (length, dots) = (0, 0)
        while true {
            switch bytes.next() {
            case .byte(let byte):
                guard byte != 0, utf8.takes(byte) else { return false }
                if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") {
                    if Self.isDots(length, dots) { return false }
                    (length, dots) = (0, 0)
                } else {
                    length += 1
                    if byte == UInt8(ascii: ".") { dots += 1 }
                }
            case .end: return utf8.isComplete && !Self.isDots(length, dots)
            case .malformed: return false
            }
        }
    }

    private static func isDots(_ length: Int, _ dots: Int) -> Bool { length == dots && (length == 1 || length == 2) }
}

/// The bytes behind percent-encoding (RFC 3986 section 2.1).
private struct DecodedBytes {
    enum Step {
        case byte(UInt8), end, malformed
    }

    private let text: ByteView
    private var at = 0

    init(_ text: ByteView) {
        self.text = text
    }

    mutating func next() -> Step {
        guard at < text.count else { return .end }
        let byte = text[at]
        at += 1
        guard byte == UInt8(ascii: "%") else { return .byte(byte) }
        guard text.count - at >= 2, let high = hexDigit(text[at]), let low = hexDigit(text[at + 1]) else {
            return .malformed
        }
        at += 2
        return .byte(high << 4 | low)
    }
}

/// Well-formed UTF-8 byte by byte (Unicode table 3-7): no overlong forms, no surrogates, nothing beyond U+10FFFF.
private struct UTF8Check {
    private var following = 0
    private var low: UInt8 = 0x80
    private var high: UInt8 = 0xBF

    var isComplete: Bool { following == 0 }

    mutating func takes(_ byte: UInt8) -> Bool {
        if following > 0 {
            guard byte >= low, byte <= high else { return false }
            following -= 1
            (low, high) = (0x80, 0xBF)
            return true
        }
        switch byte {
        case 0...0x7F: return true
        case 0xC2...0xDF: following = 1
        case 0xE0...0xEF:
            following = 2
            if byte == 0xE0 { low = 0xA0 }
            if byte == 0xED { high = 0x9F }
        case 0xF0...0xF4:
            following = 3
            if byte == 0xF0 { low = 0x90 }
            if byte == 0xF4 { high = 0x8F }
        default: return false
        }
        return true
    }
}

/// The segments of text that begins with a slash, in order.
struct PathSegments {
    private let text: ByteView
    private var at = 0

    init(_ text: ByteView) {
        self.text = text
    }

    mutating func next() -> ByteView? {
        guard at < text.count else { return nil }
        let start = at + 1
        at = start
        while at < text.count, text[at] != UInt8(ascii: "/") { at += 1 }
        return text.slice(start, count: at - start)
    }
}
