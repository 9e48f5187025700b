// SPDX-License-Identifier: Apache-2.0

/// An object that `JSONReader` has read: its members by name, without a copy. Borrowed from the reader's memory.
package struct JSONObject {
    let text: UnsafePointer<UInt8>
    let table: UnsafePointer<JSONValue>
    let count: Int

    init(text: UnsafePointer<UInt8>, table: UnsafeMutablePointer<JSONValue>, count: Int) {
        self.text = text
        self.table = UnsafePointer(table)
        self.count = count
    }

    package func member(_ name: ByteView) -> JSONMember? { member(MemberName(name)) }

    @inline(__always)
    private func member(_ name: MemberName) -> JSONMember? {
        var index = 0
        while index < count {
            if table[index].isNamed(name, in: text) { return JSONMember(object: self, index: index) }
            // Elements of arrays have no name: stepping over them would wait for each count.
            index &+= 1
        }
        return nil
    }

    package func member(_ name: StaticString) -> JSONMember? { member(ByteView(name)) }
}

/// The value of one member, or one element of a member that is an array.
package struct JSONMember {
    private let object: JSONObject
    private let index: Int

    init(object: JSONObject, index: Int) {
        self.object = object
        self.index = index
    }

    private var value: JSONValue { object.table[index] }

    package var kind: JSONKind { value.kind }

    package var string: ByteView? { kind == .string ? value.text(in: object.text) : nil }

    package var number: JSONNumber? {
        kind == .integer || kind == .real ? JSONNumber(value.text(in: object.text)) : nil
    }

    /// How many elements an array has; 0 for anything else.
    package var elementCount: Int { Int(value.elementCount) }

    /// Unchecked: `position` must be below `elementCount`.
    package func element(_ position: Int) -> JSONMember {
        JSONMember(object: object, index: index + 1 + position)
    }
}
