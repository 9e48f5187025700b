// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@Suite struct JSONReaderTests {
    @Test(arguments: [
        "{}", " {} ", "\t\r\n{\t\r\n}\t\r\n", #"{"":0}"#, #"{"a":{}}"#, #"{"a":[]}"#, #"{"a":[{},[],null]}"#,
        #"{"a":true,"b":false,"c":null}"#, #"{"a":"é€😀"}"#, #"{"a" : [ 1 , 2 ] , "b" : { "c" : 3 } }"#,
        #"{"a":"\u00e9\u20AC\uD83D\uDE00"}"#, "{\"a\":\"\u{7F}\"}", #"{"a":{"a":{"a":1}},"A":1}"#,
        #"{"a":1,"a ":1," a":1}"#,
    ])
    func accepted(_ text: String) {
        #expect(Document.fault(text) == nil)
    }

    @Test(arguments: [
        "", " ", "{", "}", "{}{}", "{} x", "{},", "[]", "[1]", "1", "null", "\"a\"", "true", "{a:1}", "{'a':1}",
        #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{"a":1 "b":2}"#, #"{"a":1;"b":2}"#, #"{"a" 1}"#,
        #"{"a"::1}"#, #"{"a":1,,"b":2}"#, #"{1:2}"#, #"{"a":[1,]}"#, #"{"a":[,1]}"#, #"{"a":[1 2]}"#, #"{"a":[1}"#,
        #"{"a":{]}"#, #"{"a":[}]"#, #"{"a":1"#, #"{"a"#, #"{"a":"b}"#, #"{"a":"b\"}"#, #"{"a":tru}"#, #"{"a":TRUE}"#,
        #"{"a":True}"#, #"{"a":nul}"#, #"{"a":nulll}"#, #"{"a":truee}"#, #"{"a":falsey}"#, #"{"a":t}"#,
        #"{"a":undefined}"#, #"{"a":/**/1}"#, "{\"a\":1}//", "{\"a\":1}\0", "\0{}", "{\"a\":\0}", "{\"a\":1\u{0B}}",
        "{\"a\":1\u{0C}}", "\u{FEFF}{}", "{}\u{FEFF}", "{\u{A0}}", "{\"a\":\u{2028}1}", "{#\n}",
    ])
    func refused(_ text: String) {
        #expect(Document.fault(text) == .syntax)
    }

    // MARK: Duplicates

    @Test(arguments: [
        #"{"a":1,"a":2}"#, #"{"a":1,"a":1}"#, #"{"":1,"":1}"#, #"{"a":1,"\u0061":2}"#, #"{"\u0061":1,"a":2}"#,
        #"{"\/":1,"/":2}"#, #"{"é":1,"\u00e9":1}"#, #"{"😀":1,"\ud83d\ude00":1}"#, #"{"x":{"a":1,"a":2}}"#,
        #"{"x":[{"a":1,"a":2}]}"#, #"{"x":[[{"a":{"b":1,"\u0062":2}}]]}"#, #"{"a":1,"x":{"y":[1,{"z":2}]},"a":2}"#,
        #"{"a":[1,2,3],"b":[4],"a":5}"#, #"{"alg":"none","kid":"x","\u0061lg":"RS256"}"#,
    ])
    func duplicates(_ text: String) {
        #expect(Document.fault(text) == .duplicateMember)
    }

    /// Names count within their own object only.
    @Test(arguments: [
        #"{"a":{"a":1},"b":{"a":1}}"#, #"{"x":[{"a":1},{"a":2}]}"#, #"{"a":1,"A":2}"#, #"{"e\u0301":1,"é":2}"#,
        #"{"a":{"b":1},"b":{"b":{"b":1}}}"#,
    ])
    func sameNamesElsewhere(_ text: String) {
        #expect(Document.fault(text) == nil)
    }

    /// More members than the duplicate check has buckets, each pair of equal names far apart.
    @Test(arguments: [0, 1, 63, 64, 200, 398]) func duplicateAmongMany(_ position: Int) {
        var members = (0..<400).map { "\"n\($0)\":\($0)" }
        #expect(Document.fault("{\(members.joined(separator: ","))}") == nil)
        members[399] = "\"n\(position)\":0"
        #expect(Document.fault("{\(members.joined(separator: ","))}") == .duplicateMember)
        #expect(Document.fault("{\"x\":{\(members.joined(separator: ","))}}") == .duplicateMember)
    }

    // MARK: UTF-8 (RFC 3629) and control characters

    @Test(arguments: [
        [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xEF, 0xBF, 0xBF], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80],
        [0xF0, 0x90, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF], [0x7F], [0x20],
    ] as [[UInt8]])
    func utf8(_ bytes: [UInt8]) throws {
        let document = try Document(Array(#"{"a":""#.utf8) + bytes + Array(#""}"#.utf8))
        #expect(document.object.member("a")?.string.map { [UInt8]($0) } == bytes)
        #expect(Document.fault(Array("{\"".utf8) + bytes + Array("\":1}".utf8)) == nil)
    }

    @Test(arguments: [
        // Overlong.
        [0xC0, 0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xF0, 0x80, 0x80, 0x80],
        [0xF0, 0x8F, 0xBF, 0xBF],
        // Surrogates, and beyond U+10FFFF.
        [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
        [0xFE], [0xFF],
        // Cut short, or without a beginning.
        [0xC2], [0xE1, 0x80], [0xE1], [0xF1, 0x80, 0x80], [0xF1, 0x80], [0xF1], [0x80], [0xBF], [0xC2, 0xC2], [0xC2, 0x41],
        [0xE1, 0x80, 0x41], [0xE1, 0x41, 0x80], [0xF1, 0x80, 0x80, 0x41], [0xF1, 0x80, 0x41, 0x80],
    ] as [[UInt8]])
    func brokenUTF8(_ bytes: [UInt8]) {
        #expect(Document.fault(Array(#"{"a":""#.utf8) + bytes + Array(#""}"#.utf8)) == .syntax)
        #expect(Document.fault(Array("{\"".utf8) + bytes + Array("\":1}".utf8)) == .syntax)
        #expect(Document.fault(Array(#"{"a":"\n"#.utf8) + bytes + Array(#""}"#.utf8)) == .syntax)
        // The text ends inside the character.
        #expect(Document.fault(Array(#"{"a":""#.utf8) + bytes) == .syntax)
        #expect(Document.fault(Array("{}".utf8) + bytes) == .syntax)
    }

    @Test(arguments: UInt8(0)..<0x20) func controlCharacters(_ byte: UInt8) {
        #expect(Document.fault(Array(#"{"a":""#.utf8) + [byte] + Array(#""}"#.utf8)) == .syntax)
        #expect(Document.fault(Array("{\"".utf8) + [byte] + Array("\":1}".utf8)) == .syntax)
    }

    // MARK: Escapes

    @Test(arguments: [
        (#"\""#, "\""), (#"\\"#, "\\"), (#"\/"#, "/"), (#"\b"#, "\u{8}"), (#"\f"#, "\u{C}"), (#"\n"#, "\n"),
        (#"\r"#, "\r"), (#"\t"#, "\t"), (#"\u0001"#, "\u{1}"), (#"\u007F"#, "\u{7F}"), (#"\u0080"#, "\u{80}"),
        (#"\u07ff"#, "\u{7FF}"), (#"\u0800"#, "\u{800}"), (#"\uD7FF"#, "\u{D7FF}"), (#"\uE000"#, "\u{E000}"),
        (#"\uFFFF"#, "\u{FFFF}"), (#"\uD800\uDC00"#, "\u{10000}"), (#"\udbff\udfff"#, "\u{10FFFF}"),
        (#"a\u0062c\u0064e"#, "abcde"), (#"\\u0041"#, "\\u0041"), (#"é\n€\t😀"#, "é\n€\t😀"),
    ])
    func escapes(_ written: String, _ meant: String) throws {
        let document = try Document("{\"first\":\"\(written)\",\"\(written)\":[\"\(written)\",1],\"last\":\"\(written)\"}")
        let object = document.object
        let bytes = Array(meant.utf8)
        #expect(object.member("first")?.string.map { [UInt8]($0) } == bytes)
        #expect(object.member("last")?.string.map { [UInt8]($0) } == bytes)
        let member = try #require(bytes.withView { object.member($0) })
        #expect(member.element(0).string.map { [UInt8]($0) } == bytes)
        #expect(member.element(1).number?.integer == 1)
    }

    @Test(arguments: [
        #"\"#, #"\x41"#, #"\a"#, #"\'"#, #"\0"#, #"\U0041"#, #"\u"#, #"\u0"#, #"\u00"#, #"\u004"#, #"\u004g"#, #"\u 041"#,
        #"\u+041"#, #"\u-041"#, #"\u0x41"#, #"\u0000"#, #"a\u0000b"#, #"\uD800"#, #"\uDBFF"#, #"\uDC00"#, #"\uDFFF"#,
        #"\uD800\uD800"#, #"\uD800x"#, #"\uD800\n"#, #"\uD800\u0041"#, #"\uD800\uE000"#, #"\uDC00\uD800"#, #"\uD800\"#,
        #"\uD800\u"#, #"\uD800\uDC0"#, #"\uD800\uDBFF"#,
    ])
    func brokenEscapes(_ written: String) {
        #expect(Document.fault("{\"a\":\"\(written)\"}") == .syntax)
        #expect(Document.fault("{\"\(written)\":1}") == .syntax)
        #expect(Document.fault("{\"a\":\"\(written)") == .syntax)
    }
}
