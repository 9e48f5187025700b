// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct Registration: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says which rules of MSC2966 a client's request to be registered breaks.",
        discussion: "Exit codes: 0 valid, 1 not valid, 2 usage error.")

    @OptionGroup var document: DocumentArguments

    func run() throws {
        try document.show { text throws(Refusal) in try Library.checkRegistration(text) }
    }
}
