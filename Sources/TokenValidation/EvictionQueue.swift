// SPDX-License-Identifier: Apache-2.0

/// Cached verdicts from the newest to the oldest. A value; the cache's lock guards it.
struct EvictionQueue {
    private(set) var count = 0
    private(set) var bytes = 0
    private var newest: CachedVerdict.Pointer?
    private(set) var oldest: CachedVerdict.Pointer?

    mutating func add(_ verdict: CachedVerdict.Pointer) {
        verdict.pointee.newer = nil
        verdict.pointee.older = newest
        newest?.pointee.newer = verdict
        newest = verdict
        if oldest == nil { oldest = verdict }
        count += 1
        bytes += verdict.pointee.size
    }

    mutating func remove(_ verdict: CachedVerdict.Pointer) {
        let (newer, older) = (verdict.pointee.newer, verdict.pointee.older)
        if let newer { newer.pointee.older = older } else { newest = older }
        if let older { older.pointee.newer = newer } else { oldest = newer }
        count -= 1
        bytes -= verdict.pointee.size
    }
}
