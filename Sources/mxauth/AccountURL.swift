// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct AccountURL: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account-url",
        abstract: "Prints the link to where an account is managed (MSC4191).",
        discussion: "Exit codes: 0 there is such a link, 1 there is none, 2 usage error.")

    @Option(
        name: .long,
        help: ArgumentHelp("Link to actions that this auth_metadata document advertises.", valueName: "file"))
    var metadata: String?

    @Option(name: .long, help: ArgumentHelp("Link to this account_management_uri.", valueName: "url"))
    var uri: String?

    @Option(
        name: .long,
        help: ArgumentHelp("The device for org.matrix.device_view and org.matrix.device_delete.", valueName: "id"))
    var device: String?

    @Argument(help: "The action, as org.matrix.profile; none for the front page.")
    var action: String?

    func validate() throws {
        if (metadata == nil) == (uri == nil) { throw ValidationError("Give either --metadata or --uri.") }
    }

    func run() throws {
        let target = try metadata.map { path throws(Failure) in try Input.read(path) } ?? Array((uri ?? "").utf8)
        do throws(Refusal) {
            Terminal.write(try Library.accountURL(target, action: action, deviceID: device) + "\n")
        } catch {
            throw try error.asExit
        }
    }
}
