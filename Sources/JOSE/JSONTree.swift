// SPDX-License-Identifier: Apache-2.0
import CJansson
import CSystem

/// A JSON document read by jansson: key sets and the like, where convenience matters more than speed.
package struct JSONTree {
    package let root: JSONNode
    private let owner: Owner

    /// Strict: duplicate members, NUL, trailing text and nesting beyond jansson's own limit are refused.
    package init(parsing text: ByteView) throws(JSONTreeFault) {
        // jansson's lexer swallows a NUL that follows a number or a literal name.
        if memchr(text.base, 0, text.count) != nil { throw JSONTreeFault(line: 0, column: 0) }
        var error = json_error_t()
        let parsed = text.base.withMemoryRebound(to: CChar.self, capacity: text.count) {
            json_loadb($0, text.count, Int(JSON_REJECT_DUPLICATES), &error)
        }
        guard let parsed else { throw JSONTreeFault(line: Int(error.line), column: Int(error.column)) }
        root = JSONNode(parsed)
        owner = Owner(parsed)
    }

    private final class Owner {
        private let document: UnsafeMutablePointer<json_t>

        init(_ document: UnsafeMutablePointer<json_t>) {
            self.document = document
        }

        deinit { json_decref(document) }
    }
}

/// Where jansson stopped; line 0 for a NUL byte.
package struct JSONTreeFault: Error {
    package let line: Int
    package let column: Int
}

/// A value within a `JSONTree`, borrowed from it.
package struct JSONNode {
    let pointer: UnsafeMutablePointer<json_t>

    init(_ pointer: UnsafeMutablePointer<json_t>) {
        self.pointer = pointer
    }

    private var type: json_type { pointer.pointee.type }

    package var isObject: Bool { type == JSON_OBJECT }
    package var isArray: Bool { type == JSON_ARRAY }

    /// A member of an object by its name, which is NUL-terminated ASCII.
    package func member(_ name: StaticString) -> JSONNode? {
        name.utf8Start.withMemoryRebound(to: CChar.self, capacity: name.utf8CodeUnitCount + 1) {
            json_object_get(pointer, $0).map(JSONNode.init)
        }
    }

    /// The elements of an array; 0 for anything else.
    package var elementCount: Int { json_array_size(pointer) }

    package func element(_ index: Int) -> JSONNode? {
        json_array_get(pointer, index).map(JSONNode.init)
    }

    /// The member of that name, if this is an object.
    package func member(_ name: JSONName) -> JSONNode? {
        json_object_get(pointer, name.characters).map(JSONNode.init)
    }

    /// The members of an object, in the order of the document.
    package func forEachMember(_ body: (JSONName, JSONNode) -> Void) {
        var position = json_object_iter(pointer)
        while let at = position {
            if let name = json_object_iter_key(at), let value = json_object_iter_value(at) {
                body(JSONName(characters: name), JSONNode(value))
            }
            position = json_object_iter_next(pointer, at)
        }
    }

    /// The value as JSON text; nil when memory ran out.
    package func text() -> [UInt8]? {
        let flags = Int(JSON_COMPACT) | Int(JSON_ENCODE_ANY)
        let count = json_dumpb(pointer, nil, 0, flags)
        guard count > 0 else { return nil }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            buffer.withMemoryRebound(to: CChar.self) { characters in
                initialized = min(json_dumpb(pointer, characters.baseAddress, count, flags), count)
            }
        }
    }

    package var isNull: Bool { type == JSON_NULL }

    package var integer: Int64? { type == JSON_INTEGER ? json_integer_value(pointer) : nil }

    /// The UTF-8 bytes of a string, for as long as the tree lives.
    package var string: ByteView? {
        guard let characters = json_string_value(pointer) else { return nil }
        return ByteView(
            UnsafeRawPointer(characters).assumingMemoryBound(to: UInt8.self),
            count: json_string_length(pointer))
    }
}

/// A member's name, borrowed from its tree. It has no NUL, which jansson refuses.
package struct JSONName {
    let characters: UnsafePointer<CChar>

    package var view: ByteView {
        ByteView(UnsafeRawPointer(characters).assumingMemoryBound(to: UInt8.self), count: strlen(characters))
    }
}
