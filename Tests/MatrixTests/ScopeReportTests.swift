// SPDX-License-Identifier: Apache-2.0
import Foundation
import JOSE
import Matrix
import Testing

/// Reports on scopes and device IDs. `N` and `O` stand for the new and the old prefix.
@Suite struct ScopeReportTests {
    private struct Report: Decodable {
        let valid: Bool
        let grants: UInt64
        let device_id: String
        let unknown_scopes: Bool
        let tokens: [Token]
        let problems: [Problem]

        struct Token: Decodable {
            let scope, kind, spelling, device_id: String
            let grants: Bool
        }
    }

    private struct DeviceReport: Decodable {
        let valid, unreserved, long_enough, mas: Bool
        let length: Int
        let problems: [Problem]
    }

    struct Problem: Decodable {
        let member, rule, source: String
    }

    private func inspect(bytes: [UInt8], login: Bool = false) throws -> Report {
        let text = bytes.withView { view in Result { () throws(ScopeList.Fault) in try ScopeReport.make(on: view, isOfLogin: login) } }
        let report = try JSONDecoder().decode(Report.self, from: Data(try #require(try text.get())))
        #expect(report.valid == report.problems.isEmpty)
        #expect(report.problems.allSatisfy { !$0.member.isEmpty && $0.rule.hasSuffix(".") && !$0.source.isEmpty })
        return report
    }

    private func inspect(_ scope: String, login: Bool = false) throws -> Report {
        try inspect(bytes: Array(ScopeListTests.spelled(scope).utf8), login: login)
    }

    @Test(arguments: [
        ("N:api:*", "api", "stable", true), ("O:api:*", "api", "unstable", true), ("N:device:A", "device", "stable", false), ("O:device:A", "device", "unstable", false),
        ("openid", "openid", "", true), ("urn:synapse:admin:*", "synapse_admin", "", true), ("urn:mas:admin", "mas_admin", "", true), ("email", "unknown", "", false),
        ("N:api:guest", "unknown", "", false), ("O:api:guest", "unknown", "", false), ("urn:matrix:device:A", "unknown", "", false), ("N:api:**", "unknown", "", false),
        ("N:server_administration", "draft", "", false), ("N:rooms:is_joined", "draft", "", false), ("O:server_administration", "unknown", "", false),
        ("N:", "unknown", "", false), ("OPENID", "unknown", "", false),
    ])
    func kinds(_ scope: String, _ kind: String, _ spelling: String, _ grants: Bool) throws {
        let report = try inspect(scope)
        let token = try #require(report.tokens.first)
        #expect(report.valid && report.tokens.count == 1)
        #expect(token.scope == ScopeListTests.spelled(scope) && token.kind == kind && token.spelling == spelling && token.grants == grants)
        #expect(token.device_id == (kind == "device" ? "A" : "") && report.device_id == token.device_id)
        #expect((report.grants != 0) == grants)
        #expect(report.unknown_scopes == ["unknown", "draft"].contains(kind))
    }

    @Test func whole() throws {
        let report = try inspect("openid N:api:* O:api:* O:device:a/b+c= N:device:a/b+c= email")
        #expect(report.valid && report.grants == 3 && report.device_id == "a/b+c=" && report.unknown_scopes)
        #expect(report.tokens.map(\.kind) == ["openid", "api", "api", "device", "device", "unknown"])
        let empty = try inspect("")
        #expect(empty.valid && empty.grants == 0 && empty.tokens.isEmpty)
    }

    @Test(arguments: [
        (" ", 1), ("  ", 1), (" N:api:*", 1), ("N:api:* ", 1), ("N:api:*  openid", 1), (" N:api:*  openid ", 1), ("N:api:*\topenid", 1), ("N:api:* \"", 1),
        ("N:api:* \" \\", 2), (" N:api:* \"", 2), ("é N:api:*", 1), ("N:api:* N:device:", 1), ("N:device:A N:device:B N:api:*", 1), ("N:device:A N:device:B O:device:C", 1),
        ("N:device: O:device: N:api:*", 2), ("N:api:* N:device:A N:device:B N:device: é  x", 4),
    ])
    func problems(_ scope: String, _ count: Int) throws {
        let report = try inspect(scope)
        #expect(!report.valid && report.problems.count == count)
        // The validator refuses such a scope as a whole.
        #expect(report.grants == 0 && report.device_id.isEmpty)
    }

    @Test func bytesThatAreNoText() throws {
        let report = try inspect(bytes: [0xFF, 0x20, 0x00, 0x20, 0xC3])
        #expect(!report.valid && report.problems.count == 3)
        #expect(report.tokens.map(\.scope) == [#"\xff"#, #"\x00"#, #"\xc3"#])
        #expect(report.tokens.allSatisfy { $0.kind == "malformed" && !$0.grants })
    }

    @Test func logins() throws {
        for scope in ["N:api:* N:device:A", "O:device:A openid", "N:device:A O:device:A"] {
            #expect(try inspect(scope, login: true).valid)
        }
        for scope in ["", "openid", "N:api:*", "N:api:* urn:matrix:device:A", "N:Device:A", "N:device:A N:device:B", "N:api:* device:A"] {
            #expect(try !inspect(scope, login: true).valid, "\(scope)")
        }
    }

    @Test func limits() throws {
        let most = Array(repeating: "x", count: 1024).joined(separator: " ")
        #expect(try inspect(most).tokens.count == 1024)
        #expect(throws: ScopeList.Fault.self) { try inspect(most + " x") }
        #expect(throws: ScopeList.Fault.self) { try inspect(String(repeating: "x", count: 65_537)) }
        #expect(try inspect(String(repeating: " ", count: 65_536)).problems.count == 1)
    }

    /// A report is valid exactly when a validator would take the scope, and says the same of it.
    @Test func agreesWithTheReading() throws {
        var random = SeededRandom(seed: 10)
        let parts = ["openid", "N:api:*", "O:api:*", "N:device:A", "O:device:B", "N:device:", "x", "", "é", "\"", "urn:mas:admin", "O:api:guest"]
        for _ in 0..<2_000 {
            let scope = (0..<random.below(5)).map { _ in parts[random.below(parts.count)] }.joined(separator: " ")
            let report = try inspect(scope)
            let grants: UInt64? = Array(ScopeListTests.spelled(scope).utf8).withView { view in
                var reading = ScopeReading()
                do throws(ScopeReading.Fault) {
                    try reading.add(list: view)
                    return reading.grants.rawValue
                } catch {
                    return nil
                }
            }
            #expect(report.valid == (grants != nil), "\(scope)")
            #expect(report.grants == grants ?? 0, "\(scope)")
        }
    }

    // MARK: Device IDs

    private func check(_ id: [UInt8]) throws -> DeviceReport {
        let report = try JSONDecoder().decode(DeviceReport.self, from: Data(try #require(id.withView { DeviceID.report(on: $0) })))
        #expect(report.valid == report.problems.isEmpty && report.length == id.count)
        return report
    }

    @Test(arguments: [
        // valid, unreserved, long enough, MAS
        ("ABCDEFGHIJ", "vulm"), ("abcdefghi0", "vulm"), ("A-b.c_d~e0", "vulm"), ("ABCDEFGHI", "vu"), ("A", "vu"), ("a/b+c=", "v"), ("a/b+c=defgh", "vlm"),
        ("!$&'()*+,;=:@/", "vlm"), ("ABCDEFGHI#", "vl"), ("ABCDEFGHI%", "vl"), ("ABCDEFGHI?", "vl"), ("ABCDEFGHI<", "vl"), ("ABCDEFGHI>", "vl"), ("ABCDEFGHI[", "vl"),
        ("ABCDEFGHI]", "vl"), ("ABCDEFGHI^", "vl"), ("ABCDEFGHI`", "vl"), ("ABCDEFGHI{", "vl"), ("ABCDEFGHI|", "vl"), ("ABCDEFGHI}", "vl"),
        ("", ""), (" ", ""), ("ABCDEFGHI J", "l"), ("ABCDEFGHI\"", "l"), ("ABCDEFGHI\\", "l"), ("ABCDEFGHI\t", "l"), ("ABCDEFGHI\n", "l"), ("ABCDEFGHI\0", "l"),
        ("ABCDEFGHIé", "l"), ("ABCDEFGHI\u{7F}", "l"),
    ])
    func deviceIDs(_ id: String, _ expected: String) throws {
        let report = try check(Array(id.utf8))
        let found = (report.valid ? "v" : "") + (report.unreserved ? "u" : "") + (report.long_enough ? "l" : "") + (report.mas ? "m" : "")
        #expect(found == expected)
    }

    @Test func deviceIDSizes() throws {
        #expect(try check([UInt8](repeating: 0x41, count: 255)).valid)
        let long = try check([UInt8](repeating: 0x41, count: 256))
        #expect(!long.valid && !long.mas && long.problems.count == 1)
        #expect(try check([UInt8](repeating: 0x20, count: 256)).problems.count == 2)
    }

    /// What is made is what is advised, and every bit of the randomness is in it.
    @Test func made() throws {
        #expect(DeviceID.make(fromRandom: [UInt8](repeating: 0, count: 10)) == Array("AAAAAAAAAAAAAAAA".utf8))
        #expect(DeviceID.make(fromRandom: [UInt8](repeating: 0xFF, count: 10)) == Array("7777777777777777".utf8))
        // RFC 4648 section 10: BASE32("foobar") without its padding, and the length that we use.
        #expect(DeviceID.make(fromRandom: Array("foobar".utf8).dropLast()) == Array("MZXW6YTB".utf8))
        #expect(DeviceID.make(fromRandom: Array("foobafooba".utf8)) == Array("MZXW6YTBMZXW6YTB".utf8))
        var seen: Set<[UInt8]> = []
        for bit in 0..<80 {
            var random = [UInt8](repeating: 0, count: DeviceID.randomSize)
            random[bit / 8] = 1 << UInt8(bit % 8)
            let id = DeviceID.make(fromRandom: random)
            seen.insert(id)
            let report = try check(id)
            #expect(id.count == 16 && report.valid && report.unreserved && report.long_enough && report.mas)
        }
        #expect(seen.count == 80)
    }
}
