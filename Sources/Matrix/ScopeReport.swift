// SPDX-License-Identifier: Apache-2.0
import JOSE

/// Rules that are broken, as reports list them.
struct ScopeProblems {
    let list = JSONBuilder.array()
    private(set) var isEmpty = true

    mutating func add(_ member: StaticString, _ rule: String, _ source: StaticString) {
        isEmpty = false
        let problem = JSONBuilder.object()
        problem.set("member", ByteView(member))
        problem.set("rule", rule)
        problem.set("source", ByteView(source))
        list.append(problem)
    }
}

/// What is in a scope, token by token, whatever is wrong with it.
package enum ScopeReport {
    /// Nil when memory ran out. `isOfLogin`: a device has to be named.
    package static func make(on scope: ByteView, isOfLogin: Bool) throws(ScopeList.Fault) -> [UInt8]? {
        guard scope.count <= ScopeList.maximumSize else { throw .tooLarge }
        let tokens = JSONBuilder.array()
        var problems = ScopeProblems()
        var reading = ScopeReading()
        var hasDevice = false
        var hasGap = false
        var hasTwoDevices = false
        var count = 0
        var start = 0
        for at in 0...scope.count where at == scope.count || scope[at] == UInt8(ascii: " ") {
            let token = scope.slice(start, count: at - start)
            start = at + 1
            if token.isEmpty {
                if !hasGap, !scope.isEmpty {
                    problems.add("scope", "Tokens are separated by single spaces, and none is around them.", grammar)
                }
                hasGap = true
                continue
            }
            guard count < ScopeList.maximumCount else { throw .tooMany }
            count += 1
            if case .device = Scope(token) { hasDevice = true }
            tokens.append(describe(token))
            do throws(ScopeReading.Fault) {
                try reading.add(token: token)
            } catch {
                switch error {
                case .malformed:
                    problems.add("scope", "Token \(count) holds printable ASCII without space, \" and \\ only.", grammar)
                case .twoDevices:
                    if !hasTwoDevices { problems.add("scope", "One device is named.", "MSC2967") }
                    hasTwoDevices = true
                case .deviceSize:
                    problems.add("scope", "The device ID of token \(count) has 1 to 255 bytes.", "MSC2967, homeservers")
                }
            }
        }
        if isOfLogin, !hasDevice { problems.add("scope", "A login names the device that it is for.", "MSC2967") }

        let report = JSONBuilder.object()
        report.set("valid", problems.isEmpty)
        report.set("grants", problems.isEmpty ? Int64(truncatingIfNeeded: reading.grants.rawValue) : 0)
        report.set("device_id", problems.isEmpty ? reading.device ?? .empty : .empty)
        report.set("unknown_scopes", reading.hasUnknownScopes)
        report.set("tokens", tokens)
        report.set("problems", problems.list)
        return report.text()
    }

    private static var grammar: StaticString { "RFC 6749 section 3.3" }

    private static func describe(_ token: ByteView) -> JSONBuilder {
        let entry = JSONBuilder.object()
        guard Scope.isToken(token) else {
            // Not always UTF-8.
            entry.set("scope", token.unquoted)
            add(to: entry, "malformed", "", .empty, grants: false)
            return entry
        }
        let spelling: StaticString = token.hasPrefix(Scope.unstablePrefix) ? "unstable" : "stable"
        entry.set("scope", token)
        switch Scope(token) {
        case .clientAPI: add(to: entry, "api", spelling, .empty, grants: true)
        case .device(let id): add(to: entry, "device", spelling, id, grants: false)
        case .openid: add(to: entry, "openid", "", .empty, grants: true)
        case .synapseAdmin: add(to: entry, "synapse_admin", "", .empty, grants: true)
        case .masAdmin: add(to: entry, "mas_admin", "", .empty, grants: true)
        case .serverAdministration, .roomsIsJoined: add(to: entry, "draft", "", .empty, grants: false)
        case .unknown: add(to: entry, "unknown", "", .empty, grants: false)
        }
        return entry
    }

    private static func add(
        to entry: JSONBuilder, _ kind: StaticString, _ spelling: StaticString, _ device: ByteView, grants: Bool
    ) {
        entry.set("kind", ByteView(kind))
        entry.set("spelling", ByteView(spelling))
        entry.set("device_id", device)
        entry.set("grants", grants)
    }
}
