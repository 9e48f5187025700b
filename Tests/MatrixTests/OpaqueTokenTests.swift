// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix
import Testing

/// b64token of RFC 6750 section 2.1.
@Suite struct OpaqueTokenTests {
    private func isB64Token(_ text: [UInt8]) -> Bool { text.withView { OpaqueToken.isB64Token($0) } }
    private func isB64Token(_ text: String) -> Bool { isB64Token(Array(text.utf8)) }

    @Test(arguments: [
        "a", "0", "-", ".", "_", "~", "+", "/", "mF_9.B5f-4.1JqM", "a=", "a==", "a==========", "syt_YWxpY2U_abc", "eyJ.eyJ.c2ln", "-._~+/",
    ])
    func good(_ text: String) {
        #expect(isB64Token(text))
    }

    @Test(arguments: [
        "", "=", "==", "=a", "a=b", "a==b", "a=b=", " a", "a ", "a b", "a\t", "a\n", "\r\n", "a\0", "\0", "a,b", "a;b", "a:b", "a\"", "\"a\"", "'a'",
        "a%20", "a?b", "a#b", "a&b", "a@b", "a\\b", "a|b", "a(b)", "a[b]", "a{b}", "a<b>", "a!", "a$", "a*", "a^", "a`", "é", "a\u{7F}", "ａ", "Bearer a",
    ])
    func bad(_ text: String) {
        #expect(!isB64Token(text))
    }

    @Test func everyByteEverywhere() {
        let good = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/".utf8)
        for byte in UInt8.min ... .max {
            let a = UInt8(ascii: "a")
            #expect(isB64Token([byte]) == good.contains(byte), "\(byte)")
            #expect(isB64Token([byte, a]) == good.contains(byte), "\(byte)")
            #expect(isB64Token([a, byte, a]) == good.contains(byte), "\(byte)")
            #expect(isB64Token([a, byte]) == (good.contains(byte) || byte == UInt8(ascii: "=")), "\(byte)")
        }
    }

    /// Sixteen characters are looked at together: each byte in each place of texts that are longer, and a little longer.
    @Test func everyByteInEveryPlace() {
        let good = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/".utf8)
        for length in [15, 16, 17, 31, 32, 33, 47, 48] {
            for place in 0..<length {
                for byte in UInt8.min ... .max {
                    var text = [UInt8](repeating: UInt8(ascii: "z"), count: length)
                    text[place] = byte
                    let isPadding = byte == UInt8(ascii: "=") && place == length - 1
                    #expect(isB64Token(text) == (good.contains(byte) || isPadding), "\(byte) at \(place) of \(length)")
                }
            }
        }
    }

    /// How long a token may be is for others to say.
    @Test func length() {
        var text = [UInt8](repeating: UInt8(ascii: "a"), count: 100_000)
        #expect(isB64Token(text))
        text[99_999] = UInt8(ascii: " ")
        #expect(!isB64Token(text))
    }
}
