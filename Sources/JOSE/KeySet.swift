// SPDX-License-Identifier: Apache-2.0

/// An issuer's keys as we hold them: immutable once built, replaced whole.
package final class KeySet: @unchecked Sendable {
    /// Sorted by `kid`, the unnamed ones first, otherwise in the order of the document.
    package let keys: [VerificationKey]
    package let entries: [Entry]
    /// The keys once more, for readers that keep the set alive: taking one from the array would count a reference to it,
    /// in a line of memory that all threads share.
    package let table: UnsafePointer<VerificationKey>

    /// What became of one entry of the document.
    package enum Entry: Sendable {
        case usable(VerificationKey)
        case skipped(kid: [UInt8]?, problem: String)
    }

    package enum Fault: Error {
        case notJSON(line: Int, column: Int)
        case notAKeySet
        case noPEMBlock
    }

    /// Reads a JWKS or a single JWK (RFC 7517), or PEM. An entry that is bad is skipped and the rest serves; there
    /// may be no usable key at all.
    package convenience init(parsing text: ByteView) throws(Fault) {
        var start = 0
        while start < text.count, text[start] <= 0x20 { start += 1 }
        if start < text.count, text[start] == UInt8(ascii: "{") {
            self.init(entries: try Self.readJWKS(text))
        } else {
            self.init(entries: try Self.readPEM(text))
        }
    }

    /// The set of an issuer that has no keys.
    package static var empty: KeySet { KeySet(entries: []) }

    private init(entries: [Entry]) {
        self.entries = entries
        var keys: [(position: Int, key: VerificationKey)] = []
        for entry in entries {
            if case .usable(let key) = entry { keys.append((keys.count, key)) }
        }
        keys.sort { a, b in
            let order = Self.order(a.key.kid, b.key.kid)
            return order != 0 ? order < 0 : a.position < b.position
        }
        self.keys = keys.map { $0.key }
        let table = UnsafeMutablePointer<VerificationKey>.allocate(capacity: keys.count)
        for (index, key) in self.keys.enumerated() { (table + index).initialize(to: key) }
        self.table = UnsafePointer(table)
    }

    deinit {
        let table = UnsafeMutablePointer(mutating: table)
        table.deinitialize(count: keys.count)
        table.deallocate()
    }

    /// The same set without the RSA keys that have fewer bits.
    package func restricted(toRSAOf minimumBits: Int) -> KeySet {
        KeySet(
            entries: entries.map { entry in
                guard case .usable(let key) = entry, case .rsa = key.type, key.bits < minimumBits else { return entry }
                return .skipped(
                    kid: key.kid, problem: "n: the modulus has \(key.bits) bits; at least \(minimumBits) are demanded")
            })
    }

    /// Whether it verifies what the other one does.
    package func isSame(as other: KeySet) -> Bool {
        keys.count == other.keys.count && zip(keys, other.keys).allSatisfy { $0.isSame(as: $1) }
    }

    /// The keys that a token with this `kid` may have been signed with: those of that name, or, if none has it,
    /// those without a name (RFC 7515 section 4.1.4 makes `kid` a hint). Without a `kid`, all of them.
    package func candidates(for kid: ByteView?) -> Range<Int> {
        guard let kid else { return 0..<keys.count }
        let named = lowerBound(kid)
        var end = named
        while end < keys.count, keys[end].isNamed(kid) { end += 1 }
        if end > named { return named..<end }
        var unnamed = 0
        while unnamed < keys.count, keys[unnamed].kid == nil { unnamed += 1 }
        return 0..<unnamed
    }

    /// The position of the first key whose name is not below `kid`.
    private func lowerBound(_ kid: ByteView) -> Int {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = low + (high - low) / 2
            if keys[middle].isNamedBelow(kid) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    private static func order(_ a: [UInt8]?, _ b: [UInt8]?) -> Int {
        guard let a else { return b == nil ? 0 : -1 }
        guard let b else { return 1 }
        return a.withView { a in b.withView { b in a == b ? 0 : a < b ? -1 : 1 } }
    }
}

extension VerificationKey {
    fileprivate func isNamed(_ name: ByteView) -> Bool { kid?.withView { $0 == name } ?? false }
    fileprivate func isNamedBelow(_ name: ByteView) -> Bool { kid?.withView { $0 < name } ?? true }
}

// MARK: Reading documents

extension KeySet {
    private static func readPEM(_ text: ByteView) throws(Fault) -> [Entry] {
        var entries: [Entry] = []
        PEM.forEachKey(in: text) { key, problem in
            if let key { entries.append(.usable(key)) }
            if let problem { entries.append(.skipped(kid: nil, problem: problem.sentence)) }
        }
        if entries.isEmpty { throw .noPEMBlock }
        return entries
    }

    private static func readJWKS(_ text: ByteView) throws(Fault) -> [Entry] {
        let tree: JSONTree
        do throws(JSONTreeFault) {
            tree = try JSONTree(parsing: text)
        } catch {
            throw .notJSON(line: error.line, column: error.column)
        }
        // Nodes are borrowed from the tree.
        guard let entries = withExtendedLifetime(tree, { entries(of: tree.root) }) else { throw .notAKeySet }
        return entries
    }

    /// Nil if `root` is neither a JWKS nor a JWK.
    private static func entries(of root: JSONNode) -> [Entry]? {
        if root.member("keys") == nil, root.member("kty") != nil { return read([root]) }
        guard let list = root.member("keys"), list.isArray else { return nil }
        var nodes: [JSONNode] = []
        for i in 0..<list.elementCount {
            if let node = list.element(i) { nodes.append(node) }
        }
        return read(nodes)
    }

    private static func read(_ nodes: [JSONNode]) -> [Entry] {
        var entries: [Entry] = []
        var claims: [KidClaim] = []
        let holdsPublicKeys = nodes.contains { node in
            guard let kty = node.member("kty")?.string else { return false }
            return !(kty == "oct")
        }
        for node in nodes {
            let kid = node.isObject ? node.member("kid")?.string.map { [UInt8]($0) } : nil
            do throws(KeyProblem) {
                let jwk = try JWK(node)
                if let kid { claims.append(KidClaim(kid: kid, algorithms: jwk.algorithms, position: entries.count)) }
                // A secret beside public keys invites the confusion of CVE-2022-29217 and was published with them.
                if case .oct = jwk.type, holdsPublicKeys {
                    throw KeyProblem("kty: a shared secret in one set with public keys")
                }
                entries.append(.usable(try ErrorQueue.untouched { () throws(KeyProblem) in try jwk.key() }))
            } catch {
                entries.append(.skipped(kid: kid, problem: error.sentence))
            }
        }
        for position in ambiguous(claims) {
            if case .usable(let key) = entries[position] {
                entries[position] = .skipped(
                    kid: key.kid, problem: "kid: another entry has the same one for the same algorithm")
            }
        }
        return entries
    }

    /// Which name an entry claims for which algorithms, whether its numbers are good or not.
    private struct KidClaim {
        let kid: [UInt8]
        let algorithms: AlgorithmSet
        let position: Int
    }

    /// RFC 7517 section 4.5: one name for two keys of one kind leaves open which of them is meant.
    private static func ambiguous(_ claims: [KidClaim]) -> [Int] {
        let sorted = claims.sorted { order($0.kid, $1.kid) < 0 }
        var positions: [Int] = []
        var start = 0
        while start < sorted.count {
            var end = start + 1
            while end < sorted.count, sorted[end].kid == sorted[start].kid { end += 1 }
            var once: AlgorithmSet = []
            var twice: AlgorithmSet = []
            for claim in sorted[start..<end] {
                twice.formUnion(once.intersection(claim.algorithms))
                once.formUnion(claim.algorithms)
            }
            for claim in sorted[start..<end] where !claim.algorithms.isDisjoint(with: twice) {
                positions.append(claim.position)
            }
            start = end
        }
        return positions
    }
}
