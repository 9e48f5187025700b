// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CMXAuth

struct Authorize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says whether a request may be made: with a token, with scopes, by a guest, or without a token.",
        discussion: "Without a token, --file, --scope or --guest the request is one without a token.")

    @Argument(help: "The request's method.")
    var method: String

    @Argument(help: "The request's path, as it is sent; a query is ignored.")
    var path: String

    @OptionGroup var arguments: TokenArguments

    @Option(
        name: .long, help: ArgumentHelp("Instead of a token: what it would grant with that scope.", valueName: "list"))
    var scope: String?

    @Flag(name: .long, help: "Instead of a token: a guest.")
    var guest = false

    @Flag(name: .long, help: "Print the HTTP response to a request that is refused.")
    var reply = false

    func validate() throws {
        let ways = [arguments.token != nil || arguments.file != nil, scope != nil, guest].count { $0 }
        if ways > 1 { throw ValidationError("Give one of: a token, --file, --scope, --guest.") }
        if reply, arguments.json { throw ValidationError("Give --reply or --json, not both.") }
    }

    private var isAboutToken: Bool { arguments.token != nil || arguments.file != nil }

    func run() throws {
        let validator = try arguments.makeValidator(needsIssuer: isAboutToken)
        do throws(Refusal) {
            let caller = try caller(validator)
            try validator.authorize(method, path, caller)
            if arguments.json {
                Terminal.writeJSON(JSON.object(["status": .number(0), "name": .text("MXAUTH_OK")]).written)
            } else {
                Terminal.write(aligned([("verdict", Terminal.coloured("allowed", .green))]))
            }
        } catch {
            guard error.isTokens else { throw Failure(error.subjectAndMessage) }
            if reply {
                Terminal.write(try answer(to: error, validator) + "\n")
            } else if arguments.json {
                Terminal.writeJSON(error.json.written)
            } else {
                Terminal.write(error.lines)
            }
            throw ExitCode(1)
        }
    }

    /// With the scope that would have been enough.
    private func answer(to refusal: Refusal, _ validator: Validator) throws(Failure) -> String {
        do throws(Refusal) {
            let scope = refusal.status == MXAUTH_SCOPE_INSUFFICIENT ? try validator.requiredScope(method, path) : ""
            return try Library.reply(to: refusal.status, scope: scope, validator: validator)
        } catch {
            throw Failure(error.subjectAndMessage)
        }
    }

    private func caller(_ validator: Validator) throws(Refusal) -> Validator.Caller {
        if let scope { return .grants(try validator.grants(ofScope: scope)) }
        if guest { return .grants(1 << 4) }  // MXAUTH_GRANT_GUEST, which Swift does not import
        guard isAboutToken else { return .anonymous }
        let token: [UInt8]
        do throws(Failure) {
            token = try arguments.readToken()
        } catch {
            throw Refusal(mxauth_status(MXAUTH_MISUSE), error.message)
        }
        do throws(Refusal) {
            return .grants(try validator.validate(token).grants)
        } catch {
            return .refused(error)
        }
    }
}
