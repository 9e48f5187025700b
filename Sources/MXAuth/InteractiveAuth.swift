// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import JOSE
import Matrix
import TokenValidation

@implementation @_cdecl("mxauth_interactive_auth")
public func mxauth_interactive_auth(
    _ validator: OpaquePointer?, _ verdict: UnsafePointer<mxauth_verdict>?, _ method: UnsafePointer<CChar>?,
    _ method_length: Int, _ path: UnsafePointer<CChar>?, _ path_length: Int, _ need: UnsafeMutablePointer<UInt32>?,
    _ action: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let validator = object(validator, as: Validator.self), let method = ByteView(method, method_length),
        let path = ByteView(path, path_length), let sender = Sender(verdict), let need
    else { return error.fail(.misuse) }
    var found = InteractiveAuth.none
    var guarded = GuardedAction.nothing
    if !(method == "OPTIONS") {
        guard let match = validator.endpoint(method, path) else { return error.fail(.endpointUnknown) }
        switch InteractiveAuth.decide(match.endpoint.pointee, sender.caller) {
        case .needs(let needed, let action): (found, guarded) = (needed, action)
        case .tokenMissing: return error.fail(.tokenMissing)
        case .tokenRefused: return error.fail(sender.status)
        }
    }
    need.pointee = found.rawValue
    action?.pointee = guarded.accountAction.cString
    return Status.ok.rawValue
}

@implementation @_cdecl("mxauth_device_management")
public func mxauth_device_management(
    _ validator: OpaquePointer?, _ verdict: UnsafePointer<mxauth_verdict>?, _ method: UnsafePointer<CChar>?,
    _ method_length: Int, _ path: UnsafePointer<CChar>?, _ path_length: Int, _ exists: Int32,
    _ decision: UnsafeMutablePointer<UInt32>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let validator = object(validator, as: Validator.self), let method = ByteView(method, method_length),
        let path = ByteView(path, path_length), let sender = Sender(verdict), let decision
    else { return error.fail(.misuse) }
    guard let match = validator.endpoint(method, path) else { return error.fail(.endpointUnknown) }
    do throws(InputFault) {
        switch try DeviceManagement.decide(match.endpoint.pointee, sender.caller, exists: exists != 0) {
        case .decided(let found): decision.pointee = found.rawValue
        case .tokenMissing: return error.fail(.tokenMissing)
        case .tokenRefused: return error.fail(sender.status)
        }
        return Status.ok.rawValue
    } catch let fault {
        return error.fail(fault)
    }
}

@implementation @_cdecl("mxauth_appservice_registration")
public func mxauth_appservice_registration(
    _ body: UnsafePointer<CChar>?, _ length: Int, _ decision: UnsafeMutablePointer<UInt32>?,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let body = ByteView(body, length) else { return error.fail(.misuse) }
    return decide(decision, error) { () throws(InputFault) in try AppserviceRegistration(body).rawValue }
}

@implementation @_cdecl("mxauth_cross_signing_check")
public func mxauth_cross_signing_check(
    _ stored: UnsafePointer<CChar>?, _ stored_length: Int, _ upload: UnsafePointer<CChar>?, _ upload_length: Int,
    _ decision: UnsafeMutablePointer<UInt32>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let stored = ByteView(stored, stored_length), let upload = ByteView(upload, upload_length) else {
        return error.fail(.misuse)
    }
    return decide(decision, error) { () throws(InputFault) in
        try CrossSigningUpload.decide(stored: stored, upload: upload).rawValue
    }
}

@implementation @_cdecl("mxauth_cross_signing_stage")
public func mxauth_cross_signing_stage(
    _ target: UnsafePointer<CChar>?, _ length: Int, _ session: UnsafePointer<CChar>?, _ flags: UInt32,
    _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    // MXAUTH_STAGE_REPEATED is the only flag.
    guard let target = ByteView(target, length), let session = ByteView(session), flags <= 1 else {
        return error.fail(.misuse)
    }
    return write(buffer, capacity, needed, error) { () throws(InputFault) in
        try CrossSigningStage.challenge(target, session: session, isRepeated: flags == 1)
    }
}

@implementation @_cdecl("mxauth_cross_signing_retry")
public func mxauth_cross_signing_retry(
    _ body: UnsafePointer<CChar>?, _ length: Int, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int,
    _ needed: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let body = ByteView(body, length) else { return error.fail(.misuse) }
    return write(buffer, capacity, needed, error) { () throws(InputFault) in
        try CrossSigningStage.session(ofRequest: body)
    }
}

/// The same as `write` for what is a number.
private func decide(
    _ decision: UnsafeMutablePointer<UInt32>?, _ error: ErrorSlot, _ make: () throws(InputFault) -> UInt32
) -> mxauth_status {
    guard let decision else { return error.fail(.misuse) }
    guard JanssonOrigin.isOurs else { return error.fail(.hostConflict) }
    do throws(InputFault) {
        decision.pointee = try make()
        return Status.ok.rawValue
    } catch let fault {
        return error.fail(fault)
    }
}
