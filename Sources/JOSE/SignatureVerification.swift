// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Synchronization

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
        // Hashes never report an error.
        if let macs = preparation.macs { return macs.verify(signature, over: input, with: algorithm) }
        return ErrorQueue.untouched { outcome(of: signature, over: input, with: algorithm) }
    }

    private func outcome(
        of signature: ByteView, over input: ByteView, with algorithm: SignatureAlgorithm
    ) -> SignatureOutcome {
        switch type {
        case .oct:
            return .failed
        case .rsa:
            return preparation.rsa?.verify(signature, over: input, with: algorithm) ?? .failed
        case .okp(let curve):
            guard signature.count == 2 * curve.fieldSize else { return .invalid }
            if curve == .ed25519 { return verifyEd25519(signature, over: input, with: algorithm) }
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

    private func verifyEd25519(
        _ signature: ByteView, over input: ByteView, with algorithm: SignatureAlgorithm
    ) -> SignatureOutcome {
        guard let key = preparation.ed25519 else { return .failed }
        guard algorithm.hashSize == 0, key.isWellFormed, Ed25519.isWellFormed(signature: signature) else { return .invalid }
        if let function = tableSlot.load(ordering: .acquiring) {
            let verify = unsafeBitCast(function, to: SodiumLibrary.Verify.self)
            return verify(signature.base, input.base, UInt64(input.count), key.bytes) == 0 ? .valid : .invalid
        }
        return verifySignature(signature, over: input, with: algorithm)
    }

    private func verifySignature(
        _ signature: ByteView, over input: ByteView, with algorithm: SignatureAlgorithm
    ) -> SignatureOutcome {
        guard let context = EVP_MD_CTX_new() else { return .failed }
        defer { EVP_MD_CTX_free(context) }
        if let prepared = preparation.context, type.curve?.algorithm.hashSize == algorithm.hashSize {
            guard EVP_MD_CTX_copy_ex(context, prepared) == 1 else { return .failed }
        } else {
            guard EVP_DigestVerifyInit(context, nil, algorithm.digest, nil, material.publicKey) == 1 else { return .failed }
        }
        return EVP_DigestVerify(context, signature.base, signature.count, input.base, input.count) == 1
            ? .valid : .invalid
    }
}
