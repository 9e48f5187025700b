// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CMXAuth

struct CrossSigning: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cross-signing",
        abstract: "Uploads of cross-signing keys: whether they need authentication, and its stage (MSC3967, MSC4312).",
        subcommands: [Check.self, Stage.self, Retry.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says whether an upload needs user-interactive authentication (MSC3967).",
            discussion: "Exit codes: 0 it does not, 1 it does, or cannot be read, 2 usage error.")

        @Argument(help: "The keys that are stored, as a JSON object; {} if there are none.")
        var stored: String

        @Argument(help: "The body of the request; - for standard input.")
        var upload: String

        func run() throws {
            let (stored, upload) = (try Input.read(stored), try Input.read(upload))
            let decision: Int32
            do throws(Refusal) {
                decision = try Library.crossSigningCheck(stored: stored, upload: upload)
            } catch {
                throw error.asRefused
            }
            switch decision {
            case MXAUTH_CROSS_SIGNING_UNCHANGED: Terminal.write("nothing new: answer 200, store nothing\n")
            case MXAUTH_CROSS_SIGNING_FIRST: Terminal.write("the first keys: no authentication\n")
            default:
                Terminal.write("new keys: user-interactive authentication\n")
                throw ExitCode(1)
            }
        }
    }

    struct Stage: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the body of the 401 response that sends the user to approve a reset (MSC4312).",
            discussion: "Exit codes: 0 there is one, 1 there is none, 2 usage error.")

        @Option(name: .long, help: ArgumentHelp("The server's auth_metadata document.", valueName: "file"))
        var metadata: String?

        @Option(name: .long, help: ArgumentHelp("Its account_management_uri.", valueName: "url"))
        var uri: String?

        @Option(name: .long, help: ArgumentHelp("The session that the client goes on with.", valueName: "id"))
        var session: String

        @Flag(name: .long, help: "The client has come back before its user had approved.")
        var repeated = false

        func validate() throws {
            if (metadata == nil) == (uri == nil) { throw ValidationError("Give either --metadata or --uri.") }
        }

        func run() throws {
            let target = try metadata.map { path throws(Failure) in try Input.read(path) } ?? Array((uri ?? "").utf8)
            do throws(Refusal) {
                Terminal.writeJSON(try Library.crossSigningStage(target, session: session, isRepeated: repeated))
            } catch {
                throw error.asRefused
            }
        }
    }

    struct Retry: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the session that an upload goes on with; an empty line for a first request (MSC4312).",
            discussion: "Exit codes: 0 it can be read, 1 it cannot, or is of another stage, 2 usage error.")

        @Argument(help: "The body of the request; - for standard input.")
        var body: String

        func run() throws {
            let body = try Input.read(body)
            do throws(Refusal) {
                // Foreign text.
                Terminal.write(Terminal.escaped(try Library.crossSigningRetry(body)) + "\n")
            } catch {
                throw error.asRefused
            }
        }
    }
}

extension Library {
    static func crossSigningCheck(stored: [UInt8], upload: [UInt8]) throws(Refusal) -> Int32 {
        var decision: UInt32 = 0
        var error = mxauth_error.empty
        let status = stored.withCharacters { stored, storedLength in
            upload.withCharacters { mxauth_cross_signing_check(stored, storedLength, $0, $1, &decision, &error) }
        }
        guard status == MXAUTH_OK else { throw Refusal(status, error) }
        return Int32(decision)
    }

    static func crossSigningStage(_ target: [UInt8], session: String, isRepeated: Bool) throws(Refusal) -> String {
        try target.withCharacters { (characters, count) throws(Refusal) in
            try (Array(session.utf8) + [0]).withCharacters { (session, _) throws(Refusal) in
                // MXAUTH_STAGE_REPEATED, which Swift does not import.
                try filled { mxauth_cross_signing_stage(characters, count, session, isRepeated ? 1 : 0, $0, $1, $2, $3) }
            }
        }
    }

    static func crossSigningRetry(_ body: [UInt8]) throws(Refusal) -> String {
        try body.withCharacters { (characters, count) throws(Refusal) in
            try filled { mxauth_cross_signing_retry(characters, count, $0, $1, $2, $3) }
        }
    }
}
