// SPDX-License-Identifier: Apache-2.0
import CSystem
import JOSE
import Synchronization

/// What has been revoked, in a table of fixed size that threads read without a lock: for each thing a mark, up to which
/// moment of issue its tokens are refused, and until when that has to be remembered.
final class Revocations: @unchecked Sendable {
    private typealias Word = Atomic<UInt64>

    struct Full: Error {}

    /// Grows with each revocation: a verdict that was compared with all of them at an epoch is still good at the same
    /// epoch.
    private let currentEpoch = Atomic<UInt64>(1)
    /// Pairs of a mark and its times.
    private let slots: UnsafeMutablePointer<Word>
    private let mask: Int
    /// Slots that are not free; what has outlived its time counts until room is needed.
    private let used = Atomic<Int>(0)
    /// Grows with each revocation that moves to another slot: whoever misses one meanwhile looks again.
    private let moves = Atomic<UInt64>(0)
    /// When slots that have outlived their time were last made free; nothing else outlives it within the same minute.
    /// Guarded by the validator's lock.
    private var lastClearing = Int64.min
    /// Makes marks unpredictable: nobody can look for one that equals somebody else's.
    private let hash: KeyedHash

    private static var free: UInt64 { 0 }
    /// A slot that is being used anew.
    private static var busy: UInt64 { 1 }

    /// As a moment of issue: revoked only if that does not matter.
    static var latestIssue: Int64 { Times.always }

    /// Each slot takes 16 bytes, and half of them stay free to keep searches short.
    static var bytesPerRevocation: Int { 32 }

    /// Nil if there is not so much memory, or no randomness.
    static func make(bytes: Int) -> Revocations? {
        var count = 1
        while count * 2 * 2 * MemoryLayout<Word>.stride <= bytes { count *= 2 }
        guard let hash = KeyedHash.make(), let memory = calloc(count * 2, MemoryLayout<Word>.stride) else { return nil }
        return Revocations(memory, count: count, hash: hash)
    }

    /// Zeroed memory is a table of free slots.
    private init(_ memory: UnsafeMutableRawPointer, count: Int, hash: KeyedHash) {
        slots = memory.bindMemory(to: Word.self, capacity: count * 2)
        mask = count - 1
        self.hash = hash
    }

    deinit { CSystem.free(slots) }

    var epoch: UInt64 { currentEpoch.load(ordering: .acquiring) }
    var count: Int { used.load(ordering: .relaxed) }

    // MARK: Marks

    /// The mark of a thing, never 0 or 1.
    func mark(_ kind: Revocation.Kind, issuer: Int?, _ value: ByteView, _ detail: ByteView = .empty) -> UInt64 {
        max(hash.mark(of: value, detail, UInt64(kind.rawValue), UInt64(bitPattern: Int64(issuer ?? -1))), 2)
    }

    // MARK: For readers

    /// Whether a token of that moment of issue (0: unknown) is revoked by what bears this mark.
    func revokes(_ mark: UInt64, issuedAt: Int64, now wallSeconds: Int64) -> Bool {
        guard let times = times(of: mark), !times.isOver(at: wallSeconds) else { return false }
        return issuedAt == 0 || issuedAt <= times.notBefore
    }

    func remembers(_ mark: UInt64, now wallSeconds: Int64) -> Bool {
        times(of: mark).map { !$0.isOver(at: wallSeconds) } ?? false
    }

    private func times(of mark: UInt64) -> Times? {
        while true {
            let before = moves.load(ordering: .acquiring)
            if let times = search(mark) { return times }
            if moves.load(ordering: .acquiring) == before { return nil }
        }
    }

    /// May miss a revocation that is being moved.
    private func search(_ mark: UInt64) -> Times? {
        var index = home(of: mark)
        while true {
            let found = slots[2 * index].load(ordering: .acquiring)
            if found == Self.free { return nil }
            if found == mark {
                let times = slots[2 * index + 1].load(ordering: .acquiring)
                // Another's, if the slot was used anew meanwhile; then ours had outlived its time or has moved.
                return slots[2 * index].load(ordering: .acquiring) == mark ? Times(packed: times) : nil
            }
            index = (index + 1) & mask
        }
    }

    private func home(of mark: UInt64) -> Int { Int(truncatingIfNeeded: mark) & mask }

    // MARK: With the validator's lock held

    /// How many revocations there is room for, at least.
    private func hasRoom(for count: Int) -> Bool { used.load(ordering: .relaxed) + count <= (mask + 1) / 2 }

    /// Remembers all of them, or none.
    func add(_ marks: [UInt64], upTo notBefore: Int64, until end: Int64, now wallSeconds: Int64) throws(Full) {
        let news = marks.count(where: { !place(for: $0).isKnown })
        if !hasRoom(for: news), lastClearing != wallSeconds / 60 {
            lastClearing = wallSeconds / 60
            clear(at: wallSeconds)
        }
        guard news == 0 || hasRoom(for: marks.count(where: { !place(for: $0).isKnown })) else { throw Full() }
        let times = Times(notBefore: notBefore, end: end)
        var isNews = false
        for mark in marks {
            let place = place(for: mark)
            if place.isKnown {
                let value = slots + 2 * place.index + 1
                let before = Times(packed: value.pointee.load(ordering: .relaxed))
                // What has been outlived is as good as forgotten.
                let after = before.isOver(at: wallSeconds) ? times : before.merged(with: times)
                // A longer time is news as well: somebody whose clock is a moment ahead may have found it over.
                isNews = isNews || after.packed != before.packed
                value.pointee.store(after.packed, ordering: .releasing)
            } else {
                used.wrappingAdd(1, ordering: .relaxed)
                put(mark, times.packed, at: place.index)
                isNews = true
            }
        }
        if isNews { currentEpoch.wrappingAdd(1, ordering: .releasing) }
    }

    /// Readers of the slot see it as it was, as it will be, or busy.
    private func put(_ mark: UInt64, _ times: UInt64, at index: Int) {
        let (key, value) = (slots + 2 * index, slots + 2 * index + 1)
        if key.pointee.load(ordering: .relaxed) != Self.free { key.pointee.store(Self.busy, ordering: .releasing) }
        value.pointee.store(times, ordering: .releasing)
        key.pointee.store(mark, ordering: .releasing)
    }

    /// Makes every slot free that has outlived its time: some ten milliseconds for a million of them.
    private func clear(at wallSeconds: Int64) {
        for index in 0...mask {
            while slots[2 * index].load(ordering: .relaxed) != Self.free,
                Times(packed: slots[2 * index + 1].load(ordering: .relaxed)).isOver(at: wallSeconds)
            {
                vacate(index)
            }
        }
    }

    /// Makes a slot free. What lies behind it and would not be found any more moves up (Knuth, TAOCP 6.4, algorithm R).
    private func vacate(_ index: Int) {
        var (hole, next) = (index, (index + 1) & mask)
        while true {
            let mark = slots[2 * next].load(ordering: .relaxed)
            if mark == Self.free { break }
            // Its search comes by the hole.
            if (next - home(of: mark)) & mask >= (next - hole) & mask {
                put(mark, slots[2 * next + 1].load(ordering: .relaxed), at: hole)
                moves.wrappingAdd(1, ordering: .releasing)
                hole = next
            }
            next = (next + 1) & mask
        }
        slots[2 * hole].store(Self.free, ordering: .releasing)
        used.wrappingSubtract(1, ordering: .relaxed)
    }

    /// Where a revocation is, or the free slot where it may go.
    private func place(for mark: UInt64) -> (index: Int, isKnown: Bool) {
        var index = home(of: mark)
        while true {
            let found = slots[2 * index].load(ordering: .relaxed)
            if found == mark || found == Self.free { return (index, found == mark) }
            index = (index + 1) & mask
        }
    }
}

extension Revocations {
    /// Two times in one word, so that readers see both or neither: seconds up to which tokens are refused, and the
    /// minute after which nobody needs to know any more.
    private struct Times {
        let notBefore: Int64
        let endMinute: Int64

        static var always: Int64 { 1 << 36 - 1 }
        private static var lastMinute: Int64 { 1 << 28 - 1 }

        init(notBefore: Int64, end: Int64) {
            self.notBefore = min(max(notBefore, 0), Self.always)
            endMinute = min(max(end, 0) / 60 + 1, Self.lastMinute)
        }

        init(packed: UInt64) {
            notBefore = Int64(packed >> 28)
            endMinute = Int64(packed & UInt64(Self.lastMinute))
        }

        private init(notBefore: Int64, endMinute: Int64) {
            self.notBefore = notBefore
            self.endMinute = endMinute
        }

        var packed: UInt64 { UInt64(notBefore) << 28 | UInt64(endMinute) }

        func isOver(at wallSeconds: Int64) -> Bool { wallSeconds / 60 > endMinute }

        func merged(with other: Times) -> Times {
            Times(notBefore: max(notBefore, other.notBefore), endMinute: max(endMinute, other.endMinute))
        }
    }
}
