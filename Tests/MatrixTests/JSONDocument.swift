// SPDX-License-Identifier: Apache-2.0
import JOSE

@testable import Matrix

/// A JSON object for tests: members in order, their values as JSON text.
struct JSONDocument {
    var members: [(name: String, value: String)]

    init(_ members: KeyValuePairs<String, String>) {
        self.members = members.map { ($0.key, $0.value) }
    }

    /// With other members; "" takes one away.
    func with(_ changes: KeyValuePairs<String, String>) -> JSONDocument {
        var copy = self
        for (name, value) in changes {
            if let at = copy.members.firstIndex(where: { $0.name == name }) {
                if value.isEmpty { copy.members.remove(at: at) } else { copy.members[at].value = value }
            } else if !value.isEmpty {
                copy.members.append((name, value))
            }
        }
        return copy
    }

    var text: [UInt8] { Array("{\(members.map { "\"\($0.name)\": \($0.value)" }.joined(separator: ", "))}".utf8) }
}

extension DocumentReport.Entry {
    /// "member: rule [source]"
    var line: String { "\(String(decoding: member, as: UTF8.self)): \(text) [\(source)]" }
}

/// The members of an object, in whatever order they come.
func members(_ text: [UInt8]) -> [String] {
    text.withView { view -> [String]? in
        guard let tree = try? JSONTree(parsing: view) else { return nil }
        defer { withExtendedLifetime(tree) {} }
        var members: [String] = []
        tree.root.forEachMember { name, value in
            members.append(String(decoding: [UInt8](name.view) + Array(": ".utf8) + (value.text() ?? []), as: UTF8.self))
        }
        return members.sorted()
    } ?? ["not JSON"]
}

/// JSON without the layout that a document happens to have.
func canonical(_ text: [UInt8]) -> String {
    let parsed = text.withView { view -> [UInt8]? in
        guard let tree = try? JSONTree(parsing: view) else { return nil }
        defer { withExtendedLifetime(tree) {} }
        return tree.root.text()
    }
    return parsed.map { String(decoding: $0, as: UTF8.self) } ?? "not JSON"
}

/// The fault of an input that cannot be used, as "subject: message".
func fault(_ body: () throws(InputFault) -> Void) -> String {
    do throws(InputFault) {
        try body()
        return "none"
    } catch {
        return "\(error.subject): \(error.message)"
    }
}
