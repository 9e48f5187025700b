// SPDX-License-Identifier: Apache-2.0
import JOSE

/// IMF-fixdate (RFC 9110 section 5.6.7), as in `Sun, 06 Nov 1994 08:49:37 GMT`. The two obsolete forms are not read:
/// no server of this century sends them, and an unreadable date only means that a document is fetched earlier.
enum HTTPDate {
    /// Unix seconds.
    static func seconds(_ text: ByteView) -> Int64? {
        guard text.count == 29, isWeekday(text.slice(0, count: 3)), text.slice(3, count: 2) == ", ",
            text[7] == space, text[11] == space, text[16] == space, text[19] == colon, text[22] == colon,
            text.dropFirst(25) == " GMT",
            let day = number(text, 5, 2), let month = month(text.slice(8, count: 3)), let year = number(text, 12, 4),
            let hour = number(text, 17, 2), let minute = number(text, 20, 2), let second = number(text, 23, 2),
            (1...31).contains(day), day <= length(of: month, year), hour < 24, minute < 60, second <= 60, year >= 1970
        else { return nil }
        return days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar; years begin in March so that the leap day is last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month > 2 ? month - 3 : month + 9
        let y = month > 2 ? year : year - 1
        return y * 365 + y / 4 - y / 100 + y / 400 + (shifted * 153 + 2) / 5 + day - 1 - 719_468
    }

    private static var space: UInt8 { UInt8(ascii: " ") }
    private static var colon: UInt8 { UInt8(ascii: ":") }

    private static func length(of month: Int64, _ year: Int64) -> Int64 {
        days(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) - days(year, month, 1)
    }

    private static func isWeekday(_ name: ByteView) -> Bool {
        let names = ByteView("MonTueWedThuFriSatSun")
        for index in 0..<7 where names.slice(index * 3, count: 3) == name { return true }
        return false
    }

    private static func month(_ name: ByteView) -> Int64? {
        let names = ByteView("JanFebMarAprMayJunJulAugSepOctNovDec")
        for index in 0..<12 where names.slice(index * 3, count: 3) == name { return Int64(index) + 1 }
        return nil
    }

    private static func number(_ text: ByteView, _ start: Int, _ count: Int) -> Int64? {
        text.slice(start, count: count).deltaSeconds
    }
}
