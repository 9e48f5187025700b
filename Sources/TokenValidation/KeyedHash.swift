// SPDX-License-Identifier: Apache-2.0
import CAESHash
import COpenSSL
import JOSE

/// A hash that only this process can compute, with one of two functions that are universal: whoever does not know the
/// key makes two texts of at most `reach` bytes collide with a probability of 2^-113 (sums of four AES rounds, where the
/// processor has instructions for them: Sources/CAESHash) or 2^-128 (two lanes of NH, the second under the key shifted
/// by one block: Black, Halevi, Krawczyk, Krovetz, Rogaway, "UMAC", CRYPTO 1999, with 64-bit words), however long he
/// tries; he is never shown a value. It is ten or more times as fast as SHA-256, but no one-way function: whoever reads
/// the key and a value in this process's memory can reckon back to a short text.
final class KeyedHash: @unchecked Sendable {
    typealias Value = (UInt64, UInt64, UInt64, UInt64)

    /// What is longer is hashed with SHA-256 first.
    static var reach: Int { 4096 }

    /// Two blocks for what comes with a text, as many as reach, one for the shift of the second lane, and four words to
    /// fold a value with.
    private static var wordCount: Int { 4 + reach / 8 + 2 + 4 }
    private static var aesKeySize: Int { reach * Int(MXAUTH_AES_HASH_KEY_FACTOR) }
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
        if let aes, text.count <= Self.reach {
            // The size is told apart here.
            var value: Value = (0, 0, UInt64(truncatingIfNeeded: text.count), 0)
            withUnsafeMutableBytes(of: &value) { words in
                aes(aesKey, text.base, text.count, words.baseAddress?.assumingMemoryBound(to: UInt64.self))
            }
            return value
        }
        return sum(of: text)
    }

    /// By NH.
    private func sum(of text: ByteView) -> Value {
        var sum = Sum(key: key)
        sum.add(UInt64(truncatingIfNeeded: text.count), 0)
        sum.add(text, atMost: Self.reach)
        return sum.value
    }

    /// The same of two texts and two numbers, in 64 bits, which two such are given with a probability of 2^-63.
    func mark(of first: ByteView, _ second: ByteView, _ a: UInt64, _ b: UInt64) -> UInt64 {
        var sum = Sum(key: key)
        sum.add(a, b)
        // Where the first one ends is part of it.
        sum.add(UInt64(truncatingIfNeeded: first.count), UInt64(truncatingIfNeeded: second.count))
        sum.add(first, atMost: Self.reach / 2)
        sum.add(second, atMost: Self.reach / 2)
        let fold = key + Self.wordCount - 4
        let value = sum.value
        let total =
            product(value.0, fold[0]) &+ product(value.1, fold[1]) &+ product(value.2, fold[2])
            &+ product(value.3, fold[3])
        return UInt64(truncatingIfNeeded: total >> 64)
    }

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

        /// Zeros fill the last block: the length is there to tell.
        @inline(__always)
        mutating func add(_ text: ByteView, atMost limit: Int) {
            guard text.count <= limit else {
                let digest = Digest.sha256(text)
                add(digest.0, digest.1)
                add(digest.2, digest.3)
                return
            }
            var bytes = UnsafeRawPointer(text.base)
            var left = text.count
            while left >= 16 {
                add(
                    bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                bytes += 16
                left &-= 16
            }
            if left > 0 {
                var block: (UInt64, UInt64) = (0, 0)
                withUnsafeMutableBytes(of: &block) { block in
                    block.copyMemory(from: UnsafeRawBufferPointer(start: bytes, count: left))
                }
                add(block.0, block.1)
            }
        }
    }
}

/// Of 128 bits.
@inline(__always)
private func product(_ a: UInt64, _ b: UInt64) -> UInt128 {
    UInt128(truncatingIfNeeded: a) &* UInt128(truncatingIfNeeded: b)
}
