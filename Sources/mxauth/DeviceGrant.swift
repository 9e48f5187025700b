// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CMXAuth

struct DeviceGrant: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Walks through the polls of a client with a device code (MSC4341), step by step.",
        discussion: """
            poll@T is a poll T seconds after the code was given out; approve and deny are the user's decision.
            Exit codes: 0 the last poll got tokens, 1 it did not, 2 usage error.
            """)

    @Argument(help: "poll@T, approve or deny.")
    var events: [Event]

    @Option(name: .long, help: "Seconds that the client was told to wait between polls.")
    var interval: UInt32 = 5

    @Option(name: .long, help: "Seconds until the code expires.")
    var expiresIn: UInt32 = 1_800

    enum Event: ExpressibleByArgument {
        case poll(at: Int64)
        case approve, deny

        init?(argument: String) {
            switch argument {
            case "approve": self = .approve
            case "deny": self = .deny
            default:
                let parts = argument.split(separator: "@", omittingEmptySubsequences: false)
                guard parts.count == 2, parts[0] == "poll", let time = Int64(parts[1]), time >= 0 else { return nil }
                self = .poll(at: time)
            }
        }
    }

    func run() throws {
        var code = DeviceCode(expiresAt: Int64(expiresIn), interval: interval)
        var table = Table("", "event", "answer", "interval", wrappingAt: 60)
        var hasTokens = false
        for event in events {
            switch event {
            case .approve:
                code.decide(MXAUTH_DEVICE_GRANT_APPROVED)
                table.add("·", "approve", "", "")
            case .deny:
                code.decide(MXAUTH_DEVICE_GRANT_DENIED)
                table.add("·", "deny", "", "")
            case .poll(let time):
                do throws(Refusal) {
                    let error = try code.poll(at: time)
                    hasTokens = error.isEmpty
                    table.add(
                        hasTokens ? "✓" : "✗", "poll@\(time)", hasTokens ? "tokens" : error, "\(code.interval)",
                        colour: hasTokens ? .green : .red)
                } catch {
                    throw Failure("poll@\(time): \(error.subjectAndMessage)")
                }
            }
        }
        Terminal.write(table.text)
        if !hasTokens { throw ExitCode(1) }
    }
}
