// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Foundation
import Testing

@testable import JOSE

/// A table answers as EVP_PKEY_verify does, whatever it is asked.
@Suite struct ECTableTests {
    /// MXAUTH_EC_CASES=100000 for a long run.
    static let cases = ProcessInfo.processInfo.environment["MXAUTH_EC_CASES"].flatMap { Int($0) } ?? 2000

    /// Good signatures and those that differ from one in a bit, a number, an edge value, or the digest's length.
    @Test(arguments: ECTableSample.curves) func changedSignatures(_ curve: Curve) throws {
        var random = SeededRandom(seed: 20)
        var accepted = 0
        var (left, inOneKey) = (Self.cases, 0)
        while left > 0 {
            let order = Group(named: String(curve.opensslName)).order
            let sample = try ECTableSample(curve, privateKey: .random(below: order, &random))
            inOneKey = min(left, 500)
            var changes = Changes(sample, random)
            for _ in 0..<inOneKey {
                let (signature, digest) = changes.next()
                let verdict = sample.verdict(signature, digest)
                #expect(verdict != nil, "\(curve): \(signature) for \(digest)")
                if verdict == true { accepted += 1 }
            }
            random = changes.random
            left -= inOneKey
        }
        print("\(curve.name): \(Self.cases) signatures, of which \(accepted) are good")
        #expect(accepted > Self.cases / 20 && accepted < Self.cases / 2)
    }

    /// Both numbers at the edges of what they may be, and of what fits.
    @Test(arguments: ECTableSample.curves) func edges(_ curve: Curve) throws {
        var random = SeededRandom(seed: 21)
        let sample = try ECTableSample(curve, privateKey: Number(random.bytes(16)))
        let edges = Changes.edges(sample)
        let good = try #require(sample.signature(.random(below: sample.group.order, &random), Number(5)))
        #expect(sample.verdict(good) == true)
        for r in edges {
            for s in edges {
                #expect(sample.verdict(sample.bytes(r, s), sample.digest(good.e)) == false)
                #expect(sample.verdict(sample.bytes(r, s), sample.digest(Number())) == false)
            }
            #expect(sample.verdict(sample.bytes(r, good.s), sample.digest(good.e)) == false)
            #expect(sample.verdict(sample.bytes(good.r, r), sample.digest(good.e)) == false)
            // The digest is any number.
            #expect(sample.verdict(sample.bytes(good.r, good.s), sample.digest(r)) == false)
        }
        // -s is as good as s; r that is n too large is not.
        let order = sample.group.order
        #expect(sample.verdict(sample.bytes(good.r, order - good.s), sample.digest(good.e)) == true)
        #expect(sample.verdict(sample.bytes(good.r + order, good.s), sample.digest(good.e)) == false)
        #expect(sample.verdict(sample.bytes(good.r, good.s + order), sample.digest(good.e)) == false)
        #expect(sample.verdict(sample.bytes(order - good.r, good.s), sample.digest(good.e)) == false)
    }

    /// x(R) from the order of the group on: r is x - n then, which no random signature ever meets on these curves.
    @Test(arguments: ECTableSample.curves) func xBeyondTheOrder(_ curve: Curve) throws {
        var random = SeededRandom(seed: 22)
        let group = Group(named: String(curve.opensslName))
        var x = group.order
        var found = 0
        while found < 5 {
            x = x + Number(1)
            guard let point = group.point(x: x) else { continue }
            found += 1
            let r = x - group.order
            let s = Number.random(below: group.order, &random)
            let e = Number.random(below: group.order, &random)
            // Q = (s R - e G) / r.
            let inverse = r.inverse(modulo: group.order)
            let a = (group.order - e).times(inverse, modulo: group.order)
            let sample = try ECTableSample(curve, point: group.sum(a, s.times(inverse, modulo: group.order), point))
            #expect(sample.verdict(.init(r: r, s: s, e: e)) == true)
            #expect(sample.verdict(sample.bytes(r + group.order, s), sample.digest(e)) == false)
            #expect(sample.verdict(.init(r: r + Number(1), s: s, e: e)) == false)
            #expect(sample.verdict(.init(r: r, s: s, e: e + Number(1))) == false)
            #expect(sample.verdict(.init(r: r, s: s + Number(1), e: e)) == false)
        }
        // The other way round: r is so small that r + n is a number of the field too, and x(R) is r.
        var small = Number(1)
        while group.point(x: small) == nil { small = small + Number(1) }
        let point = try #require(group.point(x: small))
        let sample = try ECTableSample(curve, point: group.sum(Number(1), Number(1), point))
        // R = Q - G.
        let inverse = small.inverse(modulo: group.order)
        #expect(sample.verdict(.init(r: small, s: small, e: group.order - small)) == true)
        #expect(sample.verdict(.init(r: small, s: small, e: small)) == false)
        #expect(sample.verdict(.init(r: small, s: inverse, e: group.order - small)) == small.bytes(1).elementsEqual([1]))
    }

    /// Sums that the rules for adding two points do not cover.
    @Test(arguments: ECTableSample.curves) func unusualSums(_ curve: Curve) throws {
        var random = SeededRandom(seed: 23)
        let order = Group(named: String(curve.opensslName)).order
        let one = Number(1)
        for secret in [one, Number(2), order - one, order - Number(2), .random(below: order, &random)] {
            let sample = try ECTableSample(curve, privateKey: secret)
            for b in [one, Number(2), order - one, .random(below: order, &random)] {
                // aG = bQ: the point is doubled.
                let a = b.times(secret, modulo: order)
                let doubled = try #require(sample.signature(a, b))
                #expect(sample.verdict(doubled) == true)
                // R is at infinity: r has no meaning, and whatever it is, it is wrong.
                for r in [one, order - one, doubled.r] {
                    let s = r.times(b.inverse(modulo: order), modulo: order)
                    let e = (order - a).times(s, modulo: order)
                    #expect(sample.verdict(.init(r: r, s: s, e: e)) == false)
                    #expect(sample.verdict(sample.bytes(Number(), s), sample.digest(e)) == false)
                }
                // aG is at infinity: the digest says 0, or n.
                let plain = try #require(sample.signature(Number(), b))
                #expect(sample.verdict(plain) == true)
                #expect(sample.verdict(.init(r: plain.r, s: plain.s, e: order)) == true)
                #expect(sample.verdict(.init(r: plain.r, s: plain.s, e: one)) == false)
            }
        }
    }

    /// Multiples at the edges of the windows into which tables are cut.
    @Test(arguments: ECTableSample.curves) func edgesOfWindows(_ curve: Curve) throws {
        var random = SeededRandom(seed: 24)
        let order = Group(named: String(curve.opensslName)).order
        let sample = try ECTableSample(curve, privateKey: .random(below: order, &random))
        for exponent in 1..<Int(BN_num_bits(order.value)) where exponent % 13 == 0 || exponent % 7 == 0 || exponent % 8 == 0 {
            let power = Number.powerOfTwo(exponent)
            for (a, b) in [(power, power - Number(1)), (order - power, power), (power - Number(1), order - power)] {
                guard var signature = sample.signature(a, b) else { continue }
                #expect(sample.verdict(signature) == true)
                signature.e = signature.e + Number(1)
                #expect(sample.verdict(signature) == false)
            }
        }
    }
}
