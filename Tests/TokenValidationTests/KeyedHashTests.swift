// SPDX-License-Identifier: Apache-2.0
import CVector
import JOSE
import Testing

@testable import TokenValidation

@Suite struct KeyedHashTests {
    /// NH, and those of AES that this processor has.
    private let hashes: [KeyedHash]

    init() throws {
        let functions = [nil] + [mxauth_aes_hash_narrow(), mxauth_aes_hash_wide()].filter { $0 != nil }
        hashes = try functions.map { try #require(KeyedHash.make(aes: $0)) }
    }

    private func digest(_ text: [UInt8], by hash: KeyedHash) -> Digest {
        text.withView { hash.digest(of: $0) }
    }

    private static let sizes = [0, 1, 15, 16, 17, 41, 119, 120, 121, 127, 128, 129, 255, 256, 257, 700, 4095, 4096, 4097, 8192, 8193, 16_384, 65_536, 65_537]

    @Test(arguments: sizes) func sameTextSameDigest(_ size: Int) {
        let text = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        for hash in hashes { #expect(digest(text, by: hash) == digest(Array(text), by: hash)) }
    }

    /// Each bit of a text counts, wherever it stands.
    @Test(arguments: sizes.dropFirst()) func everyBitCounts(_ size: Int) {
        for hash in hashes {
            var text = [UInt8](repeating: UInt8(ascii: "x"), count: size)
            let digest = digest(text, by: hash)
            for at in stride(from: 0, to: size, by: max(1, size / 200)) {
                for bit in 0..<8 {
                    text[at] ^= 1 << UInt8(bit)
                    #expect(self.digest(text, by: hash) != digest, "bit \(bit) of byte \(at)")
                    text[at] ^= 1 << UInt8(bit)
                }
            }
        }
    }

    /// Zeros that fill the last block are no part of the text.
    @Test func lengthCounts() {
        for hash in hashes {
            var seen: [Digest] = []
            for size in 0..<300 { seen.append(digest([UInt8](repeating: 0, count: size), by: hash)) }
            for i in seen.indices {
                for j in 0..<i { #expect(seen[i] != seen[j], "\(i) and \(j) zeros") }
            }
        }
    }

    @Test func blocksCannotBeSwapped() {
        for hash in hashes {
            let a = (0..<16).map { UInt8($0) }, b = (16..<32).map { UInt8($0) }, rest = [UInt8](repeating: 1, count: 200)
            #expect(digest(a + b + rest, by: hash) != digest(b + a + rest, by: hash))
            let low = Array(a[..<8]), high = Array(a[8...])
            #expect(digest(low + high + rest, by: hash) != digest(high + low + rest, by: hash))
            // A group of the AES functions.
            let group = (0..<128).map { UInt8($0) }
            #expect(digest(group + rest, by: hash) != digest(rest + group, by: hash))
        }
    }

    /// Of opaque tokens SHA-256 is kept, which is nobody's secret; a JWT's digest is another in each process.
    @Test(arguments: [(41, true), (119, true), (120, false), (700, false), (5000, false)])
    func anotherKey(_ size: Int, _ isSame: Bool) throws {
        let other = try #require(KeyedHash.make())
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: size)
        for hash in hashes { #expect((digest(text, by: hash) == digest(text, by: other)) == isSame) }
    }

    @Test func marks() {
        for hash in hashes {
            func mark(_ first: String, _ second: String, _ a: UInt64 = 0, _ b: UInt64 = 0) -> UInt64 {
                Array(first.utf8).withView { first in
                    Array(second.utf8).withView { second in hash.mark(of: first, second, a, b) }
                }
            }
            let all = [
                mark("", ""), mark("a", ""), mark("", "a"), mark("ab", "c"), mark("a", "bc"), mark("abc", ""), mark("", "abc"),
                mark("a", "", 1), mark("a", "", 0, 1), mark("a", "", 1, 1), mark("a\0", ""), mark("a", "\0"),
                mark(String(repeating: "a", count: 5000), ""), mark(String(repeating: "a", count: 5001), ""),
                mark("", String(repeating: "a", count: 5000)),
            ]
            #expect(Set(all).count == all.count)
            #expect(mark("ab", "c") == mark("ab", "c"))
        }
    }

    /// Where tables keep things: no worse spread than chance.
    @Test func spread() {
        for hash in hashes {
            var counts = [Int](repeating: 0, count: 1024)
            for number in 0..<102_400 {
                let token = Array("eyJhbGciOiJSUzI1NiJ9.\(String(repeating: "A", count: 120)).\(number)".utf8)
                counts[Int(truncatingIfNeeded: digest(token, by: hash).hash) & 1023] += 1
            }
            // 100 each on average; more than 6 standard deviations from it is no chance.
            #expect(counts.allSatisfy { (40...160).contains($0) })
        }
    }
}
