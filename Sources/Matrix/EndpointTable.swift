// SPDX-License-Identifier: Apache-2.0
import JOSE

/// Every endpoint of the Client-Server API, as a tree over the segments of paths: made once, then only read. No segment
/// is both free and one of some words (packaging/endpoints.py sees to it), so that a look-up never turns back.
package struct EndpointTable: @unchecked Sendable {
    package static let shared = EndpointTable()

    /// What a look-up found.
    package struct Match {
        package let endpoint: UnsafePointer<Endpoint>
        /// The path without its query.
        package let path: ByteView
        package let lastSegment: PathSegment
    }

    /// Longer paths are nobody's.
    package static let maximumPathSize = 65_536

    private struct Node {
        /// Where the slots of the segments below begin, and their number less one: a power of two less one. -1 if
        /// there are none.
        var firstSlot: Int32 = 0
        var mask: Int32 = -1
        /// What any other segment leads to.
        var free: Int32 = -1
        /// For each method.
        var endpoints: (Int32, Int32, Int32, Int32) = (-1, -1, -1, -1)

        func endpoint(_ method: Method) -> Int32 {
            switch method {
            case .get: endpoints.0
            case .put: endpoints.1
            case .post: endpoints.2
            case .delete: endpoints.3
            }
        }
    }

    private struct Slot {
        var text = ByteView.empty
        var head: UInt64 = 0
        var node: Int32 = -1
    }

    private let nodes: UnsafePointer<Node>
    private let slots: UnsafePointer<Slot>
    private let kinds: UnsafePointer<ByteKind>
    package let endpoints: UnsafePointer<Endpoint>
    package let count: Int

    // MARK: Looking up

    /// What the method and path of a request lead to; nil for what is no endpoint, and for a path that different servers
    /// may read differently.
    package func find(_ method: Method, _ text: ByteView) -> Match? {
        guard text.count <= Self.maximumPathSize, !text.isEmpty, text[0] == UInt8(ascii: "/") else { return nil }
        var node = nodes
        var at = 0
        while true {
            let start = at + 1
            at = start
            var isPlain = true
            scan: while at < text.count {
                switch kinds[Int(text[at])] {
                case .plain: at += 1
                case .encoded:
                    isPlain = false
                    at += 1
                case .forbidden: return nil
                case .slash, .pathEnd: break scan
                }
            }
            let segment = text.slice(start, count: at - start)
            guard let next = below(node, segment, isPlain) else { return nil }
            node = nodes + Int(next)
            if at < text.count, text[at] == UInt8(ascii: "/") { continue }
            let endpoint = node.pointee.endpoint(method)
            guard endpoint >= 0 else { return nil }
            return Match(
                endpoint: endpoints + Int(endpoint), path: text.slice(0, count: at), lastSegment: PathSegment(segment))
        }
    }

    private func below(_ node: UnsafePointer<Node>, _ segment: ByteView, _ isPlain: Bool) -> Int32? {
        if node.pointee.mask >= 0, let fixed = fixed(node, segment, isPlain) { return fixed }
        guard node.pointee.free >= 0, !segment.isEmpty else { return nil }
        if isPlain {
            // Only a dot makes a plain segment dangerous.
            if segment[0] == UInt8(ascii: "."), !PathSegment(segment).isSound { return nil }
        } else if !PathSegment(segment).isSound {
            return nil
        }
        return node.pointee.free
    }

    private func fixed(_ node: UnsafePointer<Node>, _ segment: ByteView, _ isPlain: Bool) -> Int32? {
        let first = slots + Int(node.pointee.firstSlot)
        let mask = Int(node.pointee.mask)
        if !isPlain {
            for i in 0...mask where first[i].node >= 0 {
                if PathSegment(segment).decodes(to: first[i].text) { return first[i].node }
            }
            return nil
        }
        let head = Self.head(segment)
        var at = Self.place(head, segment.count) & mask
        // At least half of the slots are free.
        while first[at].node >= 0 {
            if first[at].head == head, first[at].text == segment { return first[at].node }
            at = (at + 1) & mask
        }
        return nil
    }

    /// The first eight bytes.
    private static func head(_ text: ByteView) -> UInt64 {
        if text.count >= 8 { return UnsafeRawPointer(text.base).loadUnaligned(as: UInt64.self) }
        var head: UInt64 = 0
        for i in 0..<text.count { head |= UInt64(text[i]) << UInt64(8 * i) }
        return UInt64(littleEndian: head)
    }

    private static func place(_ head: UInt64, _ count: Int) -> Int {
        Int(truncatingIfNeeded: ((head ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15) >> 32)
    }

    // MARK: Making

    private enum ByteKind: UInt8 {
        case plain, slash, pathEnd
        /// To be looked at closely.
        case encoded
        /// In no path of any request: controls, spaces, and the backslash that some take for a slash.
        case forbidden

        init(_ byte: UInt8) {
            switch byte {
            case UInt8(ascii: "/"): self = .slash
            case UInt8(ascii: "?"), UInt8(ascii: "#"): self = .pathEnd
            case UInt8(ascii: "%"), 0x80...0xFF: self = .encoded
            case 0...0x20, 0x7F, UInt8(ascii: "\\"): self = .forbidden
            default: self = .plain
            }
        }
    }

    private init() {
        let kinds = UnsafeMutablePointer<ByteKind>.allocate(capacity: 256)
        for byte in 0...255 { (kinds + byte).initialize(to: ByteKind(UInt8(byte))) }
        self.kinds = UnsafePointer(kinds)

        var tree = EndpointTree()
        tree.addRows()
        endpoints = Self.kept(tree.endpoints)
        count = tree.endpoints.count
        var nodes: [Node] = []
        var slots: [Slot] = []
        for branch in tree.branches {
            var node = Node(free: branch.free, endpoints: branch.endpoints)
            if !branch.fixed.isEmpty {
                var size = 2
                while size < 2 * branch.fixed.count { size *= 2 }
                node.firstSlot = Int32(slots.count)
                node.mask = Int32(size - 1)
                var own = [Slot](repeating: Slot(), count: size)
                for (text, index) in branch.fixed {
                    let head = Self.head(text)
                    var at = Self.place(head, text.count) & (size - 1)
                    while own[at].node >= 0 { at = (at + 1) & (size - 1) }
                    own[at] = Slot(text: text, head: head, node: index)
                }
                slots += own
            }
            nodes.append(node)
        }
        self.nodes = Self.kept(nodes)
        self.slots = Self.kept(slots)
    }

    /// For as long as the process lives.
    private static func kept<T>(_ values: [T]) -> UnsafePointer<T> {
        let memory = UnsafeMutablePointer<T>.allocate(capacity: max(values.count, 1))
        for i in values.indices { (memory + i).initialize(to: values[i]) }
        return UnsafePointer(memory)
    }
}
