// SPDX-License-Identifier: Apache-2.0
import CVector

/// base64url without padding, exactly as RFC 7515 section 2 asks: no `=`, no other alphabet, no white space, and
/// no spare bits, so that each byte string has one spelling only (RFC 4648 section 3.5).
package enum Base64URL {
    /// How many bytes `count` characters decode to; nil if no byte string has that many characters.
    package static func decodedCount(_ count: Int) -> Int? {
        count % 4 == 1 ? nil : count / 4 * 3 + count % 4 * 3 / 4
    }

    /// Decodes `text` into `output`, which has room for `decodedCount(text.count)` bytes. Returns how many were
    /// written, or nil if `text` is not strict base64url.
    package static func decode(_ text: ByteView, into output: UnsafeMutablePointer<UInt8>) -> Int? {
        var done = 0
        if let wide = Self.wide {
            done = wide(text.base, text.count, output)
            if done < 0 { return nil }
        }
        return decodeNarrowly(text.dropFirst(done), into: output + done / 4 * 3).map { $0 + done / 4 * 3 }
    }

    /// Four characters at a time.
    static func decodeNarrowly(_ text: ByteView, into output: UnsafeMutablePointer<UInt8>) -> Int? {
        let sextets = Self.sextets
        // Valid sextets are below 64: one invalid character leaves a high bit in the union of all of them.
        var union: UInt32 = 0
        let places = Self.places
        var input = text.base
        var end = output
        let groups = text.count / 4
        for group in 0..<groups {
            let triple =
                places[Int(input[0])] | places[256 + Int(input[1])] | places[512 + Int(input[2])]
                | places[768 + Int(input[3])]
            union |= triple
            if group + 1 < groups {
                // The fourth byte is written over by the next three.
                UnsafeMutableRawPointer(end).storeBytes(of: triple.littleEndian, as: UInt32.self)
            } else {
                end[0] = UInt8(truncatingIfNeeded: triple)
                end[1] = UInt8(truncatingIfNeeded: triple >> 8)
                end[2] = UInt8(truncatingIfNeeded: triple >> 16)
            }
            end += 3
            input += 4
        }
        let at = 4 * groups
        var written = 3 * groups
        union &>>= 24
        var spareBits: UInt32 = 0
        switch text.count - at {
        case 0:
            break
        case 2:
            let a = UInt32(sextets[Int(text[at])])
            let b = UInt32(sextets[Int(text[at + 1])])
            union |= a | b
            spareBits = b & 0x0F
            output[written] = UInt8(truncatingIfNeeded: a << 2 | b >> 4)
            written += 1
        case 3:
            let a = UInt32(sextets[Int(text[at])])
            let b = UInt32(sextets[Int(text[at + 1])])
            let c = UInt32(sextets[Int(text[at + 2])])
            union |= a | b | c
            spareBits = c & 0x03
            output[written] = UInt8(truncatingIfNeeded: a << 2 | b >> 4)
            output[written + 1] = UInt8(truncatingIfNeeded: b << 4 | c >> 2)
            written += 2
        default:
            return nil
        }
        return union < 64 && spareBits == 0 ? written : nil
    }

    /// Decodes to an array; for documents, not for tokens.
    package static func decode(_ text: ByteView) -> [UInt8]? {
        guard let count = decodedCount(text.count) else { return nil }
        var valid = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            guard let output = buffer.baseAddress else {
                valid = text.isEmpty
                return
            }
            if let written = decode(text, into: output) {
                initialized = written
                valid = true
            }
        }
        return valid ? bytes : nil
    }

    package static func encode(_ bytes: ByteView) -> [UInt8] {
        let alphabet = Self.alphabet
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var bits: UInt32 = 0
        var held: UInt32 = 0
        for i in 0..<bytes.count {
            bits = bits << 8 | UInt32(bytes[i])
            held += 8
            while held >= 6 {
                held -= 6
                text.append(alphabet[Int(bits >> held & 0x3F)])
            }
        }
        if held > 0 { text.append(alphabet[Int(bits << (6 - held) & 0x3F)]) }
        return text
    }

    private static let wide = mxauth_base64url_wide()

    private static var alphabet: ByteView {
        ByteView("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    }

    /// For each of four places in a row, where the six bits of each character go in three bytes of which the first is the
    /// lowest; with a bit above them for characters outside the alphabet. Built once and never freed.
    nonisolated(unsafe) private static let places: UnsafePointer<UInt32> = {
        let table = UnsafeMutablePointer<UInt32>.allocate(capacity: 1024)
        for index in 0..<1024 {
            let sextet = UInt32(sextets[index % 256])
            let triple = sextet << (18 - 6 * UInt32(index / 256))
            let isValid = sextet < 64
            table[index] = isValid ? triple >> 16 | triple & 0xFF00 | (triple & 0xFF) << 16 : 1 << 30
        }
        return UnsafePointer(table)
    }()

    /// The value of each character, 0xFF for those outside the alphabet. Built once and never freed.
    nonisolated(unsafe) private static let sextets: UnsafePointer<UInt8> = {
        let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        table.initialize(repeating: 0xFF, count: 256)
        for i in 0..<64 { table[Int(alphabet[i])] = UInt8(truncatingIfNeeded: i) }
        return UnsafePointer(table)
    }()
}
