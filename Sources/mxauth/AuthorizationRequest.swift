// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FoundationEssentials

struct AuthorizationRequest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authorization-request",
        abstract: "Says which rules of MSC2964 a request to the authorization endpoint breaks.",
        discussion: "Exit codes: 0 valid, 1 not valid, 2 usage error.")

    @Argument(help: "The query of the request's URL; - for standard input.")
    var query: String

    @Option(
        name: .long,
        help: ArgumentHelp("The client's metadata, as mxauth registration --json gives them.", valueName: "file"))
    var client: String

    @Flag(name: .long, help: "The server lists create in prompt_values_supported.")
    var promptCreate = false

    @Flag(name: .long, help: "Print the library's JSON.")
    var json = false

    func run() throws {
        var text = query == "-" ? try Input.read("-") : Array(query.utf8)
        if query == "-" { while text.last == UInt8(ascii: "\n") || text.last == UInt8(ascii: "\r") { text.removeLast() } }
        let metadata = try Input.read(client)
        let report: String
        do throws(Refusal) {
            report = try Library.checkAuthorization(text, client: metadata, flags: promptCreate ? 1 : 0)
        } catch {
            throw try error.asExit
        }
        let rules = try JSONDecoder().decode(DocumentReport.self, from: Data(report.utf8))
        if json {
            Terminal.writeJSON(report)
        } else {
            Terminal.write(rules.table + (try JSONDecoder().decode(Result.self, from: Data(report.utf8)).lines))
        }
        if !rules.valid { throw ExitCode(1) }
    }

    /// What mxauth_authorization_check writes besides.
    private struct Result: Decodable {
        let request: [String: String]?
        let redirect: Bool?
        let reply: Reply?

        struct Reply: Decodable {
            let redirect_uri, response_mode: String
        }

        var lines: String {
            if let request {
                var table = Table("parameter", "value", wrappingAt: 80)
                for name in request.keys.sorted() { table.add(name, request[name] ?? "") }
                return "\n" + table.text
            }
            guard let reply else { return "to be shown to the user, not to be sent to the redirect_uri\n" }
            return "to be sent to \(Terminal.escaped(reply.redirect_uri)) in its \(reply.response_mode)\n"
        }
    }
}
