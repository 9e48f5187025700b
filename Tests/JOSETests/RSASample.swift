// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Testing

@testable import JOSE

/// An RSA key pair of any size and exponent, and what libcrypto's own verification says.
final class RSASample {
    let bits: Int
    let size: Int
    let pair: OpaquePointer
    let key: VerificationKey

    /// libcrypto makes moduli of odd sizes with exponents below 2^16 only.
    init(bits: Int, exponent: UInt) throws {
        self.bits = bits
        size = (bits + 7) / 8
        let context = try #require(EVP_PKEY_CTX_new_from_name(nil, "RSA", nil))
        defer { EVP_PKEY_CTX_free(context) }
        let number = Number(exponent)
        var pair: OpaquePointer?
        try #require(EVP_PKEY_keygen_init(context) == 1 && EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bits)) == 1)
        try #require(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, number.value) == 1 && EVP_PKEY_generate(context, &pair) == 1)
        let made = try #require(pair)
        self.pair = made
        func member(_ name: String) throws -> String {
            var number: OpaquePointer?
            try #require(EVP_PKEY_get_bn_param(made, name, &number) == 1)
            defer { BN_free(number) }
            return base64URL(Number(copying: number!).bytes(Int(BN_num_bits(number) + 7) / 8))
        }
        let (n, e) = (try member("n"), try member("e"))
        let keys = try keySet("{\"kty\":\"RSA\",\"n\":\"\(n)\",\"e\":\"\(e)\"}").keys
        key = try #require(keys.first)
        try #require(key.bits == bits)
    }

    deinit { EVP_PKEY_free(pair) }

    /// The signature whose power is `message`: RSASP1. Nil if the message is not below the modulus.
    func sign(encoded message: [UInt8]) -> [UInt8]? {
        ErrorQueue.untouched {
            guard let context = EVP_PKEY_CTX_new(pair, nil) else { return nil }
            defer { EVP_PKEY_CTX_free(context) }
            var (signature, count) = ([UInt8](repeating: 0, count: size), size)
            guard EVP_PKEY_sign_init(context) == 1, EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1,
                EVP_PKEY_sign(context, &signature, &count, message, message.count) == 1
            else { return nil }
            return signature
        }
    }

    func sign(_ input: [UInt8], _ algorithm: SignatureAlgorithm, saltSize: Int32 = RSA_PSS_SALTLEN_DIGEST) -> [UInt8]? {
        ErrorQueue.untouched {
            let context = EVP_MD_CTX_new()
            defer { EVP_MD_CTX_free(context) }
            var keyContext: OpaquePointer?
            var (signature, count) = ([UInt8](repeating: 0, count: size), size)
            guard EVP_DigestSignInit(context, &keyContext, algorithm.digest, nil, pair) == 1,
                Self.set(keyContext, algorithm, saltSize),
                EVP_DigestSign(context, &signature, &count, input, input.count) == 1
            else { return nil }
            return signature
        }
    }

    private static func set(_ context: OpaquePointer?, _ algorithm: SignatureAlgorithm, _ saltSize: Int32) -> Bool {
        !algorithm.isPSS
            || EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, saltSize) == 1
    }

    /// Both answers, if they are one; libcrypto is only asked about signatures of the right size.
    func verdict(_ signature: [UInt8], _ input: [UInt8], _ algorithm: SignatureAlgorithm) -> Bool? {
        let own = key.verify(signature, over: input, with: algorithm)
        let other = ErrorQueue.untouched {
            let context = EVP_MD_CTX_new()
            defer { EVP_MD_CTX_free(context) }
            var keyContext: OpaquePointer?
            return EVP_DigestVerifyInit(context, &keyContext, algorithm.digest, nil, pair) == 1
                && Self.set(keyContext, algorithm, RSA_PSS_SALTLEN_DIGEST)
                && EVP_DigestVerify(context, signature, signature.count, input, input.count) == 1
        }
        return own != .failed && (own == .valid) == other ? other : nil
    }
}

/// SHA-2 by the size of its output.
func sha2(_ input: [UInt8], _ size: Int) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: size)
    precondition(mxauth_sha2(size, input, input.count, &digest) == 1)
    return digest
}
