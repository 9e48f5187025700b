// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import JOSE
import Matrix
import TokenValidation

@implementation @_cdecl("mxauth_authorize")
public func mxauth_authorize(
    _ validator: OpaquePointer?, _ verdict: UnsafePointer<mxauth_verdict>?, _ method: UnsafePointer<CChar>?,
    _ method_length: Int, _ path: UnsafePointer<CChar>?, _ path_length: Int,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let validator = object(validator, as: Validator.self), let method = ByteView(method, method_length),
        let path = ByteView(path, path_length)
    else { return error.fail(.misuse) }
    var caller = Authorization.Caller.anonymous
    var reason = Status.tokenMissing
    if let verdict {
        guard verdict.pointee.struct_size >= MemoryLayout<mxauth_verdict>.size,
            let status = Status(rawValue: verdict.pointee.status)
        else { return error.fail(.misuse) }
        reason = status
        // Where nobody sent a token there is nothing to hold against it.
        if status == .ok {
            caller = .accepted(Grants(rawValue: verdict.pointee.grants))
        } else if status != .tokenMissing {
            caller = .refused
        }
    }
    let status = validator.authorize(method, path, caller) ?? reason
    if status == .ok { return status.rawValue }
    if error.isWanted, case .accepted(let grants) = caller,
        let words = validator.scopesInWords(method, path, grants)
    {
        error.fill(
            status, subject: "scope",
            message: "\(String(status.row.sentence)) Expected \(words.expected), found \(words.found).")
        return status.rawValue
    }
    return error.fail(status)
}

@implementation @_cdecl("mxauth_scope_grants")
public func mxauth_scope_grants(
    _ validator: OpaquePointer?, _ scope: UnsafePointer<CChar>?, _ length: Int, _ grants: UnsafeMutablePointer<UInt64>?,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let validator = object(validator, as: Validator.self), let scope = ByteView(scope, length), let grants else {
        return error.fail(.misuse)
    }
    do throws(Status) {
        grants.pointee = try validator.grants(ofScope: scope).rawValue
        return Status.ok.rawValue
    } catch let status {
        return error.fail(status)
    }
}
