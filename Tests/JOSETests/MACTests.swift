// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Testing

@testable import JOSE

/// HMAC from prepared states is libcrypto's HMAC, for secrets and inputs around the ends of blocks.
@Suite struct MACTests {
    static let algorithms: [SignatureAlgorithm] = [.hs256, .hs384, .hs512]
    static let sizes = [0, 1, 31, 32, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 255, 256, 1000]

    private func tag(_ secret: [UInt8], _ input: [UInt8], _ algorithm: SignatureAlgorithm) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: algorithm.hashSize)
        _ = HMAC(algorithm.digest, secret, Int32(secret.count), input, input.count, &tag, nil)
        return tag
    }

    @Test(arguments: sizes) func secretsAndInputs(_ secretSize: Int) {
        var random = SeededRandom(seed: UInt64(secretSize))
        let secret = random.bytes(secretSize)
        let states = secret.withView { MACStates(secret: $0) }
        defer { states.wipe() }
        func verify(_ tag: [UInt8], _ input: [UInt8], _ algorithm: SignatureAlgorithm) -> SignatureOutcome {
            tag.withView { tag in input.withView { states.verify(tag, over: $0, with: algorithm) } }
        }
        for size in Self.sizes {
            let input = random.bytes(size)
            for algorithm in Self.algorithms {
                let good = tag(secret, input, algorithm)
                #expect(verify(good, input, algorithm) == .valid)
                #expect(verify(good, input + [0], algorithm) == .invalid)
                #expect(verify(tag(secret + [1], input, algorithm), input, algorithm) == .invalid)
                for bit in stride(from: 0, to: good.count * 8, by: 17) {
                    var changed = good
                    changed[bit / 8] ^= 1 << UInt8(bit % 8)
                    #expect(verify(changed, input, algorithm) == .invalid)
                }
                for changed in [[], good.dropLast() + [], good + [0], good + good] { #expect(verify(changed, input, algorithm) == .invalid) }
                for other in Self.algorithms where other != algorithm { #expect(verify(good, input, other) == .invalid) }
            }
        }
    }

    @Test(arguments: [SignatureAlgorithm.eddsa, .ed25519, .ed448]) func nothingWithoutAHash(_ algorithm: SignatureAlgorithm) {
        let states = MACStates(secret: ByteView("0123456789abcdef0123456789abcdef" as StaticString))
        defer { states.wipe() }
        #expect(states.verify(.empty, over: .empty, with: algorithm) == .invalid)
    }
}
