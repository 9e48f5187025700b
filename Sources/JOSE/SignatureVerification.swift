// SPDX-License-Identifier: Apache-2.0
import COpenSSL

package enum SignatureOutcome {
    case valid, invalid
    /// libcrypto could not do its work, whatever the signature: out of memory, or an algorithm it lacks.
    case failed
}

extension VerificationKey {
    /// Whether `signature` is this key's over `input`. The caller has checked that the key may serve `algorithm`.
    /// Leaves OpenSSL's error queue as it was. Any thread.
    package func verify(
        _ signature: ByteView, over input: ByteView, with algorithm: SignatureAlgorithm
    ) -> SignatureOutcome {
        ErrorQueue.untouched { outcome(of: signature, over: input, with: algorithm) }
    }

    private func outcome(
        of signature: ByteView, over input: ByteView, with algorithm: SignatureAlgorithm
    ) -> SignatureOutcome {
        switch type {
        case .oct:
            return verifyMAC(signature, over: input, with: algorithm)
        case .rsa:
            // RFC 8017 sections 8.1.2 and 8.2.2 step 1: exactly as long as the modulus.
            guard signature.count == (bits + 7) / 8 else { return .invalid }
            return verifySignature(signature, over: input, with: algorithm)
        case .okp(let curve):
            guard signature.count == 2 * curve.fieldSize else { return .invalid }
            return verifySignature(signature, over: input, with: algorithm)
        case .ec(let curve):
            // RFC 7518 section 3.4: R and S, each as long as the field.
            guard signature.count == 2 * curve.fieldSize else { return .invalid }
            if let isValid = answerOfTable(to: signature, over: input, with: algorithm) {
                return isValid ? .valid : .invalid
            }
            return ECDSASignature.withDER(of: signature) { verifySignature($0, over: input, with: algorithm) }
        }
    }

    private func verifySignature(
        _ signature: ByteView, over input: ByteView, with algorithm: SignatureAlgorithm
    ) -> SignatureOutcome {
        guard let context = EVP_MD_CTX_new() else { return .failed }
        defer { EVP_MD_CTX_free(context) }
        var keyContext: OpaquePointer?
        guard EVP_DigestVerifyInit(context, &keyContext, algorithm.digest, nil, material.publicKey) == 1 else {
            return .failed
        }
        if algorithm.isPSS {
            // RFC 7518 section 3.5: the salt is as long as the hash. The same hash serves MGF1 by default.
            guard EVP_PKEY_CTX_set_rsa_padding(keyContext, RSA_PKCS1_PSS_PADDING) == 1,
                EVP_PKEY_CTX_set_rsa_pss_saltlen(keyContext, RSA_PSS_SALTLEN_DIGEST) == 1
            else { return .failed }
        }
        return EVP_DigestVerify(context, signature.base, signature.count, input.base, input.count) == 1
            ? .valid : .invalid
    }

    private func verifyMAC(
        _ tag: ByteView, over input: ByteView, with algorithm: SignatureAlgorithm
    ) -> SignatureOutcome {
        guard tag.count == algorithm.hashSize, let keySize = Int32(exactly: material.secret.count) else {
            return .invalid
        }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(EVP_MAX_MD_SIZE)) { expected in
            guard
                HMAC(
                    algorithm.digest, material.secret.base, keySize, input.base, input.count,
                    expected.baseAddress, nil) != nil
            else { return .failed }
            defer { OPENSSL_cleanse(expected.baseAddress, expected.count) }
            return CRYPTO_memcmp(expected.baseAddress, tag.base, tag.count) == 0 ? .valid : .invalid
        }
    }
}
