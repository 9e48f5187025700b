// SPDX-License-Identifier: Apache-2.0
import COpenSSL

extension SigningKey {
    /// The JWS signature over `input`; nil when libcrypto could not do its work. Leaves OpenSSL's error queue as it
    /// was. Any thread.
    package func sign(_ input: ByteView) -> [UInt8]? {
        ErrorQueue.untouched { signature(over: input) }
    }

    /// Header, payload and signature in the compact serialization (RFC 7515 section 7.1). `header` and `payload` are
    /// JSON texts, and the header names `algorithm`.
    package func compactJWS(header: [UInt8], payload: [UInt8]) -> [UInt8]? {
        let dot = UInt8(ascii: ".")
        let input = header.withView(Base64URL.encode) + [dot] + payload.withView(Base64URL.encode)
        guard let signature = input.withView(sign) else { return nil }
        return input + [dot] + signature.withView(Base64URL.encode)
    }

    private func signature(over input: ByteView) -> [UInt8]? {
        guard let context = EVP_MD_CTX_new() else { return nil }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestSignInit(context, nil, algorithm.digest, nil, privateKey) == 1 else { return nil }
        var count = Int(EVP_PKEY_get_size(privateKey))
        var signature = [UInt8](repeating: 0, count: count)
        guard EVP_DigestSign(context, &signature, &count, input.base, input.count) == 1 else { return nil }
        signature.removeLast(signature.count - count)
        guard case .ec(let curve) = type else { return signature }
        return signature.withView { ECDSASignature.raw(ofDER: $0, curve) }
    }
}
