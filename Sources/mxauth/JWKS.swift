// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FoundationEssentials

struct JWKS: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jwks",
        abstract: "Lists the keys of a key set, and what is wrong with those that cannot be used.",
        discussion: "Exit codes: 0 every entry is usable, 1 some are not, 2 usage error.")

    @Argument(help: "A JWKS, a JWK or PEM; - or none for standard input.")
    var file: String?

    @Flag(name: .long, help: "Print the library's JSON.")
    var json = false

    func run() throws {
        let text =
            if let file { try Input.read(file) } else {
                try Input.readStandardInput(else: "Give the key set as a file or on standard input.")
            }
        let report: String
        do throws(Refusal) {
            report = try Library.inspectKeys(text)
        } catch {
            Terminal.writeError(error.message)
            throw ExitCode(1)
        }
        let keys = try JSONDecoder().decode(Report.self, from: Data(report.utf8))
        if json { Terminal.writeJSON(report) } else { Terminal.write(keys.table) }
        if keys.skipped > 0 || keys.usable == 0 { throw ExitCode(1) }
    }
}

/// What mxauth_inspect_keys writes.
private struct Report: Decodable {
    let usable, skipped: Int
    let keys: [Key]

    struct Key: Decodable {
        let usable: Bool
        let kid, kty, crv: String?
        let bits: Int?
        let algorithms: [String]?
        let thumbprint, problem: String?
    }

    var table: String {
        var table = Table(
            "", "kid", "kty", "crv", "bits", "algorithms", "thumbprint", "problem", wrappingAt: 34, nameColumn: 1)
        for key in keys {
            table.add(
                key.usable ? "✓" : "✗", key.kid ?? "", key.kty ?? "", key.crv ?? "", key.bits.map(String.init) ?? "",
                key.algorithms?.joined(separator: " ") ?? "", key.thumbprint ?? "", key.problem ?? "",
                colour: key.usable ? .green : .red)
        }
        return table.text + "\n\(usable) usable, \(skipped) skipped\n"
    }
}
