// SPDX-License-Identifier: Apache-2.0

/// A name that is looked for, with what tells most names apart: their length and their first three bytes, which are all
/// of `iss`, `exp` and the like.
struct MemberName {
    let text: ByteView
    let tag: UInt32

    @inline(__always)
    init(_ text: ByteView) {
        self.text = text
        tag = Self.tag(text)
    }

    /// The tag says it all.
    @inline(__always)
    var isTagged: Bool { text.count <= 3 }

    /// No name has that one: it would begin with bytes that are no UTF-8.
    static var noTag: UInt32 { .max }

    @inline(__always)
    static func tag(_ text: ByteView) -> UInt32 {
        var tag = UInt32(truncatingIfNeeded: min(text.count, 255))
        for i in 0..<min(text.count, 3) { tag = tag << 8 | UInt32(text[i]) }
        return tag
    }
}
