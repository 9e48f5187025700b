// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import JOSE
import TokenValidation

@implementation @_cdecl("mxauth_revoke")
public func mxauth_revoke(
    _ validator: OpaquePointer?, _ kind: UInt32, _ value: UnsafePointer<CChar>?, _ not_before: Int64,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let validator = object(validator, as: Validator.self), let value = ByteView(value), not_before >= 0,
        let kind = Revocation.Kind(rawValue: kind)
    else { return error.fail(.misuse) }
    do throws(Configuration.Fault) {
        try validator.revoke(kind, value, notBefore: not_before)
        return Status.ok.rawValue
    } catch let fault {
        return error.fail(fault)
    }
}

@implementation @_cdecl("mxauth_revoke_at_issuer")
public func mxauth_revoke_at_issuer(
    _ validator: OpaquePointer?, _ issuer: UInt32, _ token: UnsafePointer<CChar>?, _ length: Int, _ hint: UInt32,
    _ client_id: UnsafePointer<CChar>?, _ timeout_ms: Int64, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let validator = object(validator, as: Validator.self), let token = ByteView(token, length),
        let hint = TokenHint(rawValue: hint)
    else { return error.fail(.misuse) }
    let request = RevocationRequest(token: token, issuer: issuer, hint: hint, clientID: ByteView(client_id))
    do throws(Configuration.Fault) {
        let status = try validator.revokeAtIssuer(request, waiting: waitable(timeout_ms))
        return status == .ok ? status.rawValue : error.fail(status)
    } catch let fault {
        return error.fail(fault)
    }
}

@implementation @_cdecl("mxauth_revoke_signed")
public func mxauth_revoke_signed(
    _ validator: OpaquePointer?, _ notice: UnsafePointer<CChar>?, _ length: Int,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let validator = object(validator, as: Validator.self), let notice = ByteView(notice, length) else {
        return error.fail(.misuse)
    }
    var refusal: Finding?
    do throws(Status) {
        try validator.takeNotice(notice, refusal: &refusal)
        return Status.ok.rawValue
    } catch let status {
        return error.fail(status, refusal?.status == status ? refusal : nil)
    }
}
