// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import JOSE
import Matrix
import TokenValidation

@implementation @_cdecl("mxauth_error_response")
public func mxauth_error_response(
    _ validator: OpaquePointer?, _ status: mxauth_status, _ scope: UnsafePointer<CChar>?,
    _ reply: UnsafeMutablePointer<mxauth_reply>?
) -> mxauth_status {
    guard let reply, reply.pointee.struct_size >= MemoryLayout<mxauth_reply>.size else { return Status.misuse.rawValue }
    let validator = object(validator, as: Validator.self)
    // Whoever ignores what we return still answers with an error.
    reply.fill(.misuse, validator, scope: .empty)
    guard let status = Status(rawValue: status), status != .ok else { return Status.misuse.rawValue }
    let scope: ByteView = ByteView(scope) ?? ByteView("urn:matrix:client:api:*" as StaticString)
    guard scope.count <= ErrorReply.maximumParameterSize, (try? ScopeList(scope)) != nil else {
        return Status.misuse.rawValue
    }
    reply.fill(status, validator, scope: scope)
    return Status.ok.rawValue
}

extension UnsafeMutablePointer where Pointee == mxauth_reply {
    fileprivate func fill(_ status: Status, _ validator: Validator?, scope: ByteView) {
        let answer = validator?.answer(to: status) ?? status.row.answer
        let matter = ErrorReply.Matter(
            httpStatus: answer.httpStatus, errcode: answer.errcode, sentence: status.row.sentence,
            softLogout: answer.softLogout, oauthError: answer.oauthError)
        let realm = validator?.realm ?? []
        let resource = validator?.resourceMetadata ?? []
        realm.withView { realm in
            resource.withView { resource in
                let reply = ErrorReply(
                    matter, scope: scope, realm: realm.isEmpty ? ByteView("Matrix" as StaticString) : realm, resourceMetadata: resource)
                pointee.http_status = answer.httpStatus
                pointee.body_length = withUnsafeMutableBytes(of: &pointee.body) { copy(reply.body, to: $0) }
                pointee.challenge_length = withUnsafeMutableBytes(of: &pointee.www_authenticate) {
                    copy(reply.challenge, to: $0)
                }
            }
        }
    }
}

/// All of `text` or, if it did not fit, nothing of it: which the sizes of the texts rule out.
private func copy(_ text: [UInt8], to output: UnsafeMutableRawBufferPointer) -> UInt32 {
    let count = text.count < output.count ? text.count : 0
    output.copyBytes(from: text[..<count])
    output[count] = 0
    return UInt32(truncatingIfNeeded: count)
}
