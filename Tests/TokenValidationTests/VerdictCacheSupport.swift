// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

extension Digest {
    /// The digest of a token that is known by a number.
    init(number: Int) {
        var number = UInt64(truncatingIfNeeded: number)
        self = withUnsafeBytes(of: &number) { bytes in
            guard let base = bytes.baseAddress else { fatalError("no bytes") }
            return Digest(words: Digest.sha256(ByteView(base.assumingMemoryBound(to: UInt8.self), count: bytes.count)))
        }
    }
}

extension VerdictCache {
    static func of(_ count: Int, bytes: Int = 1 << 30) throws -> VerdictCache {
        try #require(VerdictCache.make(count: count, bytes: bytes))
    }

    /// Remembers a verdict without texts, or with one of so many bytes.
    func remember(_ number: Int, text: Int = 0) {
        var facts = CachedVerdict.Facts()
        facts.expiresAt = Int64(number)
        let filler = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: text)
        filler.withView { remember(Digest(number: number), facts, CachedVerdict.Texts(first: $0), epoch: 1) }
    }

    func forget(_ number: Int) { forget(Digest(number: number)) }

    func holds(_ number: Int) -> Bool {
        find(Digest(number: number)) { $0.pointee.facts.expiresAt == Int64(number) ? true : nil } ?? false
    }

    func isProbationary(_ number: Int) -> Bool? {
        find(Digest(number: number)) { $0.pointee.isProbationary }
    }
}
