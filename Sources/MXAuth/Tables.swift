// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import TokenValidation

@implementation @_cdecl("mxauth_status_count")
public func mxauth_status_count() -> Int {
    Status.allCases.count
}

@implementation @_cdecl("mxauth_status_at")
public func mxauth_status_at(_ index: Int, _ info: UnsafeMutablePointer<mxauth_status_info>?) -> mxauth_status {
    guard Status.allCases.indices.contains(index) else { return Status.misuse.rawValue }
    return describe(Status.allCases[index], info, Status.allCases[index].row.answer)
}

@implementation @_cdecl("mxauth_status_describe")
public func mxauth_status_describe(
    _ status: mxauth_status, _ info: UnsafeMutablePointer<mxauth_status_info>?
) -> mxauth_status {
    guard let status = Status(rawValue: status) else { return Status.misuse.rawValue }
    return describe(status, info, status.row.answer)
}

@implementation @_cdecl("mxauth_describe")
public func mxauth_describe(
    _ validator: OpaquePointer?, _ status: mxauth_status, _ info: UnsafeMutablePointer<mxauth_status_info>?
) -> mxauth_status {
    guard let validator = object(validator, as: Validator.self), let status = Status(rawValue: status) else {
        return Status.misuse.rawValue
    }
    return describe(status, info, validator.answer(to: status))
}

@implementation @_cdecl("mxauth_status_name")
public func mxauth_status_name(_ status: mxauth_status) -> UnsafePointer<CChar>? {
    Status(rawValue: status)?.row.name.cString ?? ("MXAUTH_UNASSIGNED" as StaticString).cString
}

private func describe(
    _ status: Status, _ info: UnsafeMutablePointer<mxauth_status_info>?, _ answer: Status.Answer
) -> mxauth_status {
    guard let info, info.pointee.struct_size >= MemoryLayout<mxauth_status_info>.size else {
        return Status.misuse.rawValue
    }
    let row = status.row
    info.pointee.status = status.rawValue
    info.pointee.name = row.name.cString
    info.pointee.sentence = row.sentence.cString
    info.pointee.remedy = row.remedy.cString
    info.pointee.http_status = answer.httpStatus
    info.pointee.soft_logout = answer.softLogout ? 1 : 0
    info.pointee.errcode = answer.errcode.cString
    info.pointee.oauth_error = answer.oauthError.cString
    return Status.ok.rawValue
}

@implementation @_cdecl("mxauth_option_count")
public func mxauth_option_count() -> Int {
    Option.all.count
}

@implementation @_cdecl("mxauth_option_at")
public func mxauth_option_at(_ index: Int, _ info: UnsafeMutablePointer<mxauth_option_info>?) -> mxauth_status {
    guard Option.all.indices.contains(index), let info,
        info.pointee.struct_size >= MemoryLayout<mxauth_option_info>.size
    else { return Status.misuse.rawValue }
    let option = Option.all[index]
    info.pointee.name = option.name.cString
    info.pointee.type = option.type.name.cString
    info.pointee.unit = option.unit.cString
    info.pointee.default_value = option.defaultValue.cString
    info.pointee.range = option.range.cString
    info.pointee.meaning = option.meaning.cString
    return Status.ok.rawValue
}
