// SPDX-License-Identifier: Apache-2.0
import COpenSSL

extension VerificationKey {
    /// The JWK thumbprint with SHA-256, in base64url (RFC 7638; RFC 8037 section 2 for OKP). Nil for a shared
    /// secret, of which even a digest stays private.
    package var thumbprint: [UInt8]? { ErrorQueue.untouched { digest } }

    private var digest: [UInt8]? {
        let key = material.publicKey
        let members: String
        switch type {
        case .oct:
            return nil
        case .rsa:
            guard let e = number(OSSL_PKEY_PARAM_RSA_E), let n = number(OSSL_PKEY_PARAM_RSA_N) else { return nil }
            members = "{\"e\":\"\(e)\",\"kty\":\"RSA\",\"n\":\"\(n)\"}"
        case .ec(let curve):
            guard let x = number(OSSL_PKEY_PARAM_EC_PUB_X, size: curve.fieldSize),
                let y = number(OSSL_PKEY_PARAM_EC_PUB_Y, size: curve.fieldSize)
            else { return nil }
            members = "{\"crv\":\"\(String(curve.name))\",\"kty\":\"EC\",\"x\":\"\(x)\",\"y\":\"\(y)\"}"
        case .okp(let curve):
            var count = curve.fieldSize
            var point = [UInt8](repeating: 0, count: count)
            guard EVP_PKEY_get_raw_public_key(key, &point, &count) == 1 else { return nil }
            members = "{\"crv\":\"\(String(curve.name))\",\"kty\":\"OKP\",\"x\":\"\(Self.text(point))\"}"
        }
        let input = Array(members.utf8)
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_Digest(input, input.count, &digest, nil, EVP_sha256(), nil) == 1 else { return nil }
        return digest.withView(Base64URL.encode)
    }

    private func number(_ name: String, size: Int? = nil) -> String? {
        var number: OpaquePointer?
        guard EVP_PKEY_get_bn_param(material.publicKey, name, &number) == 1 else { return nil }
        defer { BN_free(number) }
        let count = size ?? Int(BN_num_bits(number) + 7) / 8
        var bytes = [UInt8](repeating: 0, count: count)
        guard BN_bn2binpad(number, &bytes, Int32(truncatingIfNeeded: count)) >= 0 else { return nil }
        return Self.text(bytes)
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.withView(Base64URL.encode), as: UTF8.self)
    }
}
