// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CMXAuth

struct InteractiveAuth: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uia",
        abstract: "Says which user-interactive authentication a request needs, by whom it is sent.",
        discussion: "Exit codes: 0 it can be said, 1 the request is refused before, 2 usage or configuration error.")

    @Argument(help: "The request's method.")
    var method: String

    @Argument(help: "The request's path, as it is sent; a query is ignored.")
    var path: String

    @OptionGroup var caller: CallerArguments

    func run() throws {
        let validator = try caller.makeValidator()
        let verdict = try caller.verdict(validator)
        do throws(Refusal) {
            let (need, action) = try validator.interactiveAuth(verdict, method, path)
            var rows = [("needs", Self.words(need))]
            if !action.isEmpty { rows.append(("account", action)) }
            Terminal.write(aligned(rows))
        } catch {
            throw error.asRefused
        }
    }

    private static func words(_ need: Int32) -> String {
        switch need {
        case MXAUTH_UIA_NONE: "nothing"
        case MXAUTH_UIA_CROSS_SIGNING: "what mxauth cross-signing says, and then the stage m.oauth"
        case MXAUTH_UIA_ELSEWHERE: "another place: where the account is managed"
        case MXAUTH_UIA_LEGACY: "the server's own stages"
        default: "what mxauth cross-signing says, and then the server's own stages"
        }
    }
}

struct Device: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what comes of a request that makes, renames or deletes devices (MSC4190).",
        discussion: "Exit codes: 0 it is done, 1 it is not, or not yet, 2 usage or configuration error.")

    @Argument(help: "The request's method.")
    var method: String

    @Argument(help: "The request's path, as it is sent; a query is ignored.")
    var path: String

    @Flag(name: .long, help: "The user has the device that the path names.")
    var exists = false

    @OptionGroup var caller: CallerArguments

    func run() throws {
        let validator = try caller.makeValidator()
        let verdict = try caller.verdict(validator)
        let decision: Int32
        do throws(Refusal) {
            decision = try validator.deviceManagement(verdict, method, path, exists: exists)
        } catch {
            throw error.asRefused
        }
        let (words, isDone) = Self.words(decision)
        Terminal.write(words + "\n")
        if !isDone { throw ExitCode(1) }
    }

    private static func words(_ decision: Int32) -> (String, Bool) {
        switch decision {
        case MXAUTH_DEVICE_UPDATE: ("200: the device is updated", true)
        case MXAUTH_DEVICE_CREATE: ("201: the device is created", true)
        case MXAUTH_DEVICE_DELETE: ("200: deleted", true)
        case MXAUTH_DEVICE_NOT_FOUND: ("404 M_NOT_FOUND: there is no such device", false)
        case MXAUTH_DEVICE_DELETE_AFTER_UIA: ("401: the server's own stages come first", false)
        default: ("not with this token: where the account is managed", false)
        }
    }
}

struct AppserviceRegistration: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "appservice-registration",
        abstract: "Says what comes of an application service's POST /register without the older login API (MSC4190).",
        discussion: "Exit codes: 0 it registers, 1 it does not, 2 usage error.")

    @Argument(help: "The body of the request; - for standard input.")
    var body: String

    func run() throws {
        let body = try Input.read(body)
        let decision: Int32
        do throws(Refusal) {
            decision = try Library.appserviceRegistration(body)
        } catch {
            throw error.asRefused
        }
        if decision == MXAUTH_APPSERVICE_REGISTERS { return Terminal.write("registers\n") }
        Terminal.write("400 M_APPSERVICE_LOGIN_UNSUPPORTED\n")
        throw ExitCode(1)
    }
}

extension Validator {
    func interactiveAuth(
        _ verdict: mxauth_verdict?, _ method: String, _ path: String
    ) throws(Refusal) -> (need: Int32, action: String) {
        var need: UInt32 = 0
        var action: UnsafePointer<CChar>?
        var error = mxauth_error.empty
        let status = with(verdict, method, path) {
            mxauth_interactive_auth(handle, $0, $1, $2, $3, $4, &need, &action, &error)
        }
        guard status == MXAUTH_OK else { throw Refusal(status, error) }
        return (Int32(need), action.map { String(cString: $0) } ?? "")
    }

    func deviceManagement(
        _ verdict: mxauth_verdict?, _ method: String, _ path: String, exists: Bool
    ) throws(Refusal) -> Int32 {
        var decision: UInt32 = 0
        var error = mxauth_error.empty
        let status = with(verdict, method, path) {
            mxauth_device_management(handle, $0, $1, $2, $3, $4, exists ? 1 : 0, &decision, &error)
        }
        guard status == MXAUTH_OK else { throw Refusal(status, error) }
        return Int32(decision)
    }
}

extension Library {
    static func appserviceRegistration(_ body: [UInt8]) throws(Refusal) -> Int32 {
        var decision: UInt32 = 0
        var error = mxauth_error.empty
        let status = body.withCharacters { mxauth_appservice_registration($0, $1, &decision, &error) }
        guard status == MXAUTH_OK else { throw Refusal(status, error) }
        return Int32(decision)
    }
}
