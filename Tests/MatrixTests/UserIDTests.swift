// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix
import Testing

@Suite struct UserIDTests {
    enum Outcome: Equatable {
        case id(String)
        case emptyLocalpart, tooLong, foreignServer
        case character(UInt8)
    }

    private func compose(
        _ claim: [UInt8], server: String = "example.org", allowsHistorical: Bool = false
    ) -> Outcome {
        var output = [UInt8](repeating: 0xAA, count: UserID.maximumSize + 8)
        let outcome: Outcome = claim.withView { claim in
            Array(server.utf8).withView { server in
                output.withUnsafeMutableBufferPointer { buffer in
                    guard let base = buffer.baseAddress else { return .tooLong }
                    do throws(UserID.Fault) {
                        let id = try UserID.compose(
                            claim, server: server, allowsHistorical: allowsHistorical, into: base)
                        return .id(String(decoding: [UInt8](id), as: UTF8.self))
                    } catch {
                        switch error {
                        case .emptyLocalpart: return .emptyLocalpart
                        case .character(let byte): return .character(byte)
                        case .tooLong: return .tooLong
                        case .foreignServer: return .foreignServer
                        }
                    }
                }
            }
        }
        #expect(output.suffix(8).allSatisfy { $0 == 0xAA })
        return outcome
    }

    private func compose(_ claim: String, server: String = "example.org") -> Outcome {
        compose(Array(claim.utf8), server: server)
    }

    @Test(arguments: [
        ("alice", "@alice:example.org"), ("a", "@a:example.org"), ("0", "@0:example.org"), ("a.b_c=d-e/f+g", "@a.b_c=d-e/f+g:example.org"),
        ("@alice:example.org", "@alice:example.org"), ("@a:example.org", "@a:example.org"), ("=40", "@=40:example.org"),
    ])
    func composed(_ claim: String, _ id: String) {
        #expect(compose(claim) == .id(id))
    }

    /// Matrix specification, "Historical User IDs".
    @Test func historical() {
        for byte in UInt8.min ... .max {
            let isAllowed = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: ":")
            let expected = isAllowed ? "@a\(Character(UnicodeScalar(byte)))b:example.org" : nil
            let outcome = compose([UInt8(ascii: "a"), byte, UInt8(ascii: "b")], allowsHistorical: true)
            #expect(outcome == expected.map { .id($0) } ?? .character(byte))
        }
        #expect(compose(Array("@Alice:example.org".utf8), allowsHistorical: true) == .id("@Alice:example.org"))
        #expect(compose(Array("@Alice".utf8), allowsHistorical: true) == .foreignServer)
        #expect(compose(Array("@@Alice:example.org".utf8), allowsHistorical: true) == .id("@@Alice:example.org"))
        #expect(compose([], allowsHistorical: true) == .emptyLocalpart)
    }

    /// Nothing is folded, trimmed, escaped or cut to fit.
    @Test(arguments: [
        ("Alice", UInt8(ascii: "A")), ("alicE", UInt8(ascii: "E")), ("alice ", 0x20), (" alice", 0x20), ("a b", 0x20), ("alice\n", 0x0A),
        ("alice\0", 0), ("\0", 0), ("a@b", UInt8(ascii: "@")), ("a:b", UInt8(ascii: ":")), ("alice:example.org", UInt8(ascii: ":")),
        ("alice@example.org", UInt8(ascii: "@")), ("a%20", UInt8(ascii: "%")), ("a\\b", UInt8(ascii: "\\")), ("a\"", UInt8(ascii: "\"")),
        ("é", 0xC3), ("аlice", 0xD0), ("a~", UInt8(ascii: "~")), ("a*", UInt8(ascii: "*")), ("a!", UInt8(ascii: "!")), ("a,b", UInt8(ascii: ",")),
        ("@a b:example.org", 0x20), ("@Alice:example.org", UInt8(ascii: "A")), ("@a:b:example.org", UInt8(ascii: ":")),
        ("@@a:example.org", UInt8(ascii: "@")), ("@a:example.org:example.org", UInt8(ascii: ":")),
    ])
    func characters(_ claim: String, _ byte: UInt8) {
        #expect(compose(claim) == .character(byte))
    }

    @Test func everyByte() {
        let good = Set("abcdefghijklmnopqrstuvwxyz0123456789._=-/+".utf8)
        for byte in UInt8.min ... .max where byte != UInt8(ascii: "@") {
            let isGood = if case .id = compose([UInt8(ascii: "a"), byte]) { true } else { false }
            #expect(isGood == good.contains(byte), "\(byte)")
            let alone = if case .id = compose([byte]) { true } else { false }
            #expect(alone == good.contains(byte), "\(byte)")
        }
    }

    @Test(arguments: [
        "@", "@alice", "@alice:", "@:", "@:example.com", "@alice:example.com", "@alice:example.org ", "@alice:Example.org", "@alice:example.org:8448",
        "@alice:example.org.", "@alice:example", "@alice.example.org", "@example.org", "@aliceexample.org", "@alice:xample.org", "@alice:\0example.org",
        "@alice:example.orgexample.org", "@alice@example.org",
    ])
    func otherServers(_ claim: String) {
        #expect(compose(claim) == .foreignServer)
    }

    @Test func empty() {
        #expect(compose("") == .emptyLocalpart)
        #expect(compose("@:example.org") == .emptyLocalpart)
    }

    @Test func length() {
        let room = 255 - 2 - "example.org".utf8.count
        for prefix in ["", "@"] {
            let suffix = prefix.isEmpty ? "" : ":example.org"
            func claim(_ count: Int) -> String { prefix + String(repeating: "a", count: count) + suffix }
            #expect(compose(claim(room)) == .id("@" + String(repeating: "a", count: room) + ":example.org"))
            for count in [room + 1, 255, 256, 1000, 100_000] { #expect(compose(claim(count)) == .tooLong) }
        }
        let server = String(repeating: "s", count: 252)
        #expect(compose("a", server: server) == .id("@a:" + server))
        #expect(compose("ab", server: server) == .tooLong)
        #expect(compose("a", server: server + "s") == .tooLong)
        #expect(compose("a", server: String(repeating: "s", count: 255)) == .tooLong)
    }

    @Test func serversWithPort() {
        #expect(compose("@a:[::1]:8448", server: "[::1]:8448") == .id("@a:[::1]:8448"))
        #expect(compose("@a:[::1]", server: "[::1]:8448") == .foreignServer)
        #expect(compose("@a:example.org:8448", server: "example.org:8448") == .id("@a:example.org:8448"))
        // A port is no server: the rest has to be a localpart.
        #expect(compose("@a:example.org:8448", server: "8448") == .character(UInt8(ascii: ":")))
    }
}
