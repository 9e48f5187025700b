// SPDX-License-Identifier: Apache-2.0
import JOSE

/// Server names (Matrix specification, appendix "Server Name"): an IPv4 address, an IPv6 address in brackets or a
/// DNS name, with an optional port.
package enum ServerName {
    package static func isValid(_ name: ByteView) -> Bool {
        guard name.count > 0, name.count <= 255 else { return false }
        var hostEnd = 0
        if name[0] == UInt8(ascii: "[") {
            var at = 1
            while at < name.count, isIPv6Character(name[at]) { at += 1 }
            guard at < name.count, name[at] == UInt8(ascii: "]"), (3...46).contains(at) else { return false }
            hostEnd = at + 1
        } else {
            while hostEnd < name.count, isDNSCharacter(name[hostEnd]) { hostEnd += 1 }
            guard hostEnd > 0 else { return false }
        }
        return hostEnd == name.count || isPort(name.dropFirst(hostEnd))
    }

    /// A colon and one to five digits.
    private static func isPort(_ text: ByteView) -> Bool {
        guard (2...6).contains(text.count), text[0] == UInt8(ascii: ":") else { return false }
        for i in 1..<text.count where !isDigit(text[i]) { return false }
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private static func isDNSCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default: isDigit(byte)
        }
    }

    private static func isIPv6Character(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: ":"),
            UInt8(ascii: "."):
            true
        default: isDigit(byte)
        }
    }
}
