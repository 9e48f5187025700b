// SPDX-License-Identifier: Apache-2.0
import CVector
import Testing

/// The characters of a string that a JSON reader steps over, against the rule for one character.
@Suite struct PlainTextTests {
    private static func isPlain(_ byte: UInt8) -> Bool { (0x20...0x7F).contains(byte) && byte != 0x22 && byte != 0x5C }

    /// Each byte at each place of texts of each length: nothing special is ever stepped over, and nothing plain stops the
    /// count but the end.
    @Test func everyByteAtEveryPlace() {
        for count in 0...70 {
            let plain = [UInt8](repeating: UInt8(ascii: "x"), count: count)
            let reached = mxauth_plain_count(plain, count)
            #expect(reached <= count && count - reached < 8)
            for place in 0..<count {
                for byte in UInt8.min ... .max {
                    var text = plain
                    text[place] = byte
                    let reached = mxauth_plain_count(text, count)
                    if Self.isPlain(byte) {
                        #expect(count - reached < 8)
                    } else {
                        #expect(reached == place || (reached < place && count - reached < 8), "\(byte) at \(place) of \(count)")
                    }
                }
            }
        }
    }
}
