// SPDX-License-Identifier: Apache-2.0
import CVector
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
        for at in mxauth_b64token_count(text.base, end)..<end where !isB64TokenCharacter(text[at]) { return at }
        return nil
    }

    /// A bit for each character: without a branch, as this is asked of every character of every token.
    @inline(__always)
    private static func isB64TokenCharacter(_ byte: UInt8) -> Bool {
        // + - . / and digits
        let low: UInt64 = 0x03FF_E800_0000_0000
        // Letters, _ and ~
        let high: UInt64 = 0x47FF_FFFE_87FF_FFFE
        let half = byte & 0x40 == 0 ? low : high
        return byte < 0x80 && half &>> UInt64(byte & 0x3F) & 1 == 1
    }
}
