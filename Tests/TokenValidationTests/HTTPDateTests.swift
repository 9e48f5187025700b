// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import TokenValidation

@Suite struct HTTPDateTests {
    @Test(arguments: [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
        ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
        ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
        ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
        ("Tue, 24 Nov 2026 00:00:00 GMT", 1_795_478_400),
        // Past 2^31 and 2^32, and across 2100, which is no leap year.
        ("Tue, 19 Jan 2038 03:14:08 GMT", 2_147_483_648),
        ("Sun, 28 Feb 2100 00:00:00 GMT", 4_107_456_000),
        ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
        // A leap second.
        ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
    ])
    func reads(_ text: String, _ seconds: Int64) {
        #expect(HTTPDate.seconds(bytes(text)) == seconds)
    }

    @Test(arguments: [
        "", "0", "-1", "GMT", "now",
        // The two obsolete forms.
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 gmt", "Sun, 06 Nov 1994 08:49:37 +00",
        "Sun, 06 Nov 1994 08:49:37", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 NOV 1994 08:49:37 GMT", "Sun, 06 Nop 1994 08:49:37 GMT",
        // A month that only the table of names joined together has.
        "Sun, 06 anF 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 1969 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT", "Sun, 06 Nov -994 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
        "Sun, 0x Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:049:37 GMT", "Sun; 06 Nov 1994 08:49:37 GMT",
        " Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1994 08:49:37 GMT\0",
        "Sun, 06 Nov 1994 08:49: 7 GMT", "Sun, ０6 Nov 1994 08:49 GMT",
    ])
    func refuses(_ text: String) {
        #expect(HTTPDate.seconds(bytes(text)) == nil)
    }

    /// Whatever the bytes, there is an answer and no trap.
    @Test func survivesEveryByteInEveryPlace() {
        let good = Array("Sun, 06 Nov 1994 08:49:37 GMT".utf8)
        for place in good.indices {
            for byte in UInt8.min...UInt8.max {
                var text = good
                text[place] = byte
                let seconds = text.withView(HTTPDate.seconds)
                #expect(seconds.map { (0...253_402_300_800).contains($0) } ?? true)
            }
        }
    }

    @Test func countsEveryDayOf400Years() {
        var expected: Int64 = 0
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        var wrong = 0
        for year in 1970..<2370 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for (month, days) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
                for day in 1...days {
                    let text = "Sun, \(day < 10 ? "0" : "")\(day) \(names[month]) \(year) 00:00:00 GMT"
                    if Array(text.utf8).withView(HTTPDate.seconds) != expected { wrong += 1 }
                    expected += 86_400
                }
            }
        }
        #expect(wrong == 0)
    }

    @Test(arguments: [
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 29 Feb 2100 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun,x06xNovx1994x08x49x37 GMT", "xxx, 06 Nov 1994 08:49:37 GMT",
    ])
    func refusesWhatIsNoDate(_ text: String) {
        #expect(HTTPDate.seconds(bytes(text)) == nil)
    }
}
