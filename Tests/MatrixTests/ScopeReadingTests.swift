// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix
import Testing

/// Whole scopes: what they grant and which device they name.
@Suite struct ScopeReadingTests {
    struct Reading: Equatable {
        var grants: Grants = []
        var device: String?
        var hasUnknown = false
    }

    enum Fault: Error, Equatable {
        case malformed, twoDevices
        case deviceSize(Int)
    }

    private static let api = "urn:matrix:client:api:*"
    private static let oldAPI = "urn:matrix:org.matrix.msc2967.client:api:*"
    private static let device = "urn:matrix:client:device:"
    private static let oldDevice = "urn:matrix:org.matrix.msc2967.client:device:"

    /// Reads `scopes` one list after the other, as from several claims.
    private func read(_ scopes: [UInt8]...) throws(Fault) -> Reading {
        // The device is borrowed from the text, which therefore has to stay while it is looked at.
        let text = scopes.flatMap { $0 }
        return try text.withView { view in
            Result { () throws(Fault) in
                var reading = ScopeReading()
                var start = 0
                do throws(ScopeReading.Fault) {
                    for scope in scopes {
                        try reading.add(list: view.slice(start, count: scope.count))
                        start += scope.count
                    }
                } catch {
                    switch error {
                    case .malformed: throw .malformed
                    case .twoDevices: throw .twoDevices
                    case .deviceSize(let size): throw .deviceSize(size)
                    }
                }
                return Reading(
                    grants: reading.grants, device: reading.device.map { String(decoding: [UInt8]($0), as: UTF8.self) },
                    hasUnknown: reading.hasUnknownScopes)
            }
        }.get()
    }

    private func read(_ scope: String) throws(Fault) -> Reading { try read(Array(scope.utf8)) }

    private func fault(_ scope: String) -> Fault? {
        do throws(Fault) {
            _ = try read(scope)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("", Reading()), (api, Reading(grants: .clientAPI)), (oldAPI, Reading(grants: .clientAPI)), ("openid", Reading(grants: .openid)),
        ("\(api) \(oldAPI) \(api)", Reading(grants: .clientAPI)),
        ("urn:synapse:admin:*", Reading(grants: .synapseAdmin)), ("urn:mas:admin", Reading(grants: .masAdmin)),
        ("\(device)A", Reading(device: "A")), ("\(api) \(device)ABC", Reading(grants: .clientAPI, device: "ABC")),
        ("\(oldDevice)ABC \(api)", Reading(grants: .clientAPI, device: "ABC")),
        ("\(api) \(device)A \(device)A", Reading(grants: .clientAPI, device: "A")),
        ("\(device)A \(oldDevice)A", Reading(device: "A")),
        ("openid \(api) \(device)a/b+c= urn:synapse:admin:* urn:mas:admin email",
            Reading(grants: [.clientAPI, .openid, .synapseAdmin, .masAdmin], device: "a/b+c=", hasUnknown: true)),
        ("email profile", Reading(hasUnknown: true)), ("urn:matrix:client:api:guest", Reading(hasUnknown: true)),
        ("urn:matrix:client:api", Reading(hasUnknown: true)), ("URN:MATRIX:CLIENT:API:*", Reading(hasUnknown: true)),
    ])
    func readings(_ scope: String, _ expected: Reading) throws {
        #expect(try read(scope) == expected)
    }

    @Test(arguments: [
        " ", "  ", " \(api)", "\(api) ", "\(api)  openid", "openid  ", "\t", "\(api)\topenid", "\(api)\nopenid", "\(api)\r\n", "\(api)\0", "\0",
        "\(api)\u{A0}openid", "openid\u{3000}\(api)", "\"\(api)\"", "openid \"\"", "a\\b", "é", "openid é", "\(device)é", "\(device)\u{7F}", "\(device)A\tB",
        "\(device)A\0", "openid\u{B}", "\(device)\"",
    ])
    func malformed(_ scope: String) {
        #expect(fault(scope) == .malformed)
    }

    @Test(arguments: [
        "\(device)A \(device)B", "\(device)A \(oldDevice)B", "\(device)A \(device)a", "\(device)A \(device)AA", "\(device)AA \(device)A",
        "\(device)A openid \(api) \(device)A \(device)B", "\(device)A \(device)A/",
    ])
    func twoDevices(_ scope: String) {
        #expect(fault(scope) == .twoDevices)
    }

    @Test(arguments: [device, oldDevice]) func deviceSizes(_ prefix: String) throws {
        for size in [1, 2, 10, 254, 255] {
            let id = String(repeating: "D", count: size)
            #expect(try read(prefix + id) == Reading(device: id))
        }
        for size in [0, 256, 257, 1000, 100_000] {
            #expect(fault(prefix + String(repeating: "D", count: size)) == .deviceSize(size))
        }
        #expect(fault("\(Self.api) \(prefix)") == .deviceSize(0))
        // `urn:matrix:device:` names no device: it is not in the client's namespace.
        #expect(try read("urn:matrix:device:A") == Reading(hasUnknown: true))
    }

    @Test func manyTokens() throws {
        let unknown = (0..<10_000).map { "scope-\($0)" }
        #expect(try read(unknown.joined(separator: " ")) == Reading(hasUnknown: true))
        let all = (unknown + [Self.api, Self.device + "A"]).joined(separator: " ")
        #expect(try read(all) == Reading(grants: .clientAPI, device: "A", hasUnknown: true))
        #expect(fault(all + "  x") == .malformed)
        #expect(try read(Array(repeating: Self.device + "A", count: 10_000).joined(separator: " ")) == Reading(device: "A"))
        #expect(try read(Array(repeating: Self.api, count: 10_000).joined(separator: " ")) == Reading(grants: .clientAPI))
    }

    @Test func severalLists() throws {
        let a = Array((Self.device + "A").utf8)
        let b = Array((Self.device + "B").utf8)
        #expect(try read(a, Array(Self.api.utf8), [], a) == Reading(grants: .clientAPI, device: "A"))
        #expect(throws: Fault.twoDevices) { try read(a, b) }
    }

    /// One token of an array is no list.
    @Test(arguments: ["", " ", "openid email", "openid ", " openid"]) func tokensAreNoLists(_ token: String) {
        let isRefused = Array(token.utf8).withView { view in
            var reading = ScopeReading()
            do throws(ScopeReading.Fault) {
                try reading.add(token: view)
                return false
            } catch {
                return true
            }
        }
        #expect(isRefused)
    }

    /// Whatever a scope is made of, one more token that is unknown grants nothing and takes nothing away.
    @Test func unknownScopesChangeNoGrants() throws {
        var random = SeededRandom(seed: 2967)
        let known = ["openid", Self.api, Self.oldAPI, "urn:synapse:admin:*", "urn:mas:admin", Self.device + "A", Self.oldDevice + "A", "email"]
        let letters = (0x21...0x7E as ClosedRange<UInt8>).filter { $0 != 0x22 && $0 != 0x5C }
        for _ in 0..<5_000 {
            var tokens = (0..<random.below(6)).map { _ in known[random.below(known.count)] }
            let before = try read(tokens.joined(separator: " "))
            // Noise, or a known token with one character put in, changed or taken out.
            var noise = random.below(2) == 0 ? (0...random.below(20)).map { _ in letters[random.below(letters.count)] }
                : Array(known[random.below(5)].utf8)
            let at = random.below(noise.count)
            switch random.below(3) {
            case 0: noise.insert(letters[random.below(letters.count)], at: at)
            case 1: noise[at] = letters[random.below(letters.count)]
            default: if noise.count > 1 { noise.remove(at: at) }
            }
            let extra = String(decoding: noise, as: UTF8.self)
            if known.contains(extra) || extra.hasPrefix(Self.device) || extra.hasPrefix(Self.oldDevice) { continue }
            tokens.insert(extra, at: random.below(tokens.count + 1))
            let after = try read(tokens.joined(separator: " "))
            #expect(after == Reading(grants: before.grants, device: before.device, hasUnknown: true), "\(tokens)")
        }
    }

    /// The order of tokens does not matter, and grants only ever add up.
    @Test func orderDoesNotMatter() throws {
        var random = SeededRandom(seed: 6749)
        let tokens = ["openid", Self.api, Self.oldAPI, "urn:synapse:admin:*", "urn:mas:admin", Self.device + "A", "email"]
        for _ in 0..<500 {
            let chosen = tokens.filter { _ in random.below(2) == 0 }
            let shuffled = chosen.shuffled(using: &random)
            let whole = try read(shuffled.joined(separator: " "))
            #expect(try read(chosen.joined(separator: " ")) == whole)
            #expect(try whole.grants == chosen.reduce(into: []) { $0.formUnion(try read($1).grants) })
        }
    }

    /// The bits are those of include/mxauth.h.
    @Test func bits() {
        #expect([Grants.clientAPI, .openid, .synapseAdmin, .masAdmin].map(\.rawValue) == [1, 2, 4, 8])
    }
}
