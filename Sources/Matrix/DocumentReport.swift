// SPDX-License-Identifier: Apache-2.0
import JOSE

/// Every rule that a document breaks, and what is worth knowing beside.
package struct DocumentReport {
    package struct Entry {
        /// As it stands in the document, with its position if it is an element of an array: `redirect_uris[1]`.
        package let member: [UInt8]
        /// For a problem what should be the case, for a note what is.
        package let text: String
        package let source: StaticString
    }

    package private(set) var problems: [Entry] = []
    package private(set) var notes: [Entry] = []

    package var isValid: Bool { problems.isEmpty }

    mutating func refuse(_ member: MemberPath, _ rule: String, _ source: StaticString) {
        problems.append(Entry(member: member.text, text: rule, source: source))
    }

    mutating func note(_ member: MemberPath, _ text: String, _ source: StaticString) {
        notes.append(Entry(member: member.text, text: text, source: source))
    }

    /// `valid`, `problems` and `notes`, as include/mxauth.h describes them.
    func write(to object: JSONBuilder) {
        object.set("valid", isValid)
        object.set("problems", Self.list(problems, "rule"))
        object.set("notes", Self.list(notes, "note"))
    }

    private static func list(_ entries: [Entry], _ name: StaticString) -> JSONBuilder {
        let list = JSONBuilder.array()
        for entry in entries {
            let item = JSONBuilder.object()
            entry.member.withView { item.set("member", $0) }
            item.set(name, entry.text)
            item.set("source", String(entry.source))
            list.append(item)
        }
        return list
    }
}

/// Where in a document: a member, or an element of one that is an array.
struct MemberPath: ExpressibleByStringLiteral {
    private let name: ByteView
    private let index: Int?

    init(_ name: ByteView, index: Int? = nil) {
        self.name = name
        self.index = index
    }

    init(stringLiteral name: StaticString) {
        self.init(ByteView(name))
    }

    func element(_ index: Int) -> MemberPath { MemberPath(name, index: index) }

    var text: [UInt8] { [UInt8](name) + (index.map { Array("[\($0)]".utf8) } ?? []) }
}
