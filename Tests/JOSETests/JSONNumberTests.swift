// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@Suite struct JSONNumberTests {
    /// 2^1024 minus half a unit in the last place of the greatest double: the least number that rounds to infinity.
    static let overflow =
        "1797693134862315807937289714053034150799341327100378269361737789804449682927647509466490179775872070963302"
        + "8641669288791094655554785194040263065748867150582068190890200070838367627385484581771153176447573027006985"
        + "5571366959622842914819860834936475292719074168444365510704342711559699508093042880177904174497792"
    static let justBelow = String(overflow.dropLast(3)) + "791"

    @Test(arguments: [
        "0", "-0", "1", "-1", "10", "9223372036854775807", "-9223372036854775808", "0.0", "-0.0", "0.5", "1.0e0", "1e5",
        "1E5", "1e+5", "1E-5", "0e0", "0e99999999999999999999", "0.0e999", "1e308", "1.7976931348623157e308",
        "-1.7976931348623157e308", "1.7976931348623158e308", "1e-400", "1e-99999999999999999999", justBelow + ".0",
        "0.00001e313", "-1e308", justBelow + ".99999999999999999999999", "1.5e+0000000000000000000000000000000000003",
    ])
    func accepted(_ text: String) {
        #expect(Document.fault("{\"a\":\(text)}") == nil)
        #expect(Document.fault("{\"a\":[\(text)]}") == nil)
    }

    @Test(arguments: [
        "01", "00", "-01", "-00", "+1", "+0", "1.", "-1.", ".5", "-.5", "1.e5", "1e", "1e+", "1e-", "1E", "e5", "-", "--1",
        "-+1", "1-", "1+1", "1..0", "1.0.0", "1e5.0", "1e5e5", "0x10", "0b1", "0o7", "1_000", "1,000", "1 000", "1f", "1L",
        "NaN", "nan", "-NaN", "Infinity", "-Infinity", "inf", "1e 5", "- 1", "1. 0", "٣", "1٣",
        // What 64 bits or a double do not hold; jansson refuses them too.
        "9223372036854775808", "-9223372036854775809", "18446744073709551616", "99999999999999999999999999", "1e309",
        "-1e309", "1.797693134862315808e308", "1.8e308", "1e99999999999999999999", "123456789e9999", overflow + ".0",
        "-" + overflow + ".0", "0.00001e314", overflow,
    ])
    func refused(_ text: String) {
        #expect(Document.fault("{\"a\":\(text)}") == .syntax)
        #expect(Document.fault("{\"a\":[\(text)]}") == .syntax || text == "1,000")
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("1", 1), ("-1", -1), ("9007199254740993", 9_007_199_254_740_993),
        ("9223372036854775807", .max), ("-9223372036854775808", .min),
    ] as [(String, Int64)])
    func integers(_ text: String, _ value: Int64) throws {
        #expect(try number(text).integer == value)
    }

    @Test(arguments: ["1.0", "1e0", "0.0", "-0.0", "1E2"]) func realsAreNoIntegers(_ text: String) throws {
        #expect(try number(text).integer == nil)
    }

    /// Whole seconds of a NumericDate: fractions are cut off, nothing is rounded up and nothing goes through a double.
    @Test(arguments: [
        ("0", 0), ("-0", 0), ("0.0", 0), ("-0.0", 0), ("-0e5", 0), ("0e999", 0), ("0.999999999999", 0), ("1e-1", 0), ("1e-999999999", 0),
        ("1", 1), ("1.0", 1), ("1.9999999999999999999999", 1), ("1300819380", 1_300_819_380),
        ("1300819380.999", 1_300_819_380), ("1300819380.0", 1_300_819_380), ("1.300819380e9", 1_300_819_380),
        ("1.300819380999e9", 1_300_819_380), ("13e8", 1_300_000_000), ("0.001e5", 100), ("0.00123e5", 123), ("0.0012345E+5", 123),
        ("10e-1", 1), ("19e-1", 1), ("123456e-3", 123), ("100.5e1", 1005), ("0.1e1", 1), ("0.10e+1", 1),
        ("9007199254740993", 9_007_199_254_740_993), ("9007199254740993.0", 9_007_199_254_740_993),
        ("9.007199254740993e15", 9_007_199_254_740_993), ("9223372036854775807", .max), ("9223372036854775807.9", .max),
        ("9.223372036854775807e18", .max), ("9223372036854775807000e-3", .max), ("1e18", 1_000_000_000_000_000_000),
    ] as [(String, Int64)])
    func floors(_ text: String, _ value: Int64) throws {
        #expect(try number(text).floorOfNonNegative == value)
    }

    @Test(arguments: [
        "-1", "-0.1", "-1e-5", "-1300819380", "-9223372036854775808", "-1.0", "-0.0000000000000000000000001", "-1e300",
        "9223372036854775808.0", "9.223372036854775808e18", "1e19", "10e18", "9300000000000000000.0", "1e300",
        "1.7976931348623157e308", "92233720368547758070.0", "92233720368547758079.9", "18446744073709551616.0",
        "18446744073709551617.0", "0.1e20",
    ])
    func noFloor(_ text: String) throws {
        #expect(try number(text).floorOfNonNegative == nil)
    }

    private func number(_ text: String) throws -> JSONNumberCopy {
        let document = try Document("{\"a\":\(text)}")
        let number = try #require(document.object.member("a")?.number)
        return JSONNumberCopy(integer: number.integer, floorOfNonNegative: number.floorOfNonNegative)
    }

    /// What is asked of a number, which itself lives no longer than its document.
    private struct JSONNumberCopy {
        let integer: Int64?
        let floorOfNonNegative: Int64?
    }
}
