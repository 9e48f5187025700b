// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import Matrix

/// MSC3970.
@Suite struct TransactionKeyTests {
    private static let alice = "@alice:example.org"

    /// The key, or what is the matter.
    private func key(
        _ path: String, method: String = "PUT", user: String = alice, device: String = "DEV", grants: Grants = .clientAPI
    ) -> String {
        key(Array(path.utf8), method: method, user: Array(user.utf8), device: Array(device.utf8), grants: grants)
    }

    private func key(_ path: [UInt8], method: String, user: [UInt8], device: [UInt8], grants: Grants) -> String {
        Array(method.utf8).withView { method in
            path.withView { path in
                guard let match = Authorization().endpoint(method, path) else { return "unknown" }
                return user.withView { user in
                    device.withView { device in
                        do throws(InputFault) {
                            return String(decoding: try TransactionKey.make(match, user: user, device: device, grants: grants), as: UTF8.self)
                        } catch let fault {
                            return "!" + fault.subject
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: [
        ("/_matrix/client/v3/rooms/!r:e.org/send/m.room.message/t1", "/_matrix/client/v3/rooms/!r:e.org/send/m.room.message/t1"),
        ("/_matrix/client/v3/rooms/%21r%3Ae.org/send/m.room.message/t1", "/_matrix/client/v3/rooms/!r:e.org/send/m.room.message/t1"),
        ("/_matrix/client/v3/rooms/%21r:e.org/%73end/m%2eroom%2Emessage/%741", "/_matrix/client/v3/rooms/!r:e.org/send/m.room.message/t1"),
        ("/%5fmatrix/client/v3/rooms/!r:e.org/send/m.room.message/t1?ts=1", "/_matrix/client/v3/rooms/!r:e.org/send/m.room.message/t1"),
        ("/_matrix/client/v3/rooms/!r:e.org/send/m.room.message/t1?a?b/c#d", "/_matrix/client/v3/rooms/!r:e.org/send/m.room.message/t1"),
        ("/_matrix/client/r0/rooms/!r:e.org/send/m.room.message/t1", "/_matrix/client/r0/rooms/!r:e.org/send/m.room.message/t1"),
        ("/_matrix/client/v3/rooms/!r/redact/$e/t1", "/_matrix/client/v3/rooms/!r/redact/$e/t1"),
        ("/_matrix/client/v3/rooms/!r/redact/%24e/t%201", "/_matrix/client/v3/rooms/!r/redact/$e/t%201"),
        ("/_matrix/client/v3/sendToDevice/m.room_key/t1", "/_matrix/client/v3/sendToDevice/m.room_key/t1"),
        ("/_matrix/client/v3/sendToDevice/a%2Fb/t1", "/_matrix/client/v3/sendToDevice/a%2Fb/t1"),
        ("/_matrix/client/v3/sendToDevice/a%2fb/t1", "/_matrix/client/v3/sendToDevice/a%2Fb/t1"),
        ("/_matrix/client/v3/sendToDevice/a%3Fb/t%231", "/_matrix/client/v3/sendToDevice/a%3Fb/t%231"),
        ("/_matrix/client/v3/sendToDevice/a%5Cb/t1", "/_matrix/client/v3/sendToDevice/a%5Cb/t1"),
        ("/_matrix/client/v3/sendToDevice/a/100%25", "/_matrix/client/v3/sendToDevice/a/100%25"),
        ("/_matrix/client/v3/sendToDevice/a/%2541", "/_matrix/client/v3/sendToDevice/a/%2541"),
        ("/_matrix/client/v3/sendToDevice/a/é", "/_matrix/client/v3/sendToDevice/a/%C3%A9"),
        ("/_matrix/client/v3/sendToDevice/a/%c3%a9", "/_matrix/client/v3/sendToDevice/a/%C3%A9"),
        ("/_matrix/client/v3/sendToDevice/a/%0a", "/_matrix/client/v3/sendToDevice/a/%0A"),
        ("/_matrix/client/v3/sendToDevice/a/t+1", "/_matrix/client/v3/sendToDevice/a/t+1"),
        ("/_matrix/client/v3/sendToDevice/a/T1", "/_matrix/client/v3/sendToDevice/a/T1"),
    ])
    func paths(_ path: String, _ expected: String) {
        #expect(key(path) == "\(Self.alice) DEV PUT \(expected)")
    }

    /// What mxauth_authorize does not know has no key.
    @Test(arguments: [
        "", "/", "/_matrix/client/v3/sendToDevice/a", "/_matrix/client/v3/sendToDevice/a/", "/_matrix/client/v3/sendToDevice//t1",
        "/_matrix/client/v3/sendToDevice/a/t1/", "/_matrix/client/v3/sendToDevice/a/..", "/_matrix/client/v3/sendToDevice/a/%2e%2e",
        "/_matrix/client/v3/sendToDevice/a/.", "/_matrix/client/v3/sendToDevice/a/%00", "/_matrix/client/v3/sendToDevice/a/%zz",
        "/_matrix/client/v3/sendToDevice/a/%c0%af", "/_matrix/client/v3/sendToDevice/a/t 1", "/_matrix/client/v3/sendToDevice/a/t\\1",
        "/_matrix/client/v3/sendToDevice/a/x%2f..%2Fy", "/_matrix/client/v2/sendToDevice/a/t1", "/_matrix/client/v1/sendToDevice/a/t1",
        "/_matrix/client/v3/sendtodevice/a/t1", "/_matrix/client/v3/sendToDevice;x/a/t1", "//_matrix/client/v3/sendToDevice/a/t1",
        "_matrix/client/v3/sendToDevice/a/t1", "/_matrix/client/v3/rooms/!r/send/a", "/_matrix/client/v3/rooms/!r/%2573end/a/t1",
    ])
    func unknown(_ path: String) { #expect(key(path) == "unknown") }

    @Test(arguments: ["GET", "POST", "DELETE", "put", "HEAD", "OPTIONS", "PATCH", ""])
    func otherMethods(_ method: String) {
        #expect(key("/_matrix/client/v3/sendToDevice/a/t1", method: method) == "unknown")
    }

    /// Only the three endpoints of the proposal have transaction IDs; every other one of the table says so.
    @Test func otherEndpoints() {
        var with: Set<String> = []
        for row in EndpointRow.rows where !row.isDraftOnly {
            let found = key(row.example, method: row.method)
            if row.path.hasSuffix("/{txnId}") {
                with.insert(row.path)
                #expect(found == "\(Self.alice) DEV PUT \(row.example)")
            } else {
                #expect(found == "!path", "\(row)")
            }
        }
        #expect(with.count == 6)
    }

    @Test(arguments: [
        ("@alice:example.org", "", Grants.clientAPI, "!device_id"), ("@alice:example.org", "", Grants(), "!device_id"),
        ("@alice:example.org", "", [.openid, .synapseAdmin, .masAdmin, .serverAdministration, .operatorScopes], "!device_id"),
        ("", "", .clientAPI, "!user_id"), ("", "DEV", .clientAPI, "!user_id"), ("", "", .guest, "!user_id"), ("", "", .appservice, "!user_id"),
        ("@1:example.org", "", .guest, "@1:example.org  PUT"), ("@1:example.org", "", [.guest, .clientAPI], "@1:example.org  PUT"),
        ("@1:example.org", "G", .guest, "@1:example.org G PUT"),
        ("@_irc:example.org", "", [.appservice, .clientAPI], "@_irc:example.org  PUT"),
        ("@_irc:example.org", "IRC", [.appservice, .clientAPI], "@_irc:example.org IRC PUT"),
        ("@a:e", "a/b+c=", .clientAPI, "@a:e a/b+c= PUT"), ("@a:e", "a b", .clientAPI, "@a:e a%20b PUT"), ("@a:e", "100%", .clientAPI, "@a:e 100%25 PUT"),
        ("@a:e", " ", .clientAPI, "@a:e %20 PUT"), ("@a:e", "ü", .clientAPI, "@a:e %C3%BC PUT"), ("@a b:e", "D", .clientAPI, "@a%20b:e D PUT"),
        ("@a%20b:e", "D", .clientAPI, "@a%2520b:e D PUT"), ("@a:e", "D\n", .clientAPI, "@a:e D%0A PUT"), ("@a:e", "\u{7F}", .clientAPI, "@a:e %7F PUT"),
        ("@a:e", "-", .clientAPI, "@a:e - PUT"),
    ] as [(String, String, Grants, String)])
    func senders(_ user: String, _ device: String, _ grants: Grants, _ expected: String) {
        let found = key("/_matrix/client/v3/sendToDevice/a/t1", user: user, device: device, grants: grants)
        #expect(found == (expected.hasPrefix("!") ? expected : expected + " /_matrix/client/v3/sendToDevice/a/t1"))
    }

    /// Whatever is in them: different requests have different keys, and every key is visible ASCII with three spaces.
    @Test func unambiguous() {
        var random = SeededRandom(seed: 3970)
        let bytes: [UInt8] = Array(" %2/0aA.~?#é\n\\".utf8) + [0xFF, 0x7F]
        func some(_ length: ClosedRange<Int>) -> [UInt8] {
            (0..<Int.random(in: length, using: &random)).map { _ in bytes.randomElement(using: &random) ?? 0 }
        }
        var seen: [String: [[UInt8]]] = [:]
        var count = 0
        for _ in 0..<6_000 {
            let (user, device, type, transaction) = (some(1...2), some(0...2), some(1...2), some(1...2))
            let path = Array("/_matrix/client/v3/sendToDevice/".utf8) + encoded(type, &random) + [0x2F] + encoded(transaction, &random)
            let found = key(path, method: "PUT", user: user, device: device, grants: .appservice)
            if found == "unknown" { continue }
            count += 1
            let fields = found.split(separator: " ", omittingEmptySubsequences: false)
            #expect(fields.count == 4 && found.utf8.allSatisfy { (0x20...0x7E).contains($0) })
            let parts = [user, device, type, transaction]
            if let before = seen.updateValue(parts, forKey: found) { #expect(before == parts) }
            // The path of a key is a path with the same key.
            #expect(key(Array(fields[3].utf8), method: "PUT", user: user, device: device, grants: .appservice) == found)
        }
        #expect(count > 2_000 && seen.count > 1_000)
    }

    private func encoded(_ name: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        name.flatMap { byte -> [UInt8] in
            let mustBe = byte <= 0x20 || byte >= 0x7F || "%/?#\\".utf8.contains(byte)
            guard mustBe || Bool.random(using: &random) else { return [byte] }
            let text = String(byte, radix: 16, uppercase: Bool.random(using: &random))
            return Array(("%" + (text.count < 2 ? "0" : "") + text).utf8)
        }
    }
}
