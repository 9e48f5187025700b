// SPDX-License-Identifier: Apache-2.0
import CSystem

/// Bytes that somebody else owns and keeps alive for as long as the view is used: a part of a token, of a
/// scratch buffer, or of a string literal. Never stored beyond a call.
package struct ByteView: @unchecked Sendable {
    package let base: UnsafePointer<UInt8>
    package let count: Int

    package init(_ base: UnsafePointer<UInt8>, count: Int) {
        self.base = base
        self.count = count
    }

    package init(_ text: StaticString) {
        self.init(text.utf8Start, count: text.utf8CodeUnitCount)
    }

    package static var empty: ByteView { ByteView("") }
    package var isEmpty: Bool { count == 0 }

    /// Unchecked: `index` must be below `count`.
    package subscript(index: Int) -> UInt8 { base[index] }

    /// Unchecked: `start ... start + count` must lie within the view.
    package func slice(_ start: Int, count: Int) -> ByteView {
        ByteView(base + start, count: count)
    }

    package func dropFirst(_ n: Int) -> ByteView { slice(n, count: count - n) }

    package static func == (a: ByteView, b: ByteView) -> Bool {
        a.count == b.count && memcmp(a.base, b.base, a.count) == 0
    }

    package func firstIndex(of byte: UInt8) -> Int? {
        memchr(base, Int32(byte), count).map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) - base }
    }

    package static func == (a: ByteView, b: StaticString) -> Bool { a == ByteView(b) }

    package func hasPrefix(_ prefix: StaticString) -> Bool {
        let n = prefix.utf8CodeUnitCount
        return count >= n && memcmp(base, prefix.utf8Start, n) == 0
    }

    /// Bytewise order, shorter first among equal prefixes.
    package static func < (a: ByteView, b: ByteView) -> Bool {
        let order = memcmp(a.base, b.base, min(a.count, b.count))
        return order != 0 ? order < 0 : a.count < b.count
    }

    /// ASCII letters compare without case (media types, RFC 2045 section 5.1); other bytes must be equal.
    package func equalsIgnoringCase(_ other: ByteView) -> Bool {
        guard count == other.count else { return false }
        for i in 0..<count where Self.lowercased(base[i]) != Self.lowercased(other.base[i]) {
            return false
        }
        return true
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}

extension Array where Element == UInt8 {
    /// Lends the array's bytes as a view for the duration of `body`.
    package func withView<R>(_ body: (ByteView) -> R) -> R {
        withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return body(.empty) }
            return body(ByteView(base, count: bytes.count))
        }
    }

    package init(_ view: ByteView) {
        self.init(UnsafeBufferPointer(start: view.base, count: view.count))
    }
}
