// SPDX-License-Identifier: Apache-2.0
import JOSE

/// The form of tokens that say nothing by themselves. A good form proves nothing; a bad one spares asking the issuer.
package enum OpaqueToken {
    /// b64token of RFC 6750 section 2.1: what may stand after "Bearer".
    package static func isB64Token(_ text: ByteView) -> Bool { misfit(in: text) == nil }

    /// Where a text stops being a b64token.
    static func misfit(in text: ByteView) -> Int? {
        var end = text.count
        while end > 0, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        if end == 0 { return 0 }
        for at in 0..<end {
            switch text[at] {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                continue
            default: return at
            }
        }
        return nil
    }
}
