// SPDX-License-Identifier: Apache-2.0
package enum JSONKind: UInt8 {
    case null, `true`, `false`, integer, real, string, array, object

    package var name: StaticString {
        switch self {
        case .null: "null"
        case .true, .false: "a boolean"
        case .integer, .real: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// One value of the table that `JSONReader` fills: where its text is, and its name if it is a member.
package struct JSONValue {
    package private(set) var kind: JSONKind
    /// For an array of the top level: how many of the values after this one are its elements.
    var elementCount: UInt16 = 0
    /// The previous member of the same object in this one's hash bucket, counted from 1; 0 if there is none.
    var sameBucket: UInt16 = 0
    private(set) var nameHash: UInt32 = 0
    private var nameTag = MemberName.noTag
    private var nameStart: UInt32 = 0
    private var nameCount: UInt32 = 0
    private var textStart: UInt32 = 0
    private var textCount: UInt32 = 0

    init(_ kind: JSONKind) {
        self.kind = kind
    }

    mutating func set(_ kind: JSONKind, _ range: Range<Int>) {
        self.kind = kind
        textStart = UInt32(truncatingIfNeeded: range.lowerBound)
        textCount = UInt32(truncatingIfNeeded: range.count)
    }

    mutating func setName(_ range: Range<Int>, hash: UInt32, tag: UInt32) {
        nameTag = tag
        nameStart = UInt32(truncatingIfNeeded: range.lowerBound)
        nameCount = UInt32(truncatingIfNeeded: range.count)
        nameHash = hash
    }

    @inline(__always)
    func isNamed(_ name: MemberName, in text: UnsafePointer<UInt8>) -> Bool {
        nameTag == name.tag && (name.isTagged || self.name(in: text) == name.text)
    }

    func name(in text: UnsafePointer<UInt8>) -> ByteView {
        ByteView(text + Int(nameStart), count: Int(nameCount))
    }

    func text(in text: UnsafePointer<UInt8>) -> ByteView {
        ByteView(text + Int(textStart), count: Int(textCount))
    }
}
