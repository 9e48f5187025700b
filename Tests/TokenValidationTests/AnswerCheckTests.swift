// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// What becomes of a token for each answer of its issuer (RFC 7662 section 2.2, and what MAS and Synapse make of it).
@Suite struct AnswerCheckTests {
    private static let api = "urn:matrix:client:api:*"
    private static let unstable = "urn:matrix:org.matrix.msc2967.client:"
    private static let now = IntrospectionHost.now

    /// The members of a good answer with others in their place; "" takes one out.
    private static func answer(_ changes: KeyValuePairs<String, String> = [:]) -> String {
        var members = [("active", "true"), ("username", "\"alice\""), ("aud", "\"here\""), ("scope", "\"\(api)\"")]
        for (name, value) in changes {
            members.removeAll { $0.0 == name }
            if !value.isEmpty { members.append((name, value)) }
        }
        return "{\(members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ","))}"
    }

    private func outcome(_ answer: String, _ options: [(String, String)] = [], audience: String? = "here") throws -> IntrospectionHost.Seen {
        try IntrospectionHost(audience: audience, options).ask("token", answer)
    }

    // MARK: Whether it is active

    @Test(arguments: [
        (answer(), .ok),
        ("{\"active\":false}", .tokenInactive),
        // Nothing else is looked at then.
        ("{\"active\":false,\"scope\":5,\"username\":[],\"exp\":-1,\"iss\":\"https://other.example\"}", .tokenInactive),
        (answer(["active": "false"]), .tokenInactive),
        (answer(["active": ""]), .answerInvalid), (answer(["active": "1"]), .answerInvalid), (answer(["active": "0"]), .answerInvalid),
        (answer(["active": "\"true\""]), .answerInvalid), (answer(["active": "\"false\""]), .answerInvalid),
        (answer(["active": "null"]), .answerInvalid), (answer(["active": "[true]"]), .answerInvalid),
        (answer(["active": "{}"]), .answerInvalid), (answer(["active": "True"]), .answerInvalid), (answer(["Active": "true", "active": ""]), .answerInvalid),
        ("{\"active\":true,\"active\":true}", .answerInvalid), ("{\"active\":false,\"active\":true}", .answerInvalid),
        ("{\"\\u0061ctive\":false,\"active\":true}", .answerInvalid),
        (answer(["\\u0061ctive": "true", "active": ""]), .ok),
    ] as [(String, Status)])
    func active(_ answer: String, _ expected: Status) throws {
        #expect(try outcome(answer).status == expected)
    }

    @Test(arguments: [
        "", " ", "{", "}", "{}", "null", "true", "[]", "\"active\"", "1", "active=true", "<html></html>", "{\"active\":true",
        "[{\"active\":true}]", "{'active':true}", "{\"active\":true,}", "{\"active\":true} x", "\u{FEFF}" + answer(), "{\"active\":true}{}",
        "{\"active\" true}", "{\"a\\u0000\":1,\"active\":true}", "{\"active\":true,\"a\":\"\\ud800\"}", "{\"active\":true,\"x\":01}",
        "{\"active\":true,\"x\":{\"a\":1,\"a\":2}}", "{\"active\":true,\"x\":1e999}", "{\"active\":true,\"x\":NaN}",
    ])
    func noJSONObject(_ answer: String) throws {
        #expect(try outcome(answer).status == .answerInvalid)
    }

    @Test func bytesThatAreNotUTF8() throws {
        let host = try IntrospectionHost()
        var text = Array(Self.answer(["x": "\"y\""]).utf8)
        let position = try #require(text.lastIndex(of: UInt8(ascii: "y")))
        text[position] = 0xFF
        let exchange = try host.question("token")
        try text.withView { body in
            Result { () throws(Status) in try host.validator.complete(exchange.id, Response(status: 200, headers: .empty, body: body)) }
        }.get()
        #expect(host.status(of: "token") == .answerInvalid)
    }

    // MARK: Which token it is about

    @Test(arguments: [
        (answer(["iss": "\"https://issuer.example\""]), .ok),
        (answer(["iss": "\"https://other.example\""]), .answerInvalid), (answer(["iss": "\"https://issuer.example/\""]), .answerInvalid),
        (answer(["iss": "\"\""]), .answerInvalid), (answer(["iss": "null"]), .answerInvalid), (answer(["iss": "[\"https://issuer.example\"]"]), .answerInvalid),
        (answer(["token_type": "\"access_token\""]), .ok), (answer(["token_type": "\"Bearer\""]), .ok), (answer(["token_type": "\"DPoP\""]), .ok),
        (answer(["token_type": "\"refresh_token\""]), .notAccessToken), (answer(["token_type": "\"Refresh_Token\""]), .notAccessToken),
        (answer(["token_type": "null"]), .answerInvalid), (answer(["token_type": "1"]), .answerInvalid),
        (answer(["token_type": "\"\(String(repeating: "x", count: 256))\""]), .answerInvalid),
    ] as [(String, Status)])
    func issuerAndType(_ answer: String, _ expected: Status) throws {
        #expect(try outcome(answer).status == expected)
    }

    // MARK: Scopes and devices

    private static let device = #""urn:matrix:client:api:* urn:matrix:client:device:ABCDEFGHIJ""#

    @Test(arguments: [
        (answer(), .ok, ""),
        (answer(["scope": "\"urn:matrix:org.matrix.msc2967.client:api:*\""]), .ok, ""),
        (answer(["scope": device]), .ok, "ABCDEFGHIJ"),
        (answer(["scope": "\"\(api) \(unstable)device:ABCDEFGHIJ\""]), .ok, "ABCDEFGHIJ"),
        // MAS writes all of them in both spellings.
        (answer(["scope": "\"\(api) \(unstable)api:* urn:matrix:client:device:A \(unstable)device:A\""]), .ok, "A"),
        (answer(["scope": "\"\(api) urn:matrix:client:device:a+/=:b\""]), .ok, "a+/=:b"),
        (answer(["scope": "\"\(api) openid unknown urn:matrix:device:X\""]), .ok, ""),
        (answer(["scope": "", "scp": "[\"\(api)\",\"urn:matrix:client:device:A\"]"]), .ok, "A"),
        // The member says it all: the scopes need not agree, nor even make sense as devices.
        (answer(["device_id": "\"D\""]), .ok, "D"),
        (answer(["scope": device, "device_id": "\"D\""]), .ok, "D"),
        (answer(["scope": "\"\(api) urn:matrix:client:device:A \(unstable)device:B\"", "device_id": "\"D\""]), .ok, "D"),
        (answer(["scope": "\"\(api) urn:matrix:client:device:\"", "device_id": "\"D\""]), .ok, "D"),
        (answer(["device_id": "\"with space and \\u00e9\""]), .ok, "with space and é"),
        (answer(["device_id": "\"\(String(repeating: "x", count: 255))\""]), .ok, String(repeating: "x", count: 255)),

        (answer(["scope": ""]), .scopeInsufficient, ""), (answer(["scope": "\"\""]), .scopeInsufficient, ""),
        (answer(["scope": "\"openid\""]), .scopeInsufficient, ""), (answer(["scope": "\"urn:matrix:client:api:\""]), .scopeInsufficient, ""),
        (answer(["scope": "\"urn:matrix:client:device:A\""]), .scopeInsufficient, ""), (answer(["scope": "\"urn:synapse:admin:*\""]), .scopeInsufficient, ""),
        (answer(["scope": "\"URN:MATRIX:CLIENT:API:*\""]), .scopeInsufficient, ""), (answer(["scope": "\"urn:matrix:client:api:guest\""]), .scopeInsufficient, ""),
        (answer(["scope": "\"urn:matrix:client:*\""]), .scopeInsufficient, ""),

        (answer(["scope": "\"\(api) urn:matrix:client:device:A urn:matrix:client:device:B\""]), .deviceAmbiguous, ""),
        (answer(["scope": "\"\(api) urn:matrix:client:device:A \(unstable)device:a\""]), .deviceAmbiguous, ""),
        (answer(["scope": "\"\(api) urn:matrix:client:device:\""]), .deviceInvalid, ""),
        (answer(["scope": "\"\(api) urn:matrix:client:device:\(String(repeating: "x", count: 256))\""]), .deviceInvalid, ""),
        (answer(["device_id": "\"\""]), .deviceInvalid, ""), (answer(["device_id": "\"\(String(repeating: "x", count: 256))\""]), .deviceInvalid, ""),
        (answer(["scope": device, "device_id": "\"\""]), .deviceInvalid, ""),

        (answer(["device_id": "null"]), .answerInvalid, ""), (answer(["device_id": "1"]), .answerInvalid, ""),
        (answer(["device_id": "[\"D\"]"]), .answerInvalid, ""), (answer(["device_id": "false"]), .answerInvalid, ""),
        (answer(["scope": "null"]), .answerInvalid, ""), (answer(["scope": "[\"\(api)\"]"]), .answerInvalid, ""), (answer(["scope": "7"]), .answerInvalid, ""),
        (answer(["scope": "\"\(api)  openid\""]), .answerInvalid, ""), (answer(["scope": "\" \(api)\""]), .answerInvalid, ""),
        (answer(["scope": "\"\(api) \""]), .answerInvalid, ""), (answer(["scope": "\"\(api)\\topenid\""]), .answerInvalid, ""),
        (answer(["scope": "\"\(api) a\\\"b\""]), .answerInvalid, ""), (answer(["scope": "\"\(api) \\u00e9\""]), .answerInvalid, ""),
        (answer(["scope": "\"\(api),openid\""]), .scopeInsufficient, ""),
        (answer(["scope": "", "scp": "\"\(api)\""]), .answerInvalid, ""), (answer(["scope": "", "scp": "[1]"]), .answerInvalid, ""),
        (answer(["scope": "", "scp": "[\"\(api) openid\"]"]), .answerInvalid, ""), (answer(["scope": "", "scp": "[]"]), .scopeInsufficient, ""),
        // scope is the one that counts if both are there.
        (answer(["scope": "\"openid\"", "scp": "[\"\(api)\"]"]), .scopeInsufficient, ""),
    ] as [(String, Status, String)])
    func scopesAndDevices(_ answer: String, _ expected: Status, _ device: String) throws {
        let seen = try outcome(answer)
        #expect(seen.status == expected)
        #expect(seen.device == device)
    }

    @Test func grants() throws {
        let scope = "\"\(Self.api) openid urn:synapse:admin:* urn:mas:admin\""
        #expect(try outcome(Self.answer(["scope": scope])).grants == 0b1111)
        #expect(try outcome(Self.answer(["scope": scope])).hasUnknownScopes == false)
        #expect(try outcome(Self.answer(["scope": "\"\(Self.api) x\""])).hasUnknownScopes == true)
        let lax = try outcome(Self.answer(["scope": "\"openid\""]), [("issuer.require_api_scope", "false")])
        #expect(lax.status == .ok && lax.grants == 0b10)
        #expect(try outcome(Self.answer(["scope": ""]), [("issuer.require_api_scope", "false")]).grants == 0)
    }

    // MARK: Whose it is

    @Test(arguments: [
        ("\"alice\"", .ok, "@alice:example.org"), ("\"@alice:example.org\"", .ok, "@alice:example.org"),
        ("\"a.b_c=d-e/f+0\"", .ok, "@a.b_c=d-e/f+0:example.org"),
        ("", .userMissing, ""), ("\"\"", .userInvalid, ""), ("\"Alice\"", .userInvalid, ""), ("\"alice@example.org\"", .userInvalid, ""),
        ("\"@alice:other.org\"", .userInvalid, ""), ("\"@:example.org\"", .userInvalid, ""), ("\"alice:example.org\"", .userInvalid, ""),
        ("\"al ice\"", .userInvalid, ""), ("\"\\u00e9\"", .userInvalid, ""), ("\"@@alice:example.org\"", .userInvalid, ""),
        ("\"\(String(repeating: "a", count: 250))\"", .userInvalid, ""), ("\"alice\\n\"", .userInvalid, ""),
        ("null", .answerInvalid, ""), ("5", .answerInvalid, ""), ("[\"alice\"]", .answerInvalid, ""), ("{\"name\":\"alice\"}", .answerInvalid, ""),
        ("true", .answerInvalid, ""),
    ] as [(String, Status, String)])
    func users(_ username: String, _ expected: Status, _ user: String) throws {
        let seen = try outcome(Self.answer(["username": username]))
        #expect(seen.status == expected)
        #expect(seen.user == user)
    }

    @Test func usersThatAreNotNeeded() throws {
        let seen = try outcome(Self.answer(["username": ""]), [("issuer.require_user", "false")])
        #expect(seen.status == .ok && seen.user.isEmpty)
        // One that is there must still make sense.
        #expect(try outcome(Self.answer(["username": "\"Alice\""]), [("issuer.require_user", "false")]).status == .userInvalid)
        #expect(try outcome(Self.answer(["username": "", "sub": "\"bob\""]), [("issuer.user_claim", "sub")]).user == "@bob:example.org")
        #expect(try outcome(Self.answer(["sub": "\"bob\""])).user == "@alice:example.org")
    }

    @Test(arguments: [
        (["sub": "\"s\"", "client_id": "\"c\"", "azp": "\"z\""], .ok, "s", "c"), (["azp": "\"z\""], .ok, "", "z"), (["sub": "\"\""], .ok, "", ""),
        (["client_id": "\"legacy\""], .ok, "", "legacy"), (["sub": "\"\(String(repeating: "s", count: 255))\""], .ok, String(repeating: "s", count: 255), ""),
        (["sub": "\"\(String(repeating: "s", count: 256))\""], .answerInvalid, "", ""), (["sub": "null"], .answerInvalid, "", ""),
        (["sub": "7"], .answerInvalid, "", ""), (["client_id": "null"], .answerInvalid, "", ""), (["client_id": "{}"], .answerInvalid, "", ""),
        (["azp": "[]"], .answerInvalid, "", ""), (["jti": "null"], .answerInvalid, "", ""), (["jti": "9"], .answerInvalid, "", ""),
        (["sid": "null"], .answerInvalid, "", ""), (["sid": "[\"s\"]"], .answerInvalid, "", ""),
    ] as [([String: String], Status, String, String)])
    func subjectsAndClients(_ members: [String: String], _ expected: Status, _ subject: String, _ client: String) throws {
        var text = Self.answer()
        text.removeLast()
        let seen = try outcome(text + members.map { ",\"\($0)\":\($1)" }.joined() + "}")
        #expect(seen.status == expected)
        #expect(seen.subject == subject && seen.client == client)
    }

    // MARK: For whom

    @Test(arguments: [
        ("\"here\"", .ok, .ok), ("[\"here\"]", .ok, .ok), ("[\"there\",\"here\"]", .ok, .ok),
        ("", .answerInvalid, .ok), ("\"there\"", .audienceMismatch, .ok), ("[]", .audienceMismatch, .ok), ("[\"there\"]", .audienceMismatch, .ok),
        ("\"Here\"", .audienceMismatch, .ok), ("\"here \"", .audienceMismatch, .ok), ("\"\"", .audienceMismatch, .ok),
        ("null", .answerInvalid, .answerInvalid), ("1", .answerInvalid, .answerInvalid), ("{}", .answerInvalid, .answerInvalid),
        ("[\"here\",1]", .answerInvalid, .answerInvalid), ("[null]", .answerInvalid, .answerInvalid), ("[[\"here\"]]", .answerInvalid, .answerInvalid),
    ] as [(String, Status, Status)])
    func audiences(_ aud: String, _ expected: Status, _ whenAnyWill: Status) throws {
        #expect(try outcome(Self.answer(["aud": aud])).status == expected)
        #expect(try outcome(Self.answer(["aud": aud]), [("issuer.any_audience", "true")], audience: nil).status == whenAnyWill)
    }

    @Test(arguments: [
        ("acr", "", .claimMissing), ("acr", "null", .claimMissing), ("acr", "\"high\"", .ok), ("acr", "\"\"", .ok), ("acr", "false", .ok),
        ("exp", "", .claimMissing), ("client_id", "", .claimMissing), ("Username", "", .claimMissing),
    ] as [(String, String, Status)])
    func requiredClaims(_ name: String, _ value: String, _ expected: Status) throws {
        let answer = value.isEmpty ? Self.answer() : Self.answer([name: value])
        #expect(try outcome(answer, [("issuer.required_claims", name)]).status == expected)
    }

    // MARK: Much of it

    @Test func membersThatNobodyKnows() throws {
        var text = Self.answer()
        text.removeLast()
        for (extra, expected) in [
            (",\"x\":null,\"y\":[1,{\"z\":[]}],\"ext\":{\"active\":false,\"username\":\"eve\"}", Status.ok),
            (",\"nested\":" + String(repeating: "[", count: 31) + String(repeating: "]", count: 31), .ok),
            (",\"nested\":" + String(repeating: "[", count: 33) + String(repeating: "]", count: 33), .answerInvalid),
            (",\"nested\":" + String(repeating: "{\"a\":", count: 5000) + "1" + String(repeating: "}", count: 5000), .answerInvalid),
            ((0..<100).map { ",\"m\($0)\":\($0)" }.joined(), .ok),
            ((0..<600).map { ",\"m\($0)\":\($0)" }.joined(), .answerInvalid),
        ] { #expect(try outcome(text + extra + "}").status == expected) }
    }

    /// 64 KiB and not one byte more.
    @Test(arguments: [(65_536, .ok), (65_537, .answerInvalid), (200_000, .answerInvalid)] as [(Int, Status)])
    func size(_ count: Int, _ expected: Status) throws {
        let host = try IntrospectionHost()
        let start = Self.answer(["filler": "\""])
        let text = start.dropLast() + String(repeating: "x", count: count - start.utf8.count - 1) + "\"}"
        #expect(text.utf8.count == count)
        let exchange = try host.question("token")
        #expect(exchange.maximumResponse == 65_536)
        try host.respond(exchange, String(text))
        #expect(host.status(of: "token") == expected)
        if expected == .ok { #expect(host.validator.claims(of: bytes("token")) == Array(text.utf8)) }
    }
}
