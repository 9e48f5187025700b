// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import Matrix

@Suite struct RedirectTests {
    /// The rules that `uri` breaks, without their sources.
    private func problems(_ uri: String, native: Bool, of client: String = "https://chat.test/") throws -> [String] {
        let request = goodRegistration.with([
            "application_type": native ? "\"native\"" : "\"web\"", "redirect_uris": "[\"\(uri)\"]", "client_uri": "\"\(client)\"",
        ])
        return try request.text.withView { view in Result { try RegistrationCheck(view) } }.get().report.problems.map(\.text)
    }

    @Test(arguments: [
        "https://chat.test/cb", "https://chat.test", "https://web.chat.test/cb", "https://a.b.c.chat.test/", "https://CHAT.test/",
        "HTTPS://chat.test/", "https://chat.test:8443/in?a=b", "https://chat.test/?", "https://chat.test/%23", "https://chat.test/a@b",
    ])
    func pages(_ uri: String) throws {
        #expect(try problems(uri, native: false) == [])
        #expect(try problems(uri, native: true) == [])
    }

    @Test(arguments: [
        ("https://evilchat.test/", [base]), ("https://chat.test.evil.test/", [base]), ("https://test/", [base]), ("https://chat.tes/", [base]),
        ("https://evil.test/?chat.test", [base]), ("https://127.0.0.1/cb", [base]), ("https://[::1]/", [base]), ("https://localhost/", [base]),
        ("https://a-chat.test/", [base]), ("https://evil.test/chat.test/", [base]), ("https://xn--chat.test/", [base]),
        ("https://chat.test@evil.test/", [base, user]), ("https://u@chat.test/", [user]), ("https://:@chat.test/", [user]),
        ("https://chat.test/#", [fragment]), ("https://chat.test/#a?b", [fragment]), ("https://evil.test#.chat.test", [fragment, base]),
        ("https:", [host]), ("https:/chat.test/", [host]), ("https:///chat.test", [host]), ("https://chat.test./", [host]),
        ("https://.chat.test/", [host]), ("https://a..chat.test/", [host]), ("https://%63hat.test/", [host]), ("https://chat.test;a/", [host]),
        ("", [uri]), ("chat.test/cb", [uri]), ("/cb", [uri]), ("//chat.test/cb", [uri]), ("https://chat.test:/", [uri]), ("https://chat.test:0/", [uri]),
        ("https://chat.test:65536/", [uri]), ("https://chat.test:8a/", [uri]), ("https://chat.test/ ", [uri]), ("https://chat.test/%2", [uri]),
        ("https://chat.test/%GG", [uri]), ("https://evil.test\\\\@chat.test/", [uri]), ("https://chat.test/a\\nb", [uri]), ("https://chät.test/", [uri]),
        ("https://[chat.test/", [uri]), ("https://[chat.test]/", [uri]), ("https://a@b@chat.test/", [uri]), ("1https://chat.test/", [uri]),
        ("https://chat.test/a[b]", [uri]), ("https://chat.test/<a>", [uri]), ("https://chat.test/?a|b", [uri]),
    ])
    func noPages(_ text: String, _ expected: [String]) throws {
        #expect(try problems(text, native: false) == expected)
        #expect(try problems(text, native: true) == expected)
    }

    @Test(arguments: ["http://chat.test/cb", "http://localhost/", "test.chat:/cb", "ftp://chat.test/", "javascript:alert(1)", "data:,x"])
    func webOnly(_ text: String) throws {
        #expect(try problems(text, native: false) == ["has the scheme https, as those of web clients do"])
    }

    @Test(arguments: [
        "test.chat.ios:/cb", "test.chat:cb", "test.chat:", "test.chat:/", "TEST.chat.App:/cb?a=b", "test.chat.a-b+c:/", "test.chat.a.b.c:/",
        "http://localhost/cb", "http://127.0.0.1/cb?a=b", "http://[::1]/cb", "http://LOCALHOST", "HTTP://127.0.0.1",
    ])
    func nativeOnly(_ text: String) throws {
        #expect(try problems(text, native: true) == [])
    }

    @Test(arguments: [
        ("chat:/cb", [scheme, period]), ("test:/cb", [scheme, period]), ("test.chatter:/cb", [scheme]), ("testchat.ios:/cb", [scheme]),
        ("chat.test:/cb", [scheme]), ("ios.test.chat:/cb", [scheme]), ("test.chat-ios:/cb", [scheme]), ("javascript:alert(1)", [scheme, period]),
        ("test.chat.ios://cb", [slashes]), ("test.chat:///cb", [slashes]), ("test.chat://", [slashes]), ("org.evil://x", [slashes, scheme]),
        ("test.chat:/cb#a", [fragment]), ("file:///etc/passwd", [slashes, scheme, period]), ("intent://chat.test/", [slashes, scheme, period]),
        ("test.chat%2Eios:/", [uri]), ("test.chat_ios:/", [uri]), (":/cb", [uri]), ("test.chat ios:/", [uri]),
        ("http://127.0.0.1:9000/cb", [port]), ("http://localhost:80/", [port]), ("http://[::1]:1/", [port]), ("http://localhost:/", [uri]),
        ("http://127.0.0.2/", [loopback]), ("http://chat.test/", [loopback]), ("http://localhost.chat.test/", [loopback]), ("http://[::2]/", [loopback]),
        ("http://[0:0:0:0:0:0:0:1]/", [loopback]), ("http://127.1/", [loopback]), ("http://localhost./", [loopback]), ("http:/cb", [loopback]),
        ("http://u@localhost/", [user]), ("http://localhost@evil.test/", [loopback, user]), ("http://0.0.0.0/", [loopback]),
        ("http://evil.test:1/#", [fragment, loopback, port]),
    ])
    func noNative(_ text: String, _ expected: [String]) throws {
        #expect(try problems(text, native: true) == expected)
    }

    /// An address has no subdomains and no scheme; a host with one label has no scheme without more.
    @Test(arguments: [
        ("https://127.0.0.1/", "https://127.0.0.1/cb", []), ("https://127.0.0.1/", "https://1.127.0.0.1/", [base]),
        ("https://[::1]/", "https://[::1]:80/cb", []), ("https://[::1]/", "https://a.[::1]/", [uri]),
        ("https://127.1/", "https://evil.127.1/", [base]), ("https://0x7f.1/", "https://a.0x7f.1/", [base]),
        ("https://127.0.0.1/", "test.chat:/", [scheme]), ("https://javascript/", "javascript:alert(1)", [period]),
        ("https://app/", "app.chat:/", []), ("https://a.b.chat.test/", "test.chat.b.a:/", []), ("https://a.b.chat.test/", "test.chat.b:/", [scheme]),
        ("https://a.b.chat.test/", "https://b.chat.test/", [base]), ("https://4.chat.test/", "https://a.4.chat.test/", []),
        ("https://chat.4u/", "https://a.chat.4u/", []),
    ])
    func otherClients(_ client: String, _ text: String, _ expected: [String]) throws {
        #expect(try problems(text, native: true, of: client) == expected)
    }

    /// Without a client_uri that could be compared with, that is the only problem.
    @Test func noBase() throws {
        for text in ["https://evil.test/", "a.b:/c"] {
            #expect(try problems(text, native: true, of: "http://chat.test/") == ["has the scheme https"])
        }
    }

    private static let base = "is on the host of client_uri or a subdomain of it"
    private static let user = "has no user or password"
    private static let fragment = "has no fragment"
    private static let host = "names a host"
    private static let uri = "is a URI"
    private static let scheme = "has a scheme that begins with the labels of client_uri's host in reverse"
    private static let period = "has a period in its private-use scheme"
    private static let slashes = "has one slash or none after a private-use scheme"
    private static let port = "has no port: any will do when it is used"
    private static let loopback = "has, for the scheme http, the host localhost, 127.0.0.1 or [::1]"
}
