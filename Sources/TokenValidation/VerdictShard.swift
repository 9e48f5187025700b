// SPDX-License-Identifier: Apache-2.0
import CSystem
import Synchronization

/// A part of the verdict cache with a lock of its own, bounded in number and bytes. Finding a verdict takes no lock and no
/// memory.
///
/// Eviction is S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023): a verdict is on
/// probation in a small queue until it has been found again, so that a flood of tokens that are used once passes
/// through that queue and pushes nothing else out.
final class VerdictShard: @unchecked Sendable {
    private typealias Link = Atomic<UnsafeMutableRawPointer?>

    let maximumCount: Int
    let maximumBytes: Int
    /// Guards all changes.
    let lock = Lock()
    private let buckets: UnsafeMutablePointer<Link>
    private let bucketMask: Int
    private let readers = Readers(patience: 32) { CachedVerdict.destroy($0) }

    private var probation = EvictionQueue()
    private var proven = EvictionQueue()
    /// Hashes of verdicts that left the cache on probation: the ones that come back go to `proven` at once.
    private let ghosts: UnsafeMutablePointer<UInt64>

    /// Chances that a proven verdict gets in a row before one is evicted whatever its use: bounds the work of one
    /// insertion.
    private static var maximumChances: Int { 64 }

    /// Nil if there is not so much memory.
    static func make(count: Int, bytes: Int) -> VerdictShard? {
        // Half of the buckets stay empty: most verdicts are found at once.
        var size = 2
        while size < 2 * count { size *= 2 }
        guard let buckets = calloc(size, MemoryLayout<Link>.stride) else { return nil }
        guard let ghosts = calloc(size, MemoryLayout<UInt64>.stride) else {
            free(buckets)
            return nil
        }
        return VerdictShard(count: count, bytes: bytes, size: size, buckets: buckets, ghosts: ghosts)
    }

    /// Zeroed memory is a table of empty links.
    private init(
        count: Int, bytes: Int, size: Int, buckets: UnsafeMutableRawPointer, ghosts: UnsafeMutableRawPointer
    ) {
        maximumCount = count
        maximumBytes = bytes
        bucketMask = size - 1
        self.buckets = buckets.bindMemory(to: Link.self, capacity: size)
        self.ghosts = ghosts.bindMemory(to: UInt64.self, capacity: size)
    }

    deinit {
        while let verdict = probation.oldest ?? proven.oldest {
            if verdict.pointee.isProbationary { probation.remove(verdict) } else { proven.remove(verdict) }
            CachedVerdict.destroy(verdict)
        }
        free(buckets)
        free(ghosts)
    }

    private func bucket(of digest: Digest) -> UnsafeMutablePointer<Link> {
        buckets + Int(truncatingIfNeeded: digest.hash) & bucketMask
    }

    /// Lends the verdict of that token to `body`; nil if there is none. Any thread.
    @inline(__always)
    func find<R>(_ digest: Digest, _ body: (CachedVerdict.Pointer) -> R?) -> R? {
        find(digest, counting: { _ in false }, body)
    }

    /// The same, and counts a hit if `counts` says so of the result.
    @inline(__always)
    func find<R>(_ digest: Digest, counting counts: (R?) -> Bool, _ body: (CachedVerdict.Pointer) -> R?) -> R? {
        readers.read(tallying: counts) {
            var next = bucket(of: digest).pointee.load(ordering: .sequentiallyConsistent)
            while let memory = next {
                CachedVerdict.prefetch(memory)
                let verdict = memory.assumingMemoryBound(to: CachedVerdict.self)
                if verdict.pointee.digest == digest {
                    CachedVerdict.visit(verdict)
                    return body(verdict)
                }
                next = verdict.pointee.next.load(ordering: .sequentiallyConsistent)
            }
            return nil
        }
    }

    /// Remembers a verdict in place of an earlier one of the same token; if it is too large or memory ran out, neither is
    /// kept. `epoch` is that of the revocations before the token was compared with them. Any thread.
    func remember(
        _ digest: Digest, _ facts: CachedVerdict.Facts, _ texts: CachedVerdict.Texts, epoch: UInt64
    ) {
        let size = CachedVerdict.size(textCount: texts.count)
        guard size <= maximumBytes / 8, let verdict = CachedVerdict.make(digest, facts, texts, epoch: epoch) else {
            // The earlier one is no longer true.
            forget(digest)
            return
        }
        lock.withLock {
            let earlier = unlink(digest)
            // Known to be in use, or known to come back.
            let isProven = earlier.map { !$0.pointee.isProbationary } ?? isGhost(digest)
            if let earlier { retire(earlier) }
            while count >= maximumCount || bytes + size > maximumBytes { evictOne() }
            verdict.pointee.isProbationary = !isProven
            if isProven { proven.add(verdict) } else { probation.add(verdict) }
            let first = bucket(of: digest)
            verdict.pointee.next.store(first.pointee.load(ordering: .relaxed), ordering: .relaxed)
            first.pointee.store(UnsafeMutableRawPointer(verdict), ordering: .sequentiallyConsistent)
        }
    }

    func forget(_ digest: Digest) {
        lock.withLock {
            if let verdict = unlink(digest) { retire(verdict) }
        }
    }

    /// In a forked child, with the lock held since before the fork.
    func becomeChild() { readers.forget() }

    /// What `find` has counted.
    var hits: UInt64 { readers.tally }

    /// Verdicts, and the bytes that they take.
    var usage: (count: Int, bytes: Int) {
        lock.withLock { (count, bytes) }
    }

    // MARK: With the lock held

    private var count: Int { probation.count + proven.count }
    private var bytes: Int { probation.bytes + proven.bytes }

    /// Takes the verdict of that token out of its bucket. Whoever is reading it can go on to the next.
    private func unlink(_ digest: Digest) -> CachedVerdict.Pointer? {
        let first = bucket(of: digest)
        var previous: CachedVerdict.Pointer?
        var next = first.pointee.load(ordering: .relaxed)
        while let memory = next {
            let verdict = memory.assumingMemoryBound(to: CachedVerdict.self)
            next = verdict.pointee.next.load(ordering: .relaxed)
            if verdict.pointee.digest == digest {
                if let previous {
                    previous.pointee.next.store(next, ordering: .sequentiallyConsistent)
                } else {
                    first.pointee.store(next, ordering: .sequentiallyConsistent)
                }
                return verdict
            }
            previous = verdict
        }
        return nil
    }

    private func retire(_ verdict: CachedVerdict.Pointer) {
        if verdict.pointee.isProbationary { probation.remove(verdict) } else { proven.remove(verdict) }
        readers.retire(UnsafeMutableRawPointer(verdict))
    }

    private func evictOne() {
        // A tenth of the cache is for newcomers.
        let isCrowded = probation.count > maximumCount / 10 || probation.bytes > maximumBytes / 10
        if isCrowded || proven.oldest == nil { evictNewcomer() } else { evictProven() }
    }

    /// Makes room for one, or moves one that has been found more than once since it came.
    private func evictNewcomer() {
        guard let verdict = probation.oldest else { return }
        if verdict.pointee.visits.load(ordering: .relaxed) > 1 {
            probation.remove(verdict)
            verdict.pointee.isProbationary = false
            verdict.pointee.visits.store(0, ordering: .relaxed)
            proven.add(verdict)
        } else {
            ghosts[Int(truncatingIfNeeded: verdict.pointee.digest.hash) & bucketMask] = verdict.pointee.digest.hash
            evict(verdict)
        }
    }

    private func evictProven() {
        for _ in 0..<Self.maximumChances {
            guard let verdict = proven.oldest else { return }
            let visits = verdict.pointee.visits.load(ordering: .relaxed)
            if visits == 0 { break }
            verdict.pointee.visits.store(visits - 1, ordering: .relaxed)
            proven.remove(verdict)
            proven.add(verdict)
        }
        if let verdict = proven.oldest { evict(verdict) }
    }

    private func evict(_ verdict: CachedVerdict.Pointer) {
        if let unlinked = unlink(verdict.pointee.digest) { retire(unlinked) }
    }

    private func isGhost(_ digest: Digest) -> Bool {
        ghosts[Int(truncatingIfNeeded: digest.hash) & bucketMask] == digest.hash
    }
}
