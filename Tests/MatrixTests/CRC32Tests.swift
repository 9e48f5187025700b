// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import Matrix

@Suite struct CRC32Tests {
    private func checksum(_ text: [UInt8]) -> UInt32 { text.withView(CRC32.checksum) }
    private func checksum(_ text: String) -> UInt32 { checksum(Array(text.utf8)) }

    /// "123456789" is the check value of every CRC catalogue; the others are zlib's.
    @Test(arguments: [
        ("", 0), ("123456789", 0xCBF4_3926), ("a", 0xE8B7_BE43), ("abc", 0x3524_41C2), ("message digest", 0x2015_9D7F),
        ("The quick brown fox jumps over the lazy dog", 0x414F_A339), ("syt_YWxpY2U_abcdefghijklmnopqrst", 0x5076_BF4A),
    ] as [(String, UInt32)])
    func published(_ text: String, _ sum: UInt32) {
        #expect(checksum(text) == sum)
    }

    @Test func zeros() {
        #expect(checksum([0]) == 0xD202_EF8D)
        #expect(checksum([0, 0, 0, 0]) == 0x2144_DF1C)
        #expect(checksum([0xFF, 0xFF, 0xFF, 0xFF]) == 0xFFFF_FFFF)
    }

    /// What a CRC is for: no burst of up to 32 bits goes unnoticed.
    @Test func noticesEveryBurst() {
        var random = SeededRandom(seed: 32)
        let text = (0..<34).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let sum = checksum(text)
        for at in 0..<31 {
            for _ in 0..<200 {
                let burst = UInt32(truncatingIfNeeded: random.next()) | 1
                var changed = text
                for i in 0..<4 { changed[at + i] ^= UInt8(truncatingIfNeeded: burst >> UInt32(8 * i)) }
                #expect(checksum(changed) != sum)
            }
        }
        for count in 0..<34 { #expect(checksum(Array(text.prefix(count))) != sum) }
        #expect(checksum(text + [0]) != sum)
        #expect(checksum([0] + text) != sum)
    }
}
