// SPDX-License-Identifier: Apache-2.0
import JOSE

/// A member's name with a language tag behind `#` (RFC 7591 section 2.2).
struct LocalisedName {
    /// The name without its tag; the whole of it if what follows the `#` is no tag.
    let base: ByteView
    /// Whether there is a `#` at all.
    let hasTag: Bool

    init(_ name: ByteView) {
        var mark = 0
        while mark < name.count, name[mark] != UInt8(ascii: "#") { mark += 1 }
        hasTag = mark < name.count
        base = hasTag && Self.isTag(name.dropFirst(mark + 1)) ? name.slice(0, count: mark) : name
    }

    /// Subtags of one to eight letters and digits with hyphens between them; the first has letters only
    /// (RFC 5646 section 2.1).
    private static func isTag(_ text: ByteView) -> Bool {
        var length = 0
        var isFirst = true
        for i in 0..<text.count {
            if text[i] == UInt8(ascii: "-") {
                guard length > 0 else { return false }
                length = 0
                isFirst = false
            } else {
                length += 1
                guard length <= 8, isLetter(text[i]) || !isFirst && isDigit(text[i]) else { return false }
            }
        }
        return length > 0
    }
}
