// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// Multiples of an EC key's point, computed once, which make each later verification 1.5 to 4 times as fast.
/// Nothing here is secret, so its time may vary.
///
/// Any number of threads verify with one table: EC_POINT_mul and EC_POINT_add take the group as const, and in OpenSSL
/// 3.0 neither ecp_nistz256.c nor ecp_nistp521.c nor ec_mult.c writes to it, its table or its generator.
final class ECTable: @unchecked Sendable {
    let curve: Curve
    /// Groups whose generators are the curve's base point and the key's point.
    let baseGroup: OpaquePointer
    let keyGroup: OpaquePointer
    /// The order of the base point and the prime of the field.
    let order: OpaquePointer
    let prime: OpaquePointer

    /// Takes 2 to 25 milliseconds. Nil if libcrypto has no tables, or comes to other answers with one than without.
    static func make(for key: OpaquePointer, on curve: Curve) -> ECTable? {
        let name = OBJ_sn2nid(curve.opensslName.cString)
        let (base, own, order, prime) = (
            EC_GROUP_new_by_curve_name(name), EC_GROUP_new_by_curve_name(name), BN_new(), BN_new())
        guard let workspace = Workspace.own, let base, let own, let order, let prime else {
            EC_GROUP_free(base)
            EC_GROUP_free(own)
            BN_free(order)
            BN_free(prime)
            return nil
        }
        let table = ECTable(curve, baseGroup: base, keyGroup: own, order: order, prime: prime)
        return table.fill(for: key, workspace.numbers) && table.agrees(with: key, workspace) ? table : nil
    }

    private init(
        _ curve: Curve, baseGroup: OpaquePointer, keyGroup: OpaquePointer, order: OpaquePointer, prime: OpaquePointer
    ) {
        self.curve = curve
        self.baseGroup = baseGroup
        self.keyGroup = keyGroup
        self.order = order
        self.prime = prime
    }

    deinit {
        EC_GROUP_free(baseGroup)
        EC_GROUP_free(keyGroup)
        BN_free(order)
        BN_free(prime)
    }

    // MARK: Making it

    private func fill(for key: OpaquePointer, _ numbers: OpaquePointer) -> Bool {
        guard EC_GROUP_get_curve(baseGroup, prime, nil, nil, numbers) == 1,
            BN_copy(order, EC_GROUP_get0_order(baseGroup)) != nil, let point = EC_POINT_new(keyGroup)
        else { return false }
        defer { EC_POINT_free(point) }
        // The base points of P-256 and P-521 have a table in the library.
        let hasBaseTable = curve == .p256 || curve == .p521
        return Self.read(key, into: point, keyGroup, numbers) && tabulate(keyGroup, point, numbers)
            && (hasBaseTable || tabulate(baseGroup, EC_GROUP_get0_generator(baseGroup), numbers))
    }

    private static func read(
        _ key: OpaquePointer, into point: OpaquePointer, _ group: OpaquePointer, _ numbers: OpaquePointer
    ) -> Bool {
        // The longest is an uncompressed one of P-521.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1 + 2 * 66) { bytes in
            let name: StaticString = "pub"
            var count = 0
            return EVP_PKEY_get_octet_string_param(key, name.cString, bytes.baseAddress, bytes.count, &count) == 1
                && EC_POINT_oct2point(group, point, bytes.baseAddress, count, numbers) == 1
        }
    }

    private func tabulate(_ group: OpaquePointer, _ point: OpaquePointer?, _ numbers: OpaquePointer) -> Bool {
        guard EC_GROUP_set_generator(group, point, order, BN_value_one()) == 1,
            mxauth_ec_precompute(group, numbers) == 1
        else { return false }
        if curve == .p256 || curve == .p521 { return true }
        // Multiples of a generator are for secret numbers as a rule: ossl_ec_wNAF_mul takes no table then, but a slow
        // way of even time. A group of unknown cofactor it trusts with nothing secret, and an order too small for the
        // curve makes the cofactor unknown.
        BN_CTX_start(numbers)
        defer { BN_CTX_end(numbers) }
        guard let tiny = BN_CTX_get(numbers) else { return false }
        return BN_set_word(tiny, 3) == 1 && EC_GROUP_set_generator(group, point, tiny, nil) == 1
    }

    // MARK: Using it

    /// Whether r and s, side by side, are the key's signature of what has this digest (SEC 1 section 4.1.4). Nil if
    /// libcrypto could not do its work.
    func verify(_ signature: ByteView, digest: ByteView, _ workspace: Workspace) -> Bool? {
        let numbers = workspace.numbers
        BN_CTX_start(numbers)
        defer { BN_CTX_end(numbers) }
        let half = signature.count / 2
        guard let r = BN_CTX_get(numbers), let s = BN_CTX_get(numbers), let e = BN_CTX_get(numbers),
            let size = Int32(exactly: half),
            BN_bin2bn(signature.base, size, r) != nil, BN_bin2bn(signature.base + half, size, s) != nil,
            read(digest, into: e)
        else { return nil }
        guard BN_is_zero(r) == 0, BN_ucmp(r, order) < 0, BN_is_zero(s) == 0, BN_ucmp(s, order) < 0 else { return false }
        // u1 = e / s and u2 = r / s take the places of e and s.
        guard BN_mod_inverse(s, s, order, numbers) != nil, BN_mod_mul(e, e, s, order, numbers) == 1,
            BN_mod_mul(s, r, s, order, numbers) == 1
        else { return nil }
        guard let (sum, second) = workspace.points(on: baseGroup, of: curve),
            EC_POINT_mul(baseGroup, sum, e, nil, nil, numbers) == 1,
            EC_POINT_mul(keyGroup, second, s, nil, nil, numbers) == 1,
            EC_POINT_add(baseGroup, sum, sum, second, numbers) == 1
        else { return nil }
        if EC_POINT_is_at_infinity(baseGroup, sum) == 1 { return false }
        return hasX(sum, congruentTo: r, numbers)
    }

    /// As many of the leftmost bits as the order has.
    private func read(_ digest: ByteView, into number: OpaquePointer) -> Bool {
        let bits = Int(BN_num_bits(order))
        let count = min(digest.count, (bits + 7) / 8)
        guard BN_bin2bn(digest.base, Int32(truncatingIfNeeded: count), number) != nil else { return false }
        return count * 8 <= bits || BN_rshift(number, number, Int32(truncatingIfNeeded: count * 8 - bits)) == 1
    }

    /// Whether the point's x, modulo the order, is `r`: x is r, or r + n where the field has room for that. The affine
    /// x is X / Z²; the other side is multiplied instead.
    private func hasX(_ point: OpaquePointer, congruentTo r: OpaquePointer, _ numbers: OpaquePointer) -> Bool? {
        guard let x = BN_CTX_get(numbers), let z = BN_CTX_get(numbers), let product = BN_CTX_get(numbers),
            mxauth_ec_get_xz(baseGroup, point, x, z, numbers) == 1,
            BN_mod_sqr(z, z, prime, numbers) == 1, BN_mod_mul(product, r, z, prime, numbers) == 1
        else { return nil }
        if BN_cmp(product, x) == 0 { return true }
        guard BN_add(r, r, order) == 1 else { return nil }
        if BN_cmp(r, prime) >= 0 { return false }
        guard BN_mod_mul(product, r, z, prime, numbers) == 1 else { return nil }
        return BN_cmp(product, x) == 0
    }
}
