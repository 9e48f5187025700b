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
        var text = ByteView.empty.base
        var length = 0
        var head: UInt64 = 0
        var node: Int32 = -1
    }

    private let nodes: UnsafePointer<Node>
    private let slots: UnsafePointer<Slot>
    package let endpoints: UnsafePointer<Endpoint>
    package let count: Int

    /// Where nearly all requests begin, and where that leads.
    private let commonStart: ByteView
    private let commonHead: UInt64
    private let commonNode: Int32

    // MARK: Looking up

    /// What the method and path of a request lead to; nil for what is no endpoint, and for a path that different servers
    /// may read differently.
    package func find(_ method: Method, _ text: ByteView) -> Match? {
        guard text.count <= Self.maximumPathSize, !text.isEmpty else { return nil }
        let scan = PathScan(base: text.base, count: text.count)
        guard scan.base[0] == UInt8(ascii: "/") else { return nil }
        var node = nodes
        // The slash before the segment that comes next.
        var at = 0
        if let rest = afterCommonStart(scan) {
            at = rest
            node = nodes + Int(commonNode)
        }
        while true {
            let start = at + 1
            var end = scan.firstSpecial(from: start)
            var isPlain = true
            var isLast = true
            if end < scan.count {
                closely: while end < scan.count {
                    switch PathScan.kind(scan.base[end]) {
                    case .plain: end += 1
                    case .encoded:
                        isPlain = false
                        end += 1
                    case .forbidden: return nil
                    case .pathEnd: break closely
                    case .slash:
                        isLast = false
                        break closely
                    }
                }
            }
            guard let next = below(node, scan, start, end - start, isPlain) else { return nil }
            node = nodes + Int(next)
            at = end
            guard isLast else { continue }
            let endpoint = node.pointee.endpoint(method)
            guard endpoint >= 0 else { return nil }
            return Match(
                endpoint: endpoints + Int(endpoint), path: ByteView(scan.base, count: at),
                lastSegment: PathSegment(ByteView(scan.base + start, count: at - start)))
        }
    }

    /// The place of the slash behind it.
    @inline(__always)
    private func afterCommonStart(_ scan: PathScan) -> Int? {
        let length = commonStart.count
        guard scan.count > length, scan.base[length] == UInt8(ascii: "/"),
            scan.head(0, length: 8) == commonHead, scan.continues(0, length: length, as: commonStart.base)
        else { return nil }
        return length
    }

    @inline(__always)
    private func below(
        _ node: UnsafePointer<Node>, _ scan: PathScan, _ start: Int, _ length: Int, _ isPlain: Bool
    ) -> Int32? {
        if node.pointee.mask >= 0 {
            if isPlain {
                if let fixed = fixed(node, scan, start, length) { return fixed }
            } else if let fixed = fixed(node, decoding: ByteView(scan.base + start, count: length)) {
                return fixed
            }
        }
        guard node.pointee.free >= 0, length > 0 else { return nil }
        // Only a dot in front makes a plain segment dangerous.
        if !isPlain || scan.base[start] == UInt8(ascii: "."),
            !PathSegment(ByteView(scan.base + start, count: length)).isSound
        {
            return nil
        }
        return node.pointee.free
    }

    @inline(__always)
    private func fixed(_ node: UnsafePointer<Node>, _ scan: PathScan, _ start: Int, _ length: Int) -> Int32? {
        let first = slots + Int(node.pointee.firstSlot)
        let mask = Int(node.pointee.mask)
        let head = scan.head(start, length: length)
        var at = Self.place(head, length) & mask
        // At least half of the slots are free.
        while first[at].node >= 0 {
            if first[at].head == head, first[at].length == length,
                scan.continues(start, length: length, as: first[at].text)
            {
                return first[at].node
            }
            at = (at + 1) & mask
        }
        return nil
    }

    private func fixed(_ node: UnsafePointer<Node>, decoding segment: ByteView) -> Int32? {
        let first = slots + Int(node.pointee.firstSlot)
        for i in 0...Int(node.pointee.mask) where first[i].node >= 0 {
            if PathSegment(segment).decodes(to: ByteView(first[i].text, count: first[i].length)) { return first[i].node }
        }
        return nil
    }

    @inline(__always)
    private static func place(_ head: UInt64, _ length: Int) -> Int {
        Int(truncatingIfNeeded: ((head ^ UInt64(truncatingIfNeeded: length)) &* 0x9E37_79B9_7F4A_7C15) >> 32)
    }

    // MARK: Making

    private init() {
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
                    own[at] = Slot(text: text.base, length: text.count, head: head, node: index)
                }
                slots += own
            }
            nodes.append(node)
        }
        commonStart = ByteView("/_matrix/client/v3")
        commonHead = Self.head(commonStart)
        commonNode = tree.branch(of: commonStart)
        self.nodes = Self.kept(nodes)
        self.slots = Self.kept(slots)
    }

    private static func head(_ text: ByteView) -> UInt64 {
        PathScan(base: text.base, count: text.count).head(0, length: text.count)
    }

    /// For as long as the process lives.
    private static func kept<T>(_ values: [T]) -> UnsafePointer<T> {
        let memory = UnsafeMutablePointer<T>.allocate(capacity: max(values.count, 1))
        for i in values.indices { (memory + i).initialize(to: values[i]) }
        return UnsafePointer(memory)
    }
}
