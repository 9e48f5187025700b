// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix
import Testing

/// Single scope tokens (MSC2967; RFC 6749 section 3.3).
@Suite struct ScopeTests {
    static let prefixes = ["urn:matrix:client:", "urn:matrix:org.matrix.msc2967.client:"]

    private func kind(_ token: String) -> String {
        Array(token.utf8).withView { view in
            switch Scope(view) {
            case .clientAPI: "clientAPI"
            case .serverAdministration: "serverAdministration"
            case .roomsIsJoined: "roomsIsJoined"
            case .device(let id): "device " + String(decoding: [UInt8](id), as: UTF8.self)
            case .openid: "openid"
            case .synapseAdmin: "synapseAdmin"
            case .masAdmin: "masAdmin"
            case .unknown: "unknown"
            }
        }
    }

    @Test(arguments: prefixes) func bothSpellings(_ prefix: String) {
        #expect(kind(prefix + "api:*") == "clientAPI")
        // Everything after the prefix is the device: real IDs have slashes and colons.
        for id in ["ABCDEFGHIJ", "a", "a/b+c=", "a:b:c", "*", "api:*", "~!#"] {
            #expect(kind(prefix + "device:" + id) == "device " + id)
        }
        #expect(kind(prefix + "device:") == "device ")
    }

    @Test(arguments: [("openid", "openid"), ("urn:synapse:admin:*", "synapseAdmin"), ("urn:mas:admin", "masAdmin")])
    func others(_ token: String, _ expected: String) {
        #expect(kind(token) == expected)
    }

    /// Open proposals, each in its two spellings; nobody spells them with the prefix of MSC2967.
    @Test func drafts() {
        for token in ["urn:matrix:client:server_administration", "urn:matrix:client:cc.c10y.msc4484.server_administration"] {
            #expect(kind(token) == "serverAdministration")
        }
        for token in ["urn:matrix:client:rooms:is_joined", "urn:matrix:client:io.element.msc4502:rooms:is_joined"] {
            #expect(kind(token) == "roomsIsJoined")
        }
        for rest in ["server_administration", "cc.c10y.msc4484.server_administration", "rooms:is_joined", "io.element.msc4502:rooms:is_joined"] {
            #expect(kind("urn:matrix:org.matrix.msc2967.client:" + rest) == "unknown")
            #expect(kind("urn:matrix:client:" + rest + ":*") == "unknown" && kind("urn:matrix:client:api:" + rest) == "unknown")
        }
    }

    @Test(arguments: prefixes, [
        "", "api", "api:", "api:**", "api:*x", "api:*:", "api:*/", "api:x", "api:guest", "api:**x", "api*", "API:*", "Api:*", "api:* ", " api:*",
        "api:*\t", "api:*\0", "apı:*", "api:read", "api:%2A", "api:＊", "apis:*", "device", "Device:A", "DEVICE:A", "devices:A", "device;A", "x",
    ])
    func nearMisses(_ prefix: String, _ rest: String) {
        #expect(kind(prefix + rest) == "unknown")
    }

    @Test(arguments: [
        "urn:matrix:api:*", "urn:matrix:client", "urn:matrix:client:", "urn:matrix:Client:api:*", "URN:matrix:client:api:*", "urn:Matrix:client:api:*",
        "URN:MATRIX:CLIENT:API:*", "xurn:matrix:client:api:*", "urn:matrix:client:client:api:*", "urn:matrix::client:api:*", "urn:matrix:client.api:*",
        "urn:matrix:org.matrix.msc2967:api:*", "urn:matrix:org.matrix.msc2967.api:*", "urn:matrix:org.matrix.MSC2967.client:api:*",
        "urn:matrix:org.matrix.msc2968.client:api:*", "org.matrix.msc2967.client:api:*", "urn:matrix:org.matrix.msc2967.client.api:*",
        "urn:matrix:client:org.matrix.msc2967.client:api:*", "urn:matrix:server:api:*", "urn:matrix:device:A", "matrix:client:api:*",
        "*", "urn:*", "urn:matrix:*", "urn:matrix:client:*", "OpenID", "OPENID", "openid ", "openidx", "open", "openid:*", "",
        "urn:synapse:admin", "urn:synapse:admin:", "urn:synapse:admin:x", "urn:synapse:admin:**", "urn:synapse:*", "URN:synapse:admin:*", "urn:synapse:Admin:*",
        "urn:mas:admin:*", "urn:mas:admin:", "urn:mas:Admin", "urn:mas:adm", "urn:mas:admins", "urn:mas:*", "email", "profile", "offline_access",
    ])
    func unknown(_ token: String) {
        #expect(kind(token) == "unknown")
    }

    /// scope-token = 1*( %x21 / %x23-5B / %x5D-7E ).
    @Test func grammar() {
        #expect(![UInt8]().withView { Scope.isToken($0) })
        for byte in UInt8.min ... .max {
            let isGood = (0x21...0x7E).contains(byte) && byte != 0x22 && byte != 0x5C
            for token in [[byte], [0x61, byte], [byte, 0x61], [0x61, byte, 0x61]] {
                #expect(token.withView { Scope.isToken($0) } == isGood, "\(byte)")
            }
        }
    }
}
