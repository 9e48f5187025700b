// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix
import Testing

/// Normalising, narrowing and merging (MSC2967; RFC 6749 sections 3.3 and 6). `N` and `O` stand for the new and the old
/// prefix.
@Suite struct ScopeListTests {
    static func spelled(_ text: String) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).map { token in
            token.hasPrefix("N:") ? "urn:matrix:client:" + token.dropFirst(2)
                : token.hasPrefix("O:") ? "urn:matrix:org.matrix.msc2967.client:" + token.dropFirst(2) : String(token)
        }.joined(separator: " ")
    }

    private func short(_ text: [UInt8]) -> String {
        String(decoding: text, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false).map { token in
            token.hasPrefix("urn:matrix:client:") ? "N:" + token.dropFirst(18)
                : token.hasPrefix("urn:matrix:org.matrix.msc2967.client:") ? "O:" + token.dropFirst(37) : String(token)
        }.joined(separator: " ")
    }

    /// The outcome, or "fault" and its name.
    private func outcome(
        _ first: String, _ second: String = "", _ body: (ScopeList, ScopeList) throws(ScopeList.Fault) -> [UInt8]
    ) -> String {
        Array(Self.spelled(first).utf8).withView { first in
            Array(Self.spelled(second).utf8).withView { second in
                do throws(ScopeList.Fault) {
                    return short(try body(try ScopeList(first), try ScopeList(second)))
                } catch {
                    switch error {
                    case .widened(let token): return "fault widened " + short([UInt8](token))
                    default: return "fault \(error)"
                    }
                }
            }
        }
    }

    private func normalise(_ scope: String, both: Bool = false) -> String {
        outcome(scope) { (scope, _) throws(ScopeList.Fault) in try scope.normalised(withBoth: both) }
    }
    private func narrow(_ granted: String, _ requested: String) -> String {
        outcome(granted, requested) { (granted, requested) throws(ScopeList.Fault) in try granted.narrowed(to: requested).text }
    }
    private func merge(_ first: String, _ second: String) -> String {
        outcome(first, second) { (first, second) throws(ScopeList.Fault) in try first.merged(with: second).text }
    }

    @Test(arguments: [
        ("", ""), ("openid", "openid"), ("N:api:*", "N:api:*"), ("O:api:*", "N:api:*"), ("O:device:A", "N:device:A"), ("N:api:* O:api:*", "N:api:*"),
        ("O:api:* N:api:*", "N:api:*"), ("O:device:A N:device:A O:device:A", "N:device:A"), ("b a b", "b a"), ("openid O:api:* O:device:A/b+c=", "openid N:api:* N:device:A/b+c="),
        ("email O:api:* openid N:api:* email", "email N:api:* openid"), ("O:device:a:b:c", "N:device:a:b:c"), ("O:device:api:*", "N:device:api:*"),
        // Not ours to spell anew: that could turn a scope that grants nothing into one that does.
        ("O:api:guest", "O:api:guest"), ("O:server_administration", "O:server_administration"), ("O:api", "O:api"), ("O:", "O:"), ("O:Device:A", "O:Device:A"),
        ("N:api:guest O:api:guest", "N:api:guest O:api:guest"), ("urn:matrix:device:A", "urn:matrix:device:A"), ("OPENID openid", "OPENID openid"),
        ("urn:synapse:admin:* urn:mas:admin", "urn:synapse:admin:* urn:mas:admin"), ("O:api:** O:api:*", "O:api:** N:api:*"),
    ])
    func normalising(_ scope: String, _ expected: String) {
        #expect(normalise(scope) == expected)
        #expect(normalise(expected) == expected)
    }

    @Test(arguments: [
        ("", ""), ("openid", "openid"), ("N:api:*", "N:api:* O:api:*"), ("O:api:*", "N:api:* O:api:*"), ("O:api:* openid N:device:A", "N:api:* O:api:* openid N:device:A O:device:A"),
        ("N:api:* O:api:*", "N:api:* O:api:*"), ("O:api:guest", "O:api:guest"),
    ])
    func bothSpellings(_ scope: String, _ expected: String) {
        #expect(normalise(scope, both: true) == expected)
        #expect(normalise(expected, both: true) == expected)
        #expect(normalise(expected) == normalise(scope))
    }

    @Test(arguments: [
        " ", "  ", " openid", "openid ", "openid  email", "openid\temail", "openid\n", "a\"b", "a\\b", "é", "a\0", "N:api:* ", "N:device:é", "\u{7F}", "a\u{A0}b",
    ])
    func malformed(_ scope: String) {
        #expect(normalise(scope) == "fault malformed")
        #expect(narrow(scope, "openid") == "fault malformed")
        #expect(narrow("openid", scope) == "fault malformed")
        #expect(merge(scope, "openid") == "fault malformed")
        #expect(merge("openid", scope) == "fault malformed")
    }

    @Test(arguments: ["N:device:A N:device:B", "N:device:A O:device:B", "N:device:A openid N:device:a", "O:device:AA N:device:A"])
    func twoDevices(_ scope: String) {
        #expect(normalise(scope) == "fault twoDevices")
        #expect(merge(scope, "") == "fault twoDevices")
        #expect(narrow(scope, "") == "fault twoDevices")
        #expect(narrow(scope, scope) == "fault twoDevices")
    }

    @Test func deviceSizes() {
        for size in [0, 256, 1000] {
            let scope = "N:device:" + String(repeating: "D", count: size)
            #expect(normalise(scope) == "fault deviceSize(\(size))")
            #expect(merge("", scope) == "fault deviceSize(\(size))")
            #expect(narrow(scope, scope) == "fault deviceSize(\(size))")
        }
        let longest = "N:device:" + String(repeating: "D", count: 255)
        #expect(normalise(longest) == longest)
    }

    @Test(arguments: [
        // Asked for nothing in particular: all of it.
        ("N:api:* openid", "", "N:api:* openid"), ("", "", ""), ("N:api:* openid", "openid", "openid"), ("a b c", "c a", "c a"), ("a b", "a b", "a b"),
        ("a b", "a a", "a"), ("N:api:*", "O:api:*", "O:api:*"), ("O:api:*", "N:api:*", "N:api:*"), ("N:api:*", "N:api:* O:api:*", "N:api:* O:api:*"),
        ("N:device:A N:api:*", "O:device:A", "O:device:A"), ("N:device:A N:api:*", "N:api:*", "N:api:*"), ("openid N:api:* N:device:A", "N:device:A openid", "N:device:A openid"),
        ("N:device:A N:device:B", "N:device:B", "N:device:B"),
    ])
    func narrowing(_ granted: String, _ requested: String, _ expected: String) {
        #expect(narrow(granted, requested) == expected)
    }

    @Test(arguments: [
        ("openid", "email", "email"), ("openid", "N:api:*", "N:api:*"), ("N:api:*", "N:api:* urn:synapse:admin:*", "urn:synapse:admin:*"), ("", "openid", "openid"),
        ("N:device:A", "N:device:B", "N:device:B"), ("N:device:A", "N:device:AA", "N:device:AA"), ("N:device:AA", "N:device:A", "N:device:A"), ("N:device:A", "N:device:a", "N:device:a"),
        ("N:device:A", "N:device:A O:device:B", "O:device:B"), ("N:api:*", "N:api:read", "N:api:read"), ("N:api:*", "N:api:", "N:api:"), ("N:api:*", "N:api:**", "N:api:**"),
        ("N:api:*", "*", "*"), ("*", "openid", "openid"), ("N:*", "N:api:*", "N:api:*"), ("openid", "OpenID", "OpenID"), ("N:api:guest", "O:api:guest", "O:api:guest"),
        ("O:server_administration", "N:server_administration", "N:server_administration"), ("N:api:*", "N:device:A", "N:device:A"), ("urn:matrix:device:A", "N:device:A", "N:device:A"),
        ("urn:synapse:admin:*", "urn:synapse:admin:x", "urn:synapse:admin:x"), ("a b", "b c d", "c"), ("N:device:api:*", "N:api:*", "N:api:*"),
    ])
    func widening(_ granted: String, _ requested: String, _ first: String) {
        #expect(narrow(granted, requested) == "fault widened \(first)")
    }

    @Test(arguments: [
        ("", "", ""), ("a", "", "a"), ("", "a", "a"), ("a b", "b c", "a b c"), ("a a", "a", "a"), ("b a", "a b", "b a"), ("N:api:*", "O:api:*", "N:api:* O:api:*"),
        ("N:device:A", "O:device:A", "N:device:A O:device:A"), ("N:device:A openid", "N:api:* N:device:A", "N:device:A openid N:api:*"),
    ])
    func merging(_ first: String, _ second: String, _ expected: String) {
        #expect(merge(first, second) == expected)
    }

    @Test(arguments: [("N:device:A", "N:device:B"), ("N:device:A a", "b O:device:a"), ("O:device:A", "O:device:A O:device:AB")])
    func mergingDevices(_ first: String, _ second: String) {
        #expect(merge(first, second) == "fault twoDevices")
        #expect(merge(second, first) == "fault twoDevices")
    }

    @Test func limits() {
        let most = (0..<1024).map { "s\($0)" }.joined(separator: " ")
        #expect(normalise(most) == most)
        #expect(normalise(most + " x") == "fault tooMany")
        #expect(narrow(most, most) == most)
        #expect(merge("openid", most + " x") == "fault tooMany")
        let long = String(repeating: "x", count: 65_536)
        #expect(normalise(long) == long)
        #expect(normalise(long + "x") == "fault tooLarge")
        #expect(narrow("openid", long + "x") == "fault tooLarge")
    }

    // MARK: Properties

    private static let parts = [
        "openid", "N:api:*", "O:api:*", "N:device:A", "O:device:A", "urn:synapse:admin:*", "urn:mas:admin", "email", "N:api:guest", "O:api:guest", "N:x", "O:x", "x",
    ]

    private func randomScope(_ random: inout SeededRandom, upTo limit: Int = 8) -> String {
        (0..<random.below(limit)).map { _ in Self.parts[random.below(Self.parts.count)] }.joined(separator: " ")
    }

    private func grants(_ scope: String) throws -> (Grants, String) {
        try Array(Self.spelled(scope).utf8).withView { view in
            Result { () throws(ScopeList.Fault) in
                let reading = try ScopeList(view).reading()
                return (reading.grants, reading.device.map { String(decoding: [UInt8]($0), as: UTF8.self) } ?? "")
            }
        }.get()
    }

    /// Reading and writing changes nothing.
    @Test func identity() {
        var random = SeededRandom(seed: 33)
        let letters = (0x21...0x7E as ClosedRange<UInt8>).filter { $0 != 0x22 && $0 != 0x5C }
        for _ in 0..<3_000 {
            let scope = (0..<random.below(10)).map { _ in
                String(decoding: (0...random.below(12)).map { _ in letters[random.below(letters.count)] }, as: UTF8.self)
            }.joined(separator: " ")
            #expect(outcome(scope) { (list, _) in list.text } == short(Array(Self.spelled(scope).utf8)))
        }
    }

    /// Spelled anew, a scope grants what it did, on the same device.
    @Test func normalisingChangesNoGrants() throws {
        var random = SeededRandom(seed: 2967)
        for _ in 0..<3_000 {
            let scope = randomScope(&random)
            for both in [false, true] {
                let after = normalise(scope, both: both)
                #expect(try grants(scope) == grants(after), "\(scope)")
                #expect(normalise(after, both: both) == after)
            }
        }
    }

    /// A refresh never gains a grant, a token or another device; refreshing again never gets anything back.
    @Test func narrowingNeverWidens() throws {
        var random = SeededRandom(seed: 6)
        var narrowed = 0
        for _ in 0..<5_000 {
            let granted = randomScope(&random)
            var requested = randomScope(&random, upTo: 4)
            // Sometimes another device than any that was granted.
            if random.below(4) == 0 { requested = requested.split(separator: "device:A", omittingEmptySubsequences: false).joined(separator: "device:B") }
            let result = narrow(granted, requested)
            let had = Set(normalise(granted).split(separator: " "))
            let wanted = Set(normalise(requested).split(separator: " "))
            #expect(result.hasPrefix("fault widened") == !wanted.isSubset(of: had), "\(granted) -> \(requested)")
            guard !result.hasPrefix("fault") else { continue }
            narrowed += 1
            let (before, after) = (try grants(granted), try grants(result))
            #expect(before.0.isSuperset(of: after.0))
            #expect(after.1.isEmpty || after.1 == before.1)
            #expect(Set(normalise(result).split(separator: " ")).isSubset(of: had))
            #expect(narrow(result, result) == result)
            #expect(narrow(granted, result) == result)
        }
        #expect(narrowed > 500)
    }

    /// A merged scope grants what either grants and no more.
    @Test func mergingAddsUp() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<3_000 {
            let (first, second) = (randomScope(&random), randomScope(&random))
            let merged = merge(first, second)
            #expect(try grants(merged).0 == grants(first).0.union(grants(second).0))
            #expect(merge(merged, first) == merged && merge(merged, second) == merged)
            #expect(narrow(merged, first).hasPrefix("fault") == false)
        }
    }

    /// An unknown scope more neither grants nor takes anything, whatever is done with the scope.
    @Test func unknownScopesChangeNoGrants() throws {
        var random = SeededRandom(seed: 8)
        for _ in 0..<3_000 {
            let scope = randomScope(&random)
            let unknown = ["N:api:guest", "O:x", "email", "*", "urn:matrix:*", "N:API:*", "urn:matrix:device:B"][random.below(7)]
            let before = try grants(scope)
            #expect(try grants(merge(scope, unknown)) == before)
            #expect(try grants(merge(unknown, scope)) == before)
            #expect(try grants(normalise(merge(unknown, scope))) == before)
        }
    }
}
