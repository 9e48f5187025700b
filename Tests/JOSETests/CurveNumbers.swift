// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// libcrypto's numbers with which tests make signatures to order. Whatever fails ends the test.
final class Number {
    let value: OpaquePointer

    init(_ word: UInt = 0) {
        value = BN_new()!
        BN_set_word(value, word)
    }

    init(_ bytes: [UInt8]) { value = BN_bin2bn(bytes, Int32(bytes.count), nil)! }

    init(copying other: OpaquePointer) { value = BN_dup(other)! }

    static func random(below limit: Number, _ random: inout SeededRandom) -> Number {
        Number(random.bytes(Int(BN_num_bits(limit.value) + 7) / 8 + 8)) % limit
    }

    static func powerOfTwo(_ exponent: Int) -> Number {
        let result = Number()
        BN_set_bit(result.value, Int32(exponent))
        return result
    }

    deinit { BN_free(value) }

    var isZero: Bool { BN_is_zero(value) == 1 }

    /// The lowest bytes, big-endian.
    func bytes(_ count: Int) -> [UInt8] {
        let own = Number(copying: value)
        if Int(BN_num_bits(value)) > count * 8 { BN_mask_bits(own.value, Int32(count * 8)) }
        var bytes = [UInt8](repeating: 0, count: count)
        BN_bn2binpad(own.value, &bytes, Int32(count))
        return bytes
    }

    static func + (a: Number, b: Number) -> Number { result { BN_add($0, a.value, b.value) } }
    static func - (a: Number, b: Number) -> Number { result { BN_sub($0, a.value, b.value) } }
    static func << (a: Number, bits: Int) -> Number { result { BN_lshift($0, a.value, Int32(bits)) } }

    static func % (a: Number, modulus: Number) -> Number {
        result { result in withContext { BN_nnmod(result, a.value, modulus.value, $0) } }
    }

    func times(_ other: Number, modulo modulus: Number) -> Number {
        Self.result { result in Self.withContext { BN_mod_mul(result, value, other.value, modulus.value, $0) } }
    }

    func inverse(modulo modulus: Number) -> Number {
        Self.result { result in
            Self.withContext { BN_mod_inverse(result, value, modulus.value, $0) == nil ? 0 : 1 }
        }
    }

    private static func result(_ body: (OpaquePointer) -> Int32) -> Number {
        let result = Number()
        precondition(body(result.value) == 1)
        return result
    }

    private static func withContext(_ body: (OpaquePointer) -> Int32) -> Int32 {
        let context = BN_CTX_new()!
        defer { BN_CTX_free(context) }
        return body(context)
    }
}

/// A curve's group as OpenSSL has it, without any table.
final class Group {
    let group: OpaquePointer
    let order: Number
    let prime = Number()

    init(named name: String) {
        group = EC_GROUP_new_by_curve_name(OBJ_sn2nid(name))!
        order = Number(copying: EC_GROUP_get0_order(group))
        EC_GROUP_get_curve(group, prime.value, nil, nil, nil)
    }

    deinit { EC_GROUP_free(group) }

    /// a G + b point.
    func sum(_ a: Number, _ b: Number? = nil, _ point: Point? = nil) -> Point {
        let result = Point(self)
        precondition(EC_POINT_mul(group, result.point, a.value, point?.point, b?.value, nil) == 1)
        return result
    }

    /// The point with this x, if there is one.
    func point(x: Number) -> Point? {
        let result = Point(self)
        ERR_set_mark()
        defer { ERR_pop_to_mark() }
        return EC_POINT_set_compressed_coordinates(group, result.point, x.value, 0, nil) == 1 ? result : nil
    }
}

final class Point {
    let group: Group
    let point: OpaquePointer

    init(_ group: Group) {
        self.group = group
        point = EC_POINT_new(group.group)!
    }

    deinit { EC_POINT_free(point) }

    var isInfinity: Bool { EC_POINT_is_at_infinity(group.group, point) == 1 }

    var coordinates: (x: Number, y: Number) {
        let (x, y) = (Number(), Number())
        precondition(EC_POINT_get_affine_coordinates(group.group, point, x.value, y.value, nil) == 1)
        return (x, y)
    }
}
