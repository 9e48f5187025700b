// SPDX-License-Identifier: Apache-2.0
import JOSE

/// The tokens of a scope in their order, as somebody asks for them or was granted them. Borrowed from the text that was
/// read.
package struct ScopeList {
    package static var maximumSize: Int { 65_536 }
    package static var maximumCount: Int { 1_024 }

    package enum Fault: Error {
        case tooLarge
        case tooMany
        /// Not scope-tokens separated by single spaces (RFC 6749 section 3.3).
        case malformed
        case twoDevices
        case deviceSize(Int)
        /// This token is asked for and was not granted (RFC 6749 section 6).
        case widened(ByteView)
    }

    package struct Token {
        package let text: ByteView
        package let scope: Scope

        init(_ text: ByteView) {
            self.text = text
            scope = Scope(text)
        }

        /// Whether both mean the same: the same text, or another spelling of it (MSC2967).
        func means(_ other: Token) -> Bool {
            switch (scope, other.scope) {
            case (.clientAPI, .clientAPI): true
            case (.device(let id), .device(let otherID)): id == otherID
            default: text == other.text
            }
        }
    }

    package private(set) var tokens: [Token] = []

    private init() {}

    /// Reads a scope. An empty one holds no tokens.
    package init(_ text: ByteView) throws(Fault) {
        guard text.count <= Self.maximumSize else { throw .tooLarge }
        if text.isEmpty { return }
        var start = 0
        for at in 0...text.count where at == text.count || text[at] == UInt8(ascii: " ") {
            let token = text.slice(start, count: at - start)
            guard Scope.isToken(token) else { throw .malformed }
            guard tokens.count < Self.maximumCount else { throw .tooMany }
            tokens.append(Token(token))
            start = at + 1
        }
    }

    package var text: [UInt8] {
        var text: [UInt8] = []
        for token in tokens {
            if !text.isEmpty { text.append(UInt8(ascii: " ")) }
            text += [UInt8](token.text)
        }
        return text
    }

    /// What the whole grants, and its device; refuses two devices and IDs that cannot be.
    package func reading() throws(Fault) -> ScopeReading {
        var reading = ScopeReading()
        for token in tokens {
            do throws(ScopeReading.Fault) {
                try reading.add(token: token.text)
            } catch {
                switch error {
                case .malformed: throw .malformed
                case .twoDevices: throw .twoDevices
                case .deviceSize(let size): throw .deviceSize(size)
                }
            }
        }
        return reading
    }

    /// The scope in the stable spelling, each token once. Only what MSC2967 defines is spelled anew: another scope
    /// under the old prefix is none of the new one's. `withBoth` writes either spelling, the stable one first.
    package func normalised(withBoth: Bool) throws(Fault) -> [UInt8] {
        _ = try reading()
        var text: [UInt8] = []
        for (index, token) in tokens.enumerated() where !tokens[..<index].contains(where: { $0.means(token) }) {
            if !text.isEmpty { text.append(UInt8(ascii: " ")) }
            guard let rest = token.scope.afterPrefix else {
                text += [UInt8](token.text)
                continue
            }
            text += [UInt8](ByteView(Scope.stablePrefix)) + rest
            if withBoth { text += [UInt8](ByteView(" ")) + [UInt8](ByteView(Scope.unstablePrefix)) + rest }
        }
        return text
    }

    /// What a refresh that asks for `requested` gets of this: that, as it is spelled there, or all of this if it asks
    /// for nothing in particular. Repetitions are dropped.
    package func narrowed(to requested: ScopeList) throws(Fault) -> ScopeList {
        if requested.tokens.isEmpty { return try ScopeList().merged(with: self) }
        for token in requested.tokens where !tokens.contains(where: { token.means($0) }) { throw .widened(token.text) }
        return try ScopeList().merged(with: requested)
    }

    /// This and then what `other` adds to it. Repetitions are dropped, other spellings kept.
    package func merged(with other: ScopeList) throws(Fault) -> ScopeList {
        var merged = ScopeList()
        for list in [tokens, other.tokens] {
            for token in list where !merged.tokens.contains(where: { $0.text == token.text }) {
                merged.tokens.append(token)
            }
        }
        _ = try merged.reading()
        return merged
    }
}
