// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import JOSE
import TokenValidation

@implementation @_cdecl("mxauth_config_new")
public func mxauth_config_new() -> OpaquePointer? {
    makeHandle(Configuration())
}

@implementation @_cdecl("mxauth_config_free")
public func mxauth_config_free(_ config: OpaquePointer?) {
    release(config, as: Configuration.self)
}

@implementation @_cdecl("mxauth_config_set")
public func mxauth_config_set(
    _ config: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let config = object(config, as: Configuration.self), let name = ByteView(name), let value = ByteView(value)
    else { return error.fail(.misuse) }
    do throws(Configuration.Fault) {
        if let note = try config.set(name, to: value) { error.fill(.ok, subject: name.unquoted, message: note) }
        return Status.ok.rawValue
    } catch let fault {
        return error.fail(fault)
    }
}

@implementation @_cdecl("mxauth_config_set_clock")
public func mxauth_config_set_clock(
    _ config: OpaquePointer?, _ clock: mxauth_clock?, _ user: UnsafeMutableRawPointer?
) -> mxauth_status {
    guard let config = object(config, as: Configuration.self) else { return Status.misuse.rawValue }
    config.clock = Clock(function: clock, user: user)
    return Status.ok.rawValue
}

@implementation @_cdecl("mxauth_config_set_log")
public func mxauth_config_set_log(
    _ config: OpaquePointer?, _ log: mxauth_log?, _ user: UnsafeMutableRawPointer?
) -> mxauth_status {
    guard let config = object(config, as: Configuration.self) else { return Status.misuse.rawValue }
    config.log = Log(function: log, user: user)
    return Status.ok.rawValue
}
