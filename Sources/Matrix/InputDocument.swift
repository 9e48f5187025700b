// SPDX-License-Identifier: Apache-2.0
import JOSE

/// A JSON document that somebody sent. Its nodes and texts live as long as it does.
struct InputDocument {
    static var maximumSize: Int { 65_536 }

    let root: JSONNode
    private let tree: JSONTree

    /// `name` is what errors call it.
    init(_ text: ByteView, _ name: StaticString) throws(InputFault) {
        guard text.count <= Self.maximumSize else {
            throw InputFault(String(name), "The document is larger than \(Self.maximumSize) bytes.")
        }
        do throws(JSONTreeFault) {
            tree = try JSONTree(parsing: text)
        } catch let fault {
            let place = fault.line > 0 ? "line \(fault.line), column \(fault.column)" : "a NUL byte"
            throw InputFault(String(name), "The document is not JSON: \(place).")
        }
        root = tree.root
    }

    /// The same for a document that has to be an object.
    init(object text: ByteView, _ name: StaticString) throws(InputFault) {
        try self.init(text, name)
        guard root.isObject else { throw InputFault(String(name), "The document is not a JSON object.") }
    }
}

extension JSONNode {
    /// The member unless it is null, which is as good as absent.
    func given(_ name: StaticString) -> JSONNode? {
        member(name).flatMap { $0.isNull ? nil : $0 }
    }

    /// The strings of an array of nothing else.
    var strings: [ByteView]? {
        guard isArray else { return nil }
        var strings: [ByteView] = []
        for index in 0..<elementCount {
            guard let string = element(index)?.string else { return nil }
            strings.append(string)
        }
        return strings
    }
}

func contains(_ list: [ByteView], _ value: StaticString) -> Bool {
    for item in list where item == value { return true }
    return false
}
