// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import Matrix

@Suite struct MASTokenTests {
    enum Outcome: Equatable {
        case kind(OpaqueToken.MASKind)
        case prefix, checkDigits
        case length(Int)
        case character(Int)
    }

    private func judge(_ token: [UInt8]) -> Outcome {
        token.withView { token in
            do throws(OpaqueToken.MASFault) {
                return .kind(try OpaqueToken.masKind(of: token))
            } catch {
                switch error {
                case .prefix: return .prefix
                case .checkDigits: return .checkDigits
                case .length(let count): return .length(count)
                case .character(let at): return .character(at)
                }
            }
        }
    }

    private func judge(_ token: String) -> Outcome { judge(Array(token.utf8)) }

    private static let a30 = String(repeating: "A", count: 30)

    /// The last one's check digits are filled up with zeros: its checksum, 007edf1f, has only four digits.
    static let good: [(String, OpaqueToken.MASKind, UInt32?)] = [
        ("mat_\(a30)_96elV4", .access, 0xf667_1f15), ("mar_\(a30)_IsX2V3", .refresh, nil), ("mct_\(a30)_7C7Zq2", .compatAccess, nil),
        ("mcr_\(a30)_O4TLr3", .compatRefresh, nil), ("mpt_\(a30)_0uwsnS", .personalAccess, nil),
        ("mat_i3seqWQLiNTMPXF0RFwcFpkpV8OY9T_00L1tY", .access, 0x007e_df1f),
    ]

    @Test(arguments: good) func wellFormed(_ token: String, _ kind: OpaqueToken.MASKind, _ sum: UInt32?) {
        #expect(judge(token) == .kind(kind))
        if let sum { #expect(Array(token.utf8.prefix(34)).withView(CRC32.checksum) == sum) }
    }

    @Test func refreshTokens() {
        let all: [OpaqueToken.MASKind] = [
            .access, .refresh, .compatAccess, .compatRefresh, .personalAccess, .legacyAccess, .legacyRefresh,
        ]
        #expect(all.filter(\.isRefresh) == [.refresh, .compatRefresh, .legacyRefresh])
    }

    // MARK: What is wrong with others

    @Test(arguments: good) func everyOtherCharacter(_ token: String, _ kind: OpaqueToken.MASKind, _: UInt32?) {
        let bytes = Array(token.utf8)
        for at in bytes.indices {
            for byte in UInt8.min ... .max where byte != bytes[at] {
                var changed = bytes
                changed[at] = byte
                if case .kind(let other) = judge(changed) { Issue.record("\(at), \(byte): \(other)") }
            }
        }
    }

    @Test(arguments: good) func everyOtherLength(_ token: String, _ kind: OpaqueToken.MASKind, _: UInt32?) {
        for count in 0..<41 {
            #expect(judge(Array(token.utf8.prefix(count))) == (count < 4 ? .prefix : .length(count)))
            #expect(judge(Array(token.utf8.suffix(count))) == .prefix)
        }
        for count in 1...5 {
            #expect(judge(token + String(repeating: "A", count: count)) == .length(41 + count))
            #expect(judge(token + String(repeating: "=", count: count)) == .length(41 + count))
        }
        #expect(judge(token + token) == .length(82))
        #expect(judge(token + "\0") == .length(42))
        #expect(judge(token + "\n") == .length(42))
        #expect(judge(" " + token) == .prefix)
    }

    /// Two characters that change places are the commonest slip after a wrong one.
    @Test func swappedNeighbours() {
        let bytes = Array("mat_i3seqWQLiNTMPXF0RFwcFpkpV8OY9T_00L1tY".utf8)
        for at in 0..<40 where bytes[at] != bytes[at + 1] {
            var changed = bytes
            changed.swapAt(at, at + 1)
            if case .kind = judge(changed) { Issue.record("\(at)") }
        }
    }

    @Test func eachFault() {
        #expect(judge("mat_\(Self.a30)_96elV5") == .checkDigits)
        #expect(judge("mat_\(Self.a30)_4Vle69") == .checkDigits, "the other order of digits")
        #expect(judge("mat_\(Self.a30)_96elv4") == .checkDigits)
        #expect(judge("mat_i3seqWQLiNTMPXF0RFwcFpkpV8OY9T_L1tY00") == .checkDigits, "filled up on the other side")
        #expect(judge("mct_\(Self.a30)_96elV4") == .checkDigits, "the digits of mat_")
        #expect(judge("mat_\(Self.a30)_______") == .character(35))
        #expect(judge("mat_\(Self.a30)-96elV4") == .character(34))
        #expect(judge("mat_\(Self.a30)96elV4A") == .character(34))
        #expect(judge("mat_-" + Self.a30.dropFirst() + "_96elV4") == .character(4))
        #expect(judge("mat__" + Self.a30.dropFirst() + "_96elV4") == .character(4))
        #expect(judge("mat_é" + Self.a30.dropFirst(2) + "_96elV4") == .character(4))
        #expect(judge("mat_\(Self.a30)_96elV ") == .character(40))
        #expect(judge("mat_\(Self.a30)_96elV\0") == .character(40))
    }

    @Test(arguments: [
        "", "m", "mat", "mat-", "Mat_", "MAT_", "mxt_", "mas_", "mbt_", "mt__", "matt_", "_mat_", "syl_abcdefghijklmnopqrst_123456", "SYT_", "syt", "syt-a",
        "refresh_abcdefghijklmnopqrstuvwxyz012345", "abcdefghijklmnopqrstuvwxyz012345", "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6",
        "eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "....", "aaa", "\0\0\0\0",
    ])
    func nobodys(_ token: String) {
        #expect(judge(token) == .prefix)
    }

    @Test func junk() {
        var random = SeededRandom(seed: 41)
        let prefixes = ["mat_", "mar_", "mct_", "mcr_", "mpt_"]
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<random.below(60)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if case .kind = judge(bytes) { Issue.record("\(bytes)") }
            // Of the right layout: one in four thousand million passes.
            let text = (0..<36).map { _ in alphabet[random.below(62)] }
            let token = Array(prefixes[random.below(5)].utf8) + text[..<30] + [UInt8(ascii: "_")] + text[30...]
            #expect(judge(token) == .checkDigits)
        }
    }

    /// A base-62 counter with the least significant digit first, written another way than the library's.
    @Test func checkDigitsOfRandomTokens() {
        var random = SeededRandom(seed: 62)
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        for _ in 0..<20_000 {
            let body = Array("mct_".utf8) + (0..<30).map { _ in alphabet[random.below(62)] }
            let number = Int(body.withView(CRC32.checksum))
            let weights = [1, 62, 3844, 238_328, 14_776_336, 916_132_832]
            let places = weights.filter { $0 <= number }.count
            let digits = weights.prefix(places).map { alphabet[number / $0 % 62] }
            let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: 6 - places)
            #expect(judge(body + [UInt8(ascii: "_")] + zeros + digits) == .kind(.compatAccess))
            #expect(judge(body + [UInt8(ascii: "_")] + (zeros + digits).reversed()) != .kind(.compatAccess) || digits == digits.reversed())
        }
    }

    // MARK: Tokens of Synapse

    @Test func legacyTokens() {
        #expect(judge("syt_YWxpY2U_abcdefghijklmnopqrst_1TMI8I") == .kind(.legacyAccess))
        // The issuer looks at no check digits here, nor do we.
        #expect(judge("syt_YWxpY2U_abcdefghijklmnopqrst_1TMI8J") == .kind(.legacyAccess))
        #expect(judge("syt_a+/b_c") == .kind(.legacyAccess))
        #expect(judge("syt_") == .kind(.legacyAccess))
        #expect(judge("syr_YWxpY2U_abcdefghijklmnopqrst_1TMI8I") == .kind(.legacyRefresh))
        #expect(judge("syr_") == .kind(.legacyRefresh))
    }

    /// What cannot stand after "Bearer" is nobody's token.
    @Test(arguments: [
        ("syt_ ", 4), ("syt_a b", 5), ("syt_\0", 4), ("syt_a\n", 5), ("syt_é", 4), ("syt_a=b", 5), ("syr_a\"", 5), ("syr_a,b", 5), ("syr_%20", 4),
    ])
    func legacyTokensWithOtherCharacters(_ token: String, _ at: Int) {
        #expect(judge(token) == .character(at))
    }

    /// Location, identifier, two caveats and a signature, as Synapse's macaroons have them.
    static let macaroon =
        "MDAxOWxvY2F0aW9uIGV4YW1wbGUub3JnCjAwMTNpZGVudGlmaWVyIGtleQowMDEwY2lkIGdlbiA9IDEKMDAyNWNpZCB1c2Vy"
        + "X2lkID0gQGFsaWNlOmV4YW1wbGUub3JnCjAwMmZzaWduYXR1cmUgO2cUPhMKzcpy9VvHrLIXcDvSsxQsNx1l7PW8s686LukK"

    @Test func macaroons() {
        #expect(judge(Self.macaroon) == .kind(.legacyAccess))
        #expect(judge(encoded("0018location example.org\n")) == .kind(.legacyAccess))
        #expect(judge(encoded("    location ab")) == .kind(.legacyAccess))
    }

    @Test func notQuiteMacaroons() {
        for text in [
            "0018locatiom example.org\n", "0018Location example.org\n", "018location example.org\n", "00018location example.org", "location location ",
            "0018location\texample.org", "0018locationexample.org", "0018identifier a", "",
        ] { #expect(judge(encoded(text)) == .prefix, "\(text)") }
        #expect(judge(Self.macaroon + "=") == .prefix)
        #expect(judge(Self.macaroon + "+") == .prefix)
        #expect(judge(Self.macaroon + ".") == .prefix)
        #expect(judge(Self.macaroon + " ") == .prefix)
        #expect(judge(" " + Self.macaroon) == .prefix)
        for at in 6..<16 {
            var changed = Array(Self.macaroon.utf8)
            changed[at] = UInt8(ascii: "_")
            #expect(judge(changed) == .prefix, "\(at)")
        }
        for count in 0..<20 { #expect(judge(String(Self.macaroon.prefix(count))) == .prefix) }
        // 4n + 1 characters are no bytes.
        for count in stride(from: 21, to: Self.macaroon.utf8.count, by: 4) {
            #expect(judge(String(Self.macaroon.prefix(count))) == .prefix, "\(count)")
        }
    }

    private func encoded(_ text: String) -> [UInt8] { Array(text.utf8).withView(Base64URL.encode) }
}
