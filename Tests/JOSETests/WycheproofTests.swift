// SPDX-License-Identifier: Apache-2.0
import Foundation
import JOSE
import Testing

@Suite struct WycheproofTests {
    private struct Sums: Equatable {
        var cases = 0
        var valid = 0
        var invalid = 0
        var acceptable = 0
    }

    /// COUNTS.json also lists the vectors of X25519 and X448, which agree on keys and sign nothing. They are not part of
    /// the data here.
    private static let keyAgreement = ["testvectors_v1/x25519_jwk_test.json", "testvectors_v1/x448_jwk_test.json"]

    /// Runs every case of every other file that COUNTS.json lists; a file or case that is not there is a failure.
    @Test func everyCaseOfEveryFile() throws {
        let counts = try Vectors.json("wycheproof/COUNTS.json")
        var grand = Tally()
        for entry in try counts.objects("files") {
            let path = try entry.text("file")
            if Self.keyAgreement.contains(path) { continue }
            guard try Vectors.exists("wycheproof/\(path)") else {
                Issue.record("\(path) is missing: its \(try entry.number("cases")) cases did not run")
                continue
            }
            let file = try WycheproofFile(URL(fileURLWithPath: path).lastPathComponent)
            #expect(file.groups.count == (try entry.number("groups")), "\(path)")
            #expect(try Self.sums(of: file) == Self.sums(in: entry), "\(path)")
            let tally = try file.run()
            #expect(tally.total == (try entry.number("cases")), "\(path)")
            #expect(tally.failures.isEmpty, "\(path)")
            Self.report(file.name, tally)
            grand.add(tally)
        }
        Self.report("all of Wycheproof", grand)
        #expect(grand.total == 6385)
        #expect(
            grand.stricter == [.jwe: 67, .anomaly: 6, .saltLength: 264, .shortKey: 18, .truncatedTag: 90])
    }

    /// COUNTS.json lists every file that is here, so that none stands by without being run.
    @Test func noFileIsLeftOut() throws {
        let listed = Set(try Vectors.json("wycheproof/COUNTS.json").objects("files").map { try $0.text("file") })
        let folder = try Vectors.url("wycheproof/testvectors_v1")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            #expect(listed.contains("testvectors_v1/\(name)"))
        }
    }

    /// The exceptions to the labels are exactly those of ANOMALIES.json.
    @Test(arguments: ["json_web_signature_test.json", "json_web_key_test.json"])
    func exceptionsAreTheListedOnes(_ file: String) throws {
        let anomalies = try Vectors.json("wycheproof/ANOMALIES.json").objects(file)
        let listed = anomalies.flatMap { $0["tcIds"] as? [Int] ?? [] }
        #expect(Set(listed) == Anomalies.known(in: file))
    }

    /// tcIds 367 and 370 are accepted because their tokens are the valid one of tcId 357.
    @Test func mislabelledTokensAreTheValidOne() throws {
        let tests = try WycheproofFile("json_web_signature_test.json").groups.flatMap { try $0.objects("tests") }
        let tokens = try [357, 367, 370].map { id in
            try #require(try tests.first { try $0.number("tcId") == id }).text("jws")
        }
        #expect(Set(tokens).count == 1)
    }

    private static func sums(of file: WycheproofFile) throws -> Sums {
        var sums = Sums()
        for test in try file.groups.flatMap({ try $0.objects("tests") }) {
            sums.cases += 1
            switch try test.text("result") {
            case "valid": sums.valid += 1
            case "invalid": sums.invalid += 1
            default: sums.acceptable += 1
            }
        }
        return sums
    }

    private static func sums(in entry: JSONDictionary) throws -> Sums {
        Sums(
            cases: try entry.number("cases"), valid: try entry.number("valid"), invalid: try entry.number("invalid"),
            acceptable: try entry.number("acceptable"))
    }

    private static func report(_ name: String, _ tally: Tally) {
        let reasons = tally.stricter.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.value) for \($0.key.rawValue)" }.joined(separator: ", ")
        let stricter = reasons.isEmpty ? "" : ", of these labelled valid \(reasons)"
        print("\(name): \(tally.total) cases, \(tally.accepted) accepted, \(tally.refused) refused\(stricter)")
    }
}
