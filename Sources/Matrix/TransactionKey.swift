// SPDX-License-Identifier: Apache-2.0
import JOSE

/// What a homeserver knows a repeated request by (MSC3970): whoever sent it, its method and its path.
package enum TransactionKey {
    /// Four fields with single spaces between them: the user, the device, the method, and the path as it reads when
    /// percent-encoding is undone once. What could be mistaken for something else is percent-encoded again, so that no
    /// two requests that differ in one of the four have the same text.
    package static func make(
        _ match: EndpointTable.Match, user: ByteView, device: ByteView, grants: Grants
    ) throws(InputFault) -> [UInt8] {
        guard match.endpoint.pointee.hasTransaction else {
            throw InputFault("path", "The endpoint has no transaction ID: its requests cannot be told to be repetitions.")
        }
        guard !user.isEmpty else { throw InputFault("user_id", "The verdict names no user.") }
        // Of these the user alone is known (and a device, if an application service names one).
        guard !device.isEmpty || !grants.isDisjoint(with: Grants.guest.union(.appservice)) else {
            throw InputFault(
                "device_id",
                "The token is no device's, and nothing else of it outlasts a refresh. Refuse the request, or use a key of your own.")
        }
        var key: [UInt8] = []
        for i in 0..<user.count { append(user[i], to: &key) }
        key.append(separator)
        for i in 0..<device.count { append(device[i], to: &key) }
        key.append(separator)
        key += [UInt8](match.endpoint.pointee.method.name)
        key.append(separator)
        var segments = PathSegments(match.path)
        while let segment = segments.next() {
            key.append(UInt8(ascii: "/"))
            PathSegment(segment).forEachByte { byte in append(byte, inPathTo: &key) }
        }
        return key
    }

    private static var separator: UInt8 { UInt8(ascii: " ") }

    /// Visible ASCII as it is, but for the percent sign.
    private static func append(_ byte: UInt8, to key: inout [UInt8]) {
        if byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "%") {
            key.append(byte)
        } else {
            let hex = ByteView("0123456789ABCDEF")
            key.append(UInt8(ascii: "%"))
            key.append(hex[Int(byte >> 4)])
            key.append(hex[Int(byte & 0x0F)])
        }
    }

    /// The same without what has a meaning in a path: the key's path is a path again, of the same endpoint.
    private static func append(_ byte: UInt8, inPathTo key: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "/"): key += [UInt8](ByteView("%2F"))
        case UInt8(ascii: "?"): key += [UInt8](ByteView("%3F"))
        case UInt8(ascii: "#"): key += [UInt8](ByteView("%23"))
        case UInt8(ascii: "\\"): key += [UInt8](ByteView("%5C"))
        default: append(byte, to: &key)
        }
    }
}

extension Endpoint {
    /// Whether its path ends with the client's own name for the request.
    package var hasTransaction: Bool {
        let end = ByteView("/{txnId}")
        return template.count > end.count && template.dropFirst(template.count - end.count) == end
    }
}

extension Method {
    var name: ByteView {
        switch self {
        case .get: ByteView("GET")
        case .put: ByteView("PUT")
        case .post: ByteView("POST")
        case .delete: ByteView("DELETE")
        }
    }
}
