// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import JOSE
import Matrix
import TokenValidation

@implementation @_cdecl("mxauth_registration_check")
public func mxauth_registration_check(
    _ document: UnsafePointer<CChar>?, _ length: Int, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int,
    _ needed: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let document = ByteView(document, length) else { return error.fail(.misuse) }
    return write(buffer, capacity, needed, error) { () throws(InputFault) in
        try RegistrationCheck(document).json()
    }
}

@implementation @_cdecl("mxauth_metadata_check")
public func mxauth_metadata_check(
    _ document: UnsafePointer<CChar>?, _ length: Int, _ issuer: UnsafePointer<CChar>?,
    _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let document = ByteView(document, length) else { return error.fail(.misuse) }
    return write(buffer, capacity, needed, error) { () throws(InputFault) in
        try MetadataCheck(document, issuer: ByteView(issuer)).json()
    }
}

@implementation @_cdecl("mxauth_metadata_merge")
public func mxauth_metadata_merge(
    _ discovery: UnsafePointer<CChar>?, _ length: Int, _ overrides: UnsafePointer<CChar>?, _ overrides_length: Int,
    _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let discovery = ByteView(discovery, length), let overrides = ByteView(overrides, overrides_length) else {
        return error.fail(.misuse)
    }
    return write(buffer, capacity, needed, error) { () throws(InputFault) in
        try MetadataMerge.merge(discovery, overrides)
    }
}

@implementation @_cdecl("mxauth_login_flows")
public func mxauth_login_flows(
    _ flags: UInt32, _ identity_providers: UnsafePointer<CChar>?, _ length: Int, _ buffer: UnsafeMutablePointer<CChar>?,
    _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let providers = ByteView(identity_providers, length) else { return error.fail(.misuse) }
    return write(buffer, capacity, needed, error) { () throws(InputFault) in
        try LoginFlows(rawValue: flags).document(providers: providers)
    }
}

@implementation @_cdecl("mxauth_login_action")
public func mxauth_login_action(
    _ query: UnsafePointer<CChar>?, _ length: Int, _ action: UnsafeMutablePointer<UInt32>?,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let query = ByteView(query, length), let action else { return error.fail(.misuse) }
    do throws(InputFault) {
        action.pointee = try LoginAction(query: query).rawValue
        return Status.ok.rawValue
    } catch let fault {
        return error.fail(fault)
    }
}

@implementation @_cdecl("mxauth_account_url")
public func mxauth_account_url(
    _ target: UnsafePointer<CChar>?, _ length: Int, _ action: UnsafePointer<CChar>?,
    _ device_id: UnsafePointer<CChar>?, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int,
    _ needed: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let target = ByteView(target, length) else { return error.fail(.misuse) }
    return write(buffer, capacity, needed, error) { () throws(InputFault) in
        try AccountURL.build(target, action: ByteView(action), device: ByteView(device_id))
    }
}

/// Hands over what is made of a document. jansson is at work, so it has to be jansson.
func write(
    _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?, _ error: ErrorSlot,
    _ make: () throws(InputFault) -> [UInt8]?
) -> mxauth_status {
    guard buffer != nil || capacity == 0 else { return error.fail(.misuse) }
    guard JanssonOrigin.isOurs else { return error.fail(.hostConflict) }
    do throws(InputFault) {
        return deliver(try make(), buffer, capacity, needed, error)
    } catch let fault {
        return error.fail(fault)
    }
}
