// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CMXAuth

struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Asks an issuer to revoke a token, and with it the session (MSC4254, RFC 7009).",
        discussion: "The token may be an access or a refresh token of the first issuer, whoever it was given to.")

    enum Hint: String, ExpressibleByArgument, CaseIterable {
        case access, refresh

        fileprivate var number: UInt32 {
            switch self {
            case .access: UInt32(MXAUTH_TOKEN_HINT_ACCESS)
            case .refresh: UInt32(MXAUTH_TOKEN_HINT_REFRESH)
            }
        }
    }

    @OptionGroup var arguments: TokenArguments

    @Option(name: .long, help: "Say what the token is.")
    var hint: Hint?

    @Option(
        name: .long,
        help: ArgumentHelp("The client whose token it is. Without it: the credentials of the options.", valueName: "id"))
    var clientID: String?

    func run() throws {
        let validator = try arguments.makeValidator()
        let token = try arguments.readToken()
        do throws(Refusal) {
            try validator.revoke(token, hint: hint?.number ?? UInt32(MXAUTH_TOKEN_HINT_NONE), clientID: clientID)
            if arguments.json {
                Terminal.writeJSON(JSON.object(["status": .number(0), "name": .text("MXAUTH_OK")]).written)
            } else {
                Terminal.write("revoked\n")
            }
        } catch {
            if arguments.json { Terminal.writeJSON(error.json.written) }
            throw Failure("\(error.name): \(error.subjectAndMessage)")
        }
    }
}
