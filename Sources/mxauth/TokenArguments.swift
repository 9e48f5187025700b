// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// What verify and explain have in common: a token, and the options to judge it by.
struct TokenArguments: ParsableArguments {
    @Argument(
        help: "The token; - or none for standard input, which unlike an argument other users of the machine cannot see.")
    var token: String?

    @Option(name: .long, help: ArgumentHelp("Read the token from a file.", valueName: "file"))
    var file: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Read options from a file of name = value lines; see docs/options.md.", valueName: "file"))
    var config: String?

    @Option(name: .long, help: ArgumentHelp("Set server_name.", valueName: "name"))
    var serverName: String?

    @Option(name: .long, help: ArgumentHelp("Begin an issuer.", valueName: "url"))
    var issuer: String?

    @Option(name: .long, help: ArgumentHelp("Set issuer.keys to what a file holds.", valueName: "file"))
    var keys: String?

    @Option(name: .long, help: ArgumentHelp("Set issuer.audience.", valueName: "list"))
    var audience: String?

    @Option(
        name: [.customShort("o"), .customLong("option")],
        help: ArgumentHelp(
            "Set any option; may be repeated. Applied in order, after --config and the four above.",
            valueName: "name=value"))
    var options: [String] = []

    @Option(name: .long, help: ArgumentHelp("Judge as of that time instead of now.", valueName: "unixtime"))
    var at: Int64?

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func validate() throws {
        if token != nil, file != nil { throw ValidationError("Give the token or --file, not both.") }
        if let at, !(0...9_223_372_036).contains(at) {
            throw ValidationError("--at takes seconds since 1970, from 0 to 9223372036.")
        }
    }

    /// `needsIssuer` is false where no token is judged: then one that is nobody's will do.
    func makeValidator(needsIssuer: Bool = true) throws(Failure) -> Validator {
        var settings: [Setting] = []
        if let config { settings += try Setting.read(file: config) }
        if let serverName { settings.append(Setting("server_name", Array(serverName.utf8), origin: "--server-name")) }
        if let issuer { settings.append(Setting("issuer", Array(issuer.utf8), origin: "--issuer")) }
        if let keys { settings.append(Setting("issuer.keys", try Input.read(keys), origin: "--keys")) }
        if let audience { settings.append(Setting("issuer.audience", Array(audience.utf8), origin: "--audience")) }
        for option in options { settings.append(try Setting(parsing: option, origin: "--option")) }

        if !needsIssuer, !settings.contains(where: { $0.name == "issuer" }) {
            for (name, value) in [
                ("issuer", "https://issuer.invalid/"), ("issuer.any_audience", "true"), ("issuer.require_user", "false"),
            ] { settings.append(Setting(name, Array(value.utf8), origin: "mxauth")) }
        }

        let config = Config()
        for setting in settings { try config.apply(setting) }
        do throws(Refusal) {
            return try config.makeValidator(at: at)
        } catch {
            throw Failure(error.subjectAndMessage)
        }
    }

    /// The token without the line end that editors and echo leave behind it.
    func readToken() throws(Failure) -> [UInt8] {
        var bytes: [UInt8]
        switch (token, file) {
        case (_, let file?): bytes = try Input.read(file)
        case (let token?, _) where token != "-": bytes = Array(token.utf8)
        case (nil, _):
            bytes = try Input.readStandardInput(else: "Give the token as an argument, with --file or on standard input.")
        default: bytes = try Input.read("-")
        }
        while bytes.last == UInt8(ascii: "\n") || bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return bytes
    }
}
