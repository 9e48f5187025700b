// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc

/// Exit codes are the tool's promise to scripts: 0 good, 1 refused, 2 usage or configuration. ArgumentParser's own
/// `main` has others.
@main
enum Entry {
    static func main() {
        do {
            var command = try MXAuthCommand.parseAsRoot()
            try command.run()
        } catch let code as ExitCode {
            exit(code.rawValue)
        } catch let failure as Failure {
            Terminal.writeError(failure.message)
            exit(2)
        } catch {
            let message = MXAuthCommand.fullMessage(for: error)
            if MXAuthCommand.exitCode(for: error) == .success {
                Terminal.write(message + "\n")
                exit(0)
            }
            Terminal.write(Terminal.escaped(withoutArguments(message), keepingLines: true) + "\n", to: 2)
            exit(2)
        }
    }

    /// ArgumentParser repeats what it did not understand, and that may be a token. No option is as long as one.
    private static func withoutArguments(_ message: String) -> String {
        var message = message
        for argument in CommandLine.arguments.dropFirst() {
            for part in [argument] + argument.split(separator: "=", maxSplits: 1).dropFirst().map(String.init)
            where part.utf8.count >= 20 {
                message = message.split(separator: part, omittingEmptySubsequences: false).joined(separator: "…")
            }
        }
        return message
    }
}

struct MXAuthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mxauth",
        abstract: "Validates Matrix access tokens and shows why they are refused.",
        discussion: "Exit codes: 0 good, 1 refused, 2 usage or configuration error.",
        version: "mxauth \(Library.headerVersion) (libmxauth \(Library.version))",
        subcommands: [
            Verify.self, Explain.self, Authorize.self, JWKS.self, BearerCommand.self, ReplyCommand.self, ScopeCommand.self,
            Revoke.self,
            Registration.self, Metadata.self, Login.self, AccountURL.self, PKCECommand.self, AuthorizationRequest.self,
            Refresh.self, DeviceGrant.self, TransactionKey.self, InteractiveAuth.self, Device.self,
            AppserviceRegistration.self, CrossSigning.self,
            Options.self, Statuses.self,
        ])

    /// Without a subcommand: not a success, lest a script with an empty variable takes it for a good token.
    func run() throws {
        Terminal.write(MXAuthCommand.helpMessage() + "\n", to: 2)
        throw ExitCode(2)
    }
}

/// The command cannot do its work; nothing has been decided about a token.
struct Failure: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
