// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says whether a token is good, for whom, and what it grants.")

    @OptionGroup var arguments: TokenArguments

    @Flag(name: .long, help: "Print the claims of a good token instead of the verdict.")
    var claims = false

    func validate() throws {
        if claims, arguments.json { throw ValidationError("--claims prints JSON already: leave out --json.") }
    }

    func run() throws {
        let validator = try arguments.makeValidator()
        let token = try arguments.readToken()
        do throws(Refusal) {
            if claims {
                Terminal.writeJSON(try validator.claims(token))
                return
            }
            let verdict = try validator.validate(token)
            if arguments.json { Terminal.writeJSON(verdict.json.written) } else { Terminal.write(verdict.lines) }
        } catch {
            guard error.isTokens else { throw Failure(error.message) }
            if claims {
                // Standard output is for claims only.
                Terminal.writeError("refused: \(error.name): \(error.subjectAndMessage)")
            } else if arguments.json {
                Terminal.writeJSON(error.json.written)
            } else {
                Terminal.write(error.lines)
            }
            throw ExitCode(1)
        }
    }
}

extension Verdict {
    fileprivate var lines: String {
        let grants = grantNames.isEmpty ? "none" : grantNames.joined(separator: ", ")
        return aligned([
            ("verdict", Terminal.coloured("good", .green)),
            ("user", Terminal.escaped(userID)),
            ("device", Terminal.escaped(deviceID)),
            ("subject", Terminal.escaped(subject)),
            ("client", Terminal.escaped(clientID)),
            ("issuer", Terminal.escaped(issuer)),
            ("grants", grants + (hasUnknownScopes ? " (other scopes grant nothing here)" : "")),
            ("issued", issuedAt == 0 ? "" : UnixTime(issuedAt).description),
            ("expires", expiresAt == 0 ? "never" : UnixTime(expiresAt).description),
        ])
    }

    /// The same members as in the library's explanation.
    fileprivate var json: JSON {
        .object([
            "status": .number(0),
            "name": .text("MXAUTH_OK"),
            "verdict": .object([
                "issuer": .text(issuer),
                "user_id": .text(userID),
                "device_id": .text(deviceID),
                "subject": .text(subject),
                "client_id": .text(clientID),
                "grants": .number(Int64(bitPattern: grants)),
                "unknown_scopes": .truth(hasUnknownScopes),
                "expires_at": .number(expiresAt),
                "issued_at": .number(issuedAt),
            ]),
        ])
    }
}

extension Refusal {
    var lines: String {
        let info = info
        let answer = [
            "\(info.http_status)", String(cString: info.errcode), info.soft_logout == 1 ? "soft_logout" : "",
            String(cString: info.oauth_error),
        ]
        return aligned([
            ("verdict", Terminal.coloured("refused", .red)),
            ("status", "\(status) \(name)"),
            ("subject", Terminal.escaped(subject)),
            ("message", Terminal.escaped(message)),
            ("answer", answer.filter { !$0.isEmpty }.joined(separator: " ")),
        ])
    }

    var json: JSON {
        let info = info
        return .object([
            "status": .number(Int64(status)),
            "name": .text(name),
            "subject": .text(subject),
            "message": .text(message),
            "http_status": .number(Int64(info.http_status)),
            "errcode": .text(String(cString: info.errcode)),
            "soft_logout": .truth(info.soft_logout == 1),
            "oauth_error": .text(String(cString: info.oauth_error)),
        ])
    }
}

/// Lines of a name and a value; those without a value are left out.
func aligned(_ lines: [(String, String)]) -> String {
    lines.filter { !$0.1.isEmpty }.map { $0.0 + String(repeating: " ", count: 10 - $0.0.count) + $0.1 + "\n" }.joined()
}
