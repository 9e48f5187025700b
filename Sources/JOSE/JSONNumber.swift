// SPDX-License-Identifier: Apache-2.0

/// A number as it is written, already known to follow the grammar of RFC 8259 section 6. Nothing is rounded.
package struct JSONNumber {
    package let literal: ByteView

    init(_ literal: ByteView) {
        self.literal = literal
    }

    /// Literals of that many characters without fraction and exponent fit in 64 bits.
    static var safeCount: Int { 18 }

    /// The value of a literal without fraction and exponent, if 64 bits hold it.
    package var integer: Int64? {
        literal.count <= Self.safeCount && literal[0] != UInt8(ascii: "-") ? shortInteger : anyInteger
    }

    private var shortInteger: Int64? {
        var value: Int64 = 0
        for i in 0..<literal.count {
            let digit = Int64(literal[i]) &- 0x30
            if UInt64(bitPattern: digit) > 9 { return nil }
            value = value &* 10 &+ digit
        }
        return value
    }

    private var anyInteger: Int64? {
        let negative = literal[0] == UInt8(ascii: "-")
        var value: Int64 = 0
        for i in (negative ? 1 : 0)..<literal.count {
            guard let digit = Self.digit(literal[i]) else { return nil }
            let (tens, overflowed) = value.multipliedReportingOverflow(by: 10)
            // Built below zero so that Int64.min is reached without overflow.
            let (sum, overflowedAgain) = tens.subtractingReportingOverflow(digit)
            if overflowed || overflowedAgain { return nil }
            value = sum
        }
        if negative { return value }
        return value == .min ? nil : -value
    }

    /// The greatest integer not above the value; nil for values below zero (so -0 is zero) and for those that
    /// 63 bits do not hold.
    package var floorOfNonNegative: Int64? {
        if let integer { return integer >= 0 ? integer : nil }
        var decimal = Decimal(literal)
        if decimal.isZero { return 0 }
        if decimal.isNegative { return nil }
        var value: Int64 = 0
        for _ in 0..<max(decimal.pointPosition, 0) {
            let (tens, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowedAgain) = tens.addingReportingOverflow(Int64(decimal.nextDigit()))
            if overflowed || overflowedAgain { return nil }
            value = sum
        }
        return value
    }

    /// Whether the nearest double is infinite: jansson refuses such numbers, and so must a reader that agrees
    /// with it. The bound is the midpoint between the greatest double and 2^1024; ties round to infinity.
    var overflowsDouble: Bool {
        let bound = ByteView(
            """
            17976931348623158079372897140530341507993413271003782693617377898044\
            49682927647509466490179775872070963302864166928879109465555478519404\
            02630657488671505820681908902000708383676273854845817711531764475730\
            27006985557136695962284291481986083493647529271907416844436551070434\
            2711559699508093042880177904174497792
            """)
        var decimal = Decimal(literal)
        if decimal.isZero || decimal.pointPosition < bound.count { return false }
        if decimal.pointPosition > bound.count { return true }
        for position in 0..<bound.count {
            let digit = decimal.nextDigit()
            let limit = bound[position] - UInt8(ascii: "0")
            if digit != limit { return digit > limit }
        }
        return true
    }

    static func digit(_ byte: UInt8) -> Int64? {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int64(byte - UInt8(ascii: "0")) : nil
    }
}

/// A literal as 0.d1d2d3… × 10^pointPosition with d1 not zero.
private struct Decimal {
    let isNegative: Bool
    let isZero: Bool
    let pointPosition: Int
    private let mantissa: ByteView
    private var next: Int

    init(_ literal: ByteView) {
        isNegative = literal[0] == UInt8(ascii: "-")
        var end = literal.count
        var exponent = 0
        for i in 0..<literal.count where literal[i] | 0x20 == UInt8(ascii: "e") {
            end = i
            exponent = Self.exponent(literal.dropFirst(i + 1))
        }
        let start = isNegative ? 1 : 0
        mantissa = literal.slice(start, count: end - start)

        var point = mantissa.count
        var first = mantissa.count
        for i in 0..<mantissa.count {
            if mantissa[i] == UInt8(ascii: ".") {
                point = i
            } else if mantissa[i] != UInt8(ascii: "0"), first == mantissa.count {
                first = i
            }
        }
        isZero = first == mantissa.count
        next = first
        pointPosition = exponent + point - (first > point ? first - 1 : first)
    }

    /// Exponents are cut off at a magnitude no mantissa of a token can make up for.
    private static func exponent(_ text: ByteView) -> Int {
        var value = 0
        for i in 0..<text.count {
            if let digit = JSONNumber.digit(text[i]), value < 100_000_000 { value = value * 10 + Int(digit) }
        }
        return !text.isEmpty && text[0] == UInt8(ascii: "-") ? -value : value
    }

    /// The significant digits one after the other, then zeros.
    mutating func nextDigit() -> UInt8 {
        if next < mantissa.count, mantissa[next] == UInt8(ascii: ".") { next += 1 }
        guard next < mantissa.count else { return 0 }
        next += 1
        return mantissa[next - 1] - UInt8(ascii: "0")
    }
}
