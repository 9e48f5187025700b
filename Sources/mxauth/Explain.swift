// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FoundationEssentials

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows each check of a token, in order, up to the one that refuses it.")

    @OptionGroup var arguments: TokenArguments

    func run() throws {
        let validator = try arguments.makeValidator()
        let token = try arguments.readToken()
        let json: String
        do throws(Refusal) {
            json = try validator.explain(token)
        } catch {
            throw Failure(error.message)
        }
        let explanation = try JSONDecoder().decode(Explanation.self, from: Data(json.utf8))
        if arguments.json { Terminal.writeJSON(json) } else { Terminal.write(explanation.table + explanation.outcome) }
        switch explanation.status {
        case 0: return
        case ..<200: throw ExitCode(2)
        default: throw ExitCode(1)
        }
    }
}

/// What mxauth_explain writes.
private struct Explanation: Decodable {
    let status: Int32
    let name, sentence, remedy: String
    let checks: [Check]
    let verdict: Accepted?

    struct Check: Decodable {
        let check: String
        let passed: Bool
        let subject, expected, found, source: String
    }

    struct Accepted: Decodable {
        let user_id, device_id: String
        let expires_at: Int64
    }

    var table: String {
        var table = Table("", "check", "subject", "expected", "found", "source", wrappingAt: 34)
        for check in checks {
            table.add(
                check.passed ? "✓" : "✗", check.check, check.subject, check.expected, check.found, check.source,
                colour: check.passed ? .green : .red)
        }
        return table.text + "\n"
    }

    /// The verdict and what to do about it.
    var outcome: String {
        guard let verdict else {
            return Terminal.coloured("refused", .red) + ": \(name). \(sentence) \(remedy)\n"
        }
        let user = verdict.user_id.isEmpty ? "no user" : Terminal.escaped(verdict.user_id)
        let device = verdict.device_id.isEmpty ? "" : " on device \(Terminal.escaped(verdict.device_id))"
        let end = verdict.expires_at == 0 ? "without an end" : "until \(UnixTime(verdict.expires_at))"
        return Terminal.coloured("good", .green) + ": \(user)\(device), \(end)\n"
    }
}
