// SPDX-License-Identifier: Apache-2.0
import CVector
import COpenSSL
import JOSE

/// A hash that only this process can compute, with one of two functions that are universal: whoever does not know the
/// key makes two texts of at most `reach` bytes collide with a probability of 2^-113 (sums of four AES rounds, where the
/// processor has instructions for them: Sources/CVector) or 2^-128 (two lanes of NH, the second under the key shifted
/// by one block: Black, Halevi, Krawczyk, Krovetz, Rogaway, "UMAC", CRYPTO 1999, with 64-bit words), however long he
/// tries; he is never shown a value. It is ten or more times as fast as SHA-256, but no one-way function: whoever reads
/// the key and a value in this process's memory can reckon back to a short text.
final class KeyedHash: @unchecked Sendable {
    typealias Value = (UInt64, UInt64, UInt64, UInt64)

    /// What is longer is hashed piece by piece, and the hashes of the pieces are; beyond so many, or without the
    /// instructions, with SHA-256 first.
    static var reach: Int { 4096 }
    private static var mostPieces: Int { 16 }

    /// Two blocks for what comes with a text, as many as reach, one for the shift of the second lane, and four words to
    /// fold a value with.
    private static var wordCount: Int { 4 + reach / 8 + 2 + 4 }
    private static var aesKeySize: Int { (reach + mostPieces * 16) * Int(MXAUTH_AES_HASH_KEY_FACTOR) }
    private static var keySize: Int { aesKeySize + wordCount * 8 }
    /// A cache line, which is more than the AES instructions ask for.
    private static var alignment: Int { 64 }

    private let aesKey: UnsafeMutableRawPointer
    private let key: UnsafeMutablePointer<UInt64>
    private let aes: mxauth_aes_hash?

    /// Nil if there is no randomness.
    static func make() -> KeyedHash? { make(aes: mxauth_aes_hash_wide() ?? mxauth_aes_hash_narrow()) }

    /// The same with that function, or NH if it is nil.
    static func make(aes: mxauth_aes_hash?) -> KeyedHash? {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: keySize, alignment: alignment)
        guard RAND_bytes(memory, Int32(keySize)) == 1 else {
            memory.deallocate()
            return nil
        }
        return KeyedHash(memory, aes)
    }

    private init(_ memory: UnsafeMutableRawPointer, _ aes: mxauth_aes_hash?) {
        aesKey = memory
        key = (memory + Self.aesKeySize).bindMemory(to: UInt64.self, capacity: Self.wordCount)
        self.aes = aes
    }

    deinit {
        OPENSSL_cleanse(aesKey, Self.keySize)
        aesKey.deallocate()
    }

    @inline(__always)
    func value(of text: ByteView) -> Value {
        guard let aes else { return sum(of: text) }
        if text.count > Self.reach { return valueOfPieces(text, aes) }
        // The size is told apart here.
        var value: Value = (0, 0, UInt64(truncatingIfNeeded: text.count), 0)
        withUnsafeMutableBytes(of: &value) { words in
            aes(aesKey, text.base, text.count, words.baseAddress?.assumingMemoryBound(to: UInt64.self))
        }
        return value
    }

    /// Two texts of one size collide if two pieces do or the hashes of different pieces do: twice the probability.
    private func valueOfPieces(_ text: ByteView, _ aes: mxauth_aes_hash) -> Value {
        guard text.count <= Self.reach * Self.mostPieces else { return sum(of: text) }
        var hashes = InlineArray<32, UInt64>(repeating: 0)
        var count = 0
        for start in stride(from: 0, to: text.count, by: Self.reach) {
            let piece = text.slice(start, count: min(Self.reach, text.count - start))
            var hash: (UInt64, UInt64) = (0, 0)
            withUnsafeMutableBytes(of: &hash) { words in
                aes(aesKey, piece.base, piece.count, words.baseAddress?.assumingMemoryBound(to: UInt64.self))
            }
            (hashes[count], hashes[count + 1]) = hash
            count += 2
        }
        var value: Value = (0, 0, UInt64(truncatingIfNeeded: text.count), 0)
        withUnsafeBytes(of: &hashes) { hashes in
            withUnsafeMutableBytes(of: &value) { words in
                aes(
                    aesKey + Self.reach * Int(MXAUTH_AES_HASH_KEY_FACTOR),
                    hashes.baseAddress?.assumingMemoryBound(to: UInt8.self), hashes.count,
                    words.baseAddress?.assumingMemoryBound(to: UInt64.self))
            }
        }
        return value
    }

    /// By NH.
    private func sum(of text: ByteView) -> Value {
        var sum = Sum(key: key)
        sum.add(UInt64(truncatingIfNeeded: text.count), 0)
        sum.add(text, atMost: Self.reach)
        return sum.value
    }

    /// Another one, of two texts and two numbers, in 64 bits, which two such are given with a probability of 2^-62: one
    /// lane of NH, then multiply-shift (Dietzfelbinger, "Universal hashing and k-wise independent random variables via
    /// integer arithmetic without primes", STACS 1996).
    func mark(of first: ByteView, _ second: ByteView, _ a: UInt64, _ b: UInt64) -> UInt64 {
        var sum = Sum(key: key)
        sum.add(a, b)
        // Where the first one ends is part of it.
        sum.add(UInt64(truncatingIfNeeded: first.count), UInt64(truncatingIfNeeded: second.count))
        sum.add(first, atMost: Self.reach / 2)
        sum.add(second, atMost: Self.reach / 2)
        let fold = UnsafePointer(key) + (Self.wordCount - 4)
        let (low, high, _, _) = sum.value
        let total: UInt128 = widened(low) &* wideKey(fold) &+ widened(high) &* wideKey(fold + 2)
        return UInt64(truncatingIfNeeded: total &>> 64)
    }

    private func wideKey(_ words: UnsafePointer<UInt64>) -> UInt128 { widened(words[0]) &<< 64 | widened(words[1]) }

    private struct Sum {
        /// That of the next block.
        private var key: UnsafePointer<UInt64>
        private var first: UInt128 = 0
        private var second: UInt128 = 0

        @inline(__always)
        init(key: UnsafeMutablePointer<UInt64>) { self.key = UnsafePointer(key) }

        var value: Value {
            (
                UInt64(truncatingIfNeeded: first), UInt64(truncatingIfNeeded: first >> 64),
                UInt64(truncatingIfNeeded: second), UInt64(truncatingIfNeeded: second >> 64)
            )
        }

        /// One block.
        @inline(__always)
        mutating func add(_ a: UInt64, _ b: UInt64) {
            first &+= product(a &+ key[0], b &+ key[1])
            second &+= product(a &+ key[2], b &+ key[3])
            key += 2
        }

        /// The last block ends with the text, and may overlap the one before: the length is there to tell.
        @inline(__always)
        mutating func add(_ text: ByteView, atMost limit: Int) {
            guard text.count <= limit else {
                let digest = Digest.sha256(text)
                add(digest.0, digest.1)
                add(digest.2, digest.3)
                return
            }
            let bytes = UnsafeRawPointer(text.base)
            func word(_ at: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self) }
            func half(_ at: Int) -> UInt64 { UInt64(bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)) }
            let count = text.count
            switch count {
            case 16...:
                var at = 0
                while count &- at > 16 {
                    add(word(at), word(at &+ 8))
                    at &+= 16
                }
                add(word(count &- 16), word(count &- 8))
            case 8...: add(word(0), word(count &- 8))
            case 4...: add(half(0), half(count &- 4))
            case 1...: add(UInt64(text[0]) &<< 8 | UInt64(text[count &- 1]), UInt64(text[count / 2]))
            default: break
            }
        }
    }
}

@inline(__always)
private func product(_ a: UInt64, _ b: UInt64) -> UInt128 { widened(a) &* widened(b) }

@inline(__always)
private func widened(_ word: UInt64) -> UInt128 { UInt128(truncatingIfNeeded: word) }
