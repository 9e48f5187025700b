// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import JOSE
import TokenValidation

@implementation @_cdecl("mxauth_explain")
public func mxauth_explain(
    _ validator: OpaquePointer?, _ token: UnsafePointer<CChar>?, _ length: Int, _ buffer: UnsafeMutablePointer<CChar>?,
    _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let validator = object(validator, as: Validator.self), let token = ByteView(token, length) else {
        return error.fail(.misuse)
    }
    return deliver(validator.explain(token), buffer, capacity, needed, error)
}

@implementation @_cdecl("mxauth_inspect_keys")
public func mxauth_inspect_keys(
    _ text: UnsafePointer<CChar>?, _ length: Int, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int,
    _ needed: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let text = ByteView(text, length) else { return error.fail(.misuse) }
    do throws(KeySet.Fault) {
        return deliver(try KeySet(parsing: text).report(), buffer, capacity, needed, error)
    } catch let fault {
        return error.fail(Configuration.Fault(unreadableKeys: fault))
    }
}
