// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import Matrix
import TokenValidation

@implementation @_cdecl("mxauth_refresh_step")
public func mxauth_refresh_step(
    _ state: UnsafeMutablePointer<mxauth_refresh_state>?, _ event: UInt32, _ generation: UInt64,
    _ outcome: UnsafeMutablePointer<mxauth_refresh_outcome>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    let output = outcome.flatMap { $0.pointee.struct_size >= MemoryLayout<mxauth_refresh_outcome>.size ? $0 : nil }
    // Whoever does not look at the status refuses, too.
    output?.pointee.write(.refuse, retired: (0, 0))
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let output, let state, state.pointee.struct_size >= MemoryLayout<mxauth_refresh_state>.size,
        let event = RefreshRotation.Event(event, generation)
    else { return error.fail(.misuse) }
    guard var rotation = RefreshRotation(state.pointee) else {
        return error.failInput("state", "It is none that a session can come to.")
    }
    guard let taken = rotation.take(event) else {
        return error.failInput("generation", "It was never issued, or it is the last that there is a number for.")
    }
    state.pointee.flags = rotation.isRevoked ? revokedFlag : 0
    state.pointee.newest = rotation.newest
    state.pointee.previous = rotation.previous
    output.pointee.write(taken.action, retired: taken.retired)
    return Status.ok.rawValue
}

/// MXAUTH_REFRESH_REVOKED, a macro that Swift does not import.
private var revokedFlag: UInt32 { 1 << 0 }

extension RefreshRotation {
    fileprivate init?(_ state: mxauth_refresh_state) {
        guard state.flags & ~revokedFlag == 0 else { return nil }
        self.init(isRevoked: state.flags & revokedFlag != 0, newest: state.newest, previous: state.previous)
    }
}

extension RefreshRotation.Event {
    /// MXAUTH_REFRESH_USE_REFRESH, …_USE_ACCESS and …_REVOKE.
    fileprivate init?(_ event: UInt32, _ generation: UInt64) {
        switch event {
        case 1: self = .useRefreshToken(generation)
        case 2: self = .useAccessToken(generation)
        case 3: self = .revoke
        default: return nil
        }
    }
}

extension mxauth_refresh_outcome {
    fileprivate mutating func write(_ action: RefreshRotation.Action, retired: (UInt64, UInt64)) {
        issued = 0
        switch action {
        case .refuse: self.action = 0
        case .allow: self.action = 1
        case .issue(let generation):
            self.action = 2
            issued = generation
        case .revokeSession: self.action = 3
        }
        self.retired.0 = retired.0
        self.retired.1 = retired.1
    }
}
