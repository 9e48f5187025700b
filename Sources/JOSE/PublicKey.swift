// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// Why a key, or an entry of a key set, is of no use: a sentence that names the member and the rule.
package struct KeyProblem: Error {
    package let sentence: String

    init(_ sentence: String) {
        self.sentence = sentence
    }
}

/// Public keys as libcrypto holds them, made from their numbers and checked.
enum PublicKey {
    static let rsaBits = 2048...8192

    /// RFC 7518 section 6.3.1. `n` and `e` are big-endian.
    static func rsa(n: [UInt8], e: [UInt8]) throws(KeyProblem) -> OpaquePointer {
        let modulus = bigNumber(n)
        let exponent = bigNumber(e)
        defer {
            BN_free(modulus)
            BN_free(exponent)
        }
        try check(modulus: modulus, exponent: exponent)
        return try build("RSA") { builder in
            OSSL_PARAM_BLD_push_BN(builder, ParameterName.n.cString, modulus) == 1
                && OSSL_PARAM_BLD_push_BN(builder, ParameterName.e.cString, exponent) == 1
        }
    }

    /// The size keeps factoring out of reach and the cost of a verification bounded; the exponent keeps it cheap
    /// (CVE-2006-2940) and the scheme sound (NIST SP 800-56B section 6.2 asks for odd exponents, ours may be 3).
    static func check(modulus: OpaquePointer?, exponent: OpaquePointer?) throws(KeyProblem) {
        let bits = Int(BN_num_bits(modulus))
        guard rsaBits.contains(bits) else {
            throw KeyProblem(
                "n: the modulus has \(bits) bits; \(rsaBits.lowerBound) to \(rsaBits.upperBound) are accepted")
        }
        guard BN_is_odd(modulus) == 1 else { throw KeyProblem("n: the modulus is even") }
        guard !hasROCAFingerprint(modulus) else {
            throw KeyProblem("n: made by a faulty chip (ROCA, CVE-2017-15361), it can be factored; replace the key")
        }
        guard BN_is_odd(exponent) == 1, BN_is_one(exponent) == 0, BN_num_bits(exponent) <= 32 else {
            throw KeyProblem("e: the exponent must be odd, at least 3 and below 2^32")
        }
    }

    /// Primes of the faulty RSALib are k * M + (65537^a mod M) with M a product of small primes, so that the modulus is
    /// a power of 65537 modulo each of them (Nemec et al., CCS 2017). One good modulus in about 2^28 looks the same.
    private static func hasROCAFingerprint(_ modulus: OpaquePointer?) -> Bool {
        for prime in (3 as UInt)..<168 where (2..<prime).allSatisfy({ prime % $0 != 0 }) {
            let residue = UInt(BN_mod_word(modulus, prime))
            var power: UInt = 1
            while power != residue {
                power = power * (65537 % prime) % prime
                if power == 1 { return false }
            }
        }
        return true
    }

    /// An uncompressed point (SEC 1 section 2.3.3). libcrypto refuses points that are not on the curve, and
    /// these curves have no others: their cofactor is 1.
    static func ec(_ curve: Curve, x: [UInt8], y: [UInt8]) throws(KeyProblem) -> OpaquePointer {
        let key = ([0x04] + x + y).withUnsafeBufferPointer { point in
            try? build("EC") { builder in
                OSSL_PARAM_BLD_push_utf8_string(
                    builder, ParameterName.group.cString, curve.opensslName.cString, 0) == 1
                    && OSSL_PARAM_BLD_push_octet_string(
                        builder, ParameterName.publicKey.cString, point.baseAddress, point.count) == 1
            }
        }
        guard let key else { throw KeyProblem("x, y: not a point of \(String(curve.name))") }
        return key
    }

    static func okp(_ curve: Curve, x: [UInt8]) throws(KeyProblem) -> OpaquePointer {
        guard let key = EVP_PKEY_new_raw_public_key_ex(nil, curve.opensslName.cString, nil, x, x.count) else {
            throw KeyProblem("x: not a public key of \(String(curve.name))")
        }
        return key
    }

    /// The OSSL_PKEY_PARAM_… names. OSSL_PARAM_BLD keeps pointers and copies nothing until it is turned into a key; a
    /// macro's `String` would be gone by then.
    private enum ParameterName {
        static let n: StaticString = "n"
        static let e: StaticString = "e"
        static let group: StaticString = "group"
        static let publicKey: StaticString = "pub"
    }

    private static func bigNumber(_ bytes: [UInt8]) -> OpaquePointer? {
        BN_bin2bn(bytes, Int32(truncatingIfNeeded: bytes.count), nil)
    }

    private static func build(
        _ type: StaticString, _ push: (OpaquePointer) -> Bool
    ) throws(KeyProblem) -> OpaquePointer {
        let problem = KeyProblem("libcrypto does not take this \(String(type)) key")
        guard let builder = OSSL_PARAM_BLD_new() else { throw problem }
        defer { OSSL_PARAM_BLD_free(builder) }
        guard push(builder), let parameters = OSSL_PARAM_BLD_to_param(builder) else { throw problem }
        defer { OSSL_PARAM_free(parameters) }
        guard let context = EVP_PKEY_CTX_new_from_name(nil, type.cString, nil) else { throw problem }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_fromdata_init(context) == 1,
            EVP_PKEY_fromdata(context, &key, MXAUTH_EVP_PKEY_PUBLIC_KEY, parameters) == 1, let key
        else { throw problem }
        return key
    }
}

extension StaticString {
    /// Literals are NUL-terminated.
    var cString: UnsafePointer<CChar> {
        UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
