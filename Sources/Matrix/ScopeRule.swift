// SPDX-License-Identifier: Apache-2.0
import JOSE

/// One rule of the operator's: what a scope opens. In the path `*` stands for any one segment, and `**` at the end for
/// any number of further ones, none included.
package struct ScopeRule: Sendable {
    package let grant: Grants
    package let methods: MethodSet
    let pattern: [UInt8]

    package static let maximumPathSize = 1024

    package enum PathFault: Sendable {
        case notAbsolute, tooLong, emptySegment, dots, starInside, openBeforeEnd
        case character(UInt8)
    }

    /// What is wrong with the path of a rule, if anything. Its words are compared with decoded segments, and so need no
    /// percent-encoding themselves.
    static func pathFault(_ path: ByteView) -> PathFault? {
        guard path.hasPrefix("/") else { return .notAbsolute }
        guard path.count <= maximumPathSize else { return .tooLong }
        for i in 0..<path.count {
            switch path[i] {
            case 0...0x20, 0x7F...0xFF, UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "\\"):
                return .character(path[i])
            default: continue
            }
        }
        var segments = PathSegments(path)
        var isEnded = false
        while let segment = segments.next() {
            // One empty segment may come last: some paths of the specification end with a slash.
            if isEnded { return .emptySegment }
            if segment.isEmpty {
                isEnded = true
            } else if segment == "." || segment == ".." {
                return .dots
            } else if segment == "**" {
                return segments.next() == nil ? nil : .openBeforeEnd
            } else if !(segment == "*") {
                for i in 0..<segment.count where segment[i] == UInt8(ascii: "*") { return .starInside }
            }
        }
        return path.count == 1 ? .emptySegment : nil
    }

    /// Whether this is the method and path of a request, of which the latter has led to an endpoint already.
    func matches(_ method: MethodSet, _ path: ByteView) -> Bool {
        guard !methods.isDisjoint(with: method) else { return false }
        return pattern.withView { pattern in
            var rules = PathSegments(pattern)
            var segments = PathSegments(path)
            while let rule = rules.next() {
                if rule == "**" { return true }
                guard let segment = segments.next() else { return false }
                if rule == "*" {
                    if segment.isEmpty { return false }
                } else if !PathSegment(segment).decodes(to: rule) {
                    return false
                }
            }
            return segments.next() == nil
        }
    }

    /// Whether some request for that endpoint would match.
    func concerns(_ endpoint: Endpoint) -> Bool {
        guard !methods.isDisjoint(with: endpoint.method == .get ? [.get, .head] : MethodSet(endpoint.method)) else {
            return false
        }
        return pattern.withView { pattern in
            var rules = PathSegments(pattern)
            var segments = PathSegments(endpoint.template)
            while let rule = rules.next() {
                if rule == "**" { return true }
                guard let segment = segments.next() else { return false }
                if segment.hasPrefix("{") || rule == "*" {
                    if rule.isEmpty || segment.isEmpty { return false }
                } else if !(rule == segment || rule == "r0" && segment == "v3") {
                    return false
                }
            }
            return segments.next() == nil
        }
    }
}
