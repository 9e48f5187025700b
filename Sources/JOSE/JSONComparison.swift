// SPDX-License-Identifier: Apache-2.0
import CJansson

extension JSONNode {
    /// Whether both are the same value. The order of members does not count, the order of elements does, and 1 is not 1.0.
    package func equals(_ other: JSONNode) -> Bool { json_equal(pointer, other.pointer) == 1 }

    package var isTrue: Bool { pointer.pointee.type == JSON_TRUE }
}
