// SPDX-License-Identifier: Apache-2.0

/// Verdicts by the digest of their token, about as many and as many bytes as asked for. A large cache is cut into parts,
/// so that threads with new tokens seldom wait for each other.
final class VerdictCache: @unchecked Sendable {
    private let shards: [VerdictShard]
    /// The same, without counting references at each look.
    private let table: UnsafeMutablePointer<Unmanaged<VerdictShard>>
    private let mask: UInt64

    private static var mostShards: Int { 16 }
    /// A part is large enough to keep verdicts for long, and chance spreads tokens evenly enough over the parts.
    private static var fewestVerdicts: Int { 512 }
    private static var fewestBytes: Int { 1 << 20 }

    /// Nil if there is not so much memory.
    static func make(count: Int, bytes: Int) -> VerdictCache? {
        var parts = mostShards
        while parts > 1, count / parts < fewestVerdicts || bytes / parts < fewestBytes { parts /= 2 }
        var shards: [VerdictShard] = []
        for _ in 0..<parts {
            guard let shard = VerdictShard.make(count: count / parts, bytes: bytes / parts) else { return nil }
            shards.append(shard)
        }
        return VerdictCache(shards)
    }

    private init(_ shards: [VerdictShard]) {
        self.shards = shards
        mask = UInt64(shards.count - 1)
        table = .allocate(capacity: shards.count)
        for (index, shard) in shards.enumerated() { (table + index).initialize(to: .passUnretained(shard)) }
    }

    deinit { table.deallocate() }

    /// By bits of the digest that choose no bucket.
    @inline(__always)
    private func withShard<R>(of digest: Digest, _ body: (VerdictShard) -> R) -> R {
        table[Int(truncatingIfNeeded: digest.hash >> 56 & mask)]._withUnsafeGuaranteedRef(body)
    }

    /// Lends the verdict of that token to `body`; nil if there is none. Any thread.
    @inline(__always)
    func find<R>(_ digest: Digest, _ body: (CachedVerdict.Pointer) -> R?) -> R? {
        withShard(of: digest) { $0.find(digest, body) }
    }

    /// The same, and counts a hit if `counts` says so of the result.
    @inline(__always)
    func find<R>(_ digest: Digest, counting counts: (R?) -> Bool, _ body: (CachedVerdict.Pointer) -> R?) -> R? {
        withShard(of: digest) { $0.find(digest, counting: counts, body) }
    }

    /// Remembers a verdict in place of an earlier one of the same token; if it is too large or memory ran out, neither is
    /// kept. `epoch` is that of the revocations before the token was compared with them. Any thread.
    func remember(
        _ digest: Digest, _ facts: CachedVerdict.Facts, _ texts: CachedVerdict.Texts, epoch: UInt64
    ) {
        withShard(of: digest) { $0.remember(digest, facts, texts, epoch: epoch) }
    }

    func forget(_ digest: Digest) { withShard(of: digest) { $0.forget(digest) } }

    /// What `find` has counted.
    var hits: UInt64 {
        var total: UInt64 = 0
        for shard in shards { total &+= shard.hits }
        return total
    }

    /// Verdicts, and the bytes that they take.
    var usage: (count: Int, bytes: Int) {
        var total = (count: 0, bytes: 0)
        for shard in shards {
            let usage = shard.usage
            total.count += usage.count
            total.bytes += usage.bytes
        }
        return total
    }

    // MARK: Forking

    /// Around a fork.
    func lockAll() {
        for shard in shards { shard.lock.lock() }
    }

    func unlockAll() {
        for shard in shards { shard.lock.unlock() }
    }

    /// In a forked child, with the locks held since before the fork.
    func becomeChild() {
        for shard in shards { shard.becomeChild() }
    }
}
