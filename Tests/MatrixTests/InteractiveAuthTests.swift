// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import Matrix

/// Who has to authenticate once more, and where.
@Suite struct InteractiveAuthTests {
    static let callers: [(name: String, caller: InteractiveAuth.Caller)] = [
        ("anonymous", .anonymous), ("refused", .refused), ("oauth", .oauth), ("host", .host), ("appservice", .appservice),
    ]

    private func match(_ method: String, _ path: String) -> Endpoint? {
        Array(method.utf8).withView { method in
            Array(path.utf8).withView { path in Authorization().endpoint(method, path).map { $0.endpoint.pointee } }
        }
    }

    private func need(_ method: String, _ path: String, _ caller: InteractiveAuth.Caller) -> String {
        guard let endpoint = match(method, path) else { return "unknown" }
        return switch InteractiveAuth.decide(endpoint, caller) {
        case .needs(let need, _): "\(need)"
        case .tokenMissing: "missing"
        case .tokenRefused: "refused"
        }
    }

    /// By the specification's pages: of 166 operations eight have it.
    static let guarded: [(String, String, action: String, needs: [String])] = [
        ("POST", "/keys/device_signing/upload", "org.matrix.cross_signing_reset",
            ["missing", "refused", "crossSigning", "legacyCrossSigning", "none"]),
        ("DELETE", "/devices/{deviceId}", "org.matrix.device_delete", ["missing", "refused", "elsewhere", "legacy", "none"]),
        ("POST", "/delete_devices", "org.matrix.devices_list", ["missing", "refused", "elsewhere", "legacy", "none"]),
        ("POST", "/account/3pid/add", "org.matrix.profile", ["missing", "refused", "elsewhere", "legacy", "legacy"]),
        ("POST", "/account/deactivate", "org.matrix.account_deactivate", ["legacy", "refused", "elsewhere", "legacy", "legacy"]),
        ("POST", "/account/password", "", ["legacy", "refused", "elsewhere", "legacy", "legacy"]),
        ("POST", "/login/get_token", "", ["missing", "refused", "elsewhere", "legacy", "legacy"]),
        ("POST", "/register", "", ["legacy", "legacy", "legacy", "legacy", "none"]),
    ]

    @Test func everyEndpointForEverybody() {
        var count = 0
        for row in EndpointRow.rows where !row.isDraftOnly {
            let of = Self.guarded.first { method, end, _, _ in method == row.method && row.path.hasSuffix(end) && !row.path.contains("/email/") }
            if of != nil { count += 1 }
            for (index, (name, caller)) in Self.callers.enumerated() {
                #expect(need(row.method, row.example, caller) == of?.needs[index] ?? "none", "\(row) \(name)")
            }
            let action = match(row.method, row.example).map { String(describing: $0.guarded.accountAction) }
            #expect(action == of?.action ?? "", "\(row)")
        }
        // Six of them under two versions.
        #expect(count == 14)
    }

    /// Near misses need nothing or are none.
    @Test(arguments: [
        ("GET", "/_matrix/client/v3/devices/D", "none"), ("PUT", "/_matrix/client/v3/devices/D", "none"), ("GET", "/_matrix/client/v3/devices", "none"),
        ("DELETE", "/_matrix/client/v3/devices", "unknown"), ("DELETE", "/_matrix/client/v3/devices/", "unknown"), ("DELETE", "/_matrix/client/v3/devices/D/", "unknown"),
        ("DELETE", "/_matrix/client/v3/devices/..", "unknown"), ("DELETE", "/_matrix/client/v3/devices/%2e%2e", "unknown"), ("delete", "/_matrix/client/v3/devices/D", "unknown"),
        ("POST", "/_matrix/client/v3/devices/D", "unknown"), ("GET", "/_matrix/client/v3/delete_devices", "unknown"), ("POST", "/_matrix/client/v1/delete_devices", "unknown"),
        ("PUT", "/_matrix/client/v3/keys/device_signing/upload", "unknown"), ("POST", "/_matrix/client/r0/keys/device_signing/upload", "unknown"),
        ("POST", "/_matrix/client/unstable/keys/device_signing/upload", "unknown"), ("POST", "/_matrix/client/v3/keys/upload", "none"),
        ("POST", "/_matrix/client/v3/keys/signatures/upload", "none"), ("POST", "/_matrix/client/v3/account/3pid", "none"),
        ("POST", "/_matrix/client/v3/account/3pid/delete", "none"), ("POST", "/_matrix/client/v3/login", "none"), ("POST", "/_matrix/client/v3/logout/all", "none"),
        ("DELETE", "/_matrix/client/v3/%64evices/D", "elsewhere"), ("DELETE", "/_matrix/client/r0/devices/a%2Fb", "elsewhere"), ("POST", "/_matrix/client/v3/delete_devices?x", "elsewhere"),
        ("POST", "/_matrix/client/v3/keys/device%5Fsigning/upload", "crossSigning"), ("GET", "/_matrix/client/v3/register/available", "none"),
    ])
    func nearMisses(_ method: String, _ path: String, _ expected: String) {
        #expect(need(method, path, .oauth) == expected)
    }

    // MARK: MSC4190

    private func device(_ method: String, _ path: String, _ caller: InteractiveAuth.Caller, exists: Bool) -> String {
        guard let endpoint = match(method, path) else { return "unknown" }
        do throws(InputFault) {
            return switch try DeviceManagement.decide(endpoint, caller, exists: exists) {
            case .decided(let decision): "\(decision)"
            case .tokenMissing: "missing"
            case .tokenRefused: "refused"
            }
        } catch let fault {
            return "!" + fault.subject
        }
    }

    @Test(arguments: [
        ("PUT", "/_matrix/client/v3/devices/D", true, ["missing", "refused", "update", "update", "update"]),
        ("PUT", "/_matrix/client/v3/devices/D", false, ["missing", "refused", "notFound", "notFound", "create"]),
        ("PUT", "/_matrix/client/r0/devices/%44", false, ["missing", "refused", "notFound", "notFound", "create"]),
        ("DELETE", "/_matrix/client/v3/devices/D", true, ["missing", "refused", "elsewhere", "deleteInteractively", "delete"]),
        ("DELETE", "/_matrix/client/v3/devices/D", false, ["missing", "refused", "elsewhere", "deleteInteractively", "delete"]),
        ("POST", "/_matrix/client/v3/delete_devices", true, ["missing", "refused", "elsewhere", "deleteInteractively", "delete"]),
        ("POST", "/_matrix/client/v3/delete_devices", false, ["missing", "refused", "elsewhere", "deleteInteractively", "delete"]),
    ])
    func devices(_ method: String, _ path: String, _ exists: Bool, _ expected: [String]) {
        #expect(Self.callers.map { device(method, path, $0.caller, exists: exists) } == expected)
    }

    /// No other endpoint changes devices, whoever asks.
    @Test func otherEndpoints() {
        for row in EndpointRow.rows where !row.isDraftOnly {
            let isOne = row.method != "GET" && (row.path.hasSuffix("/devices/{deviceId}") || row.path.hasSuffix("/delete_devices"))
            if isOne { continue }
            for (_, caller) in Self.callers { #expect(device(row.method, row.example, caller, exists: true) == "!path", "\(row)") }
        }
    }

    @Test(arguments: [
        (#"{"type": "m.login.application_service", "username": "_irc_a", "inhibit_login": true}"#, "registers"), (#"{"inhibit_login": true}"#, "registers"),
        ("{}", "loginUnsupported"), (#"{"inhibit_login": false}"#, "loginUnsupported"), (#"{"inhibit_login": null}"#, "loginUnsupported"),
        (#"{"inhibit_login": "true"}"#, "loginUnsupported"), (#"{"inhibit_login": 1}"#, "loginUnsupported"), (#"{"inhibit_login": [true]}"#, "loginUnsupported"),
        (#"{"inhibit_login": {}}"#, "loginUnsupported"), (#"{"Inhibit_login": true}"#, "loginUnsupported"), (#"{"auth": {"inhibit_login": true}}"#, "loginUnsupported"),
        (#"{"inhibit_login": true, "inhibit_login": true}"#, "!body"), (#"{"inhibit_login": false, "inhibit_login": true}"#, "!body"), ("", "!body"), ("true", "!body"),
        ("[]", "!body"), ("{", "!body"), (#"{"inhibit_login": True}"#, "!body"), (#"{"inhibit_login": true} x"#, "!body"),
    ])
    func registrations(_ body: String, _ expected: String) {
        let found: String = Array(body.utf8).withView { body in
            do throws(InputFault) {
                return "\(try AppserviceRegistration(body))"
            } catch let fault {
                return "!" + fault.subject
            }
        }
        #expect(found == expected)
    }
}
