// SPDX-License-Identifier: Apache-2.0
import CMXAuth

/// The functions of include/mxauth.h that are about grants, for Swift.
extension Library {
    static func checkPKCE(verifier: [UInt8], challenge: String, method: String?) throws(Refusal) {
        var error = mxauth_error.empty
        let status = verifier.withCharacters { verifier, count in
            Array(challenge.utf8).withCharacters { challenge, challengeCount in
                (Array((method ?? "").utf8) + [0]).withCharacters { characters, _ in
                    mxauth_pkce_check(verifier, count, challenge, challengeCount, method == nil ? nil : characters, &error)
                }
            }
        }
        guard status == MXAUTH_OK else { throw Refusal(status, error) }
    }

    static func makePKCEChallenge(of verifier: [UInt8]) throws(Refusal) -> String {
        try verifier.withCharacters { (verifier, count) throws(Refusal) in
            try filled { mxauth_pkce_challenge(verifier, count, $0, $1, $2, $3) }
        }
    }

    /// `flags` are MXAUTH_AUTHORIZATION_….
    static func checkAuthorization(_ query: [UInt8], client: [UInt8], flags: UInt32) throws(Refusal) -> String {
        try query.withCharacters { (query, count) throws(Refusal) in
            try client.withCharacters { (client, clientCount) throws(Refusal) in
                try filled { mxauth_authorization_check(query, count, client, clientCount, flags, $0, $1, $2, $3) }
            }
        }
    }
}

/// A session whose refresh tokens rotate.
struct RefreshSession {
    private var state = mxauth_refresh_state()

    init() {
        state.struct_size = UInt32(MemoryLayout<mxauth_refresh_state>.size)
        state.newest = 1
    }

    var newest: UInt64 { state.newest }
    var previous: UInt64 { state.previous }
    var isRevoked: Bool { state.flags & 1 != 0 }  // MXAUTH_REFRESH_REVOKED, which Swift does not import

    /// `event` is an MXAUTH_REFRESH_USE_… or MXAUTH_REFRESH_REVOKE.
    mutating func take(_ event: Int32, _ generation: UInt64) throws(Refusal) -> mxauth_refresh_outcome {
        var outcome = mxauth_refresh_outcome()
        outcome.struct_size = UInt32(MemoryLayout<mxauth_refresh_outcome>.size)
        var error = mxauth_error.empty
        let status = mxauth_refresh_step(&state, UInt32(event), generation, &outcome, &error)
        guard status == MXAUTH_OK else { throw Refusal(status, error) }
        return outcome
    }
}

/// A device code whose client polls.
struct DeviceCode {
    private var grant = mxauth_device_grant()

    init(expiresAt: Int64, interval: UInt32) {
        grant.struct_size = UInt32(MemoryLayout<mxauth_device_grant>.size)
        grant.expires_at = expiresAt
        grant.interval = interval
        grant.last_poll = -1
    }

    var interval: UInt32 { grant.interval }

    /// `decision` is an MXAUTH_DEVICE_GRANT_….
    mutating func decide(_ decision: Int32) { grant.decision = UInt32(decision) }

    /// The OAuth error; empty when tokens are to be issued.
    mutating func poll(at now: Int64) throws(Refusal) -> String {
        var outcome: UInt32 = 0
        var error = mxauth_error.empty
        let status = mxauth_device_grant_poll(&grant, now, &outcome, &error)
        guard status == MXAUTH_OK, let name = mxauth_device_grant_error(outcome) else { throw Refusal(status, error) }
        return String(cString: name)
    }
}
