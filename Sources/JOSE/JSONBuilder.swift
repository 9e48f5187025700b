// SPDX-License-Identifier: Apache-2.0
import CJansson

/// A JSON document being made, for reports. Members keep the order in which they are set.
package final class JSONBuilder {
    private let value: UnsafeMutablePointer<json_t>?

    package static func object() -> JSONBuilder { JSONBuilder(json_object()) }
    package static func array() -> JSONBuilder { JSONBuilder(json_array()) }

    private init(_ value: UnsafeMutablePointer<json_t>?) {
        self.value = value
    }

    deinit { json_decref(value) }

    package func set(_ name: StaticString, _ text: String) {
        set(name, Self.string(Array(text.utf8)))
    }

    package func set(_ name: StaticString, _ text: ByteView) {
        set(name, Self.string([UInt8](text)))
    }

    package func set(_ name: StaticString, _ number: Int64) {
        set(name, json_integer(number))
    }

    package func set(_ name: StaticString, _ truth: Bool) {
        set(name, truth ? json_true() : json_false())
    }

    package func set(_ name: StaticString, _ child: JSONBuilder) {
        set(name, json_incref(child.value))
    }

    /// A value of a document, as it stands there.
    package func set(_ name: StaticString, _ node: JSONNode) {
        set(name, json_incref(node.pointer))
    }

    /// A member of a document under its own name.
    package func set(_ name: JSONName, _ node: JSONNode) {
        json_object_set_new(value, name.characters, json_incref(node.pointer))
    }

    package func append(_ node: JSONNode) {
        json_array_append_new(value, json_incref(node.pointer))
    }

    package func append(_ child: JSONBuilder) {
        json_array_append_new(value, json_incref(child.value))
    }

    package func append(_ text: String) {
        json_array_append_new(value, Self.string(Array(text.utf8)))
    }

    /// What has been made so far, for as long as the builder lives; nil when memory ran out.
    package var node: JSONNode? { value.map(JSONNode.init) }

    /// The document as text; nil when memory ran out.
    package func text() -> [UInt8]? {
        let flags = 2 | JSON_PRESERVE_ORDER
        let count = json_dumpb(value, nil, 0, Int(flags))
        guard count > 0 else { return nil }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            buffer.withMemoryRebound(to: CChar.self) { characters in
                initialized = min(json_dumpb(value, characters.baseAddress, count, Int(flags)), count)
            }
        }
    }

    private func set(_ name: StaticString, _ child: UnsafeMutablePointer<json_t>?) {
        json_object_set_new(value, name.cString, child)
    }

    private static func string(_ bytes: [UInt8]) -> UnsafeMutablePointer<json_t>? {
        bytes.withUnsafeBytes { text in
            guard let base = text.baseAddress, text.count > 0 else { return json_stringn("", 0) }
            return json_stringn(base.assumingMemoryBound(to: CChar.self), text.count)
        }
    }
}

extension ByteView {
    /// Whether a JSON string can hold it.
    package var isUTF8: Bool {
        let string = base.withMemoryRebound(to: CChar.self, capacity: max(count, 1)) { json_stringn($0, count) }
        guard let string else { return false }
        json_decref(string)
        return true
    }
}
