// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import CSystem

/// Public keys from PEM text (RFC 7468): SubjectPublicKeyInfo, or the one inside an X.509 certificate. A certificate
/// is only the envelope here: its dates, names and signature are not looked at.
enum PEM {
    /// Reads every block of `text`. The key or the problem of each is handed to `body` in order.
    static func forEachKey(in text: ByteView, _ body: (VerificationKey?, KeyProblem?) -> Void) {
        PEMBlock.forEach(in: text) { block in
            guard let block else { return body(nil, KeyProblem("a PEM block is broken off or not base64")) }
            do throws(KeyProblem) {
                body(try key(of: block), nil)
            } catch {
                body(nil, error)
            }
        }
    }

    /// Whether `bytes` begin with a SubjectPublicKeyInfo or a certificate in DER, as no secret does by chance.
    static func isPublicDER(_ bytes: ByteView) -> Bool {
        func attempt(_ read: (UnsafeMutablePointer<UnsafePointer<UInt8>?>) -> OpaquePointer?) -> OpaquePointer? {
            var input: UnsafePointer<UInt8>? = bytes.base
            return ErrorQueue.untouched { read(&input) }
        }
        let key = attempt { d2i_PUBKEY(nil, $0, bytes.count) }
        let certificate = attempt { d2i_X509(nil, $0, bytes.count) }
        defer {
            EVP_PKEY_free(key)
            X509_free(certificate)
        }
        return key != nil || certificate != nil
    }

    private static func key(of block: PEMBlock) throws(KeyProblem) -> VerificationKey {
        let label = block.label
        var input: UnsafePointer<UInt8>? = block.der.base
        var key: OpaquePointer?
        if label == "PUBLIC KEY" {
            key = d2i_PUBKEY(nil, &input, block.der.count)
        } else if label == "CERTIFICATE" {
            let certificate = d2i_X509(nil, &input, block.der.count)
            key = X509_get_pubkey(certificate)
            X509_free(certificate)
        } else {
            throw KeyProblem("PEM block \(label.quoted) is neither PUBLIC KEY nor CERTIFICATE")
        }
        guard let key else { throw KeyProblem("PEM block \(label.quoted) does not hold a key that libcrypto reads") }
        // From here on `material` owns the key.
        let material = KeyMaterial(publicKey: key)
        guard input == block.der.base + block.der.count else {
            throw KeyProblem("PEM block \(label.quoted) has bytes after its key")
        }
        return try verificationKey(material)
    }

    /// Checks a public key and works out what it may serve. `material` holds nothing private.
    static func verificationKey(_ material: KeyMaterial) throws(KeyProblem) -> VerificationKey {
        let key = material.publicKey
        if EVP_PKEY_is_a(key, "RSA") == 1 || EVP_PKEY_is_a(key, "RSA-PSS") == 1 {
            return try rsaKey(material)
        }
        for curve in Curve.allCases where curve.isEdwards && EVP_PKEY_is_a(key, curve.opensslName.cString) == 1 {
            return VerificationKey(
                kid: nil, type: .okp(curve), algorithms: curve.algorithms, bits: curve.bits, material: material)
        }
        guard EVP_PKEY_is_a(key, "EC") == 1 else { throw KeyProblem("not an RSA, EC, Ed25519 or Ed448 key") }
        var isExplicit: Int32 = 0
        EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &isExplicit)
        guard isExplicit == 0 else { throw KeyProblem("the curve is spelled out instead of named (RFC 5480)") }
        guard let curve = curve(of: key) else { throw KeyProblem("not a curve of JWS") }
        return VerificationKey(
            kid: nil, type: .ec(curve), algorithms: curve.algorithms, bits: curve.bits, material: material)
    }

    private static func curve(of key: OpaquePointer?) -> Curve? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { name in
            guard let base = name.baseAddress, EVP_PKEY_get_group_name(key, base, name.count, nil) == 1 else {
                return nil
            }
            for curve in Curve.allCases where strcmp(base, curve.opensslName.cString) == 0 { return curve }
            return nil
        }
    }

    /// A key bound to RSASSA-PSS (RFC 4055) serves the one PS algorithm whose hash it names and nothing else.
    private static func rsaKey(_ material: KeyMaterial) throws(KeyProblem) -> VerificationKey {
        let n = try number(OSSL_PKEY_PARAM_RSA_N, of: material)
        let e = try number(OSSL_PKEY_PARAM_RSA_E, of: material)
        let plain = KeyMaterial(publicKey: try PublicKey.rsa(n: n, e: e))
        let bits = n.count * 8 - n[0].leadingZeroBitCount
        var algorithms = KeyType.rsa.algorithms
        if EVP_PKEY_is_a(material.publicKey, "RSA-PSS") == 1 {
            guard let algorithm = pssAlgorithm(of: material.publicKey) else {
                throw KeyProblem("its RSASSA-PSS parameters fit none of PS256, PS384 and PS512 (RFC 7518 section 3.5)")
            }
            algorithms = AlgorithmSet(algorithm)
        }
        return VerificationKey(kid: nil, type: .rsa, algorithms: algorithms, bits: bits, material: plain)
    }

    private static func number(_ name: String, of material: KeyMaterial) throws(KeyProblem) -> [UInt8] {
        var number: OpaquePointer?
        EVP_PKEY_get_bn_param(material.publicKey, name, &number)
        defer { BN_free(number) }
        let count = Int(BN_num_bits(number) + 7) / 8
        guard number != nil, count > 0, count <= 2048 else { throw KeyProblem("\(name): out of range") }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = Int(BN_bn2bin(number, buffer.baseAddress))
        }
    }

    private static func pssAlgorithm(of key: OpaquePointer?) -> SignatureAlgorithm? {
        var salt: Int32 = -1
        EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_RSA_PSS_SALTLEN, &salt)
        for (algorithm, hash) in [(SignatureAlgorithm.ps256, "SHA256"), (.ps384, "SHA384"), (.ps512, "SHA512")] {
            // The key's salt length is a minimum (RFC 4055 section 3.3); ours is the size of the hash.
            if parameter(OSSL_PKEY_PARAM_RSA_DIGEST, of: key, is: hash),
                parameter(OSSL_PKEY_PARAM_MGF1_DIGEST, of: key, is: hash), salt >= 0, Int(salt) <= algorithm.hashSize
            {
                return algorithm
            }
        }
        return nil
    }

    private static func parameter(_ name: String, of key: OpaquePointer?, is hash: String) -> Bool {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            guard let base = text.baseAddress,
                EVP_PKEY_get_utf8_string_param(key, name, base, text.count, nil) == 1,
                let digest = EVP_get_digestbyname(base)
            else { return false }
            return EVP_MD_is_a(digest, hash) == 1
        }
    }
}
