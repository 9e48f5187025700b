// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CMXAuth

struct Refresh: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Walks through a session whose refresh tokens rotate (MSC2964), step by step.",
        discussion: """
            refresh:N is a client that refreshes with the refresh token of generation N, access:N a request with the access \
            token of it, revoke the end of the session. The session begins with generation 1.
            Exit codes: 0 the last step was allowed, 1 it was not, 2 usage error.
            """)

    @Argument(help: "refresh:N, access:N or revoke.")
    var events: [Event]

    struct Event: ExpressibleByArgument {
        let argument: String
        let number: Int32
        let generation: UInt64

        init?(argument: String) {
            self.argument = argument
            let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
            if parts == ["revoke"] {
                number = MXAUTH_REFRESH_REVOKE
                generation = 0
                return
            }
            guard parts.count == 2, let generation = UInt64(parts[1]) else { return nil }
            switch parts[0] {
            case "refresh": number = MXAUTH_REFRESH_USE_REFRESH
            case "access": number = MXAUTH_REFRESH_USE_ACCESS
            default: return nil
            }
            self.generation = generation
        }
    }

    func run() throws {
        var session = RefreshSession()
        var table = Table("", "event", "what is done", "good from now on", wrappingAt: 60)
        var isAllowed = true
        for event in events {
            do throws(Refusal) {
                let outcome = try session.take(event.number, event.generation)
                isAllowed =
                    outcome.action != MXAUTH_REFRESH_REFUSE
                    && (outcome.action != MXAUTH_REFRESH_REVOKE_SESSION || event.number == MXAUTH_REFRESH_REVOKE)
                table.add(
                    isAllowed ? "✓" : "✗", event.argument, outcome.words, session.good, colour: isAllowed ? .green : .red)
            } catch {
                throw Failure("\(event.argument): \(error.subjectAndMessage)")
            }
        }
        Terminal.write(table.text)
        if !isAllowed { throw ExitCode(1) }
    }
}

extension RefreshSession {
    fileprivate var good: String {
        if isRevoked { return "none" }
        return previous == 0 ? "\(newest)" : "\(previous), \(newest)"
    }
}

extension mxauth_refresh_outcome {
    fileprivate var words: String {
        let numbers = [retired.0, retired.1].filter { $0 != 0 }.map(String.init)
        let end = numbers.isEmpty ? "" : "; \(numbers.joined(separator: ", ")) retired"
        return switch Int32(action) {
        case MXAUTH_REFRESH_ALLOW: "allowed" + end
        case MXAUTH_REFRESH_ISSUE: "issued \(issued)" + end
        case MXAUTH_REFRESH_REVOKE_SESSION: "session revoked" + end
        default: "refused" + end
        }
    }
}
