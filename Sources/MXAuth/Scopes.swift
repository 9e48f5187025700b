// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import JOSE
import Matrix
import TokenValidation

@implementation @_cdecl("mxauth_scope_inspect")
public func mxauth_scope_inspect(
    _ scope: UnsafePointer<CChar>?, _ length: Int, _ flags: UInt32, _ buffer: UnsafeMutablePointer<CChar>?,
    _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    // MXAUTH_SCOPE_OF_LOGIN, a macro that Swift does not import.
    guard let scope = ByteView(scope, length), flags & ~1 == 0 else { return error.fail(.misuse) }
    do throws(ScopeList.Fault) {
        return deliver(
            try ScopeReport.make(on: scope, isOfLogin: flags & 1 != 0), buffer, capacity, needed, error)
    } catch let fault {
        return error.fail(fault)
    }
}

@implementation @_cdecl("mxauth_scope_normalise")
public func mxauth_scope_normalise(
    _ scope: UnsafePointer<CChar>?, _ length: Int, _ flags: UInt32, _ buffer: UnsafeMutablePointer<CChar>?,
    _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    // MXAUTH_SCOPE_BOTH_SPELLINGS
    guard let scope = ByteView(scope, length), flags & ~1 == 0 else { return error.fail(.misuse) }
    do throws(ScopeList.Fault) {
        let text = try ScopeList(scope).normalised(withBoth: flags & 1 != 0)
        return deliver(text, buffer, capacity, needed, error)
    } catch let fault {
        return error.fail(fault)
    }
}

@implementation @_cdecl("mxauth_scope_narrow")
public func mxauth_scope_narrow(
    _ granted: UnsafePointer<CChar>?, _ granted_length: Int, _ requested: UnsafePointer<CChar>?,
    _ requested_length: Int, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int,
    _ needed: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let granted = ByteView(granted, granted_length), let requested = ByteView(requested, requested_length) else {
        return error.fail(.misuse)
    }
    do throws(ScopeList.Fault) {
        let narrowed = try ScopeList(granted).narrowed(to: ScopeList(requested))
        return deliver(narrowed.text, buffer, capacity, needed, error)
    } catch let fault {
        return error.fail(fault)
    }
}

@implementation @_cdecl("mxauth_scope_merge")
public func mxauth_scope_merge(
    _ first: UnsafePointer<CChar>?, _ first_length: Int, _ second: UnsafePointer<CChar>?, _ second_length: Int,
    _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let first = ByteView(first, first_length), let second = ByteView(second, second_length) else {
        return error.fail(.misuse)
    }
    do throws(ScopeList.Fault) {
        let merged = try ScopeList(first).merged(with: ScopeList(second))
        return deliver(merged.text, buffer, capacity, needed, error)
    } catch let fault {
        return error.fail(fault)
    }
}

@implementation @_cdecl("mxauth_device_id_check")
public func mxauth_device_id_check(
    _ device_id: UnsafePointer<CChar>?, _ length: Int, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int,
    _ needed: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let id = ByteView(device_id, length) else { return error.fail(.misuse) }
    guard id.count <= DeviceID.maximumInputSize else {
        return error.fail(.inputInvalid, subject: "device_id", detail: "It is larger than 65536 bytes.")
    }
    return deliver(DeviceID.report(on: id), buffer, capacity, needed, error)
}

@implementation @_cdecl("mxauth_device_id_generate")
public func mxauth_device_id_generate(
    _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    let random = Randomness.bytes(Int32(DeviceID.randomSize))
    return deliver(random.map { DeviceID.make(fromRandom: $0) }, buffer, capacity, needed, error)
}

extension ErrorSlot {
    fileprivate func fail(_ fault: ScopeList.Fault) -> mxauth_status {
        switch fault {
        case .tooLarge:
            fail(.inputInvalid, subject: "scope", detail: "The scope is larger than \(ScopeList.maximumSize) bytes.")
        case .tooMany:
            fail(.inputInvalid, subject: "scope", detail: "The scope has more than \(ScopeList.maximumCount) tokens.")
        case .malformed: fail(.scopeMalformed, subject: "scope", detail: "")
        case .twoDevices: fail(.deviceAmbiguous, subject: "scope", detail: "")
        case .deviceSize(let size):
            fail(.deviceInvalid, subject: "scope", detail: "Expected 1 to 255 bytes, found \(size).")
        case .widened(let token):
            fail(.scopeWidened, subject: "scope", detail: "\(token.quoted) was not granted.")
        }
    }
}
