// SPDX-License-Identifier: Apache-2.0
import JOSE

/// The tokens of Matrix Authentication Service, old ones that it took over from Synapse included.
extension OpaqueToken {
    package enum MASKind {
        case access, refresh
        /// Of a client that logged in the old way.
        case compatAccess, compatRefresh
        /// Made by a person for a program of theirs.
        case personalAccess
        /// Of Synapse; the issuer itself looks no closer at them.
        case legacyAccess, legacyRefresh

        package var isRefresh: Bool {
            switch self {
            case .refresh, .compatRefresh, .legacyRefresh: true
            case .access, .compatAccess, .personalAccess, .legacyAccess: false
            }
        }
    }

    package enum MASFault: Error {
        /// It begins like none of them.
        case prefix
        /// Not as many bytes as all tokens of its prefix have.
        case length(Int)
        /// One that does not belong where it stands, counted from 0.
        case character(at: Int)
        /// They do not fit the rest: mistyped, or made up.
        case checkDigits
    }

    package static let masLength = 41

    /// What `token` is by its form. Macaroons have no prefix, so they are looked for last.
    package static func masKind(of token: ByteView) throws(MASFault) -> MASKind {
        let kind: MASKind
        if token.hasPrefix("mat_") {
            kind = .access
        } else if token.hasPrefix("mar_") {
            kind = .refresh
        } else if token.hasPrefix("mct_") {
            kind = .compatAccess
        } else if token.hasPrefix("mcr_") {
            kind = .compatRefresh
        } else if token.hasPrefix("mpt_") {
            kind = .personalAccess
        } else {
            return try legacyKind(of: token)
        }
        try checkLayout(of: token)
        return kind
    }

    private static func legacyKind(of token: ByteView) throws(MASFault) -> MASKind {
        let kind: MASKind
        if token.hasPrefix("syt_") {
            kind = .legacyAccess
        } else if token.hasPrefix("syr_") {
            kind = .legacyRefresh
        } else if isMacaroon(token) {
            return .legacyAccess
        } else {
            throw .prefix
        }
        if let at = misfit(in: token) { throw .character(at: at) }
        return kind
    }

    /// A prefix of three letters, 30 random letters or digits, 6 check digits, with an underscore between them.
    private static func checkLayout(of token: ByteView) throws(MASFault) {
        guard token.count == masLength else { throw .length(token.count) }
        let underscore = masLength - 7
        for at in 4..<masLength {
            let fits = at == underscore ? token[at] == UInt8(ascii: "_") : isLetterOrDigit(token[at])
            guard fits else { throw .character(at: at) }
        }
        let sum = CRC32.checksum(token.slice(0, count: underscore))
        guard isBase62(token.dropFirst(underscore + 1), of: sum) else { throw .checkDigits }
    }

    /// The issuer writes the least significant digit first and then fills up with zeros on the left.
    private static func isBase62(_ text: ByteView, of number: UInt32) -> Bool {
        let digits = ByteView("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        var places = 0
        var rest = number
        while rest > 0 {
            rest /= 62
            places += 1
        }
        rest = number
        for at in 0..<text.count {
            if at < text.count - places {
                if text[at] != UInt8(ascii: "0") { return false }
            } else {
                if text[at] != digits[Int(rest % 62)] { return false }
                rest /= 62
            }
        }
        return true
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// Synapse once wrote its tokens as macaroons in unpadded base64url: four hexadecimal digits of length, then the
    /// packet "location".
    private static func isMacaroon(_ token: ByteView) -> Bool {
        // 20 characters are 15 bytes: enough to tell, before all of a long text is decoded.
        guard token.count >= 20, let start = Base64URL.decode(token.slice(0, count: 20)) else { return false }
        let isLocation = start.withView { $0.slice(4, count: 9) == "location " }
        return isLocation && Base64URL.decode(token) != nil
    }
}
