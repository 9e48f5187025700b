// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// A private key that makes JWS signatures, with which we show an issuer who we are (RFC 7523 section 2.2). Immutable
/// and shared freely between threads.
package final class SigningKey: @unchecked Sendable {
    /// The one algorithm it signs with.
    package let algorithm: SignatureAlgorithm
    /// The thumbprint of its public half, in base64url (RFC 7638).
    package let thumbprint: [UInt8]
    let type: KeyType
    let privateKey: OpaquePointer

    /// The one private key of a PEM text: PKCS#8 (RFC 5208) or the traditional form of RSA (RFC 8017 appendix A.1.2)
    /// and EC keys (RFC 5915), not encrypted. Other blocks, such as a certificate, may stand beside it. Leaves
    /// OpenSSL's error queue as it was.
    package static func parse(pem text: ByteView) throws(KeyProblem) -> SigningKey {
        var key: SigningKey?
        var problem: KeyProblem?
        PEMBlock.forEach(in: text) { block in
            do throws(KeyProblem) {
                guard let block else { throw KeyProblem("a PEM block is broken off or not base64") }
                guard block.isPrivateKey else { return }
                guard key == nil else { throw KeyProblem("more than one private key; which one is meant?") }
                key = try signingKey(of: block)
            } catch {
                if problem == nil { problem = error }
            }
        }
        if let problem { throw problem }
        guard let key else { throw KeyProblem("no PEM block with a private key") }
        return key
    }

    private static func signingKey(of block: PEMBlock) throws(KeyProblem) -> SigningKey {
        let privateKey = try block.privateKey()
        defer { EVP_PKEY_free(privateKey) }
        let publicKey = try publicHalf(of: privateKey)
        guard let algorithm = algorithm(of: publicKey) else {
            throw KeyProblem("not a key for RS256, ES256, ES384, ES512 or EdDSA with Ed25519")
        }
        guard let thumbprint = publicKey.thumbprint else { throw KeyProblem("libcrypto makes no thumbprint of it") }
        let key = SigningKey(privateKey, type: publicKey.type, algorithm: algorithm, thumbprint: thumbprint)
        // A damaged file may hold two halves that do not belong together.
        let probe = ByteView("mxauth")
        let isSound = key.sign(probe)?.withView { publicKey.verify($0, over: probe, with: algorithm) == .valid }
        guard isSound == true else { throw KeyProblem("its private and public halves do not belong together") }
        return key
    }

    private init(_ privateKey: OpaquePointer, type: KeyType, algorithm: SignatureAlgorithm, thumbprint: [UInt8]) {
        EVP_PKEY_up_ref(privateKey)
        self.privateKey = privateKey
        self.type = type
        self.algorithm = algorithm
        self.thumbprint = thumbprint
    }

    deinit { EVP_PKEY_free(privateKey) }

    /// What everybody may know of it, held to the rules for everybody's keys.
    private static func publicHalf(of key: OpaquePointer) throws(KeyProblem) -> VerificationKey {
        var der: UnsafeMutablePointer<UInt8>?
        let count = i2d_PUBKEY(key, &der)
        defer { CRYPTO_free(der, nil, 0) }
        var input = UnsafePointer(der)
        guard count > 0, let copy = d2i_PUBKEY(nil, &input, Int(count)) else {
            throw KeyProblem("libcrypto finds no public half in it")
        }
        return try PEM.verificationKey(KeyMaterial(publicKey: copy))
    }

    /// A key bound to RSASSA-PSS (RFC 4055) makes no RS256 signatures.
    private static func algorithm(of key: VerificationKey) -> SignatureAlgorithm? {
        switch key.type {
        case .rsa where key.algorithms.contains(.rs256): .rs256
        case .ec(.p256): .es256
        case .ec(.p384): .es384
        case .ec(.p521): .es512
        case .okp(.ed25519): .eddsa
        default: nil
        }
    }
}

extension PEMBlock {
    fileprivate var isPrivateKey: Bool {
        let end = ByteView("PRIVATE KEY")
        return label.count >= end.count && label.dropFirst(label.count - end.count) == end
    }

    /// The key, which the caller has to free.
    fileprivate func privateKey() throws(KeyProblem) -> OpaquePointer {
        guard !hasHeader, !(label == "ENCRYPTED PRIVATE KEY") else {
            throw KeyProblem("the private key is encrypted, and nobody is asked for a passphrase")
        }
        var input: UnsafePointer<UInt8>? = der.base
        let key: OpaquePointer?
        if label == "PRIVATE KEY" {
            let info = d2i_PKCS8_PRIV_KEY_INFO(nil, &input, der.count)
            key = info == nil ? nil : EVP_PKCS82PKEY(info)
            PKCS8_PRIV_KEY_INFO_free(info)
        } else if label == "RSA PRIVATE KEY" {
            key = d2i_PrivateKey(EVP_PKEY_RSA, nil, &input, der.count)
        } else if label == "EC PRIVATE KEY" {
            key = d2i_PrivateKey(EVP_PKEY_EC, nil, &input, der.count)
        } else {
            throw KeyProblem("PEM block \(label.quoted) is none of PRIVATE KEY, RSA PRIVATE KEY and EC PRIVATE KEY")
        }
        guard let key else { throw KeyProblem("PEM block \(label.quoted) does not hold a key that libcrypto reads") }
        guard input == der.base + der.count else {
            EVP_PKEY_free(key)
            throw KeyProblem("PEM block \(label.quoted) has bytes after its key")
        }
        return key
    }
}
