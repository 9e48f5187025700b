// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import JOSE
import Matrix
import TokenValidation

@implementation @_cdecl("mxauth_bearer_extract")
public func mxauth_bearer_extract(
    _ authorization: UnsafePointer<CChar>?, _ length: Int, _ query: UnsafePointer<CChar>?, _ query_length: Int,
    _ flags: UInt32, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    // MXAUTH_BEARER_ANY_CHARACTERS, a macro that Swift does not import.
    let anyCharacters: UInt32 = 1 << 0
    guard let header = ByteView(authorization, length), let parameters = ByteView(query, query_length),
        flags & ~anyCharacters == 0
    else { return error.fail(.misuse) }
    do throws(BearerToken.Fault) {
        let found = try BearerToken.extract(
            header: authorization == nil ? nil : header, query: query == nil ? nil : parameters,
            takesAnyCharacter: flags & anyCharacters != 0)
        return switch found {
        case .sent(let token): deliver(token, buffer, capacity, needed, error)
        case .decoded(let token): deliver(token, buffer, capacity, needed, error)
        }
    } catch let fault {
        return error.fail(fault.kind.status, subject: String(fault.place), detail: String(fault.detail))
    }
}

extension BearerToken.Fault.Kind {
    fileprivate var status: Status {
        switch self {
        case .missing: .tokenMissing
        case .tooLarge: .tokenTooLarge
        case .ambiguous: .bearerAmbiguous
        case .malformed: .bearerMalformed
        }
    }
}
