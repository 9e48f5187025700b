// SPDX-License-Identifier: Apache-2.0

/// The bytes of a request's path, eight at a time where there are eight.
struct PathScan {
    enum ByteKind {
        case plain, slash, pathEnd
        /// To be looked at closely.
        case encoded
        /// In no path of any request (RFC 9112 section 3.2): controls, spaces, the hash sign, behind which some read on and
        /// others do not, and the backslash that some take for a slash.
        case forbidden
    }

    let base: UnsafePointer<UInt8>
    let count: Int

    @inline(__always)
    static func kind(_ byte: UInt8) -> ByteKind {
        switch byte {
        case UInt8(ascii: "/"): .slash
        case UInt8(ascii: "?"): .pathEnd
        case UInt8(ascii: "%"), 0x80...0xFF: .encoded
        case 0...0x20, 0x7F, UInt8(ascii: "#"), UInt8(ascii: "\\"): .forbidden
        default: .plain
        }
    }

    /// The first byte from `start` on that is not plain, or the end.
    @inline(__always)
    func firstSpecial(from start: Int) -> Int {
        var at = start
        while count - at >= 8 {
            let found = Self.special(word(at))
            if found != 0 { return at + found.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < count {
            if case .plain = Self.kind(base[at]) { at += 1 } else { break }
        }
        return at
    }

    /// Up to eight bytes from `start` on as a number, the first one lowest, those beyond `length` zero.
    @inline(__always)
    func head(_ start: Int, length: Int) -> UInt64 {
        if length >= 8 { return word(start) }
        if count - start >= 8 { return word(start) & (1 << UInt64(8 * length) &- 1) }
        var head: UInt64 = 0
        for i in 0..<length { head |= UInt64(base[start + i]) << UInt64(8 * i) }
        return head
    }

    /// Whether `length` bytes from `start` on are those at `other`, given that the first eight are.
    @inline(__always)
    func continues(_ start: Int, length: Int, as other: UnsafePointer<UInt8>) -> Bool {
        if length <= 8 { return true }
        let last = length - 8
        var at = 8
        while at < last {
            if word(start + at) != Self.load(other + at) { return false }
            at += 8
        }
        return word(start + last) == Self.load(other + last)
    }

    @inline(__always)
    private func word(_ at: Int) -> UInt64 { Self.load(base + at) }

    @inline(__always)
    private static func load(_ at: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(at).loadUnaligned(as: UInt64.self))
    }

    /// The lowest bit that is set belongs to the first byte of eight that is not plain; 0 if all are.
    @inline(__always)
    private static func special(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        // The top bit of each byte that is zero, and maybe of bytes above one.
        @inline(__always)
        func zeros(_ value: UInt64) -> UInt64 { (value &- ones) & ~value & tops }
        let slashOrQuestion = zeros((word | ones &* 0x10) ^ (ones &* 0x3F))
        let hash = zeros(word ^ (ones &* 0x23))
        let percent = zeros(word ^ (ones &* 0x25))
        let backslash = zeros(word ^ (ones &* 0x5C))
        let delete = zeros(word ^ (ones &* 0x7F))
        let spaceOrControl = (word &- ones &* 0x21) & ~word & tops
        return slashOrQuestion | hash | percent | backslash | delete | spaceOrControl | word & tops
    }
}
