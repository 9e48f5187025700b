// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import JOSE
import Matrix
import TokenValidation

/// What a verdict says of whoever sends a request.
struct Sender {
    /// MXAUTH_TOKEN_MISSING if there is no verdict.
    let status: Status
    let isOAuth: Bool
    let grants: Grants
    let user: [UInt8]
    let device: [UInt8]

    /// Nil for a verdict that cannot be one.
    init?(_ verdict: UnsafePointer<mxauth_verdict>?) {
        guard let verdict else {
            status = .tokenMissing
            isOAuth = false
            grants = []
            user = []
            device = []
            return
        }
        guard verdict.pointee.struct_size >= MemoryLayout<mxauth_verdict>.size,
            let status = Status(rawValue: verdict.pointee.status), let user = verdict.pointee.user_id.value,
            let device = verdict.pointee.device_id.value
        else { return nil }
        self.status = status
        isOAuth = verdict.pointee.kind != UInt32(MXAUTH_KIND_NONE)
        grants = Grants(rawValue: verdict.pointee.grants)
        self.user = user
        self.device = device
    }

    var caller: InteractiveAuth.Caller {
        if status == .tokenMissing { return .anonymous }
        if status != .ok { return .refused }
        if grants.contains(.guest) { return .host }
        return grants.contains(.appservice) ? .appservice : isOAuth ? .oauth : .host
    }
}

extension mxauth_text {
    /// Nil if it is longer than there is room.
    fileprivate var value: [UInt8]? {
        guard length <= Verdict.maximumTextSize else { return nil }
        return withUnsafeBytes(of: bytes) { [UInt8]($0.prefix(Int(length))) }
    }
}

@implementation @_cdecl("mxauth_transaction_key")
public func mxauth_transaction_key(
    _ validator: OpaquePointer?, _ verdict: UnsafePointer<mxauth_verdict>?, _ method: UnsafePointer<CChar>?,
    _ method_length: Int, _ path: UnsafePointer<CChar>?, _ path_length: Int, _ buffer: UnsafeMutablePointer<CChar>?,
    _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let validator = object(validator, as: Validator.self), let method = ByteView(method, method_length),
        let path = ByteView(path, path_length), let sender = Sender(verdict), buffer != nil || capacity == 0
    else { return error.fail(.misuse) }
    guard let match = validator.endpoint(method, path) else { return error.fail(.endpointUnknown) }
    // Before anything is said of the token, as in mxauth_authorize.
    guard sender.status == .ok || !match.endpoint.pointee.hasTransaction else { return error.fail(sender.status) }
    let key: Result<[UInt8], InputFault> = sender.user.withView { user in
        sender.device.withView { device in
            do throws(InputFault) {
                return .success(try TransactionKey.make(match, user: user, device: device, grants: sender.grants))
            } catch let fault {
                return .failure(fault)
            }
        }
    }
    switch key {
    case .success(let key): return deliver(key, buffer, capacity, needed, error)
    case .failure(let fault): return error.fail(fault)
    }
}

@implementation @_cdecl("mxauth_required_scope")
public func mxauth_required_scope(
    _ validator: OpaquePointer?, _ method: UnsafePointer<CChar>?, _ method_length: Int, _ path: UnsafePointer<CChar>?,
    _ path_length: Int, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let validator = object(validator, as: Validator.self), let method = ByteView(method, method_length),
        let path = ByteView(path, path_length), buffer != nil || capacity == 0
    else { return error.fail(.misuse) }
    guard let scope = validator.requiredScope(method, path) else { return error.fail(.endpointUnknown) }
    return deliver(scope, buffer, capacity, needed, error)
}
