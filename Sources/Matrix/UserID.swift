// SPDX-License-Identifier: Apache-2.0
import JOSE

/// User IDs (Matrix specification, appendix "User Identifiers"): `@localpart:server`, at most 255 bytes.
package enum UserID {
    package static let maximumSize = 255

    package enum Fault: Error {
        case emptyLocalpart
        /// A character outside `a-z 0-9 . _ = - / +` or, in historical IDs, a colon or no printable ASCII.
        case character(UInt8)
        case tooLong
        /// A full user ID of another server.
        case foreignServer
    }

    /// Writes the user ID that `claim` names on `server`: `claim` is a localpart, or already a full user ID of that
    /// server. `output` has room for `maximumSize` bytes. Nothing is changed to fit: no case folding, no escaping.
    package static func compose(
        _ claim: ByteView, server: ByteView, allowsHistorical: Bool = false, into output: UnsafeMutablePointer<UInt8>
    ) throws(Fault) -> ByteView {
        var localpart = claim
        // No localpart that we take begins with `@` or has a `:`, so the two forms cannot be confused.
        if !claim.isEmpty, claim[0] == UInt8(ascii: "@") {
            let serverStart = claim.count - server.count
            guard serverStart >= 2, claim[serverStart - 1] == UInt8(ascii: ":"),
                claim.dropFirst(serverStart) == server
            else { throw .foreignServer }
            localpart = claim.slice(1, count: serverStart - 2)
        }
        guard !localpart.isEmpty else { throw .emptyLocalpart }
        guard localpart.count <= maximumSize, localpart.count + server.count + 2 <= maximumSize else {
            throw .tooLong
        }
        for i in 0..<localpart.count {
            let byte = localpart[i]
            let isAllowed = allowsHistorical ? isHistoricalCharacter(byte) : isLocalpartCharacter(byte)
            if !isAllowed { throw .character(byte) }
        }

        output[0] = UInt8(ascii: "@")
        (output + 1).update(from: localpart.base, count: localpart.count)
        output[1 + localpart.count] = UInt8(ascii: ":")
        (output + 2 + localpart.count).update(from: server.base, count: server.count)
        return ByteView(output, count: localpart.count + server.count + 2)
    }

    /// Matrix specification, "Historical User IDs".
    private static func isHistoricalCharacter(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && byte != UInt8(ascii: ":")
    }

    private static func isLocalpartCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "="), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "+"):
            true
        default: false
        }
    }
}
