// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FoundationEssentials

/// A file to be judged, and how to print what came of it.
struct DocumentArguments: ParsableArguments {
    @Argument(help: "The document; - or none for standard input.")
    var file: String?

    @Flag(name: .long, help: "Print the library's JSON.")
    var json = false

    func read() throws(Failure) -> [UInt8] {
        if let file { return try Input.read(file) }
        return try Input.readStandardInput(else: "Give the document as a file or on standard input.")
    }

    /// Prints the report that `make` writes; 1 is the exit code of a document that breaks rules or cannot be read.
    func show(_ make: ([UInt8]) throws(Refusal) -> String) throws {
        let document = try read()
        let text: String
        do throws(Refusal) {
            text = try make(document)
        } catch {
            throw try error.asExit
        }
        let report = try JSONDecoder().decode(DocumentReport.self, from: Data(text.utf8))
        if json { Terminal.writeJSON(text) } else { Terminal.write(report.table) }
        if !report.valid { throw ExitCode(1) }
    }
}

extension Refusal {
    /// Says on standard error what cannot be used, which is the document's or parameter's fault.
    var asExit: ExitCode {
        get throws {
            guard name == "MXAUTH_INPUT_INVALID" else { throw Failure(message) }
            Terminal.writeError(subjectAndMessage)
            return ExitCode(1)
        }
    }
}

/// What the library writes of a document.
struct DocumentReport: Decodable {
    let valid: Bool
    let problems, notes: [Entry]
    let error: String?

    struct Entry: Decodable {
        let member, source: String
        let rule, note: String?
    }

    var table: String {
        var table = Table("", "member", "rule or note", "source", wrappingAt: 60)
        for problem in problems { table.add("✗", problem.member, problem.rule ?? "", problem.source, colour: .red) }
        for note in notes { table.add("·", note.member, note.note ?? "", note.source) }
        let outcome = valid ? Terminal.coloured("valid", .green) : Terminal.coloured("not valid", .red)
        let rows = problems.isEmpty && notes.isEmpty ? "" : table.text + "\n"
        return rows + outcome + (error.map { ": \(Terminal.escaped($0))" } ?? "") + "\n"
    }
}
