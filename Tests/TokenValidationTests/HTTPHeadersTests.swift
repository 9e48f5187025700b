// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

@Suite struct HTTPHeadersTests {
    private func value(_ text: String, _ name: StaticString) -> String? {
        HTTPHeaders(bytes(text)).value(of: name).map { String(decoding: [UInt8]($0), as: UTF8.self) }
    }

    @Test(arguments: [
        "ETag: \"1\"\r\n", "etag: \"1\"\n", "ETAG:\"1\"", "A: b\r\nETag:\t \"1\" \t\r\nETag: \"2\"\r\n",
        "HTTP/1.1 200 OK\r\nEtag: \"1\"\r\n\r\n", "ETagX: 0\nX-ETag: 0\nETag: \"1\"",
    ])
    func finds(_ text: String) {
        #expect(value(text, "etag") == "\"1\"")
    }

    @Test(arguments: [
        "", "\r\n", "\n\n\n", ":", "etag", "etag\r\n", "etag \"1\"", "etag : \"1\"", " etag: \"1\"", "\tetag: \"1\"",
        "x-etag: \"1\"", "etagx: \"1\"", "eta: g: \"1\"", "A: etag: \"1\"", "A: b\retag: \"1\"", "e tag: \"1\"",
        "ｅtag: \"1\"", "etag\0: \"1\"",
    ])
    func doesNotFind(_ text: String) {
        #expect(value(text, "etag") == nil)
    }

    @Test func takesEmptyValues() {
        #expect(value("etag:\r\n", "etag") == "")
        #expect(value("etag:", "etag") == "")
        #expect(value("etag:   \t", "etag") == "")
    }

    @Test(arguments: [("0", 0), ("1", 1), ("00060", 60), ("999999999", 999_999_999)])
    func readsDeltaSeconds(_ text: String, _ seconds: Int64) {
        #expect(bytes(text).deltaSeconds == seconds)
    }

    @Test(arguments: [
        "1000000000", "1000000001", "4294967296", "9223372036854775807", "9223372036854775808",
        "18446744073709551616", String(repeating: "9", count: 10_000),
    ])
    func cutsDeltaSecondsOff(_ text: String) {
        #expect(bytes(text).deltaSeconds == 1_000_000_000)
    }

    @Test(arguments: [
        "", " ", "-1", "+1", "1.5", "1e3", "0x10", "1 ", " 1", "1_000", "1,000", "NaN", "١", "\"1\"", "1\0",
        "Tue, 24 Nov 2026 00:00:00 GMT",
    ])
    func refusesOtherDeltaSeconds(_ text: String) {
        #expect(bytes(text).deltaSeconds == nil)
    }

    @Test func trims() {
        for (text, trimmed) in [("", ""), (" ", ""), ("\r\n\t ", ""), (" a ", "a"), ("a b", "a b"), ("\0a\u{1}", "a")] {
            #expect(bytes(text).trimmed == bytes(trimmed))
        }
    }
}
