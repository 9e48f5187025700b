// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CMXAuth

/// Who sends a request: a token, or what a host knows of a sender by itself.
struct CallerArguments: ParsableArguments {
    @OptionGroup var arguments: TokenArguments

    @Flag(name: .long, help: "Instead of a token: one that an authorization server gave out.")
    var oauth = false

    @Flag(name: .long, help: "Instead of a token: one of the host's own, of its older login API.")
    var legacy = false

    @Flag(name: .long, help: "Instead of a token: a guest.")
    var guest = false

    @Flag(name: .long, help: "Instead of a token: an application service.")
    var appservice = false

    @Option(name: .long, help: ArgumentHelp("With one of these: its user.", valueName: "id"))
    var user: String?

    @Option(name: .long, help: ArgumentHelp("With one of these: its device.", valueName: "id"))
    var device: String?

    private var isAboutToken: Bool { arguments.token != nil || arguments.file != nil }
    private var isAboutHost: Bool { oauth || legacy || guest || appservice }

    func validate() throws {
        if [isAboutToken, oauth, legacy, guest, appservice].count(where: { $0 }) > 1 {
            throw ValidationError("Give one of: a token, --file, --oauth, --legacy, --guest, --appservice.")
        }
        if !isAboutHost, user != nil || device != nil {
            throw ValidationError("--user and --device go with --oauth, --legacy, --guest or --appservice.")
        }
        if (user ?? "").utf8.count > 255 || (device ?? "").utf8.count > 255 {
            throw ValidationError("--user and --device have at most 255 bytes.")
        }
    }

    func makeValidator() throws(Failure) -> Validator { try arguments.makeValidator(needsIssuer: isAboutToken) }

    /// Nil for a request without a token.
    func verdict(_ validator: Validator) throws -> mxauth_verdict? {
        if isAboutHost {
            let kind = oauth ? MXAUTH_KIND_INTROSPECTED : MXAUTH_KIND_NONE
            // MXAUTH_GRANT_…, which Swift does not import.
            let grants: UInt64 = guest ? 1 << 4 : appservice ? 1 << 0 | 1 << 5 : 1 << 0
            return mxauth_verdict(kind: UInt32(kind), grants: grants, user: user ?? "", device: device ?? "")
        }
        guard isAboutToken else { return nil }
        let token = try arguments.readToken()
        do throws(Refusal) {
            return try validator.judge(token)
        } catch {
            guard error.isTokens else { throw Failure(error.subjectAndMessage) }
            var verdict = mxauth_verdict.empty
            verdict.status = error.status
            return verdict
        }
    }
}

extension mxauth_verdict {
    static var empty: mxauth_verdict {
        var verdict = mxauth_verdict()
        verdict.struct_size = UInt32(MemoryLayout<mxauth_verdict>.size)
        return verdict
    }

    /// A good one of the host's own.
    fileprivate init(kind: UInt32, grants: UInt64, user: String, device: String) {
        self = .empty
        self.kind = kind
        self.grants = grants
        user_id.set(user)
        device_id.set(device)
    }
}

extension mxauth_text {
    /// At most 255 bytes.
    fileprivate mutating func set(_ text: String) {
        let utf8 = Array(text.utf8.prefix(255))
        withUnsafeMutableBytes(of: &bytes) { $0.copyBytes(from: utf8) }
        length = UInt16(utf8.count)
    }
}

extension Refusal {
    /// What a command ends with that has no answer because of it.
    var asRefused: Error {
        guard isTokens || status == MXAUTH_INPUT_INVALID else { return Failure(subjectAndMessage) }
        Terminal.writeError("\(name): \(subjectAndMessage)")
        return ExitCode(1)
    }
}
