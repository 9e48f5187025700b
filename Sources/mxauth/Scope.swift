// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FoundationEssentials

struct ScopeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scope", abstract: "Reads and compares scopes (MSC2967), and makes device IDs.",
        discussion: "Exit codes: 0 good, 1 refused or not valid, 2 usage error.",
        subcommands: [Inspect.self, Normalise.self, Narrow.self, Merge.self, DeviceID.self])

    func run() throws {
        Terminal.write(ScopeCommand.helpMessage() + "\n", to: 2)
        throw ExitCode(2)
    }

    struct Inspect: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Says what each token of a scope is and grants.")

        @Argument(help: "The scope, as one argument.")
        var scope: String

        @Flag(name: .long, help: "It is asked for at login: a device has to be named.")
        var login = false

        @Flag(name: .long, help: "Print the library's JSON.")
        var json = false

        func run() throws {
            let text = try answer { () throws(Refusal) in
                try Library.inspectScope(Array(scope.utf8), flags: login ? 1 : 0)
            }
            let report = try JSONDecoder().decode(Report.self, from: Data(text.utf8))
            if json { Terminal.writeJSON(text) } else { Terminal.write(report.text) }
            if !report.valid { throw ExitCode(1) }
        }

        /// What mxauth_scope_inspect writes.
        struct Report: Decodable {
            let valid: Bool
            let device_id: String
            let tokens: [Token]
            let problems: [Problem]

            struct Token: Decodable {
                let scope, kind, spelling, device_id: String
                let grants: Bool
            }

            var text: String {
                var table = Table("", "scope", "kind", "spelling", "device", wrappingAt: 34, nameColumn: 1)
                for token in tokens {
                    table.add(token.grants && valid ? "✓" : "", token.scope, token.kind, token.spelling, token.device_id)
                }
                return table.text + "\n" + problems.lines + (valid ? "valid\n" : "not valid\n")
            }
        }
    }

    struct Normalise: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes a scope in the stable spelling, each token once.")

        @Argument(help: "The scope, as one argument.")
        var scope: String

        @Flag(name: .long, help: "Write the unstable spelling beside the stable one.")
        var both = false

        func run() throws {
            let text = try answer { () throws(Refusal) in
                try Library.normaliseScope(Array(scope.utf8), flags: both ? 1 : 0)
            }
            Terminal.write(text + "\n")
        }
    }

    struct Narrow: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes the scope of a refreshed token, unless it asks for more than was granted.")

        @Argument(help: "The scope that was granted, as one argument.")
        var granted: String

        @Argument(help: "The scope that the refresh asks for, as one argument; none for the same.")
        var requested: String = ""

        func run() throws {
            let text = try answer { () throws(Refusal) in
                try Library.narrowScope(Array(granted.utf8), to: Array(requested.utf8))
            }
            Terminal.write(text + "\n")
        }
    }

    struct Merge: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Writes the tokens of two scopes, each once.")

        @Argument(help: "A scope, as one argument.")
        var first: String

        @Argument(help: "Another scope, as one argument.")
        var second: String

        func run() throws {
            let text = try answer { () throws(Refusal) in
                try Library.mergeScopes(Array(first.utf8), Array(second.utf8))
            }
            Terminal.write(text + "\n")
        }
    }

    struct DeviceID: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "device-id", abstract: "Says what is to be said of a device ID, or makes one.")

        @Argument(help: "The device ID; none to make one.")
        var id: String?

        @Flag(name: .long, help: "Print the library's JSON.")
        var json = false

        func run() throws {
            guard let id else {
                Terminal.write(try answer { () throws(Refusal) in try Library.makeDeviceID() } + "\n")
                return
            }
            let text = try answer { () throws(Refusal) in try Library.checkDeviceID(Array(id.utf8)) }
            let report = try JSONDecoder().decode(Report.self, from: Data(text.utf8))
            if json { Terminal.writeJSON(text) } else { Terminal.write(report.text) }
            if !report.valid { throw ExitCode(1) }
        }

        /// What mxauth_device_id_check writes.
        struct Report: Decodable {
            let valid, unreserved, long_enough, mas: Bool
            let length: Int
            let problems: [Problem]

            var text: String {
                var table = Table("", "rule", "source", wrappingAt: 60)
                table.add(unreserved ? "✓" : "✗", "unreserved characters only", "MSC2967 (advice), RFC 3986 section 2.3")
                table.add(long_enough ? "✓" : "✗", "10 characters or more (\(length))", "MSC2967 (advice)")
                table.add(mas ? "✓" : "✗", "what Matrix Authentication Service takes", "its policy")
                return table.text + "\n" + problems.lines + (valid ? "valid\n" : "not valid\n")
            }
        }
    }

    struct Problem: Decodable {
        let member, rule, source: String
    }

    /// What the library answers; a refusal is told on standard error.
    fileprivate static func answer(_ question: () throws(Refusal) -> String) throws -> String {
        do throws(Refusal) {
            return try question()
        } catch {
            Terminal.writeError("\(error.name): \(error.subjectAndMessage)")
            throw ExitCode(1)
        }
    }
}

extension ParsableCommand {
    fileprivate func answer(_ question: () throws(Refusal) -> String) throws -> String {
        try ScopeCommand.answer(question)
    }
}

extension [ScopeCommand.Problem] {
    fileprivate var lines: String {
        map { Terminal.coloured("✗", .red) + " \(Terminal.escaped($0.member)): \($0.rule) (\($0.source))\n" }.joined()
    }
}
