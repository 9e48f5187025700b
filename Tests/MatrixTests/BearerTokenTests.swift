// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix
import Testing

/// The token of a request (RFC 6750 section 2; RFC 7235 section 2.1; Matrix specification, "Using access tokens").
@Suite struct BearerTokenTests {
    private func extract(_ header: String?, _ query: String? = nil, anyCharacter: Bool = false) -> String {
        extract(bytes: header.map { Array($0.utf8) }, query, anyCharacter: anyCharacter)
    }

    /// The token, or what is wrong and where.
    private func extract(bytes header: [UInt8]?, _ query: String? = nil, anyCharacter: Bool = false) -> String {
        (header ?? []).withView { headerView in
            Array((query ?? "").utf8).withView { queryView in
                do throws(BearerToken.Fault) {
                    let found = try BearerToken.extract(
                        header: header == nil ? nil : headerView, query: query == nil ? nil : queryView,
                        takesAnyCharacter: anyCharacter)
                    return switch found {
                    case .sent(let token): "token " + String(decoding: [UInt8](token), as: UTF8.self)
                    case .decoded(let token): "token " + String(decoding: token, as: UTF8.self)
                    }
                } catch {
                    return "\(error.kind) \(error.place)"
                }
            }
        }
    }

    @Test(arguments: [
        ("Bearer abc", "abc"), ("bearer abc", "abc"), ("BEARER abc", "abc"), ("bEaReR abc", "abc"), ("Bearer  abc", "abc"),
        ("Bearer     abc", "abc"), ("Bearer a", "a"), ("Bearer abc=", "abc="), ("Bearer abc==", "abc=="), ("Bearer a====", "a===="),
        ("Bearer -._~+/", "-._~+/"), ("Bearer Bearer", "Bearer"), ("Bearer mat_i3seqWQLiNTMPXF0RFwcFpkpV8OY9T_00L1tY",
            "mat_i3seqWQLiNTMPXF0RFwcFpkpV8OY9T_00L1tY"), ("Bearer eyJhbGciOiJFUzI1NiJ9.e30.c2ln", "eyJhbGciOiJFUzI1NiJ9.e30.c2ln"),
        ("Bearer ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
    ])
    func headers(_ header: String, _ token: String) {
        #expect(extract(header) == "token " + token)
        #expect(extract(header, "") == "token " + token)
        #expect(extract(header, "a=b&accesstoken=c") == "token " + token)
        // A query that does not count is not looked at.
        #expect(extract(header, nil) == "token " + token)
    }

    @Test(arguments: [
        "", " ", "Bearer", "Bearer ", "Bearer  ", " Bearer abc", "Bearer abc ", "Bearer\tabc", "Bearer \tabc", "Bearer\u{A0}abc", "Bearerabc",
        "Bearer:abc", "Bearer: abc", "Bearer=abc", "Bearer abc def", "Bearer \"abc\"", "Bearer 'abc'", "Bearer <abc>", "Bearer =", "Bearer =abc", "Bearer a=b",
        "Bearer abc=d=", "Bearer abc\0", "Bearer abc\0def", "Bearer abc\r\n", "Bearer abc\r\nHost: x", "Bearer abc\u{7F}", "Bearer ab%63", "Bearer ab\\c", "Bearer é",
        "Bearer token=abc", "Bearer realm=\"x\"", "Bearer abc;", "Bearer abc:def", "Bearer @abc", "Bearer *", "abc", "Basic YTpi", "Basic abc, Bearer abc",
        "Digest username=\"a\", realm=\"b\"", "Bear abc", "Bearers abc", "Bеarer abc", "Token abc", "X-Matrix origin=a", "MAC id=\"a\"", "DPoP abc", "null", ",Bearer abc",
        ", Bearer abc", "Bearer ,abc", "Bearer , Bearer abc", "Bearer Bearer abc", "Authorization: Bearer abc",
    ])
    func malformedHeaders(_ header: String) {
        #expect(extract(header) == "malformed Authorization")
        #expect(extract(header, "x=y") == "malformed Authorization")
        // It is a header all the same.
        #expect(extract(header, "access_token=abc") == "ambiguous access_token")
    }

    @Test(arguments: [
        "Bearer abc, Bearer def", "Bearer abc,Bearer abc", "Bearer abc,", "Bearer abc ,", "Bearer abc\t, Bearer def", "Bearer abc, Basic YTpi", "Bearer abc, def",
        "Bearer abc,def", "Bearer abc==,Bearer abc==", "bearer abc , bearer abc", "Bearer abc,,",
    ])
    func joinedHeaders(_ header: String) {
        #expect(extract(header) == "ambiguous Authorization")
    }

    @Test func everyByte() {
        for byte in UInt8.min ... .max {
            let isLetter = switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: Array("-._~+/".utf8).contains(byte)
            }
            let expected = isLetter ? "token" : byte == UInt8(ascii: ",") ? "ambiguous" : "malformed"
            #expect(extract(bytes: Array("Bearer a".utf8) + [byte] + Array("b".utf8)).hasPrefix(expected), "\(byte)")
            let isVisible = (0x21...0x7E).contains(byte)
            #expect(extract(bytes: Array("Bearer a".utf8) + [byte] + Array("b".utf8), anyCharacter: true).hasPrefix("token") == isVisible, "\(byte)")
        }
    }

    @Test(arguments: [
        ("access_token=abc", "abc"), ("access_token=abc&x=y", "abc"), ("x=y&access_token=abc", "abc"), ("&&access_token=abc&&", "abc"),
        ("access%5Ftoken=abc", "abc"), ("%61%63%63%65%73%73%5f%74%6f%6b%65%6e=abc", "abc"), ("access_token=a%2Bb", "a+b"), ("access_token=a%2Fb%3D", "a/b="),
        ("access_token=a/b=", "a/b="), ("access_token=%61%62%63", "abc"), ("Access_Token=x&access_token=abc", "abc"), ("access_token2=x&access_token=abc", "abc"),
        ("access%255Ftoken=x&access_token=abc", "abc"), ("x=%&access_token=abc", "abc"), ("%zz=1&access_token=abc", "abc"),
        ("access_token%00=x&access_token=abc", "abc"), ("x=access_token=q&access_token=abc", "abc"), ("access+token=x&access_token=abc", "abc"),
    ])
    func queries(_ query: String, _ token: String) {
        #expect(extract(nil, query) == "token " + token)
        #expect(extract("Bearer abc", query) == "ambiguous access_token")
        #expect(extract(nil, query + "&" + query) == "ambiguous access_token")
        // Tokens there do not count unless the host says so.
        #expect(extract(nil, nil) == "missing ")
    }

    @Test(arguments: [
        "access_token", "access_token=", "access_token&x", "access_token=a+b", "access_token=a%20b", "access_token=a b", "access_token=%", "access_token=a%4",
        "access_token=a%4g", "access_token=a%g4", "access_token=%%36", "access_token=a%00", "access_token=%00", "access_token=a%2561", "access_token=a%0Ab", "access_token=é",
        "access_token=%C3%A9", "access_token=a,b", "access_token=a;x=y", "access_token=\"a\"", "access_token=Bearer%20abc", "access_token=Bearer+abc", "access_token==a",
        "access_token=a#b", "access_token=%+1", "access_token=a%2",
    ])
    func malformedQueries(_ query: String) {
        #expect(extract(nil, query) == "malformed access_token")
        #expect(extract("Bearer abc", query) == "ambiguous access_token")
    }

    @Test(arguments: [
        "access_token=abc&access_token=abc", "access_token=abc&access_token=def", "access_token=abc&access%5ftoken=", "access_token&access_token=abc",
        "access_token=abc&x=y&access_token", "access_token=&access_token=", "access_token=%&access_token=abc", "%61ccess_token=a&access_token=b&access_token=c",
    ])
    func twiceInTheQuery(_ query: String) {
        #expect(extract(nil, query) == "ambiguous access_token")
    }

    @Test(arguments: [
        "", "x=y", "?access_token=abc", "ACCESS_TOKEN=abc", "access-token=abc", "accesstoken=abc", "access_token%20=abc", " access_token=abc", "access_token%3Dabc",
        "x=access_token=abc", "x;access_token=abc", "user.access_token=abc", "access_token[]=abc", "token=abc", "=access_token=abc", "#access_token=abc",
        "access%255Ftoken=abc", "access%5token=abc", "acc%65ss_tok%c3%a9n=abc",
    ])
    func noTokenInTheQuery(_ query: String) {
        #expect(extract(nil, query) == "missing ")
    }

    /// What an administrator has chosen; never several, never with spaces.
    @Test func anyCharacters() {
        for token in ["a,b", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "wfghWEGh3wgWHEf3478sHFWE", "a=b", "=", "%41"] {
            #expect(extract("Bearer " + token, anyCharacter: true) == "token " + token)
        }
        #expect(extract(nil, "access_token=a%2Cb%21", anyCharacter: true) == "token a,b!")
        for header in ["Bearer a b", "Bearer", "Bearer ", "Basic a", "Bearer é", "Bearer a\t", "Bearer \0", "a"] {
            #expect(extract(header, anyCharacter: true) == "malformed Authorization")
        }
        #expect(extract("Bearer abc, Bearer def", anyCharacter: true) == "ambiguous Authorization")
        #expect(extract("Bearer a!b", "access_token=a", anyCharacter: true) == "ambiguous access_token")
        #expect(extract(nil, "access_token=a+b", anyCharacter: true) == "malformed access_token")
        #expect(extract(nil, nil, anyCharacter: true) == "missing ")
    }

    @Test func sizes() {
        let largest = String(repeating: "a", count: 1_048_576 - 7)
        #expect(extract("Bearer " + largest) == "token " + largest)
        #expect(extract("Bearer a" + largest) == "tooLarge Authorization")
        #expect(extract("Bearer a", String(repeating: "&", count: 1_048_577)) == "tooLarge access_token")
        #expect(extract("Bearer a", String(repeating: "&", count: 1_048_576)) == "token a")
        #expect(extract(nil, "access_token=" + String(repeating: "%61", count: 1000)) == "token " + String(repeating: "a", count: 1000))
    }

    /// What a client encodes is what comes out, and never anything else.
    @Test func encodingAndBack() {
        var random = SeededRandom(seed: 6750)
        let letters = Array("ABCxyz019-._~+/".utf8)
        for _ in 0..<2_000 {
            let token = (0...random.below(30)).map { _ in letters[random.below(letters.count)] } + Array(repeating: UInt8(ascii: "="), count: random.below(3))
            let text = String(decoding: token, as: UTF8.self)
            #expect(extract("Bearer" + String(repeating: " ", count: 1 + random.below(3)) + text) == "token " + text)
            let encoded = token.map { byte in
                byte == UInt8(ascii: "+") || random.below(2) == 0
                    ? "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: random.below(2) == 0) : String(UnicodeScalar(byte))
            }.joined()
            #expect(extract(nil, "access_token=" + encoded) == "token " + text)
        }
    }
}
