// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

/// `JSONReader` and jansson have to agree on every text: whether it is an object, and what is in it.
@Suite struct JSONDifferentialTests {
    private static let names: [StaticString] = ["a", "b", "c", "d", "", "é", "aa", "kid", "exp", "a/b"]

    @Test func agreesWithJansson() {
        var generator = JSONGenerator(seed: 20_261_124)
        var accepted = 0
        var refused = 0
        var beyondLimits = 0
        for _ in 0..<20_000 {
            let text = generator.document()
            for candidate in [text, generator.mutated(text)] {
                let fault = Document.fault(candidate)
                if fault == .tooComplex {
                    // Our limits are tighter than jansson's. Texts this short can only be too deep.
                    beyondLimits += 1
                    let brackets = candidate.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
                    #expect(brackets > JSONReader.maximumDepth, "\(Self.shown(candidate))")
                    continue
                }
                if (fault == nil) != Self.janssonTakes(candidate) {
                    Issue.record("reader: \(fault.map { "\($0)" } ?? "accepted"), jansson differs: \(Self.shown(candidate))")
                }
                if fault == nil { accepted += 1 } else { refused += 1 }
                if fault == nil { Self.compareContents(candidate) }
            }
        }
        print("JSON against jansson: \(accepted) accepted, \(refused) refused, \(beyondLimits) beyond our limits")
        // The generator has to reach both sides of the grammar, and the limits only now and then.
        #expect(accepted > 10_000)
        #expect(refused > 10_000)
        #expect(beyondLimits < 500)
        #expect(accepted + refused + beyondLimits == 40_000)
    }

    private static func janssonTakes(_ text: [UInt8]) -> Bool {
        text.withView { view in
            do throws(JSONTreeFault) {
                let tree = try JSONTree(parsing: view)
                return tree.root.isObject
            } catch {
                return false
            }
        }
    }

    private static func compareContents(_ text: [UInt8]) {
        guard let document = try? Document(text) else { return }
        text.withView { view in
            guard let tree = try? JSONTree(parsing: view) else { return }
            for name in names {
                let ours = document.object.member(name)
                let theirs = tree.root.member(name)
                let agree =
                    (ours == nil) == (theirs == nil)
                    && ours?.string.map { [UInt8]($0) } == theirs?.string.map { [UInt8]($0) }
                    && ours?.elementCount ?? 0 == theirs?.elementCount ?? 0
                    && (ours?.kind == .array) == (theirs?.isArray ?? false)
                    && (ours?.kind == .object) == (theirs?.isObject ?? false)
                if !agree { Issue.record("member \(name) differs: \(shown(text))") }
            }
        }
    }

    /// The text as a Swift literal might write it: a NUL or half a character would spoil the message.
    private static func shown(_ text: [UInt8]) -> String {
        text.map { byte in
            byte >= 0x20 && byte < 0x7F ? String(UnicodeScalar(byte)) : "\\x" + String(byte, radix: 16)
        }.joined()
    }
}
