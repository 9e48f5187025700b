// SPDX-License-Identifier: Apache-2.0
import COpenSSL
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
    /// Slots that are not free; what has outlived its time counts until its slot is used anew.
    private let used = Atomic<Int>(0)
    /// Makes marks unpredictable: nobody can look for one that equals somebody else's.
    private let secret: [UInt8]

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
        var secret = [UInt8](repeating: 0, count: 32)
        guard RAND_bytes(&secret, 32) == 1, let memory = calloc(count * 2, MemoryLayout<Word>.stride) else { return nil }
        return Revocations(memory, count: count, secret: secret)
    }

    /// Zeroed memory is a table of free slots.
    private init(_ memory: UnsafeMutableRawPointer, count: Int, secret: [UInt8]) {
        slots = memory.bindMemory(to: Word.self, capacity: count * 2)
        mask = count - 1
        self.secret = secret
    }

    deinit { CSystem.free(slots) }

    var epoch: UInt64 { currentEpoch.load(ordering: .acquiring) }
    var count: Int { used.load(ordering: .relaxed) }

    // MARK: Marks

    /// The mark of a thing: 64 bits of a keyed SHA-256, never 0 or 1.
    func mark(_ kind: Revocation.Kind, issuer: Int?, _ value: ByteView, _ detail: ByteView = .empty) -> UInt64 {
        let size = secret.count + 6 + 8
        return withUnsafeTemporaryAllocation(byteCount: size + value.count, alignment: 1) { buffer in
            var end = 0
            func put(_ bytes: UnsafeRawBufferPointer) {
                for byte in bytes {
                    buffer[end] = byte
                    end += 1
                }
            }
            secret.withUnsafeBytes(put)
            withUnsafeBytes(of: UInt16(kind.rawValue), put)
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: issuer ?? -1), put)
            // The length keeps value and detail apart.
            withUnsafeBytes(of: UInt64(truncatingIfNeeded: value.count), put)
            put(UnsafeRawBufferPointer(start: value.base, count: value.count))
            guard let base = buffer.baseAddress else { return 2 }
            let first = ByteView(base.assumingMemoryBound(to: UInt8.self), count: end)
            return max(Digest.sha256(first, detail).0, 2)
        }
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
        var index = Int(truncatingIfNeeded: mark) & mask
        while true {
            let found = slots[2 * index].load(ordering: .acquiring)
            if found == Self.free { return nil }
            if found == mark {
                let times = slots[2 * index + 1].load(ordering: .acquiring)
                // Another's, if the slot was used anew meanwhile; then ours had outlived its time.
                return slots[2 * index].load(ordering: .relaxed) == mark ? Times(packed: times) : nil
            }
            index = (index + 1) & mask
        }
    }

    // MARK: With the validator's lock held

    /// How many revocations there is room for, at least.
    private func hasRoom(for count: Int) -> Bool { used.load(ordering: .relaxed) + count <= (mask + 1) / 2 }

    /// Remembers all of them, or none.
    func add(_ marks: [UInt64], upTo notBefore: Int64, until end: Int64, now wallSeconds: Int64) throws(Full) {
        var places: [Place] = []
        var newSlots = 0
        for mark in marks {
            let place = place(for: mark, now: wallSeconds, avoiding: places)
            if place.isFree { newSlots += 1 }
            places.append(place)
        }
        guard newSlots == 0 || hasRoom(for: newSlots) else { throw Full() }
        var isNews = false
        for (mark, place) in zip(marks, places) {
            let times = Times(notBefore: notBefore, end: end)
            let (key, value) = (slots + 2 * place.index, slots + 2 * place.index + 1)
            if place.isKnown {
                let before = Times(packed: value.pointee.load(ordering: .relaxed))
                let merged = before.merged(with: times)
                isNews = isNews || before.isOver(at: wallSeconds) || merged.notBefore > before.notBefore
                value.pointee.store(merged.packed, ordering: .releasing)
            } else {
                if place.isFree { used.add(1, ordering: .relaxed) } else { key.pointee.store(Self.busy, ordering: .relaxed) }
                value.pointee.store(times.packed, ordering: .releasing)
                key.pointee.store(mark, ordering: .releasing)
                isNews = true
            }
        }
        if isNews { currentEpoch.add(1, ordering: .releasing) }
    }

    /// Where a revocation is, or where it may go.
    private struct Place {
        let index: Int
        var isKnown = false
        var isFree = false
    }

    private func place(for mark: UInt64, now wallSeconds: Int64, avoiding taken: [Place]) -> Place {
        var index = Int(truncatingIfNeeded: mark) & mask
        var outlived: Int?
        while true {
            let found = slots[2 * index].load(ordering: .relaxed)
            if found == mark { return Place(index: index, isKnown: true) }
            let isTaken = taken.contains { $0.index == index && !$0.isKnown }
            if found == Self.free, !isTaken {
                return outlived.map { Place(index: $0) } ?? Place(index: index, isFree: true)
            }
            if outlived == nil, found != Self.free, !isTaken,
                Times(packed: slots[2 * index + 1].load(ordering: .relaxed)).isOver(at: wallSeconds)
            {
                outlived = index
            }
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
