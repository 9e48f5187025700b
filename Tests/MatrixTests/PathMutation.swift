// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix

/// One random change of a path, of the kinds that have deceived servers.
enum PathMutation {
    private static let pieces: [String] = [
        "/", "//", "/./", "/../", "/..", "/.", ".", "..", "%2F", "%2f", "%2e", "%2E%2E", "%00", "%", "%2", "%zz", "%25", "%252e", "%c0%af", "%c0%ae", "%e0%80%af",
        "%ed%a0%80", "%ff", "%C3%A9", "é", ";", ";a=b", "..;", "?", "#", "?x=1", "\\", "%5C", "..%5c", "%2F..%2F", " ", "+", "\0", "\t", "\r\n", "\u{7F}", "*", "A", "v3", "r0",
        "v1", "unstable", "displayname", "sync", "{roomId}", "%7BroomId%7D", ":", "@", "!", "%0a",
    ]

    static func apply(to path: inout [UInt8], _ random: inout SeededRandom) {
        guard !path.isEmpty else {
            path = [UInt8(ascii: "/")]
            return
        }
        let at = random.below(path.count)
        switch random.below(11) {
        case 0: path.insert(contentsOf: Array(pieces[random.below(pieces.count)].utf8), at: at)
        case 1: path.append(contentsOf: Array(pieces[random.below(pieces.count)].utf8))
        case 2: path.remove(at: at)
        case 3: path[at] = UInt8(truncatingIfNeeded: random.below(256))
        case 4: path[at] ^= 0x20
        // The same character, encoded: means what it meant, unless it is a slash.
        case 5, 6: path.replaceSubrange(at...at, with: encoded(path[at], random.below(2) == 0))
        case 7: path.removeLast(random.below(path.count))
        case 8: path.insert(contentsOf: path[..<at], at: 0)
        default:
            // A whole segment goes, comes twice or becomes another.
            var segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
            let which = random.below(segments.count)
            switch random.below(3) {
            case 0: segments.remove(at: which)
            case 1: segments.insert(segments[which], at: which)
            default: segments[which] = Array(pieces[random.below(pieces.count)].utf8)
            }
            path = Array(segments.joined(separator: [UInt8(ascii: "/")]))
        }
    }

    private static func encoded(_ byte: UInt8, _ isUpper: Bool) -> [UInt8] {
        let digits = String(byte, radix: 16, uppercase: isUpper)
        return Array("%\(digits.count == 1 ? "0" : "")\(digits)".utf8)
    }
}

/// Rules of an operator's, and what they open, said another way.
enum OperatorRules {
    static let texts = [
        "urn:example:read : GET /_matrix/client/*/rooms/*/**", "urn:example:read : GET,PUT /_matrix/client/v3/profile/*/avatar_url",
        "urn:example:read : POST /_matrix/client/*/logout", "urn:example:other : GET,PUT,POST,DELETE /**",
    ]

    static func sample() throws(ScopeRules.Fault) -> ScopeRules {
        var rules = ScopeRules()
        for text in texts { try rules.add(text) }
        return rules
    }

    /// For a token with the first of these scopes alone, without drafts.
    static func expected(_ row: EndpointRow?, _ segments: [String]?, method: String) -> String {
        guard let row, let segments, !row.isDraftOnly else { return "unknown" }
        if row.auth == "none" || row.demand == "any" { return "allowed" }
        if row.auth == "appservice" { return "scope" }
        let isRead = ["GET", "HEAD"].contains(method) && segments.count >= 5 && Array(segments[0..<2]) == ["_matrix", "client"] && segments[3] == "rooms"
        let isAvatar = ["GET", "HEAD", "PUT"].contains(method) && segments.count == 6 && Array(segments[0..<4]) == ["_matrix", "client", "v3", "profile"]
            && segments[5] == "avatar_url"
        let isLogout = method == "POST" && segments.count == 4 && Array(segments[0..<2]) == ["_matrix", "client"] && segments[3] == "logout"
        return isRead || isAvatar || isLogout ? "allowed" : "scope"
    }
}

extension ScopeRules {
    mutating func add(_ text: String) throws(Fault) {
        var copy = self
        let bytes = Array(text.utf8)
        try bytes.withView { view in Result { () throws(Fault) in try copy.add(view) } }.get()
        self = copy
    }
}
