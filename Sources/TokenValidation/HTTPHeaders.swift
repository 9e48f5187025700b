// SPDX-License-Identifier: Apache-2.0
import JOSE

/// The header fields of a response, as lines of `Name: value` (RFC 9112 section 5), CRLF or LF between them.
struct HTTPHeaders {
    private let text: ByteView

    init(_ text: ByteView) {
        self.text = text
    }

    /// The value of the first field of that name, without the white space around it.
    func value(of name: StaticString) -> ByteView? {
        var first: ByteView?
        forEachValue(of: name) { if first == nil { first = $0 } }
        return first
    }

    /// The values of all fields of that name in their order: together they are one list (RFC 9110 section 5.3).
    func forEachValue(of name: StaticString, _ body: (ByteView) -> Void) {
        let name = ByteView(name)
        var start = 0
        while start < text.count {
            var end = start
            while end < text.count, text[end] != 0x0A { end += 1 }
            let line = text.slice(start, count: end - start)
            if line.count > name.count, line[name.count] == UInt8(ascii: ":"),
                line.slice(0, count: name.count).equalsIgnoringCase(name)
            {
                body(line.dropFirst(name.count + 1).trimmed)
            }
            start = end + 1
        }
    }
}

extension ByteView {
    /// Without spaces, tabs and line ends at either end.
    var trimmed: ByteView {
        var start = 0
        var end = count
        while start < end, self[start] <= 0x20 { start += 1 }
        while end > start, self[end - 1] <= 0x20 { end -= 1 }
        return slice(start, count: end - start)
    }

    /// Digits only, cut off at a billion: delta-seconds of HTTP may be huge and mean "for ever"
    /// (RFC 9111 section 1.2.2).
    var deltaSeconds: Int64? {
        guard !isEmpty else { return nil }
        var number: Int64 = 0
        for i in 0..<count {
            guard self[i] >= UInt8(ascii: "0"), self[i] <= UInt8(ascii: "9") else { return nil }
            number = min(number * 10 + Int64(self[i] - UInt8(ascii: "0")), 1_000_000_000)
        }
        return number
    }
}
