// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix
import Testing

/// Bodies and challenges (Matrix specification, "Standard error response"; RFC 6750 section 3; RFC 9728 section 5.1).
@Suite struct ErrorReplyTests {
    private func reply(
        _ http: UInt32, _ errcode: StaticString, _ oauthError: StaticString, sentence: StaticString = "No.", soft: Bool = false,
        scope: String = "urn:matrix:client:api:*", realm: String = "example.org", resource: String = ""
    ) -> (body: String, challenge: String) {
        let matter = ErrorReply.Matter(
            httpStatus: http, errcode: errcode, sentence: sentence, softLogout: soft, oauthError: oauthError)
        return Array(scope.utf8).withView { scope in
            Array(realm.utf8).withView { realm in
                Array(resource.utf8).withView { resource in
                    let reply = ErrorReply(matter, scope: scope, realm: realm, resourceMetadata: resource)
                    return (String(decoding: reply.body, as: UTF8.self), String(decoding: reply.challenge, as: UTF8.self))
                }
            }
        }
    }

    @Test func bodies() {
        #expect(reply(401, "M_MISSING_TOKEN", "").body == #"{"errcode":"M_MISSING_TOKEN","error":"No."}"#)
        #expect(reply(401, "M_UNKNOWN_TOKEN", "invalid_token").body == #"{"errcode":"M_UNKNOWN_TOKEN","error":"No.","soft_logout":false}"#)
        #expect(
            reply(401, "M_UNKNOWN_TOKEN", "invalid_token", soft: true).body == #"{"errcode":"M_UNKNOWN_TOKEN","error":"No.","soft_logout":true}"#)
        // Only there: a client that finds it elsewhere might log out.
        #expect(reply(403, "M_FORBIDDEN", "", soft: true).body == #"{"errcode":"M_FORBIDDEN","error":"No."}"#)
        #expect(reply(503, "M_UNKNOWN", "").body == #"{"errcode":"M_UNKNOWN","error":"No."}"#)
        #expect(reply(500, "M_UNKNOWN", "", sentence: #"a "b" \c"#).body == #"{"errcode":"M_UNKNOWN","error":"a \"b\" \\c"}"#)
    }

    @Test(arguments: [200, 400, 402, 404, 429, 500, 502, 503] as [UInt32], ["", "invalid_token", "insufficient_scope", "invalid_request"])
    func noChallenge(_ http: UInt32, _ oauthError: String) {
        let error: StaticString = switch oauthError {
        case "invalid_token": "invalid_token"
        case "insufficient_scope": "insufficient_scope"
        case "invalid_request": "invalid_request"
        default: ""
        }
        #expect(reply(http, "M_UNKNOWN", error, resource: "https://a.example/r").challenge.isEmpty)
    }

    @Test func challenges() {
        // Whoever brings no token is told no error.
        #expect(reply(401, "M_MISSING_TOKEN", "").challenge == #"Bearer realm="example.org""#)
        #expect(reply(403, "M_FORBIDDEN", "").challenge == #"Bearer realm="example.org""#)
        #expect(
            reply(401, "M_UNKNOWN_TOKEN", "invalid_token").challenge == #"Bearer error="invalid_token", error_description="No.""#)
        #expect(
            reply(401, "M_MISSING_TOKEN", "invalid_request").challenge == #"Bearer error="invalid_request", error_description="No.""#)
        #expect(
            reply(403, "M_FORBIDDEN", "insufficient_scope").challenge
                == #"Bearer error="insufficient_scope", error_description="No.", scope="urn:matrix:client:api:*""#)
        #expect(
            reply(403, "M_FORBIDDEN", "insufficient_scope", scope: "a b c").challenge
                == #"Bearer error="insufficient_scope", error_description="No.", scope="a b c""#)
        #expect(
            reply(401, "M_MISSING_TOKEN", "", resource: "https://a.example/r").challenge
                == #"Bearer realm="example.org", resource_metadata="https://a.example/r""#)
        #expect(
            reply(401, "M_UNKNOWN_TOKEN", "invalid_token", resource: "https://a.example/r").challenge
                == #"Bearer error="invalid_token", error_description="No.", resource_metadata="https://a.example/r""#)
        #expect(
            reply(403, "M_FORBIDDEN", "insufficient_scope", resource: "https://a.example/r").challenge.hasSuffix(
                #", scope="urn:matrix:client:api:*", resource_metadata="https://a.example/r""#))
    }

    /// What cannot stand in quotation marks is left out, whoever let it through.
    @Test(arguments: ["a\"b", "a\\b", "a\nb", "a\r\nSet-Cookie: x", "a\0", "a\u{7F}", "é", "\""])
    func unquotable(_ text: String) {
        #expect(reply(401, "M_MISSING_TOKEN", "", realm: text, resource: "https://a.example").challenge == #"Bearer resource_metadata="https://a.example""#)
        #expect(reply(401, "M_MISSING_TOKEN", "", resource: text).challenge == #"Bearer realm="example.org""#)
        #expect(reply(403, "M_FORBIDDEN", "insufficient_scope", scope: text).challenge == #"Bearer error="insufficient_scope", error_description="No.""#)
    }

    @Test func quotableBytes() {
        for byte in UInt8.min ... .max {
            #expect(ErrorReply.isQuotable(byte) == ((0x20...0x7E).contains(byte) && byte != 0x22 && byte != 0x5C))
        }
    }
}
