// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

/// The reader's own limits: 32 levels of nesting and 512 values at a time.
@Suite struct JSONLimitTests {
    private func arrays(_ depth: Int) -> String {
        "{\"a\":" + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1) + "}"
    }

    private func objects(_ depth: Int) -> String {
        String(repeating: "{\"a\":", count: depth - 1) + "{}" + String(repeating: "}", count: depth - 1)
    }

    @Test func depth() {
        #expect(JSONReader.maximumDepth == 32)
        for depth in [2, 31, 32] {
            #expect(Document.fault(arrays(depth)) == nil)
            #expect(Document.fault(objects(depth)) == nil)
        }
        for depth in [33, 34, 100, 2048, 100_000] {
            #expect(Document.fault(arrays(depth)) == .tooComplex)
            #expect(Document.fault(objects(depth)) == .tooComplex)
        }
        #expect(Document.fault(String(repeating: "{\"a\":[", count: 50_000)) == .tooComplex)
    }

    @Test func members() {
        #expect(JSONReader.tableCapacity == 512)
        func object(_ count: Int) -> String { "{" + (0..<count).map { "\"\($0)\":0" }.joined(separator: ",") + "}" }
        #expect(Document.fault(object(512)) == nil)
        #expect(Document.fault(object(513)) == .tooComplex)
        #expect(Document.fault("{\"x\":\(object(511))}") == nil)
        #expect(Document.fault("{\"x\":\(object(512))}") == .tooComplex)
        #expect(Document.fault("{\"x\":[\(object(510))]}") == nil)
        #expect(Document.fault("{\"x\":[\(object(511))]}") == .tooComplex)
        // What has been read below the top level takes no more room.
        #expect(Document.fault("{\"x\":\(object(400)),\"y\":\(object(400)),\"z\":[[\(object(400))],\(object(400))]}") == nil)
    }

    @Test func elements() throws {
        func array(_ count: Int) -> String { "[" + (0..<count).map { "\($0)" }.joined(separator: ",") + "]" }
        #expect(Document.fault("{\"a\":\(array(511))}") == nil)
        #expect(Document.fault("{\"a\":\(array(512))}") == .tooComplex)
        #expect(Document.fault("{\"a\":\(array(300)),\"b\":\(array(300))}") == .tooComplex)
        // Elements of deeper arrays are checked and forgotten.
        #expect(Document.fault("{\"a\":[\(array(10_000)),\(array(10_000))]}") == nil)

        let document = try Document("{\"a\":\(array(200)),\"b\":\(array(200)),\"c\":7}")
        let b = try #require(document.object.member("b"))
        #expect(b.elementCount == 200)
        #expect((0..<200).allSatisfy { b.element($0).number?.integer == Int64($0) })
        #expect(document.object.member("c")?.number?.integer == 7)
    }

    @Test func membersAfterNestedValues() throws {
        let document = try Document(#"{"a":[{"x":1,"y":[2]},[3,[4]],"s"],"b":{"c":{"d":[5]}},"e":[[],{}],"f":"end"}"#)
        let object = document.object
        let a = try #require(object.member("a"))
        #expect(a.elementCount == 3)
        #expect([a.element(0).kind, a.element(1).kind, a.element(2).kind] == [.object, .array, .string])
        #expect(object.member("b")?.kind == .object)
        #expect(object.member("b")?.elementCount == 0)
        #expect(object.member("e")?.elementCount == 2)
        #expect(object.member("f")?.string.map { [UInt8]($0) } == Array("end".utf8))
        for name in ["x", "y", "c", "d", "s", "", "A", "ab"] {
            #expect(Array(name.utf8).withView { object.member($0) } == nil)
        }
    }

    @Test func kinds() throws {
        let document = try Document(#"{"n":null,"t":true,"f":false,"i":1,"r":1.0,"s":"1","a":[],"o":{}}"#)
        let expected: [(StaticString, JSONKind)] = [
            ("n", .null), ("t", .true), ("f", .false), ("i", .integer), ("r", .real), ("s", .string), ("a", .array),
            ("o", .object),
        ]
        for (name, kind) in expected {
            let member = try #require(document.object.member(name))
            #expect(member.kind == kind)
            #expect((member.string != nil) == (kind == .string))
            #expect((member.number != nil) == (kind == .integer || kind == .real))
            #expect(member.elementCount == 0)
        }
    }
}
