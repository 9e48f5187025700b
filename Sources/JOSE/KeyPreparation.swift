// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// What is worked out once for a key, whatever it is to verify. What a key's type does not need is nil, and so is what
/// there was no memory for.
struct KeyPreparation {
    let rsa: RSANumbers?
    let macs: MACStates?
    let ed25519: Ed25519Key?
    /// An EVP_MD_CTX ready for data, from which each verification takes a copy: nothing is fetched then. Copying only reads it,
    /// and counts references to what both share.
    let context: OpaquePointer?

    init(_ type: KeyType, _ material: KeyMaterial) {
        var rsa: RSANumbers?
        var macs: MACStates?
        var ed25519: Ed25519Key?
        var context: OpaquePointer?
        switch type {
        case .oct: macs = MACStates(secret: material.secret)
        case .rsa: rsa = material.publicKey.flatMap { RSANumbers.make(of: $0) }
        case .okp(let curve):
            if curve == .ed25519 { ed25519 = material.publicKey.flatMap { Ed25519Key.make(of: $0) } }
            context = Self.context(for: material.publicKey, nil)
        case .ec(let curve): context = Self.context(for: material.publicKey, curve.algorithm.digest)
        }
        self.rsa = rsa
        self.macs = macs
        self.ed25519 = ed25519
        self.context = context
    }

    /// With the key.
    func free() {
        rsa?.free()
        macs?.wipe()
        ed25519?.free()
        EVP_MD_CTX_free(context)
    }

    private static func context(for key: OpaquePointer?, _ digest: OpaquePointer?) -> OpaquePointer? {
        guard let context = EVP_MD_CTX_new() else { return nil }
        guard EVP_DigestVerifyInit(context, nil, digest, nil, key) == 1 else {
            EVP_MD_CTX_free(context)
            return nil
        }
        // Each copy verifies once: the end of that need not be prepared for more data.
        EVP_MD_CTX_set_flags(context, EVP_MD_CTX_FLAG_FINALISE)
        return context
    }
}

extension Curve {
    /// The one algorithm that goes with an ECDSA curve.
    var algorithm: SignatureAlgorithm {
        switch self {
        case .p256: .es256
        case .p384: .es384
        case .p521: .es512
        case .secp256k1: .es256k
        case .ed25519: .ed25519
        case .ed448: .ed448
        }
    }
}
