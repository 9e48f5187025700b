// SPDX-License-Identifier: Apache-2.0

/// Makes JSON texts of bounded size that exercise every rule of the grammar, some of them slightly broken.
struct JSONGenerator {
    private(set) var random: SeededRandom
    private var text: [UInt8] = []

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    /// A text that is meant well: mostly an object, and good JSON unless a piece of it is not.
    mutating func document() -> [UInt8] {
        text = []
        space()
        if random.chance(20) { value(depth: 1) } else { object(depth: 1) }
        space()
        if random.chance(80) { put(pick(["x", "{}", ",", "\0", "\u{FEFF}", "//"])) }
        return text
    }

    /// `source` with a few bytes changed, taken out, put in, doubled or cut off.
    mutating func mutated(_ source: [UInt8]) -> [UInt8] {
        var bytes = source
        for _ in 0...random.below(3) where !bytes.isEmpty {
            let at = random.below(bytes.count)
            switch random.below(7) {
            case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: at)
            case 2: bytes.insert(interesting(), at: at)
            case 3: bytes[at] = interesting()
            case 4: bytes.removeSubrange(at...)
            case 5: bytes[at] ^= 1 << UInt8(random.below(8))
            default:
                let end = min(bytes.count, at + 1 + random.below(12))
                bytes.insert(contentsOf: bytes[at..<end], at: random.below(bytes.count))
            }
        }
        return bytes
    }

    private mutating func interesting() -> UInt8 {
        let bytes = Array("{}[]:,\"\\/ubfnrt0123456789+-.eE truefalsn\n\r\t\0".utf8)
            + [0x1F, 0x7F, 0x80, 0xBF, 0xC0, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF]
        return bytes[random.below(bytes.count)]
    }

    // MARK: Values

    private mutating func value(depth: Int) {
        // Most documents stay flat; a few go to and beyond the reader's limit.
        let kind = random.below(depth > 40 || text.count > 300 ? 6 : 9)
        switch kind {
        case 0, 1: string()
        case 2, 3: number()
        case 4: put(pick(["true", "false", "null"]))
        case 5: put(pick(["true", "null", "\"\"", "0", "{}", "[]", "tru", "nulL", "-", "\"", "NaN"], rareFrom: 6))
        case 6: array(depth: depth)
        case 7: object(depth: depth)
        default: random.chance(30) ? tower(depth: depth) : object(depth: depth)
        }
    }

    private mutating func object(depth: Int) {
        put("{")
        space()
        for i in 0..<random.below(6) {
            if i > 0 { separator() }
            name()
            space()
            put(":")
            space()
            value(depth: depth + 1)
        }
        if random.chance(250) { put(",") }
        space()
        put("}")
    }

    private mutating func array(depth: Int) {
        put("[")
        space()
        for i in 0..<random.below(5) {
            if i > 0 { separator() }
            value(depth: depth + 1)
        }
        if random.chance(250) { put(",") }
        space()
        put("]")
    }

    /// Many brackets at once.
    private mutating func tower(depth: Int) {
        let height = 20 + random.below(25)
        put(String(repeating: "[", count: height))
        value(depth: depth + height)
        put(String(repeating: "]", count: height))
    }

    private mutating func separator() {
        space()
        put(",")
        space()
    }

    private mutating func space() {
        guard random.chance(3) else { return }
        for _ in 0...random.below(3) { put(pick([" ", "\t", "\n", "\r", "\u{C}", "\u{A0}"], rareFrom: 4)) }
    }

    // MARK: Scalars

    /// Few names, in several spellings, so that duplicates come up.
    private mutating func name() {
        let names = [
            "\"a\"", "\"b\"", "\"c\"", "\"d\"", "\"\"", "\"é\"", "\"aa\"", "\"kid\"", "\"exp\"", "\"\\u0061\"", "\"\\u00e9\"",
            "\"\\u00E9\"", "\"a\\/b\"", "\"a/b\"", "\"\\u0000\"", "a", "1", "null",
        ]
        if random.chance(4) { string() } else { put(pick(names, rareFrom: 14)) }
    }

    private mutating func string() {
        put("\"")
        for _ in 0..<random.below(8) {
            switch random.below(10) {
            case 0: put(pick(["\\n", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\r", "\\t", "\\x", "\\'", "\\ ", "\\u12"], rareFrom: 8))
            case 1: put("\\u" + hex())
            case 2: put(pick(["\\ud83d\\ude00", "\\uD800\\uDC00", "\\uDBFF\\uDFFF", "\\uD800", "\\uDC00", "\\uD800\\u0041"], rareFrom: 3))
            case 3: put(pick(["é", "€", "😀", "\u{7FF}", "\u{800}", "\u{FFFF}", "\u{10FFFF}", "\u{7F}"]))
            case 4 where random.chance(25): text += broken[random.below(broken.count)]
            default: put(pick(["a", "b", "Z", "0", " ", "urn:", "{", "]", ",", ":", "/"]))
            }
        }
        put("\"")
    }

    private let broken: [[UInt8]] = [
        [0xC0, 0x80], [0xC1], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80],
        [0xF8], [0xFF], [0x80], [0xC2], [0xE1, 0x80], [0xF1, 0x80, 0x80], [0x00], [0x1F], [0x0A],
    ]

    private mutating func hex() -> String {
        let digits = Array("0123456789abcdefABCDEF")
        return String((0..<4).map { _ in digits[random.below(digits.count)] })
    }

    private mutating func number() {
        if random.chance(6) {
            put(pick([
                "9223372036854775807", "-9223372036854775808", "-0", "0", "1e308", "1.7976931348623157e308", "1e-400", "0e9999",
                "9223372036854775808", "-9223372036854775809", "1e309", "1.7976931348623159e308", "01", "-01", "1.", ".5", "+1",
                "1e", "1e+", "-", "0x1", "1.e1", "--1",
            ], rareFrom: 8))
            return
        }
        if random.chance(3) { put("-") }
        put(random.chance(3) ? "0" : "\(1 + random.below(9))")
        if text.last != UInt8(ascii: "0") || random.chance(40) { digits(upTo: 22) }
        if random.chance(3) {
            put(".")
            digits(upTo: random.chance(20) ? 330 : 8)
        }
        if random.chance(3) {
            put(pick(["e", "E"]) + pick(["", "+", "-"]))
            put(random.chance(2) ? "\(290 + random.below(30))" : "\(random.below(30))")
        }
    }

    private mutating func digits(upTo limit: Int) {
        for _ in 0..<random.below(limit) { put("\(random.below(10))") }
    }

    // MARK: Pieces

    private mutating func put(_ piece: String) { text += Array(piece.utf8) }

    /// One of `pieces`; those from `rareFrom` on, which break the text, only now and then.
    private mutating func pick(_ pieces: [String], rareFrom: Int? = nil) -> String {
        guard let rareFrom, !random.chance(150) else { return pieces[random.below(pieces.count)] }
        return pieces[random.below(rareFrom)]
    }
}
