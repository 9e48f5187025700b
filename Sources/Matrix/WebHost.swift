// SPDX-License-Identifier: Apache-2.0
import JOSE

/// The host of a URL. Names compare without case; nothing is decoded, so a percent-encoded name is none.
package struct WebHost {
    package let text: ByteView
    /// An address has no subdomains.
    package let isAddress: Bool

    /// Nil for what is neither an IP literal in brackets nor labels of letters, digits, `-` and `_` with single dots
    /// between them.
    package init?(_ text: ByteView) {
        self.text = text
        if text.hasPrefix("[") {
            guard Self.isLiteral(text) else { return nil }
            isAddress = true
            return
        }
        guard (1...253).contains(text.count) else { return nil }
        var start = 0
        var lastLabel = ByteView.empty
        for at in 0...text.count {
            if at == text.count || text[at] == UInt8(ascii: ".") {
                lastLabel = text.slice(start, count: at - start)
                guard (1...63).contains(lastLabel.count) else { return nil }
                start = at + 1
            } else {
                guard Self.isLabelCharacter(text[at]) else { return nil }
            }
        }
        // What browsers take for an IPv4 address in one of its spellings: 127.0.0.1, 127.1, 0x7f.1
        isAddress = isDigit(lastLabel[0]) && Self.isNumber(lastLabel)
    }

    /// Whether it is `base` or a subdomain of it.
    package func isWithin(_ base: WebHost) -> Bool {
        if text.equalsIgnoringCase(base.text) { return true }
        let rest = text.count - base.text.count
        return !base.isAddress && rest > 1 && text[rest - 1] == UInt8(ascii: ".")
            && text.dropFirst(rest).equalsIgnoringCase(base.text)
    }

    /// The labels from the last to the first, as private-use schemes begin (RFC 8252 section 7.1); nil for an address.
    var reversed: [UInt8]? {
        if isAddress { return nil }
        var reversed: [UInt8] = []
        var end = text.count
        for at in stride(from: text.count - 1, through: -1, by: -1) where at < 0 || text[at] == UInt8(ascii: ".") {
            if !reversed.isEmpty { reversed.append(UInt8(ascii: ".")) }
            reversed += [UInt8](text.slice(at + 1, count: end - at - 1))
            end = at
        }
        return reversed
    }

    /// An IPv6 address in brackets, by its characters.
    static func isLiteral(_ text: ByteView) -> Bool {
        guard (4...47).contains(text.count), text.hasPrefix("["), text[text.count - 1] == UInt8(ascii: "]") else {
            return false
        }
        var colons = 0
        for i in 1..<text.count - 1 {
            switch text[i] {
            case UInt8(ascii: ":"): colons += 1
            case UInt8(ascii: "."): continue
            default: if hexDigit(text[i]) == nil { return false }
            }
        }
        return (2...7).contains(colons)
    }

    private static func isLabelCharacter(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private static func isNumber(_ label: ByteView) -> Bool {
        let isHexadecimal = label.count > 1 && label[1] | 0x20 == UInt8(ascii: "x")
        for i in (isHexadecimal ? 2 : 1)..<label.count {
            guard isHexadecimal ? hexDigit(label[i]) != nil : isDigit(label[i]) else { return false }
        }
        return true
    }
}
