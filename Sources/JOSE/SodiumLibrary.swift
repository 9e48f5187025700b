// SPDX-License-Identifier: Apache-2.0
import CSystem

/// libsodium, which verifies Ed25519 in half of libcrypto's time. Opened at run time where it is installed and never
/// closed; nothing depends on it.
enum SodiumLibrary {
    /// crypto_sign_verify_detached: 0 if the signature is the key's. Any thread.
    typealias Verify = @convention(c) (
        UnsafePointer<UInt8>?, UnsafePointer<UInt8>?, UInt64, UnsafePointer<UInt8>?
    ) -> Int32

    /// The function, if libsodium is there and answers as libcrypto does. Reads files: not on a request.
    static func verifier() -> UnsafeMutableRawPointer? {
        // From 1.0.19 on (libsodium.so.26) it accepts what differs by a point of small order, which libcrypto refuses.
        guard let library = dlopen("libsodium.so.23", RTLD_NOW), let initialize = dlsym(library, "sodium_init"),
            let function = dlsym(library, "crypto_sign_verify_detached"),
            unsafeBitCast(initialize, to: (@convention(c) () -> Int32).self)() >= 0
        else { return nil }
        let verify = unsafeBitCast(function, to: Verify.self)
        return agrees(verify) ? function : nil
    }

    /// Answers to what tells implementations apart, made with one key for this purpose: a good signature, and two that
    /// are good only up to a point of order 8, once in R and once in the key.
    static func agrees(_ verify: Verify) -> Bool {
        let key: StaticString = "a3c932db6572fd6e47d4bf0083c28999d47183c43cee6bc0da734d4c3be5b653"
        let r: StaticString = "fa1980c23e6d8ea8715a58a889d13a350ba2fdb2400812162190d519dba9ac99"
        return answers(verify, key, r, "7f548d520b1dfa7b55c93c188441e20ad176f21a0e304d4d9e83cb60703a2505", true)
            && answers(verify, key, r, "7f548d520b1dfa7b55c93c188441e20ad176f21a0e304d4d9e83cb60703a2504", false)
            && answers(
                verify, key, "d42b5c14ddaf74d4a93b263f575a5ee4d83cd6954b967cc29c24cbf36243aded",
                "b10ff69374005b29ffac329ad6bb833f1addad145d77e605811b25a9765ea804", false)
            && answers(
                verify, "563578312da21c3ed1bd6dc5ed0580f96b1700ee9acecdff0bcf9f68b4517c68", r,
                "6ac2f99739abdd9dedad5526defb1b9ac2156ef89e8865bbe2db111e133e3e08", false)
    }

    private static func answers(
        _ verify: Verify, _ key: StaticString, _ r: StaticString, _ s: StaticString, _ expected: Bool
    ) -> Bool {
        let message: StaticString = "mxauth"
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 3 * Ed25519.keySize) { bytes in
            guard let base = bytes.baseAddress else { return false }
            read(r, into: base)
            read(s, into: base + Ed25519.keySize)
            read(key, into: base + 2 * Ed25519.keySize)
            let result = verify(base, message.utf8Start, UInt64(message.utf8CodeUnitCount), base + 2 * Ed25519.keySize)
            return (result == 0) == expected
        }
    }

    /// Lower-case hexadecimal of our own.
    private static func read(_ text: StaticString, into bytes: UnsafeMutablePointer<UInt8>) {
        func digit(_ index: Int) -> UInt8 {
            let character = text.utf8Start[index]
            return character < UInt8(ascii: "a") ? character &- UInt8(ascii: "0") : character &- UInt8(ascii: "a") &+ 10
        }
        for index in 0..<text.utf8CodeUnitCount / 2 { bytes[index] = digit(2 * index) << 4 | digit(2 * index + 1) }
    }
}
