// SPDX-License-Identifier: Apache-2.0
import Foundation
import JOSE
import Matrix

/// A row of packaging/endpoints.tsv for one version of its path, read without any of the library's own code.
struct EndpointRow: Equatable, CustomStringConvertible {
    let method, path, auth, guest, demand, draft: String

    var description: String { "\(method) \(path)" }
    var segments: [String] { path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init) }
    var isDraftOnly: Bool { demand == "never" }

    /// A request that is for it, with ordinary names.
    var example: String {
        "/" + segments.map { segment in
            switch segment {
            case "{roomId}": "!room:example.org"
            case "{userId}": "@alice:example.org"
            case "{keyName}": "displayname"
            default: segment.hasPrefix("{") ? "x-" + segment.dropFirst().dropLast() : segment
            }
        }.joined(separator: "/")
    }

    static let rows: [EndpointRow] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../packaging/endpoints.tsv")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").dropFirst().flatMap { line in
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            let paths = cells[2] == "-" ? [cells[1]] : [cells[1], cells[1].replacing("/v3/", with: "/\(cells[2])/")]
            return paths.map { EndpointRow(method: cells[0], path: $0, auth: cells[3], guest: cells[4], demand: cells[5], draft: cells[6]) }
        }
    }()
}

/// Who asks, in the tests.
enum Asker: String, CaseIterable {
    case anonymous = "no token", refused = "a refused token", guest = "a guest", full = "a full token"
    case scopeless = "a token without API scope", administrator = "an administration scope only"
    case guestWithAll = "a guest with every scope", appservice = "an application service", membership = "a membership scope only"

    var caller: Authorization.Caller {
        switch self {
        case .anonymous: .anonymous
        case .refused: .refused
        case .guest: .accepted(.guest)
        case .full: .accepted([.clientAPI, .openid])
        case .scopeless: .accepted([.openid, .synapseAdmin, .masAdmin])
        case .administrator: .accepted(.serverAdministration)
        case .guestWithAll: .accepted([.guest, .clientAPI, .appservice, .serverAdministration, .roomsIsJoined, .operatorScopes])
        case .appservice: .accepted([.appservice, .clientAPI])
        case .membership: .accepted(.roomsIsJoined)
        }
    }

    private var grants: Set<String> {
        switch self {
        case .full: ["api"]
        case .administrator: ["server_administration"]
        case .appservice: ["api", "appservice"]
        case .membership: ["rooms_is_joined"]
        default: []
        }
    }

    /// What the decision has to be by the words of the table; `row` is nil for what is no endpoint.
    func expected(_ row: EndpointRow?, lastSegment: String, drafts: Bool) -> String {
        guard let row, drafts || !row.isDraftOnly else { return "unknown" }
        if row.auth == "none" { return "allowed" }
        if self == .anonymous { return row.auth == "optional" ? "allowed" : "missing" }
        if self == .refused { return "refused" }
        if self == .guest || self == .guestWithAll {
            return row.guest == "yes" || row.guest == "displayname" && lastSegment == "displayname" ? "allowed" : "guest"
        }
        let demand = drafts ? row.draft : row.demand
        return demand == "any" || grants.contains(demand) ? "allowed" : "scope"
    }
}

extension Authorization {
    func decide(_ method: String, _ path: [UInt8], _ caller: Caller) -> String {
        let decision = Array(method.utf8).withView { method in path.withView { decide(method, $0, caller) } }
        switch decision {
        case .allowed: return "allowed"
        case .unknownEndpoint: return "unknown"
        case .unknownMethod: return "method"
        case .tokenMissing: return "missing"
        case .tokenRefused: return "refused"
        case .guestForbidden: return "guest"
        case .scopeInsufficient: return "scope"
        }
    }

    func decide(_ method: String, _ path: String, _ caller: Caller) -> String { decide(method, Array(path.utf8), caller) }
}

/// What a path means, slowly and by another way than the library's: split, decode, compare with every row.
enum SlowReading {
    static func segments(_ target: [UInt8]) -> [String]? {
        let path = target.prefix { $0 != UInt8(ascii: "?") }
        let forbidden = [UInt8(ascii: "#"), UInt8(ascii: "\\"), 0x7F]
        guard path.first == UInt8(ascii: "/"), !path.contains(where: { $0 <= 0x20 || forbidden.contains($0) }) else { return nil }
        var decoded: [String] = []
        for part in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst() {
            guard let text = decode(Array(part)) else { return nil }
            decoded.append(text)
        }
        return decoded
    }

    private static func decode(_ part: [UInt8]) -> String? {
        var bytes: [UInt8] = []
        var rest = part[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else { bytes.append(byte); continue }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80 }),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else { return nil }
        let parts = bytes.split(whereSeparator: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") })
        return parts.contains([0x2E]) || parts.contains([0x2E, 0x2E]) ? nil : text
    }

    /// Every row of the path, whatever its method.
    static func rows(_ segments: [String]?) -> [EndpointRow] {
        guard let segments else { return [] }
        return EndpointRow.rows.filter { row in
            row.segments.count == segments.count
                && zip(row.segments, segments).allSatisfy { $0.hasPrefix("{") ? !$1.isEmpty : Array($0.utf8) == Array($1.utf8) }
        }
    }

    static func row(_ method: String, of rows: [EndpointRow]) -> EndpointRow? {
        rows.first { $0.method == (method == "HEAD" ? "GET" : method) }
    }
}
