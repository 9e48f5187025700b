// SPDX-License-Identifier: Apache-2.0
import CSystem
import JOSE
import Matrix
import Synchronization

/// A verdict as the cache keeps it: one block of memory, immutable but for what is atomic, with its texts behind it.
struct CachedVerdict: ~Copyable {
    /// What was found out about a token, without the texts. What a hit looks at comes last, next to what else it does.
    struct Facts {
        var status = Status.ok
        /// The check that refused the token.
        var check = Check.size
        var marks = RevocationMarks()
        /// Monotonic milliseconds.
        var judgedAt: Int64 = 0
        /// Monotonic milliseconds until which the verdict serves if the issuer cannot be asked.
        var staleUntil: Int64 = 0

        var kind = Verdict.Kind.jwt
        var hasUnknownScopes = false
        var issuerIndex = 0
        var grants: Grants = []
        var expiresAt: Int64 = 0
        var issuedAt: Int64 = 0
        /// Wall seconds from which the token has expired, leeway included.
        var endsAtWall = Int64.max
        /// Monotonic milliseconds from which it has: `expires_in` counts from an answer, whatever the wall clock.
        var ends = Int64.max
        /// Monotonic milliseconds until which the verdict is as good as new.
        var freshUntil: Int64 = 0
        /// The key set that verified a JWT, and its generation.
        var keys: UnsafePointer<KeyState>?
        var keyGeneration: UInt64 = 0
    }

    struct Texts {
        /// User ID, device ID, subject, client ID and claims of a good token; for a refused one what was looked at,
        /// expected and found.
        var first = ByteView.empty
        var second = ByteView.empty
        var third = ByteView.empty
        var fourth = ByteView.empty
        var fifth = ByteView.empty

        var count: Int { first.count + second.count + third.count + fourth.count + fifth.count }
    }

    typealias Pointer = UnsafeMutablePointer<CachedVerdict>

    /// Its place in an eviction queue. With the cache's lock held.
    var newer: Pointer?
    var older: Pointer?
    var isProbationary = true

    let facts: Facts
    let digest: Digest
    /// The next one in the same bucket.
    let next = Atomic<UnsafeMutableRawPointer?>(nil)
    /// How often it was found since it was last judged for eviction, up to `mostVisits`.
    let visits = Atomic<UInt8>(0)
    /// The epoch of the revocations that it was last compared with.
    let checkedEpoch: Atomic<UInt64>
    private let counts: (UInt32, UInt32, UInt32, UInt32, UInt32)

    /// Asks for the memory that a hit reads: it begins in the middle of the facts.
    @inline(__always)
    static func prefetch(_ memory: UnsafeMutableRawPointer) { mxauth_prefetch(memory + MemoryLayout<Facts>.size / 2) }

    static let mostVisits: UInt8 = 3

    private init(_ digest: Digest, _ facts: Facts, _ texts: Texts, epoch: UInt64) {
        self.digest = digest
        self.facts = facts
        checkedEpoch = Atomic(epoch)
        counts = (
            UInt32(truncatingIfNeeded: texts.first.count), UInt32(truncatingIfNeeded: texts.second.count),
            UInt32(truncatingIfNeeded: texts.third.count), UInt32(truncatingIfNeeded: texts.fourth.count),
            UInt32(truncatingIfNeeded: texts.fifth.count)
        )
    }

    /// The bytes that one takes with texts of that many bytes.
    static func size(textCount: Int) -> Int { MemoryLayout<CachedVerdict>.stride + textCount }

    var size: Int {
        Self.size(textCount: Int(counts.0) + Int(counts.1) + Int(counts.2) + Int(counts.3) + Int(counts.4))
    }

    /// Nil when memory ran out. To be freed with `destroy`.
    static func make(_ digest: Digest, _ facts: Facts, _ texts: Texts, epoch: UInt64) -> Pointer? {
        guard let memory = malloc(size(textCount: texts.count)) else { return nil }
        let verdict = memory.bindMemory(to: CachedVerdict.self, capacity: 1)
        verdict.initialize(to: CachedVerdict(digest, facts, texts, epoch: epoch))
        var end = Self.textStart(of: verdict)
        for text in [texts.first, texts.second, texts.third, texts.fourth, texts.fifth] {
            memcpy(end, text.base, text.count)
            end += text.count
        }
        return verdict
    }

    static func destroy(_ memory: UnsafeMutableRawPointer) {
        memory.assumingMemoryBound(to: CachedVerdict.self).deinitialize(count: 1)
        free(memory)
    }

    /// Valid for as long as the verdict is being read.
    static func texts(of verdict: Pointer) -> Texts {
        let counts = verdict.pointee.counts
        var at = UnsafePointer(textStart(of: verdict))
        func next(_ count: UInt32) -> ByteView {
            defer { at += Int(count) }
            return ByteView(at, count: Int(count))
        }
        return Texts(
            first: next(counts.0), second: next(counts.1), third: next(counts.2), fourth: next(counts.3),
            fifth: next(counts.4))
    }

    private static func textStart(of verdict: Pointer) -> UnsafeMutablePointer<UInt8> {
        (UnsafeMutableRawPointer(verdict) + MemoryLayout<CachedVerdict>.stride).assumingMemoryBound(to: UInt8.self)
    }
}

extension CachedVerdict {
    /// Notes that it was found. A verdict in steady use is not written to any more.
    static func visit(_ verdict: Pointer) {
        let visits = verdict.pointee.visits.load(ordering: .relaxed)
        if visits < mostVisits { verdict.pointee.visits.store(visits + 1, ordering: .relaxed) }
    }
}
