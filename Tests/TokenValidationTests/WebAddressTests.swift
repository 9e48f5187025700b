// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

@Suite struct WebAddressTests {
    private func address(_ text: String) -> WebAddress? { WebAddress(bytes(text)) }

    private func good(_ text: String) throws -> WebAddress { try #require(WebAddress(bytes(text))) }

    @Test(arguments: [
        ("https://issuer.example", true, "issuer.example", 443, ""),
        ("https://issuer.example/", true, "issuer.example", 443, "/"),
        ("HTTPS://Issuer.EXAMPLE/Path?Query", true, "issuer.example", 443, "/Path?Query"),
        ("http://issuer.example:8080/a/b", false, "issuer.example", 8080, "/a/b"),
        ("http://issuer.example?a=b", false, "issuer.example", 80, "?a=b"),
        ("https://issuer.example:65535", true, "issuer.example", 65_535, ""),
        ("https://[2001:DB8::1]:8443/x", true, "[2001:db8::1]", 8443, "/x"),
        ("https://[::1]", true, "[::1]", 443, ""),
        ("https://192.0.2.1/", true, "192.0.2.1", 443, "/"),
        // An at sign behind the authority names nobody.
        ("https://issuer.example/@evil.example", true, "issuer.example", 443, "/@evil.example"),
        ("https://issuer.example?u=a@evil.example", true, "issuer.example", 443, "?u=a@evil.example"),
    ])
    func reads(_ text: String, _ isSecure: Bool, _ host: String, _ port: Int, _ target: String) throws {
        let address = try good(text)
        #expect(address.isSecure == isSecure)
        #expect(address.host == Array(host.utf8))
        #expect(address.port == port)
        #expect(address.target == Array(target.utf8))
        #expect(address.text == Array(text.utf8))
    }

    @Test(arguments: [
        "", "https", "https:", "https:/", "https://", "http://", "https:///path", "https://?q", "//issuer.example",
        "/path", "path", "issuer.example", "issuer.example:443", "ftp://issuer.example", "file:///etc/passwd",
        "javascript:alert(1)", "data:application/json,{}", "httpss://issuer.example", "https//issuer.example",
        "https:issuer.example", "https:\\\\issuer.example", " https://issuer.example", "https://issuer.example ",
        // User information, which makes one host look like another.
        "https://user@issuer.example", "https://user:secret@issuer.example/", "https://issuer.example@evil.example",
        "https://issuer.example:443@evil.example/", "https://@issuer.example", "https://[::1]@evil.example",
        "https://issuer.example#", "https://issuer.example/#a", "https://issuer.example?a#b",
        "https://evil.example#@issuer.example", "https://issuer.example#.evil.example",
        // Some readers take a backslash for a slash.
        "https://issuer.example\\@evil.example", "https://issuer.example\\.evil.example", "https://issuer.example/\\",
        "https://issuer.example/a b", "https://issuer.example/a\tb", "https://issuer.example/a\r\nHost: evil",
        "https://issuer.example/a\nb", "https://issuer.example/\0", "https://issuer.example/\u{7F}",
        "https://issuer.example/\u{1}", "https://issu\u{E9}r.example", "https://issuer\u{3002}example",
        "https://issuer.example/\u{FFFD}",
        "https://issuer.example:", "https://issuer.example:/", "https://issuer.example:0", "https://issuer.example:65536",
        "https://issuer.example:99999", "https://issuer.example:000443", "https://issuer.example:-1",
        "https://issuer.example:+443", "https://issuer.example:44a", "https://issuer.example:443:443",
        "https://issuer.example: 443", "https://:443", "https://:/",
        "https://[::1", "https://[", "https://[::1]443", "https://[::1]:", "https://[::1]:0", "https://[::1].evil.example",
        "https://::1/",
    ])
    func refuses(_ text: String) {
        #expect(address(text) == nil)
    }

    @Test(arguments: [
        ("https://a.example/x", "https://a.example/y?z"), ("https://a.example", "HTTPS://A.EXAMPLE:443/"),
        ("http://a.example:80", "http://a.example/"), ("https://[::A]/", "https://[::a]:443"),
    ])
    func hasTheSameOrigin(_ a: String, _ b: String) throws {
        #expect(try good(a).hasOrigin(of: good(b)))
    }

    @Test(arguments: [
        ("https://a.example", "http://a.example"), ("https://a.example", "https://b.example"),
        ("https://a.example", "https://a.example:444"), ("https://a.example", "https://a.example.evil.example"),
        ("https://a.example", "https://a.example."), ("https://a.example", "https://www.a.example"),
        ("http://a.example:443", "https://a.example"), ("https://127.0.0.1", "https://localhost"),
        ("https://[::1]", "https://[::1%25]"), ("https://a.example", "https://aaexample"),
    ])
    func hasAnotherOrigin(_ a: String, _ b: String) throws {
        #expect(try !good(a).hasOrigin(of: good(b)))
    }

    @Test(arguments: [
        "http://localhost", "http://LOCALHOST:8080/", "http://127.0.0.1", "http://127.1.2.3:80", "http://127.255.255.255",
        "http://[::1]", "http://[::1]:9000/x",
    ])
    func isLoopback(_ text: String) throws {
        #expect(try good(text).isLoopback)
        #expect(try PlainHTTP.loopback.allows(good(text)))
        #expect(try !PlainHTTP.never.allows(good(text)))
    }

    @Test(arguments: [
        "http://127.evil.example", "http://127.0.0.1.evil.example", "http://localhost.evil", "http://localhost.evil.example",
        "http://evil.localhost", "http://localhost.", "http://xlocalhost", "http://localhos", "http://128.0.0.1",
        "http://12.7.0.1", "http://1270.0.0.1", "http://127.0.0", "http://127.1", "http://127", "http://2130706433",
        "http://0x7f.0.0.1", "http://127.0.0.1.", "http://127.0.0.1.1", "http://127.0.0.x", "http://0.0.0.0",
        "http://10.0.0.1", "http://192.168.0.1", "http://169.254.169.254", "http://[::]", "http://[::2]",
        "http://[::ffff:127.0.0.1]", "http://[fe80::1]", "http://issuer.example/127.0.0.1", "http://issuer.example?localhost",
        "http://-127.0.0.1", "http://127.0.0.-1",
    ])
    func isNotLoopback(_ text: String) throws {
        #expect(try !good(text).isLoopback)
        #expect(try !PlainHTTP.loopback.allows(good(text)))
        #expect(try PlainHTTP.always.allows(good(text)))
    }

    /// No addresses: a resolver may look these up as names, which anybody can own in a search domain.
    @Test(arguments: ["http://127.0.0.256", "http://127.0.0.999", "http://127...", "http://127.0..1", "http://127.0.0.00001"])
    func isNoAddressAtAll(_ text: String) throws {
        let address = try good(text)
        #expect(!address.isLoopback)
    }

    @Test(arguments: [
        ("https://a.example/x/y?q", "/z", "https://a.example/z"),
        ("https://a.example/x/y?q", "/", "https://a.example/"),
        ("https://a.example:8443/x", "/z?w", "https://a.example:8443/z?w"),
        ("https://[::1]:8443/x", "/z", "https://[::1]:8443/z"),
        ("https://a.example", "/z", "https://a.example/z"),
        ("https://a.example?q", "/z", "https://a.example/z"),
        ("https://a.example/x", "https://b.example/z", "https://b.example/z"),
        ("https://a.example/x", "http://a.example/z", "http://a.example/z"),
    ])
    func resolves(_ base: String, _ location: String, _ expected: String) throws {
        #expect(try good(base).resolving(bytes(location)) == good(expected))
    }

    @Test(arguments: [
        "", "z", "./z", "../z", "?q", "#f", "//b.example/z", "///z", "/\\b.example", "\\\\b.example", "/z#f", "/z y",
        "/z\r\nX: y", "/\0", "https:", "https://", "ftp://b.example", "https://u@b.example", "/\u{E9}",
    ])
    func doesNotResolve(_ location: String) throws {
        #expect(try good("https://a.example/x").resolving(bytes(location)) == nil)
    }

    @Test func survivesWhateverBytes() {
        var random = SeededGenerator(state: 9)
        let alphabet = Array("htps:/[]@#?.:\\a1%-\0 ".utf8)
        for _ in 0..<50_000 {
            var text = Bool.random(using: &random) ? Array("https://".utf8) : []
            for _ in 0..<Int.random(in: 0..<24, using: &random) { text.append(alphabet.randomElement(using: &random) ?? 0) }
            guard let address = WebAddress(text) else { continue }
            #expect(!address.host.isEmpty && (1...65_535).contains(address.port))
            #expect(address.origin + address.target == address.text)
            #expect(!address.host.contains(UInt8(ascii: "@")))
        }
    }
}
