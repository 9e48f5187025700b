// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import JOSE

@Suite struct Base64URLTests {
    static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private func decode(_ text: [UInt8]) -> [UInt8]? { text.withView { Base64URL.decode($0) } }
    private func decode(_ text: String) -> [UInt8]? { decode(Array(text.utf8)) }

    /// RFC 4648 section 10, without the padding that RFC 7515 leaves out.
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func examples(_ plain: String, _ coded: String) {
        #expect(decode(coded) == Array(plain.utf8))
        #expect(base64URL(Array(plain.utf8)) == coded)
    }

    /// Foundation's own base64 is the judge of both directions.
    @Test func roundTripsOfEveryLength() {
        var random = SeededRandom(seed: 1)
        for count in 0...260 {
            let bytes = random.bytes(count)
            let coded = base64URL(bytes)
            let expected = Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
                .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
            #expect(coded == expected)
            #expect(decode(coded) == bytes)
            #expect(Base64URL.decodedCount(coded.utf8.count) == count)
        }
    }

    /// With whole vectors and four characters at a time, the same: for each length, and with each character that is no
    /// base64url at each place.
    @Test func wideAndNarrow() {
        var random = SeededRandom(seed: 6)
        func both(_ text: [UInt8]) -> (wide: [UInt8]?, narrow: [UInt8]?) {
            text.withView { view in
                var output = [UInt8](repeating: 0xEE, count: (Base64URL.decodedCount(view.count) ?? 0) + 1)
                let room = output.count - 1
                let narrow = output.withUnsafeMutableBufferPointer { buffer in
                    buffer.baseAddress.flatMap { Base64URL.decodeNarrowly(view, into: $0) }
                }.map { Array(output[..<$0]) }
                output = [UInt8](repeating: 0xEE, count: room + 1)
                let wide = output.withUnsafeMutableBufferPointer { buffer in
                    buffer.baseAddress.flatMap { Base64URL.decode(view, into: $0) }
                }.map { Array(output[..<$0]) }
                #expect(output[room] == 0xEE, "nothing is written beyond the room there is")
                return (wide, narrow)
            }
        }
        for count in 0...300 {
            let (wide, narrow) = both(Array(base64URL(random.bytes(count)).utf8))
            #expect(wide == narrow && wide != nil)
        }
        for place in stride(from: 0, to: 100, by: 3) {
            var text = Array(base64URL(random.bytes(75)).utf8)
            for character in UInt8.min ... .max {
                text[place] = character
                let (wide, narrow) = both(text)
                #expect(wide == narrow)
                #expect((wide != nil) == Self.alphabet.contains(character))
            }
        }
    }

    /// No byte string has 4n + 1 characters.
    @Test(arguments: 0...64) func lengths(_ count: Int) {
        let text = [UInt8](repeating: UInt8(ascii: "A"), count: count)
        let isPossible = count % 4 != 1
        #expect((Base64URL.decodedCount(count) != nil) == isPossible)
        #expect((decode(text) != nil) == isPossible)
        var output = [UInt8](repeating: 0xAA, count: count + 1)
        #expect((text.withView { Base64URL.decode($0, into: &output) } != nil) == isPossible)
    }

    /// Every byte at every place of every kind of ending: only the alphabet is accepted, so no `=`, `+`, `/`, space,
    /// line end, NUL or high byte.
    @Test(arguments: [2, 3, 4, 6, 7, 8, 12]) func characters(_ count: Int) {
        for place in 0..<count {
            for byte in UInt8.min ... .max {
                var text = [UInt8](repeating: UInt8(ascii: "A"), count: count)
                text[place] = byte
                let hasSpareBits: Bool
                let sextet = Self.alphabet.firstIndex(of: byte) ?? 0
                switch (place == count - 1, count % 4) {
                case (true, 2): hasSpareBits = sextet & 0x0F != 0
                case (true, 3): hasSpareBits = sextet & 0x03 != 0
                default: hasSpareBits = false
                }
                let isGood = Self.alphabet.contains(byte) && !hasSpareBits
                #expect((decode(text) != nil) == isGood, "byte \(byte) at \(place) of \(count)")
            }
        }
    }

    @Test(arguments: ["Zg==", "Zg=", "Zm8=", "Zm9v=", "=", "Zm9v Zm9v", "Zm9v\n", "\nZm9v", "Zm9v\r\n", "Zm9\0", "Zm+_", "Zm/_", "Zm9é"])
    func otherSpellings(_ text: String) {
        #expect(decode(text) == nil)
    }

    /// A second spelling of the same bytes would be a second token with the same meaning.
    @Test func spareBitsHaveOneSpelling() {
        for (text, bits) in [("Zg", 16), ("Zm8", 4)] {
            let stem = text.dropLast()
            let accepted = Self.alphabet.filter { decode(Array(stem.utf8) + [$0]) != nil }
            #expect(accepted.count == 64 / bits)
        }
    }

    @Test func nothingIsWrittenBeyondTheDecodedCount() {
        var random = SeededRandom(seed: 2)
        for count in 0...64 {
            let coded = Array(base64URL(random.bytes(count)).utf8)
            var output = [UInt8](repeating: 0xAA, count: count + 8)
            #expect(coded.withView { Base64URL.decode($0, into: &output) } == count)
            #expect(output.dropFirst(count).allSatisfy { $0 == 0xAA })
        }
    }
}
