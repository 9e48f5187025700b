// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import JOSE
import TokenValidation
import Transport

@implementation @_cdecl("mxauth_next_exchange")
public func mxauth_next_exchange(
    _ validator: OpaquePointer?, _ exchange: UnsafeMutablePointer<mxauth_exchange>?
) -> mxauth_status {
    guard let validator = object(validator, as: Validator.self), let exchange,
        exchange.pointee.struct_size >= MemoryLayout<mxauth_exchange>.size
    else { return Status.misuse.rawValue }
    guard let next = validator.nextExchange() else { return Status.idle.rawValue }
    exchange.pointee.timeout_ms = UInt32(clamping: validator.millisecondsLeft(for: next))
    exchange.pointee.id = next.id
    exchange.pointee.method = next.method.cString
    exchange.pointee.url = next.url
    exchange.pointee.headers = next.headers
    exchange.pointee.body = next.body?.baseAddress
    exchange.pointee.body_length = next.body?.count ?? 0
    exchange.pointee.max_response = next.maximumResponse
    return Status.ok.rawValue
}

@implementation @_cdecl("mxauth_complete_exchange")
public func mxauth_complete_exchange(
    _ validator: OpaquePointer?, _ id: UInt64, _ response: UnsafePointer<mxauth_response>?,
    _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let validator = object(validator, as: Validator.self), let response = response?.pointee,
        response.struct_size >= MemoryLayout<mxauth_response>.size, response.http_status < 1000,
        let headers = ByteView(response.headers, response.headers_length),
        let body = ByteView(response.body, response.body_length)
    else { return error.fail(.misuse) }
    do throws(Status) {
        try validator.complete(id, Response(status: Int(response.http_status), headers: headers, body: body))
        return Status.ok.rawValue
    } catch let status {
        return error.fail(status)
    }
}

@implementation @_cdecl("mxauth_next_deadline")
public func mxauth_next_deadline(_ validator: OpaquePointer?) -> Int64 {
    object(validator, as: Validator.self)?.millisecondsToNextDeadline ?? -1
}

@implementation @_cdecl("mxauth_event_fd")
public func mxauth_event_fd(_ validator: OpaquePointer?) -> Int32 {
    object(validator, as: Validator.self)?.eventDescriptor ?? -1
}

@implementation @_cdecl("mxauth_clear_events")
public func mxauth_clear_events(_ validator: OpaquePointer?) {
    object(validator, as: Validator.self)?.clearEvents()
}

@implementation @_cdecl("mxauth_transport_start")
public func mxauth_transport_start(
    _ validator: OpaquePointer?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let validator = object(validator, as: Validator.self) else { return error.fail(.misuse) }
    return Transport.start(for: validator) ? Status.ok.rawValue : error.fail(.transportUnavailable)
}

@implementation @_cdecl("mxauth_transport_stop")
public func mxauth_transport_stop(_ validator: OpaquePointer?) {
    if let validator = object(validator, as: Validator.self) { Transport.stop(for: validator) }
}
