// SPDX-License-Identifier: Apache-2.0
import Foundation
import JOSE
import Testing

@testable import Matrix

/// MSC4312.
@Suite struct CrossSigningStageTests {
    private func challenge(_ target: String, session: String = "abc", isRepeated: Bool = false) throws -> [String: Any] {
        let text = try Array(target.utf8).withView { target in
            Array(session.utf8).withView { session in
                Result { () throws(InputFault) in try CrossSigningStage.challenge(target, session: session, isRepeated: isRepeated) }
            }
        }.get()
        let bytes = try #require(text)
        return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    private func subject(_ target: String, session: String = "abc") -> String {
        do {
            _ = try challenge(target, session: session)
            return ""
        } catch { return (error as? InputFault)?.subject ?? "\(error)" }
    }

    private func url(_ body: [String: Any], _ stage: String) -> String? {
        ((body["params"] as? [String: Any])?[stage] as? [String: Any])?["url"] as? String
    }

    private static let uri = #""account_management_uri": "https://a.test/account?lang=en""#

    @Test(arguments: [
        ("https://a.test/account", "https://a.test/account?action=org.matrix.cross_signing_reset"),
        ("https://a.test/account?lang=en", "https://a.test/account?lang=en&action=org.matrix.cross_signing_reset"),
        ("http://localhost:8080/", "http://localhost:8080/?action=org.matrix.cross_signing_reset"),
        ("{\(uri)}", "https://a.test/account?lang=en"), ("{\(uri), \"account_management_actions_supported\": []}", "https://a.test/account?lang=en"),
        (#"{\#(uri), "account_management_actions_supported": ["org.matrix.profile"]}"#, "https://a.test/account?lang=en"),
        (
            #" {\#(uri), "account_management_actions_supported": ["org.matrix.profile", "org.matrix.cross_signing_reset"]}"#,
            "https://a.test/account?lang=en&action=org.matrix.cross_signing_reset"
        ),
        (
            #"{"org.matrix.msc4191.account_management_uri": "https://u.test/", "org.matrix.msc4191.account_management_actions_supported": ["org.matrix.cross_signing_reset"]}"#,
            "https://u.test/?action=org.matrix.cross_signing_reset"
        ),
    ])
    func urls(_ target: String, _ expected: String) throws {
        let body = try challenge(target)
        #expect(url(body, "m.oauth") == expected)
        #expect(url(body, "org.matrix.cross_signing_reset") == expected)
    }

    @Test func form() throws {
        let body = try challenge("https://a.test/", session: "s-1")
        #expect(body["session"] as? String == "s-1")
        #expect((body["flows"] as? [[String: [String]]]) == [["stages": ["m.oauth"]], ["stages": ["org.matrix.cross_signing_reset"]]])
        #expect(Set(body.keys) == ["session", "flows", "params"])
        #expect((body["params"] as? [String: Any])?.count == 2)
        let again = try challenge("https://a.test/", session: "\"\\", isRepeated: true)
        #expect(again["session"] as? String == "\"\\")
        #expect(again["errcode"] as? String == "M_FORBIDDEN" && (again["error"] as? String)?.isEmpty == false)
        #expect(Set(again.keys) == ["session", "flows", "params", "errcode", "error"])
    }

    @Test(arguments: [
        ("", "account_management_uri"), ("a.test", "account_management_uri"), ("ftp://a.test/", "account_management_uri"), ("javascript:alert(1)", "account_management_uri"),
        ("https://u:p@a.test/", "account_management_uri"), ("https://a.test/ x", "account_management_uri"), ("{}", "account_management_uri"),
        (#"{"account_management_uri": 7}"#, "account_management_uri"), (#"{"account_management_uri": "https:///"}"#, "account_management_uri"),
        (#"{"account_management_actions_supported": ["org.matrix.cross_signing_reset"]}"#, "account_management_uri"),
        (#"{"account_management_uri": "x:y", "account_management_actions_supported": ["org.matrix.cross_signing_reset"]}"#, "account_management_uri"),
        ("{", "metadata"), (#"{"a": 1, "a": 1}"#, "metadata"), ("[]", "account_management_uri"),
    ])
    func badTargets(_ target: String, _ expected: String) { #expect(subject(target) == expected) }

    @Test(arguments: ["", " ", "a b", "a\n", "é", "\u{7F}", String(repeating: "x", count: 256)])
    func badSessions(_ session: String) { #expect(subject("https://a.test/", session: session) == "session") }

    @Test func longSession() throws {
        let session = String(repeating: "~", count: 255)
        #expect(try challenge("https://a.test/", session: session)["session"] as? String == session)
    }

    @Test(arguments: [
        ("{}", ""), (#"{"master_key": {}}"#, ""), (#"{"auth": null}"#, ""), (#"{"session": "x"}"#, ""),
        (#"{"auth": {"session": "abc"}, "master_key": {}}"#, "abc"), (#"{"auth": {"session": "\u0061\"c"}}"#, "a\"c"), (#"{"auth": {"session": "é"}}"#, "é"),
        (#"{"auth": {"session": "abc", "type": "m.oauth"}}"#, "abc"), (#"{"auth": {"session": "abc", "type": "org.matrix.cross_signing_reset"}}"#, "abc"),
        (#"{"auth": {"session": "abc", "type": null}}"#, "abc"), (#"{"auth": {"session": "abc", "com.example.x": 7}}"#, "abc"),
        (#"{"auth": {}}"#, "!auth.session"), (#"{"auth": {"session": null}}"#, "!auth.session"), (#"{"auth": {"session": ""}}"#, "!auth.session"),
        (#"{"auth": {"session": 7}}"#, "!auth.session"), (#"{"auth": {"session": ["abc"]}}"#, "!auth.session"), (#"{"auth": {"type": "m.oauth"}}"#, "!auth.session"),
        (#"{"auth": {"Session": "abc"}}"#, "!auth.session"), (#"{"auth": {"session": "abc", "type": "m.login.password", "password": "x"}}"#, "!auth.type"),
        (#"{"auth": {"session": "abc", "type": "m.login.dummy"}}"#, "!auth.type"), (#"{"auth": {"session": "abc", "type": ""}}"#, "!auth.type"),
        (#"{"auth": {"session": "abc", "type": 7}}"#, "!auth.type"), (#"{"auth": {"session": "abc", "type": "M.OAUTH"}}"#, "!auth.type"), (#"{"auth": "abc"}"#, "!auth"),
        (#"{"auth": ["abc"]}"#, "!auth"), (#"{"auth": false}"#, "!auth"), ("", "!body"), ("[]", "!body"), (#"{"auth": {"session": "a", "session": "b"}}"#, "!body"),
        (#"{"auth": {"session": "a\u0000"}}"#, "!body"), (#"{"auth": {"session": "a"}} {}"#, "!body"),
    ])
    func retries(_ body: String, _ expected: String) {
        let found: String = Array(body.utf8).withView { body in
            do throws(InputFault) {
                return String(decoding: try CrossSigningStage.session(ofRequest: body), as: UTF8.self)
            } catch let fault {
                return "!" + fault.subject
            }
        }
        #expect(found == expected)
    }

    /// A client goes on with what it was sent.
    @Test func backAndForth() throws {
        for session in ["dummy", "\"", "\\u0041", "{}", "~"] {
            let body = try challenge("https://a.test/", session: session)
            let sent = try JSONSerialization.data(withJSONObject: ["auth": ["session": body["session"]]])
            let found = [UInt8](sent).withView { body in Result { () throws(InputFault) in try CrossSigningStage.session(ofRequest: body) } }
            #expect(try found.get() == Array(session.utf8))
        }
    }
}
