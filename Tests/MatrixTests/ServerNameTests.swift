// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix
import Testing

@Suite struct ServerNameTests {
    private func isValid(_ name: [UInt8]) -> Bool { name.withView { ServerName.isValid($0) } }

    @Test(arguments: [
        "matrix.org", "matrix.org:8448", "localhost", "a", "1.2.3.4", "1.2.3.4:1234", "[1234:5678::abcd]", "[1234:5678::abcd]:5678",
        "[::]", "[::1]:8448", "[::ffff:1.2.3.4]", "EXAMPLE.com", "xn--bcher-kva.example", "a:0", "a:00080", "a:65535", "-a.b-", "9",
    ])
    func valid(_ name: String) {
        #expect(isValid(Array(name.utf8)))
    }

    @Test(arguments: [
        "", ":", ":8448", "a:", "a:b", "a:123456", "a:8448:", "a:8448:8448", "a:-1", "a:+1", "a: 1", "a:1 ", "a:8448\n", " a", "a ",
        "a b", "a/b", "a_b", "a@b", "a#b", "a?b", "a%41", "a\0", "\0", "bücher.example", "a\u{FF0E}b", "@a:b", "https://a", "a/", "*",
        "[", "]", "[]", "[:]", "[::1", "::1", "::1]", "[::1]]", "[::1]a", "[::1]:", "[::1]:a", "[::1]:123456", "[::g]", "[fe80::1%eth0]", "[ ::1]",
        "[[::1]]", "a[::1]", "[::1].example", "[" + String(repeating: "1", count: 46) + "]",
    ])
    func invalid(_ name: String) {
        #expect(!isValid(Array(name.utf8)))
    }

    /// User IDs have 255 bytes at most, and so has what is only a part of one.
    @Test func length() {
        #expect(isValid([UInt8](repeating: UInt8(ascii: "a"), count: 255)))
        #expect(!isValid([UInt8](repeating: UInt8(ascii: "a"), count: 256)))
        #expect(!isValid([UInt8](repeating: UInt8(ascii: "a"), count: 100_000)))
    }

    @Test func everyByte() {
        let good = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.".utf8)
        for byte in UInt8.min ... .max {
            #expect(isValid([UInt8(ascii: "a"), byte, UInt8(ascii: "a")]) == good.contains(byte), "\(byte)")
        }
    }
}
