// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct BearerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bearer",
        abstract: "Says whether a request carries one access token, and where; never prints it.",
        discussion: "Exit codes: 0 one token, 1 none or not as it should be, 2 usage error.")

    @Argument(
        help: "The value of the Authorization header; - for standard input; none for a request without that header.")
    var header: String?

    @Option(name: .long, help: "The query of the URL, if a token there counts.")
    var query: String?

    @Flag(name: .long, help: "Take any visible ASCII, as in tokens that an administrator has chosen.")
    var anyCharacters = false

    func run() throws {
        var value = header.map { Array($0.utf8) }
        if header == "-" {
            value = try Input.read("-")
            while value?.last == UInt8(ascii: "\n") || value?.last == UInt8(ascii: "\r") { value?.removeLast() }
        }
        do throws(Refusal) {
            let size = try Library.bearerTokenSize(
                header: value, query: query.map { Array($0.utf8) }, flags: anyCharacters ? 1 : 0)
            let place = value == nil ? "the query" : "the Authorization header"
            Terminal.write(Terminal.coloured("good", .green) + ": a token of \(size) bytes in \(place)\n")
        } catch {
            Terminal.write(Terminal.coloured("refused", .red) + ": \(error.name): \(error.subjectAndMessage)\n")
            throw ExitCode(1)
        }
    }
}

struct ReplyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reply", abstract: "Shows the HTTP response that a server answers with to a client.")

    @Argument(help: "A status by name or number; see mxauth statuses.")
    var status: String

    @Option(name: .long, help: "The scope that would be enough, for MXAUTH_SCOPE_INSUFFICIENT.")
    var scope: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Read options from a file of name = value lines; see docs/options.md.", valueName: "file"))
    var config: String?

    @Option(
        name: [.customShort("o"), .customLong("option")],
        help: ArgumentHelp("Set any option; may be repeated. Needs --config.", valueName: "name=value"))
    var options: [String] = []

    func validate() throws {
        if config == nil, !options.isEmpty { throw ValidationError("Options are set besides those of --config.") }
    }

    func run() throws {
        let known = Library.statuses.first { String(cString: $0.name) == status || "\($0.status)" == status }
        guard let known else { throw Failure("No status is called that; see mxauth statuses.") }
        let validator = try makeValidator()
        do throws(Refusal) {
            Terminal.write(try Library.reply(to: known.status, scope: scope, validator: validator) + "\n")
        } catch {
            throw Failure("There is no reply to \(String(cString: known.name)) with that scope.")
        }
    }

    private func makeValidator() throws(Failure) -> Validator? {
        guard let config else { return nil }
        let made = Config()
        for setting in try Setting.read(file: config) { try made.apply(setting) }
        for option in options { try made.apply(try Setting(parsing: option, origin: "--option")) }
        do throws(Refusal) {
            return try made.makeValidator(at: nil)
        } catch {
            throw Failure(error.subjectAndMessage)
        }
    }
}
