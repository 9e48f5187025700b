// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct PKCECommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pkce", abstract: "Compares a code verifier with its challenge, or makes the challenge (RFC 7636).",
        discussion: "Exit codes: 0 good, 1 refused, 2 usage error.", subcommands: [Check.self, Challenge.self])

    func run() throws {
        Terminal.write(PKCECommand.helpMessage() + "\n", to: 2)
        throw ExitCode(2)
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says whether a code challenge was made of a code verifier.")

        @OptionGroup var secret: CodeVerifier

        @Argument(help: "The code_challenge of the authorization request.")
        var challenge: String

        @Option(name: .long, help: "The code_challenge_method of the request.")
        var method = "S256"

        @Flag(name: .long, help: "The request had no code_challenge_method.")
        var withoutMethod = false

        func run() throws {
            let verifier = try secret.read()
            do throws(Refusal) {
                try Library.checkPKCE(verifier: verifier, challenge: challenge, method: withoutMethod ? nil : method)
                Terminal.write(Terminal.coloured("good", .green) + "\n")
            } catch {
                Terminal.write(Terminal.coloured("refused", .red) + ": \(error.name): \(error.subjectAndMessage)\n")
                throw ExitCode(1)
            }
        }
    }

    struct Challenge: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Writes the S256 code challenge of a code verifier.")

        @OptionGroup var secret: CodeVerifier

        func run() throws {
            let verifier = try secret.read()
            do throws(Refusal) {
                Terminal.write(try Library.makePKCEChallenge(of: verifier) + "\n")
            } catch {
                throw try error.asExit
            }
        }
    }

    struct CodeVerifier: ParsableArguments {
        @Argument(help: "The code_verifier; - for standard input.")
        var verifier: String

        func read() throws(Failure) -> [UInt8] {
            guard verifier == "-" else { return Array(verifier.utf8) }
            var text = try Input.read("-")
            while text.last == UInt8(ascii: "\n") || text.last == UInt8(ascii: "\r") { text.removeLast() }
            return text
        }
    }
}
