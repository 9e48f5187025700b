// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct Metadata: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks or makes the auth_metadata document of a homeserver (MSC2965).",
        discussion: "Exit codes: 0 valid, 1 not valid, 2 usage error.", subcommands: [Check.self, Merge.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Says which rules a document breaks.")

        @OptionGroup var document: DocumentArguments

        @Option(name: .long, help: ArgumentHelp("The issuer that it should be of, byte for byte.", valueName: "url"))
        var issuer: String?

        func run() throws {
            try document.show { text throws(Refusal) in try Library.checkMetadata(text, issuer: issuer) }
        }
    }

    struct Merge: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes the document from an issuer's discovery document, with members of your own.")

        @Argument(help: "The issuer's discovery document; - for standard input.")
        var discovery: String

        @Argument(help: "A JSON object whose members win; null takes one away.")
        var overrides: String?

        func run() throws {
            let found = try Input.read(discovery)
            let wanted = try overrides.map { path throws(Failure) in try Input.read(path) } ?? []
            do throws(Refusal) {
                Terminal.writeJSON(try Library.mergeMetadata(found, wanted))
            } catch {
                throw try error.asExit
            }
        }
    }
}
