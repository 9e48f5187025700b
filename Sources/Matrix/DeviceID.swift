// SPDX-License-Identifier: Apache-2.0
import JOSE

/// Device IDs as MSC2967 has them: the rest of a scope token.
package enum DeviceID {
    package static let maximumSize = 255
    package static var maximumInputSize: Int { 65_536 }
    /// So many unreserved characters are called enough.
    private static var advisedSize: Int { 10 }

    package static func isValid(_ id: ByteView) -> Bool { id.count <= maximumSize && Scope.isToken(id) }

    /// `A`-`Z a`-`z 0`-`9 - . _ ~` (RFC 3986 section 2.3) only.
    package static func isUnreserved(_ id: ByteView) -> Bool {
        for i in 0..<id.count where !Matrix.isUnreserved(id[i]) { return false }
        return !id.isEmpty
    }

    package static func isLongEnough(_ id: ByteView) -> Bool { id.count >= advisedSize }

    /// Matrix Authentication Service grants no scope of another device.
    package static func isAcceptedByMAS(_ id: ByteView) -> Bool {
        for i in 0..<id.count where !Matrix.isUnreserved(id[i]) && !isMASSign(id[i]) { return false }
        return id.count >= advisedSize
    }

    private static func isMASSign(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&")...UInt8(ascii: ","), UInt8(ascii: "/"),
            UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: "@"):
            true
        default: false
        }
    }

    /// Nil when memory ran out.
    package static func report(on id: ByteView) -> [UInt8]? {
        var problems = ScopeProblems()
        if id.isEmpty {
            problems.add("device_id", "It is not empty.", "MSC2967")
        } else if !Scope.isToken(id) {
            problems.add("device_id", "It holds only characters of a scope token.", "MSC2967, RFC 6749 section 3.3")
        }
        if id.count > maximumSize {
            problems.add("device_id", "It is at most 255 bytes long.", "homeservers: no specification has a limit")
        }
        let report = JSONBuilder.object()
        report.set("valid", isValid(id))
        report.set("length", Int64(id.count))
        report.set("unreserved", isUnreserved(id))
        report.set("long_enough", isLongEnough(id))
        report.set("mas", isAcceptedByMAS(id) && isValid(id))
        report.set("problems", problems.list)
        return report.text()
    }

    /// So many random bytes make an ID: 80 bits, where ten unreserved characters hold 60.
    package static var randomSize: Int { 10 }

    /// Sixteen characters of five bits each, which neither a URL nor a scope has to escape.
    package static func make(fromRandom bytes: [UInt8]) -> [UInt8] {
        let letters = ByteView("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var id: [UInt8] = []
        var pending = 0
        var bits = 0
        for byte in bytes {
            pending = (pending << 8 | Int(byte)) & 0xFFF
            bits += 8
            while bits >= 5 {
                bits -= 5
                id.append(letters[pending >> bits & 31])
            }
        }
        return id
    }
}
