// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Synchronization

/// What a key is made of.
package enum KeyType {
    case rsa, ec(Curve), okp(Curve), oct

    package var name: StaticString {
        switch self {
        case .rsa: "RSA"
        case .ec: "EC"
        case .okp: "OKP"
        case .oct: "oct"
        }
    }

    package var curve: Curve? {
        switch self {
        case .ec(let curve), .okp(let curve): curve
        case .rsa, .oct: nil
        }
    }

    /// Every algorithm that a key of this type can serve (RFC 7518 section 6, RFC 8037 section 2, RFC 8812).
    package var algorithms: AlgorithmSet {
        switch self {
        case .rsa: .of(.rs256, .rs384, .rs512, .ps256, .ps384, .ps512)
        case .oct: .symmetric
        case .ec(let curve), .okp(let curve): curve.algorithms
        }
    }
}

package enum Curve: CaseIterable {
    case p256, p384, p521, secp256k1, ed25519, ed448

    /// The `crv` value of a JWK.
    package var name: StaticString {
        switch self {
        case .p256: "P-256"
        case .p384: "P-384"
        case .p521: "P-521"
        case .secp256k1: "secp256k1"
        case .ed25519: "Ed25519"
        case .ed448: "Ed448"
        }
    }

    /// libcrypto's name of the group or key type.
    var opensslName: StaticString {
        switch self {
        case .p256: "prime256v1"
        case .p384: "secp384r1"
        case .p521: "secp521r1"
        case .secp256k1: "secp256k1"
        case .ed25519: "ED25519"
        case .ed448: "ED448"
        }
    }

    var isEdwards: Bool { self == .ed25519 || self == .ed448 }

    /// The bytes of a coordinate or, for Edwards curves, of an encoded point.
    var fieldSize: Int {
        switch self {
        case .p256, .secp256k1, .ed25519: 32
        case .p384: 48
        case .p521: 66
        case .ed448: 57
        }
    }

    package var bits: Int {
        switch self {
        case .p256, .secp256k1, .ed25519: 256
        case .p384: 384
        case .p521: 521
        case .ed448: 456
        }
    }

    var algorithms: AlgorithmSet {
        switch self {
        case .p256: .of(.es256)
        case .p384: .of(.es384)
        case .p521: .of(.es512)
        case .secp256k1: .of(.es256k)
        case .ed25519: .of(.eddsa, .ed25519)
        case .ed448: .of(.eddsa, .ed448)
        }
    }
}

/// A key that can verify, with everything decided that depends on the key alone. Immutable but for what makes it
/// faster, and shared freely between threads.
package final class VerificationKey: @unchecked Sendable {
    package let kid: [UInt8]?
    package let type: KeyType
    /// The algorithms that the key's type, `alg`, `use` and `key_ops` leave.
    package let algorithms: AlgorithmSet
    package let bits: Int
    let material: KeyMaterial
    /// How often it was used, as far as whoever schedules tables wants to know.
    package let uses = Atomic<Int>(0)
    /// Once there is one, an `ECTable`, which is owned, or for Ed25519 a `SodiumLibrary.Verify`. Never replaced.
    let tableSlot = Atomic<UnsafeMutableRawPointer?>(nil)
    let preparation: KeyPreparation

    init(kid: [UInt8]?, type: KeyType, algorithms: AlgorithmSet, bits: Int, material: KeyMaterial) {
        self.kid = kid
        self.type = type
        self.algorithms = algorithms
        self.bits = bits
        self.material = material
        preparation = ErrorQueue.untouched { KeyPreparation(type, material) }
    }

    deinit {
        if case .ec = type, let table = tableSlot.load(ordering: .acquiring) {
            Unmanaged<ECTable>.fromOpaque(table).release()
        }
        preparation.free()
    }
}

/// The key itself: an EVP_PKEY that holds a public key, or the bytes of a shared secret.
final class KeyMaterial {
    let publicKey: OpaquePointer?
    private let secretBytes: UnsafeMutableBufferPointer<UInt8>

    /// Takes over `publicKey`, which is never NULL.
    init(publicKey: OpaquePointer) {
        self.publicKey = publicKey
        secretBytes = UnsafeMutableBufferPointer(start: nil, count: 0)
    }

    init(secret: [UInt8]) {
        publicKey = nil
        secretBytes = .allocate(capacity: secret.count)
        _ = secretBytes.initialize(from: secret)
    }

    var secret: ByteView {
        guard let base = secretBytes.baseAddress else { return .empty }
        return ByteView(UnsafePointer(base), count: secretBytes.count)
    }

    deinit {
        EVP_PKEY_free(publicKey)
        if let base = secretBytes.baseAddress { OPENSSL_cleanse(base, secretBytes.count) }
        secretBytes.deallocate()
    }
}

extension VerificationKey {
    /// The same key under the same name for the same algorithms.
    func isSame(as other: VerificationKey) -> Bool {
        guard kid == other.kid, algorithms == other.algorithms else { return false }
        switch (material.publicKey, other.material.publicKey) {
        case (let own?, let others?):
            return ErrorQueue.untouched { EVP_PKEY_eq(own, others) == 1 }
        case (nil, nil):
            let (own, others) = (material.secret, other.material.secret)
            return own.count == others.count && CRYPTO_memcmp(own.base, others.base, own.count) == 0
        default:
            return false
        }
    }
}
