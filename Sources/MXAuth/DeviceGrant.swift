// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import Matrix
import TokenValidation

@implementation @_cdecl("mxauth_device_grant_poll")
public func mxauth_device_grant_poll(
    _ grant: UnsafeMutablePointer<mxauth_device_grant>?, _ now: Int64, _ outcome: UnsafeMutablePointer<UInt32>?,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let grant, grant.pointee.struct_size >= MemoryLayout<mxauth_device_grant>.size, let outcome else {
        return error.fail(.misuse)
    }
    guard var polled = DeviceGrant(grant.pointee) else {
        return error.failInput("grant", "It is none that a device code can come to.")
    }
    guard let found = polled.poll(at: now) else {
        return error.failInput("now", "It is before 1970.")
    }
    grant.pointee.flags = (polled.isRedeemed ? redeemedFlag : 0) | (polled.isExpired ? expiredFlag : 0)
    grant.pointee.interval = polled.interval
    grant.pointee.last_poll = polled.lastPoll ?? -1
    outcome.pointee = found.rawValue
    return Status.ok.rawValue
}

@implementation @_cdecl("mxauth_device_grant_error")
public func mxauth_device_grant_error(_ outcome: UInt32) -> UnsafePointer<CChar>? {
    DeviceGrant.Outcome(rawValue: outcome)?.error.cString
}

// MXAUTH_DEVICE_GRANT_REDEEMED and …_EXPIRED, macros that Swift does not import.
private var redeemedFlag: UInt32 { 1 << 0 }
private var expiredFlag: UInt32 { 1 << 1 }

extension DeviceGrant {
    fileprivate init?(_ grant: mxauth_device_grant) {
        guard let decision = Decision(rawValue: grant.decision), grant.flags & ~(redeemedFlag | expiredFlag) == 0,
            grant.last_poll >= -1
        else { return nil }
        self.init(
            decision: decision, isRedeemed: grant.flags & redeemedFlag != 0, isExpired: grant.flags & expiredFlag != 0,
            interval: grant.interval, lastPoll: grant.last_poll < 0 ? nil : grant.last_poll,
            expiresAt: grant.expires_at)
    }
}
