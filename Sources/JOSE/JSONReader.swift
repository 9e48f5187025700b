// SPDX-License-Identifier: Apache-2.0
import CVector

/// Why a text is not a JSON object that we read.
package enum JSONFault: Error {
    /// Not RFC 8259, or not UTF-8.
    case syntax
    /// Two members of one object have the same name once escapes are resolved (RFC 7515 section 4, RFC 7519
    /// section 4).
    case duplicateMember
    /// Deeper than `JSONReader.maximumDepth`, or more values than the table holds.
    case tooComplex
}

/// A strict one-pass reader for the two small objects in a token. It accepts what jansson accepts with
/// JSON_REJECT_DUPLICATES, within tighter limits, and differs only in cost: no allocation, strings unescaped where
/// they stand, and a table of the top-level members instead of a tree.
///
/// Below the top level everything is checked but only the elements of top-level arrays are kept.
package struct JSONReader {
    package static let maximumDepth = 32
    /// Values that a table has to hold: top-level members, their array elements, and the members of whatever
    /// nested object is being read.
    package static let tableCapacity = 512

    private let text: UnsafeMutablePointer<UInt8>
    private let count: Int
    private let table: UnsafeMutablePointer<JSONValue>
    private let seed = Self.seed
    private var at = 0
    private var used = 0

    private static let seed = UInt64.random(in: .min ... .max)

    /// Reads one object that fills `text`, unescaping its strings in place. `text` and `table` must outlive
    /// the result; `table` has room for `tableCapacity` values.
    package static func readObject(
        _ text: UnsafeMutablePointer<UInt8>, count: Int, table: UnsafeMutablePointer<JSONValue>
    ) throws(JSONFault) -> JSONObject {
        guard count <= Int(Int32.max) else { throw .tooComplex }
        var reader = JSONReader(text: text, count: count, table: table)
        reader.skipSpace()
        guard reader.take(UInt8(ascii: "{")) else { throw .syntax }
        try reader.readMembers(depth: 1)
        reader.skipSpace()
        guard reader.at == count else { throw .syntax }
        return JSONObject(text: UnsafePointer(text), table: table, count: reader.used)
    }

    private init(text: UnsafeMutablePointer<UInt8>, count: Int, table: UnsafeMutablePointer<JSONValue>) {
        self.text = text
        self.count = count
        self.table = table
    }

    // MARK: Containers

    /// Reads the rest of an object after its `{`. Its members stay in the table; the caller drops them.
    private mutating func readMembers(depth: Int) throws(JSONFault) {
        // Members with the same hash bucket form a chain, newest first, so that looking for a duplicate costs
        // little however many members an attacker packs into an object.
        var newestInBucket = InlineArray<256, UInt16>(repeating: 0)
        skipSpace()
        if take(UInt8(ascii: "}")) { return }
        while true {
            guard take(UInt8(ascii: "\"")) else { throw .syntax }
            let name = try readString()
            let index = try append(.null)
            table[index].setName(name, hash: Self.hash(bytes(name), seed), tag: MemberName.tag(bytes(name)))

            let bucket = Int(table[index].nameHash >> 24)
            var other = Int(newestInBucket[bucket])
            table[index].sameBucket = newestInBucket[bucket]
            while other != 0 {
                if hasSameName(table[other - 1], table[index]) { throw .duplicateMember }
                other = Int(table[other - 1].sameBucket)
            }
            newestInBucket[bucket] = UInt16(truncatingIfNeeded: index + 1)

            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw .syntax }
            skipSpace()
            try readValue(into: index, depth: depth)
            skipSpace()
            if take(UInt8(ascii: ",")) {
                skipSpace()
                continue
            }
            guard take(UInt8(ascii: "}")) else { throw .syntax }
            return
        }
    }

    /// Reads the rest of an array after its `[`. At `keeping` its elements stay in the table.
    private mutating func readElements(depth: Int, keeping: Bool) throws(JSONFault) {
        skipSpace()
        if take(UInt8(ascii: "]")) { return }
        while true {
            let index = try append(.null)
            try readValue(into: index, depth: depth)
            used = keeping ? index + 1 : index
            skipSpace()
            if take(UInt8(ascii: ",")) {
                skipSpace()
                continue
            }
            guard take(UInt8(ascii: "]")) else { throw .syntax }
            return
        }
    }

    private mutating func readValue(into index: Int, depth: Int) throws(JSONFault) {
        guard at < count else { throw .syntax }
        let start = at
        switch text[at] {
        case UInt8(ascii: "\""):
            at += 1
            table[index].set(.string, try readString())
        case UInt8(ascii: "{"):
            guard depth < Self.maximumDepth else { throw .tooComplex }
            at += 1
            try readMembers(depth: depth + 1)
            used = index + 1
            table[index].set(.object, start..<at)
        case UInt8(ascii: "["):
            guard depth < Self.maximumDepth else { throw .tooComplex }
            at += 1
            let keeping = depth == 1
            try readElements(depth: depth + 1, keeping: keeping)
            table[index].set(.array, start..<at)
            if keeping { table[index].elementCount = UInt16(truncatingIfNeeded: used - index - 1) }
        case UInt8(ascii: "t"):
            try take(word: "true")
            table[index].set(.true, start..<at)
        case UInt8(ascii: "f"):
            try take(word: "false")
            table[index].set(.false, start..<at)
        case UInt8(ascii: "n"):
            try take(word: "null")
            table[index].set(.null, start..<at)
        default:
            let kind = try readNumber()
            table[index].set(kind, start..<at)
        }
    }

    /// Another one in each process, so that nobody can prepare names that collide.
    @inline(__always)
    private static func hash(_ name: ByteView, _ seed: UInt64) -> UInt32 {
        var start = UnsafeRawPointer(name.base)
        var left = name.count
        var hash = seed
        while left > 8 {
            hash = mix(hash ^ start.loadUnaligned(as: UInt64.self), seed)
            start += 8
            left &-= 8
        }
        var last: UInt64 = 0
        for i in 0..<left { last = last << 8 | UInt64(start.load(fromByteOffset: i, as: UInt8.self)) }
        hash = mix(hash ^ last, seed ^ UInt64(truncatingIfNeeded: name.count))
        return UInt32(truncatingIfNeeded: hash >> 32)
    }

    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b | 1)
        return product.high ^ product.low
    }

    @inline(__always)
    private func hasSameName(_ a: JSONValue, _ b: JSONValue) -> Bool {
        a.nameHash == b.nameHash && a.name(in: text) == b.name(in: text)
    }

    @inline(__always)
    private mutating func append(_ kind: JSONKind) throws(JSONFault) -> Int {
        guard used < Self.tableCapacity else { throw .tooComplex }
        table[used] = JSONValue(kind)
        used += 1
        return used - 1
    }

    // MARK: Scalars

    /// Reads the rest of a string after its opening quote and returns where its unescaped bytes are.
    @inline(__always)
    private mutating func readString() throws(JSONFault) -> Range<Int> {
        let start = at
        while true {
            at &+= mxauth_plain_count(text + at, count &- at)
            guard at < count else { throw .syntax }
            let byte = text[at]
            if byte == UInt8(ascii: "\"") {
                at += 1
                return start..<(at - 1)
            }
            if byte == UInt8(ascii: "\\") { return try readEscapedString(from: start) }
            try skipCharacter(byte)
        }
    }

    /// Goes on from the first backslash of a string, moving what follows to the left as escapes shrink.
    private mutating func readEscapedString(from start: Int) throws(JSONFault) -> Range<Int> {
        var end = at
        while at < count {
            let byte = text[at]
            if byte == UInt8(ascii: "\"") {
                at += 1
                return start..<end
            }
            if byte == UInt8(ascii: "\\") {
                at += 1
                try readEscape(to: &end)
                continue
            }
            let from = at
            try skipCharacter(byte)
            for i in from..<at {
                text[end] = text[i]
                end += 1
            }
        }
        throw .syntax
    }

    @inline(__always)
    private mutating func readEscape(to end: inout Int) throws(JSONFault) {
        guard at < count else { throw .syntax }
        let letter = text[at]
        at += 1
        let byte: UInt8
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte = letter
        case UInt8(ascii: "b"): byte = 0x08
        case UInt8(ascii: "f"): byte = 0x0C
        case UInt8(ascii: "n"): byte = 0x0A
        case UInt8(ascii: "r"): byte = 0x0D
        case UInt8(ascii: "t"): byte = 0x09
        case UInt8(ascii: "u"):
            write(try readCodePoint(), to: &end)
            return
        default: throw .syntax
        }
        text[end] = byte
        end += 1
    }

    /// Reads the digits after `\u`, and the low surrogate that a high one needs. U+0000 is refused: C hosts
    /// would see a shorter string than we compared.
    @inline(__always)
    private mutating func readCodePoint() throws(JSONFault) -> UInt32 {
        let unit = try readHex4()
        switch unit {
        case 0, 0xDC00...0xDFFF:
            throw .syntax
        case 0xD800...0xDBFF:
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw .syntax }
            let low = try readHex4()
            guard (0xDC00...0xDFFF).contains(low) else { throw .syntax }
            return 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
        default:
            return unit
        }
    }

    @inline(__always)
    private mutating func readHex4() throws(JSONFault) -> UInt32 {
        guard count &- at >= 4 else { throw .syntax }
        var value: UInt32 = 0
        var wrong: UInt32 = 0
        for i in 0..<4 {
            let byte = UInt32(text[at &+ i])
            // Letters of either case; what is neither digit nor letter is out of range one way or the other.
            let decimal = byte &- 0x30
            let letter = (byte | 0x20) &- 0x61
            let digit = decimal < 10 ? decimal : letter &+ 10
            wrong |= decimal < 10 || letter < 6 ? 0 : 1
            value = value &<< 4 | digit
        }
        guard wrong == 0 else { throw .syntax }
        at &+= 4
        return value
    }

    @inline(__always)
    private func write(_ codePoint: UInt32, to end: inout Int) {
        func put(_ bits: UInt32) {
            text[end] = UInt8(truncatingIfNeeded: bits)
            end += 1
        }
        switch codePoint {
        case 0..<0x80:
            put(codePoint)
        case 0x80..<0x800:
            put(0xC0 | codePoint >> 6)
            put(0x80 | codePoint & 0x3F)
        case 0x800..<0x10000:
            put(0xE0 | codePoint >> 12)
            put(0x80 | codePoint >> 6 & 0x3F)
            put(0x80 | codePoint & 0x3F)
        default:
            put(0xF0 | codePoint >> 18)
            put(0x80 | codePoint >> 12 & 0x3F)
            put(0x80 | codePoint >> 6 & 0x3F)
            put(0x80 | codePoint & 0x3F)
        }
    }

    /// Steps over one character of a string, which must be UTF-8 by RFC 3629: no overlong form, no surrogate,
    /// nothing beyond U+10FFFF; and no control character (RFC 8259 section 7).
    private mutating func skipCharacter(_ first: UInt8) throws(JSONFault) {
        let length: Int
        var lowest: UInt8 = 0x80
        var highest: UInt8 = 0xBF
        switch first {
        case 0x20...0x7F:
            at += 1
            return
        case 0xC2...0xDF: length = 2
        case 0xE0:
            length = 3
            lowest = 0xA0
        case 0xED:
            length = 3
            highest = 0x9F
        case 0xE1...0xEF: length = 3
        case 0xF0:
            length = 4
            lowest = 0x90
        case 0xF1...0xF3: length = 4
        case 0xF4:
            length = 4
            highest = 0x8F
        default: throw .syntax
        }
        guard count - at >= length else { throw .syntax }
        guard text[at + 1] >= lowest, text[at + 1] <= highest else { throw .syntax }
        for i in 2..<max(length, 2) where text[at + i] & 0xC0 != 0x80 { throw .syntax }
        at += length
    }

    private mutating func readNumber() throws(JSONFault) -> JSONKind {
        let start = at
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) {
            guard skipDigits() else { throw .syntax }
        }
        var kind = JSONKind.integer
        if take(UInt8(ascii: ".")) {
            kind = .real
            guard skipDigits() else { throw .syntax }
        }
        var exponentSize = 0
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            kind = .real
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            let digits = at
            guard skipDigits() else { throw .syntax }
            exponentSize = at - digits
        }
        // So many digits fit, and so many times ten.
        if kind == .integer ? at - start <= JSONNumber.safeCount : at - start <= 200 && exponentSize <= 2 { return kind }
        let literal = JSONNumber(ByteView(text + start, count: at - start))
        guard kind == .integer ? literal.integer != nil : !literal.overflowsDouble else { throw .syntax }
        return kind
    }

    private mutating func skipDigits() -> Bool {
        let start = at
        while at < count, text[at] >= UInt8(ascii: "0"), text[at] <= UInt8(ascii: "9") { at += 1 }
        return at > start
    }

    // MARK: Bytes

    @inline(__always)
    private func bytes(_ range: Range<Int>) -> ByteView { ByteView(text + range.lowerBound, count: range.count) }

    @inline(__always)
    private mutating func skipSpace() {
        while at < count, text[at] <= 0x20 {
            switch text[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return
            }
        }
    }

    @inline(__always)
    private mutating func take(_ byte: UInt8) -> Bool {
        guard at < count, text[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func take(word: StaticString) throws(JSONFault) {
        let n = word.utf8CodeUnitCount
        guard count - at >= n, ByteView(text + at, count: n) == word else { throw .syntax }
        at += n
    }
}
