// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import JOSE
import Matrix
import TokenValidation

@implementation @_cdecl("mxauth_validator_new")
public func mxauth_validator_new(
    _ config: OpaquePointer?, _ validator: UnsafeMutablePointer<OpaquePointer?>?,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    validator?.pointee = nil
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let config = object(config, as: Configuration.self), let validator else { return error.fail(.misuse) }
    do throws(Configuration.Fault) {
        let made = try config.makeValidator()
        validator.pointee = makeHandle(made)
        made.pin()
        return Status.ok.rawValue
    } catch let fault {
        return error.fail(fault)
    }
}

@implementation @_cdecl("mxauth_validator_free")
public func mxauth_validator_free(_ validator: OpaquePointer?) {
    mxauth_transport_stop(validator)
    if let validator { Validator.unpin(UnsafeMutableRawPointer(validator)) }
    release(validator, as: Validator.self)
}

@implementation @_cdecl("mxauth_validate")
public func mxauth_validate(
    _ validator: OpaquePointer?, _ token: UnsafePointer<CChar>?, _ length: Int,
    _ verdict: UnsafeMutablePointer<mxauth_verdict>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    judge(validator, token, length, verdict, error) { validator, token, error, verdict in
        var refusal: Finding?
        let answer = validator.validate(token, sayingWhy: error.isWanted, refusal: &refusal) { verdict.accept($0) }
        return (answer, refusal)
    }
}

@implementation @_cdecl("mxauth_validate_wait")
public func mxauth_validate_wait(
    _ validator: OpaquePointer?, _ token: UnsafePointer<CChar>?, _ length: Int, _ timeout_ms: Int64,
    _ verdict: UnsafeMutablePointer<mxauth_verdict>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    judge(validator, token, length, verdict, error) { validator, token, _, verdict in
        var refusal: Finding?
        let answer = validator.validate(token, waiting: waitable(timeout_ms), refusal: &refusal) { verdict.accept($0) }
        return (answer, refusal)
    }
}

@inline(__always)
private func judge(
    _ validator: OpaquePointer?, _ token: UnsafePointer<CChar>?, _ length: Int,
    _ verdict: UnsafeMutablePointer<mxauth_verdict>?, _ error: UnsafeMutablePointer<mxauth_error>?,
    _ body: (Validator, ByteView, ErrorSlot, UnsafeMutablePointer<mxauth_verdict>) -> (Validator.Answer, Finding?)
) -> mxauth_status {
    let isWritable = verdict.map { $0.pointee.struct_size >= MemoryLayout<mxauth_verdict>.size } ?? false
    // Before anything else: a verdict that nobody wrote would still say what its initializer says, MXAUTH_OK.
    if isWritable { verdict?.pointee.status = Status.misuse.rawValue }
    guard let error = ErrorSlot(error), let verdict, isWritable, let validator, let token = ByteView(token, length) else {
        if isWritable { verdict?.refuse(.misuse) }
        return ErrorSlot(error)?.fail(.misuse) ?? Status.misuse.rawValue
    }
    let (answer, refusal) = withObject(validator, as: Validator.self) { body($0, token, error, verdict) }
    if answer.status == .ok { return answer.status.rawValue }
    verdict.refuse(answer.status)
    verdict.pointee.exchange = answer.exchange
    return error.fail(answer.status, refusal)
}

@implementation @_cdecl("mxauth_claims")
public func mxauth_claims(
    _ validator: OpaquePointer?, _ token: UnsafePointer<CChar>?, _ length: Int, _ buffer: UnsafeMutablePointer<CChar>?,
    _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let validator = object(validator, as: Validator.self), let token = ByteView(token, length) else {
        return error.fail(.misuse)
    }
    var refusal: Finding?
    let status = validator.validate(token, refusal: &refusal) { _ in }.status
    guard status == .ok else { return error.fail(status, refusal) }
    return deliver(validator.claims(of: token), buffer, capacity, needed, error)
}

extension UnsafeMutablePointer where Pointee == mxauth_verdict {
    fileprivate func refuse(_ status: Status) {
        pointee.status = status.rawValue
        pointee.kind = UInt32(MXAUTH_KIND_NONE)
        pointee.flags = 0
        pointee.grants = 0
        pointee.expires_at = 0
        pointee.issued_at = 0
        pointee.issuer = 0
        pointee.exchange = 0
        pointee.user_id.set(.empty)
        pointee.device_id.set(.empty)
        pointee.subject.set(.empty)
        pointee.client_id.set(.empty)
    }

    @inline(__always)
    fileprivate func accept(_ verdict: Verdict) {
        pointee.status = Status.ok.rawValue
        pointee.kind = verdict.kind.rawValue
        // MXAUTH_VERDICT_UNKNOWN_SCOPES and MXAUTH_VERDICT_CACHED, macros that Swift does not import.
        pointee.flags = (verdict.hasUnknownScopes ? 1 << 0 : 0) | (verdict.isCached ? 1 << 1 : 0)
        pointee.grants = verdict.grants.rawValue
        pointee.expires_at = verdict.expiresAt
        pointee.issued_at = verdict.issuedAt
        pointee.issuer = UInt32(truncatingIfNeeded: verdict.issuerIndex)
        pointee.exchange = 0
        pointee.user_id.set(verdict.userID)
        pointee.device_id.set(verdict.deviceID)
        pointee.subject.set(verdict.subject)
        pointee.client_id.set(verdict.clientID)
    }
}
