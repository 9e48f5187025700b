// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

/// Members of a JSON object, in order, that a test replaces or takes out.
struct Members {
    private(set) var list: [(name: String, value: String)]

    init(_ members: KeyValuePairs<String, String>) { list = members.map { ($0.key, $0.value) } }

    /// With others in place of those of the same name; "" takes one out.
    func with(_ changes: KeyValuePairs<String, String>) -> Members {
        var copy = self
        for (name, value) in changes {
            copy.list.removeAll { $0.name == name }
            if !value.isEmpty { copy.list.append((name, value)) }
        }
        return copy
    }

    var text: String { "{\(list.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ","))}" }
}

/// Notices of revocation and tokens for them to end, as https://issuer.example makes them.
enum NoticeFixture {
    static let now = IntrospectionHost.now
    static let logoutEvent = #"{"http://schemas.openid.net/event/backchannel-logout":{}}"#
    static let caepEvent = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"

    /// An OpenID Connect logout token for session S1.
    static let logout = Members([
        "iss": "\"https://issuer.example\"", "aud": "\"homeserver\"", "iat": "\(now - 5)", "exp": "\(now + 60)", "jti": "\"n1\"",
        "events": logoutEvent, "sid": "\"S1\"",
    ])

    /// A security event token for the same session.
    static let event = Members([
        "iss": "\"https://issuer.example\"", "aud": "\"homeserver\"", "iat": "\(now - 5)", "jti": "\"n2\"",
        "events": "{\"\(caepEvent)\":{\"event_timestamp\":\(now - 20)}}", "sub_id": #"{"format":"opaque","id":"S1"}"#,
    ])

    static let issSub = #"{"format":"iss_sub","iss":"https://issuer.example","sub":"U1"}"#

    /// An access token. All of them are alice's; `members` say of which session, subject and time.
    static func token(_ members: KeyValuePairs<String, String>, by key: SigningKey = SignedFixture.key) -> String {
        let claims = Members([
            "iss": "\"https://issuer.example\"", "aud": "\"here\"", "iat": "\(now - 100)", "exp": "\(now + 100_000)",
            "scope": "\"urn:matrix:client:api:*\"", "username": "\"alice\"",
        ]).with(members)
        return SignedFixture.jws(claims.text, #""typ":"at+jwt""#, by: key)
    }

    /// A second issuer with a key of its own.
    static let secondIssuer = [
        ("issuer", "https://second.example"), ("issuer.audience", "here"), ("issuer.client_id", "homeserver"),
        ("issuer.keys", SignedFixture.otherPublicPEM),
    ]
}

extension IntrospectionHost {
    func take(_ notice: String) -> Status { refusal(of: notice).status }

    func refusal(of notice: String) -> (status: Status, finding: Finding?) {
        var finding: Finding?
        do throws(Status) {
            try validator.takeNotice(bytes(notice), refusal: &finding)
            return (.ok, finding)
        } catch {
            return (error, finding)
        }
    }

    func take(_ notice: Members, _ header: String = #""typ":"logout+jwt""#) -> Status {
        take(SignedFixture.jws(notice.text, header))
    }
}
