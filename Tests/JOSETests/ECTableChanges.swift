// SPDX-License-Identifier: Apache-2.0
import COpenSSL

@testable import JOSE

/// Good signatures of one key and what becomes of them with one thing changed.
struct Changes {
    private let sample: ECTableSample
    private let good: [ECTableSample.Signature]
    private let edges: [Number]
    private(set) var random: SeededRandom

    init(_ sample: ECTableSample, _ random: SeededRandom) {
        self.sample = sample
        self.random = random
        edges = Self.edges(sample)
        var good: [ECTableSample.Signature] = []
        while good.count < 24 {
            let a = Number.random(below: sample.group.order, &self.random)
            let b = Number.random(below: sample.group.order, &self.random)
            if let signature = sample.signature(a, b) { good.append(signature) }
        }
        self.good = good
    }

    /// Around 0, the order, the prime and the end of what fits.
    static func edges(_ sample: ECTableSample) -> [Number] {
        let (one, order, prime) = (Number(1), sample.group.order, sample.group.prime)
        let end = Number.powerOfTwo(sample.curve.fieldSize * 8)
        let bits = Int(BN_num_bits(order.value))
        var edges = [Number(), one, Number(2), order - one, order, order + one, prime - one, prime, end - one, order + order]
        for exponent in [1, 8, 63, 64, 65, 127, 128, 255, bits - 1] {
            edges += [.powerOfTwo(exponent), .powerOfTwo(exponent) - one]
        }
        return edges
    }

    mutating func next() -> (signature: [UInt8], digest: [UInt8]) {
        let one = good[random.below(good.count)]
        let other = good[random.below(good.count)]
        let order = sample.group.order
        var signature = sample.bytes(one.r, one.s)
        var digest = sample.digest(one.e)
        switch random.below(12) {
        case 0: break
        case 1: signature = sample.bytes(one.r, order - one.s)
        case 2, 3: signature[random.below(signature.count)] ^= 1 << UInt8(random.below(8))
        case 4: digest[random.below(digest.count)] ^= 1 << UInt8(random.below(8))
        case 5: signature = sample.bytes(edges[random.below(edges.count)], one.s)
        case 6: signature = sample.bytes(one.r, edges[random.below(edges.count)])
        case 7: signature = sample.bytes(one.s, one.r)
        case 8: signature = sample.bytes(one.r, other.s)
        case 9: signature = random.bytes(signature.count)
        // Of a longer digest the leftmost bits count, a shorter one is a smaller number.
        case 10: digest += random.bytes(random.below(40))
        default: digest = Array(digest.prefix([0, 1, 20, 28, 32, 48, 64][random.below(7)]))
        }
        return (signature, digest)
    }
}
