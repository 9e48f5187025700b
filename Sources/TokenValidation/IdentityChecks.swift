// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix

extension Judge {
    /// The Matrix user of the token; empty if it names none and none is needed.
    func userID(
        _ claims: JSONObject, _ issuer: Issuer, _ scratch: Scratch
    ) throws(Status) -> ByteView {
        func name() -> String { String(decoding: issuer.policy.userClaim, as: UTF8.self) }
        guard let member = issuer.policy.userClaim.withView({ claims.member($0) }) else {
            if issuer.policy.requiresUser {
                try refuse(.user, .userMissing, subject: name(), expected: "a localpart", found: "no \(name())")
            }
            return .empty
        }
        guard let claim = member.string else {
            try refuse(.user, .claimInvalid, subject: name(), expected: "a string", found: String(member.kind.name))
        }
        if validator.settings.serverName.isEmpty { return .empty }
        let composed = validator.settings.serverName.withView { server in
            Result { () throws(UserID.Fault) in
                try UserID.compose(claim, server: server, into: scratch.userID)
            }
        }
        switch composed {
        case .success(let userID):
            pass(.user, subject: name(), expected: "a user of this server", found: userID.quoted)
            return userID
        case .failure(let fault):
            try refuse(
                .user, .userInvalid, subject: name(),
                    expected: issuer.policy.allowsHistoricalUsers
                        ? "a localpart of printable ASCII without a colon" : "a localpart of a-z 0-9 . _ = - / +",
                    found: fault.words)
        }
    }

    /// `scope` is a string (RFC 9068 section 2.2.3, RFC 8693 section 4.2); issuers without it have `scp`, an array.
    func readScopes(_ claims: JSONObject, _ kind: Verdict.Kind) throws(Status) -> ScopeReading {
        var scopes = ScopeReading(
            readsDevices: kind == .jwt || claims.member("device_id") == nil, defersDeviceFaults: true,
            readsDrafts: validator.authorization.drafts)
        if let scope = claims.member("scope") {
            guard let list = scope.string else {
                try refuse(.scope, .claimInvalid, expected: "a string", found: String(scope.kind.name))
            }
            try demandScopes("scope") { () throws(ScopeReading.Fault) in
                try scopes.add(list: list, rules: validator.authorization.rules)
            }
        } else if let scp = claims.member("scp") {
            guard scp.kind == .array else {
                try refuse(
                    .scope, .claimInvalid, subject: "scp", expected: "an array of strings",
                    found: String(scp.kind.name))
            }
            for position in 0..<scp.elementCount {
                guard let token = scp.element(position).string else {
                    try refuse(
                        .scope, .claimInvalid, subject: "scp", expected: "an array of strings",
                        found: "an array with \(String(scp.element(position).kind.name))")
                }
                try demandScopes("scp") { () throws(ScopeReading.Fault) in
                    try scopes.add(token: token, rules: validator.authorization.rules)
                }
            }
        }
        pass(.scope, expected: "scope tokens", found: scopes.grants.names)
        return scopes
    }

    /// The device of a token. An answer may name it in a member of its own, which then says it all: some device IDs
    /// cannot be scope tokens.
    func deviceID(_ claims: JSONObject, _ kind: Verdict.Kind, _ scopes: ScopeReading) throws(Status) -> ByteView {
        guard kind == .introspected, let member = claims.member("device_id") else {
            if let fault = scopes.deviceFault {
                try demandScopes(claims.member("scope") == nil ? "scp" : "scope") { () throws(ScopeReading.Fault) in
                    throw fault
                }
            }
            return scopes.device ?? .empty
        }
        guard let id = member.string else {
            try refuse(
                .device, .claimInvalid, subject: "device_id", expected: "a string", found: String(member.kind.name))
        }
        try demand(
            .device, (1...Verdict.maximumTextSize).contains(id.count), else: .deviceInvalid, subject: "device_id",
            expected: "1 to 255 bytes", found: "\(id.count) bytes")
        return id
    }

    private func demandScopes(
        _ claim: StaticString, _ body: () throws(ScopeReading.Fault) -> Void
    ) throws(Status) {
        do throws(ScopeReading.Fault) {
            try body()
        } catch {
            switch error {
            case .malformed:
                try refuse(
                    .scope, .scopeMalformed, subject: String(claim),
                    expected: "tokens of printable ASCII with single spaces between them", found: "something else")
            case .twoDevices:
                try refuse(
                    .device, .deviceAmbiguous, subject: String(claim), expected: "at most one device",
                    found: "two different ones")
            case .deviceSize(let size):
                try refuse(
                    .device, .deviceInvalid, subject: String(claim), expected: "1 to 255 bytes",
                    found: "\(size) bytes")
            }
        }
    }
}

extension UserID.Fault {
    var words: String {
        switch self {
        case .emptyLocalpart: "an empty one"
        case .character(let byte): "one with the byte \(byte)"
        case .tooLong: "one that makes a user ID of more than \(UserID.maximumSize) bytes"
        case .foreignServer: "a user ID of another server"
        }
    }
}
