// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import JOSE
import Matrix
import TokenValidation

@implementation @_cdecl("mxauth_authorization_check")
public func mxauth_authorization_check(
    _ query: UnsafePointer<CChar>?, _ length: Int, _ client: UnsafePointer<CChar>?, _ client_length: Int,
    _ flags: UInt32, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    // MXAUTH_AUTHORIZATION_PROMPT_CREATE, a macro that Swift does not import.
    guard let query = ByteView(query, length), let client = ByteView(client, client_length), flags & ~1 == 0,
        buffer != nil || capacity == 0
    else { return error.fail(.misuse) }
    guard JanssonOrigin.isOurs else { return error.fail(.hostConflict) }
    do throws(InputFault) {
        let check = try AuthorizationCheck(query: query, client: client, allowsCreation: flags & 1 != 0)
        return deliver(check.json(), buffer, capacity, needed, error)
    } catch let fault {
        return error.fail(fault)
    }
}
