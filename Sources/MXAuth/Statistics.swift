// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import JOSE
import TokenValidation

@implementation @_cdecl("mxauth_statistics")
public func mxauth_statistics(
    _ validator: OpaquePointer?, _ stats: UnsafeMutablePointer<mxauth_stats>?
) -> mxauth_status {
    guard let validator = object(validator, as: Validator.self), let stats,
        stats.pointee.struct_size >= MemoryLayout<mxauth_stats>.size
    else { return Status.misuse.rawValue }
    let totals = validator.totals
    stats.pointee.key_sets = UInt32(clamping: totals.servingKeySets)
    stats.pointee.validations = totals.validations
    stats.pointee.accepted = totals.accepted
    stats.pointee.pending = totals.pending
    stats.pointee.exchanges_ok = totals.exchangesGood
    stats.pointee.exchanges_failed = totals.exchangesFailed
    stats.pointee.key_sets_replaced = totals.keySetsReplaced
    stats.pointee.key_sets_unchanged = totals.keySetsConfirmed
    stats.pointee.log_dropped = totals.logDropped
    stats.pointee.cache_hits = totals.cacheHits
    stats.pointee.cache_entries = UInt64(totals.cachedVerdicts)
    stats.pointee.cache_bytes = UInt64(totals.cachedBytes)
    stats.pointee.introspections = totals.introspections
    stats.pointee.revocations = UInt64(totals.revocations)
    return Status.ok.rawValue
}

@implementation @_cdecl("mxauth_metrics")
public func mxauth_metrics(
    _ validator: OpaquePointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int,
    _ needed: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let validator = object(validator, as: Validator.self) else { return error.fail(.misuse) }
    return deliver(validator.metrics(), buffer, capacity, needed, error)
}
