// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// The JWS algorithms we verify: RFC 7518 section 3.1, RFC 8812 (ES256K), RFC 8037 (EdDSA) and its fully-specified
/// names of RFC 9864. `none` is not among them and has no spelling here.
package enum SignatureAlgorithm: UInt8, CaseIterable {
    case rs256, rs384, rs512
    case ps256, ps384, ps512
    case es256, es384, es512, es256k
    case eddsa, ed25519, ed448
    case hs256, hs384, hs512

    package var name: StaticString {
        switch self {
        case .rs256: "RS256"
        case .rs384: "RS384"
        case .rs512: "RS512"
        case .ps256: "PS256"
        case .ps384: "PS384"
        case .ps512: "PS512"
        case .es256: "ES256"
        case .es384: "ES384"
        case .es512: "ES512"
        case .es256k: "ES256K"
        case .eddsa: "EdDSA"
        case .ed25519: "Ed25519"
        case .ed448: "Ed448"
        case .hs256: "HS256"
        case .hs384: "HS384"
        case .hs512: "HS512"
        }
    }

    /// Names are case-sensitive (RFC 7515 section 4.1.1).
    package init?(name: ByteView) {
        for algorithm in Self.allCases where name == algorithm.name {
            self = algorithm
            return
        }
        return nil
    }

    /// The hash of the signing input; nil where the signature scheme hashes by itself.
    var digest: OpaquePointer? {
        switch self {
        case .rs256, .ps256, .es256, .es256k, .hs256: EVP_sha256()
        case .rs384, .ps384, .es384, .hs384: EVP_sha384()
        case .rs512, .ps512, .es512, .hs512: EVP_sha512()
        case .eddsa, .ed25519, .ed448: nil
        }
    }

    var isPSS: Bool { self == .ps256 || self == .ps384 || self == .ps512 }

    /// The size of the hash in bytes, which is also the least size of an HMAC key (RFC 7518 section 3.2).
    package var hashSize: Int {
        switch self {
        case .rs256, .ps256, .es256, .es256k, .hs256: 32
        case .rs384, .ps384, .es384, .hs384: 48
        case .rs512, .ps512, .es512, .hs512: 64
        case .eddsa, .ed25519, .ed448: 0
        }
    }
}

package struct AlgorithmSet: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package init(_ algorithm: SignatureAlgorithm) {
        rawValue = 1 << UInt32(algorithm.rawValue)
    }

    package static func of(_ algorithms: SignatureAlgorithm...) -> AlgorithmSet {
        algorithms.reduce(into: []) { $0.formUnion(AlgorithmSet($1)) }
    }

    package static let symmetric = of(.hs256, .hs384, .hs512)
    package static let asymmetric = of(
        .rs256, .rs384, .rs512, .ps256, .ps384, .ps512, .es256, .es384, .es512, .es256k, .eddsa, .ed25519, .ed448)

    package func contains(_ algorithm: SignatureAlgorithm) -> Bool {
        !isDisjoint(with: AlgorithmSet(algorithm))
    }

    /// The names in the order of RFC 7518, separated by blanks.
    package var names: String {
        var text = ""
        for algorithm in SignatureAlgorithm.allCases where contains(algorithm) {
            if !text.isEmpty { text += " " }
            text += String(algorithm.name)
        }
        return text
    }
}

extension String {
    /// The literal as a `String`, also where `StaticString.description` is not available.
    package init(_ literal: StaticString) {
        self = literal.withUTF8Buffer { String(decoding: $0, as: UTF8.self) }
    }
}
