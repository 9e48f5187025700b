// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// An RSA public key as verification needs it: RFC 8017 on libcrypto's Montgomery arithmetic, with what depends on the
/// modulus alone done once. Nothing here is secret. Any number of threads: libcrypto takes all of it as const.
struct RSANumbers {
    private let modulus: OpaquePointer
    private let montgomery: OpaquePointer
    /// Odd, and 3 at least.
    private let exponent: UInt64
    /// Bits and bytes of the modulus.
    private let bits: Int
    let size: Int

    /// The longest modulus that `PublicKey.rsaBits` lets in; constant, so that it lies on the stack.
    private static var largestSize: Int { 1024 }

    /// Nil if libcrypto does not say what the key is, or there is no memory.
    static func make(of key: OpaquePointer) -> RSANumbers? {
        let (n, e): (StaticString, StaticString) = ("n", "e")
        var modulus = BN_new()
        var exponent = BN_new()
        let montgomery = BN_MONT_CTX_new()
        defer { BN_free(exponent) }
        guard let montgomery, let workspace = Workspace.own,
            EVP_PKEY_get_bn_param(key, n.cString, &modulus) == 1, EVP_PKEY_get_bn_param(key, e.cString, &exponent) == 1,
            let modulus, BN_is_odd(modulus) == 1, BN_num_bits(modulus) <= largestSize * 8,
            BN_is_odd(exponent) == 1, BN_is_one(exponent) == 0, BN_num_bits(exponent) <= 32,
            BN_MONT_CTX_set(montgomery, modulus, workspace.numbers) == 1
        else {
            BN_MONT_CTX_free(montgomery)
            BN_free(modulus)
            return nil
        }
        return RSANumbers(modulus, montgomery, exponent: UInt64(BN_get_word(exponent)))
    }

    private init(_ modulus: OpaquePointer, _ montgomery: OpaquePointer, exponent: UInt64) {
        self.modulus = modulus
        self.montgomery = montgomery
        self.exponent = exponent
        bits = Int(BN_num_bits(modulus))
        size = (bits + 7) / 8
    }

    /// Whoever holds it calls this once.
    func free() {
        BN_MONT_CTX_free(montgomery)
        BN_free(modulus)
    }

    /// RFC 8017 sections 8.1.2 and 8.2.2; the salt of RSASSA-PSS is as long as the hash (RFC 7518 section 3.5).
    func verify(_ signature: ByteView, over input: ByteView, with algorithm: SignatureAlgorithm) -> SignatureOutcome {
        guard signature.count == size else { return .invalid }
        guard let workspace = Workspace.own else { return .failed }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.largestSize) { buffer in
            guard let message = buffer.baseAddress else { return .failed }
            let outcome = raise(signature, into: message, workspace.numbers)
            guard outcome == .valid else { return outcome }
            let isGood =
                algorithm.isPSS
                ? PSSEncoding.isValid(message, bits: bits - 1, size: size, for: input, with: algorithm)
                : PKCS1Encoding.isValid(ByteView(message, count: size), for: input, with: algorithm)
            return isGood.map { $0 ? .valid : .invalid } ?? .failed
        }
    }

    /// RSAVP1 and I2OSP: writes the signature's power. Invalid if the signature is not below the modulus.
    private func raise(
        _ signature: ByteView, into message: UnsafeMutablePointer<UInt8>, _ numbers: OpaquePointer
    ) -> SignatureOutcome {
        BN_CTX_start(numbers)
        defer { BN_CTX_end(numbers) }
        let count = Int32(truncatingIfNeeded: size)
        guard let base = BN_CTX_get(numbers), let form = BN_CTX_get(numbers), let power = BN_CTX_get(numbers),
            BN_bin2bn(signature.base, count, base) != nil
        else { return .failed }
        guard BN_ucmp(base, modulus) < 0 else { return .invalid }
        guard BN_to_montgomery(form, base, montgomery, numbers) == 1, BN_copy(power, form) != nil else {
            return .failed
        }
        // From the second bit on; a product with `base` rather than its Montgomery form leaves that form, so the last
        // bit, which is set, does both.
        var bit = UInt64(1) << UInt64(62 - exponent.leadingZeroBitCount)
        while bit > 0 {
            guard BN_mod_mul_montgomery(power, power, power, montgomery, numbers) == 1,
                exponent & bit == 0
                    || BN_mod_mul_montgomery(power, power, bit == 1 ? base : form, montgomery, numbers) == 1
            else { return .failed }
            bit >>= 1
        }
        return BN_bn2binpad(power, message, count) == count ? .valid : .failed
    }
}
