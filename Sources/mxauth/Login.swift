// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CMXAuth

struct Login: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What older clients are told and ask for when they log in (MSC3824).",
        subcommands: [Flows.self, Action.self])

    struct Flows: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Prints the answer to GET /login.")

        @Flag(name: .long, help: "Offer m.login.sso, with m.login.token.")
        var sso = false

        @Flag(name: .long, help: "Offer m.login.password.")
        var password = false

        @Flag(name: .long, help: "Offer m.login.application_service.")
        var applicationService = false

        @Flag(name: .long, help: "Tell OAuth-aware clients to use m.login.sso.")
        var oauthAwarePreferred = false

        @Flag(name: .long, help: "Say get_login_token in m.login.token.")
        var getLoginToken = false

        @Option(name: .long, help: ArgumentHelp("A JSON array of identity providers for m.login.sso.", valueName: "file"))
        var identityProviders: String?

        func run() throws {
            // The MXAUTH_LOGIN_… bits, which Swift does not import.
            let flags = [sso, password, applicationService, oauthAwarePreferred, getLoginToken]
                .enumerated().reduce(UInt32(0)) { $0 | ($1.element ? 1 << UInt32($1.offset) : 0) }
            let providers = try identityProviders.map { path throws(Failure) in try Input.read(path) } ?? []
            do throws(Refusal) {
                Terminal.writeJSON(try Library.loginFlows(flags, identityProviders: providers))
            } catch {
                throw Failure(error.subjectAndMessage)
            }
        }
    }

    struct Action: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints what the query of an SSO redirect asks for: login, register or nothing.")

        @Argument(help: "The query, with or without its question mark.")
        var query: String

        func run() throws {
            do throws(Refusal) {
                let action = try Library.loginAction(query)
                let names = [MXAUTH_LOGIN_ACTION_LOGIN: "login", MXAUTH_LOGIN_ACTION_REGISTER: "register"]
                Terminal.write((names[action] ?? "nothing") + "\n")
            } catch {
                throw try error.asExit
            }
        }
    }
}
