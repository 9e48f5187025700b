// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Testing

@testable import JOSE

/// A public key to order, with a table and without.
final class ECTableSample {
    let curve: Curve
    let group: Group
    let point: Point
    let key: OpaquePointer
    let table: ECTable
    private let context: OpaquePointer

    struct Signature {
        var r: Number
        var s: Number
        /// What the digest says, modulo the order.
        var e: Number
    }

    static let curves: [Curve] = [.p256, .p384, .p521, .secp256k1]

    init(_ curve: Curve, point: Point) throws {
        self.curve = curve
        self.point = point
        group = point.group
        let (x, y) = point.coordinates
        key = try PublicKey.ec(curve, x: x.bytes(curve.fieldSize), y: y.bytes(curve.fieldSize))
        table = try #require(ECTable.make(for: key, on: curve))
        context = try #require(EVP_PKEY_CTX_new(key, nil))
        try #require(EVP_PKEY_verify_init(context) == 1)
    }

    convenience init(_ curve: Curve, privateKey: Number) throws {
        let group = Group(named: String(curve.opensslName))
        try self.init(curve, point: group.sum(privateKey))
    }

    deinit {
        EVP_PKEY_CTX_free(context)
        EVP_PKEY_free(key)
    }

    /// The signature with R = aG + bQ; nil where there is none.
    func signature(_ a: Number, _ b: Number) -> Signature? {
        let sum = group.sum(a, b, point)
        if sum.isInfinity { return nil }
        let r = sum.coordinates.x % group.order
        if r.isZero { return nil }
        let s = r.times(b.inverse(modulo: group.order), modulo: group.order)
        let e = a.times(s, modulo: group.order)
        return Signature(r: r, s: s, e: e)
    }

    /// A digest as long as the field whose leftmost bits say `e`.
    func digest(_ e: Number) -> [UInt8] {
        (e << (curve.fieldSize * 8 - Int(BN_num_bits(group.order.value)))).bytes(curve.fieldSize)
    }

    func bytes(_ r: Number, _ s: Number) -> [UInt8] { r.bytes(curve.fieldSize) + s.bytes(curve.fieldSize) }

    /// What both say; nil if they differ or one of them cannot say.
    func verdict(_ signature: [UInt8], _ digest: [UInt8]) -> Bool? {
        let (own, other) = verdicts(signature, digest)
        return own == other ? own : nil
    }

    func verdict(_ signature: Signature) -> Bool? { verdict(bytes(signature.r, signature.s), digest(signature.e)) }

    private func verdicts(_ signature: [UInt8], _ digest: [UInt8]) -> (Bool?, Bool) {
        signature.withView { signature in
            digest.withView { digest in
                let own = Workspace.own.flatMap { table.verify(signature, digest: digest, $0) }
                let other = ErrorQueue.untouched {
                    ECDSASignature.withDER(of: signature) {
                        EVP_PKEY_verify(context, $0.base, $0.count, digest.base, digest.count) == 1
                    }
                }
                return (own, other)
            }
        }
    }
}
