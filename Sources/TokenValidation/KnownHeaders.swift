// SPDX-License-Identifier: Apache-2.0
import CSystem
import JOSE
import Synchronization

/// Headers of tokens whose signature was good, by their text: all tokens of a key have the same one, and need not have it
/// decoded and read again. What a header means depends on its text alone, so that nothing here ever grows old; and as
/// only an issuer's own headers get in, nobody else fills the places. Any thread, without a lock.
final class KnownHeaders: @unchecked Sendable {
    struct Header {
        let parameters: JOSEHeader
        let algorithm: SignatureAlgorithm
    }

    private struct Known {
        let encoded: ByteView
        let header: Header
    }

    private typealias Place = Atomic<UnsafeMutableRawPointer?>

    /// Keys that an issuer has had in years. A header whose place is taken is read each time.
    private static var count: Int { 512 }
    private static var longest: Int { 512 }

    private let places: UnsafeMutablePointer<Place>

    init() {
        places = .allocate(capacity: Self.count)
        for index in 0..<Self.count { (places + index).initialize(to: Place(nil)) }
    }

    deinit {
        for index in 0..<Self.count { free(places[index].load(ordering: .acquiring)) }
        places.deinitialize(count: Self.count)
        places.deallocate()
    }

    func find(_ encoded: ByteView) -> Header? {
        guard let memory = place(of: encoded)?.pointee.load(ordering: .acquiring) else { return nil }
        let known = memory.assumingMemoryBound(to: Known.self)
        return known.pointee.encoded == encoded ? known.pointee.header : nil
    }

    func keep(_ encoded: ByteView, _ header: Header) {
        guard let place = place(of: encoded), place.pointee.load(ordering: .relaxed) == nil else { return }
        let parameters = header.parameters
        let texts = [encoded, parameters.alg ?? .empty, parameters.kid ?? .empty, parameters.typ ?? .empty]
        let size = texts.reduce(MemoryLayout<Known>.stride) { $0 + $1.count }
        guard let memory = malloc(size) else { return }
        var end = (memory + MemoryLayout<Known>.stride).assumingMemoryBound(to: UInt8.self)
        func copy(_ text: ByteView) -> ByteView {
            memcpy(end, text.base, text.count)
            defer { end += text.count }
            return ByteView(end, count: text.count)
        }
        let copied = JOSEHeader(
            alg: parameters.alg.map(copy), kid: parameters.kid.map(copy), typ: parameters.typ.map(copy))
        memory.initializeMemory(
            as: Known.self,
            to: Known(encoded: copy(encoded), header: Header(parameters: copied, algorithm: header.algorithm)))
        let (isFirst, _) = place.pointee.compareExchange(expected: nil, desired: memory, ordering: .releasing)
        if !isFirst { free(memory) }
    }

    /// By the end of the text, where the names of keys mostly are.
    private func place(of encoded: ByteView) -> UnsafeMutablePointer<Place>? {
        guard (16...Self.longest).contains(encoded.count) else { return nil }
        let end = UnsafeRawPointer(encoded.base + encoded.count)
        let first = end.loadUnaligned(fromByteOffset: -16, as: UInt64.self)
        let second = end.loadUnaligned(fromByteOffset: -8, as: UInt64.self)
        let product = (first ^ UInt64(encoded.count) ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: second | 1)
        return places + Int(truncatingIfNeeded: (product.high ^ product.low) & UInt64(Self.count - 1))
    }
}
