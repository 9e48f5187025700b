// SPDX-License-Identifier: Apache-2.0
import JOSE

@testable import Matrix

/// An authorization request for tests: parameters in order, their values not yet encoded.
struct AuthorizationQuery {
    var parameters: [(name: String, value: String)]

    /// With other values; nil takes a parameter away.
    func with(_ changes: KeyValuePairs<String, String?>) -> AuthorizationQuery {
        var copy = self
        for (name, value) in changes {
            copy.parameters.removeAll { $0.name == name }
            if let value { copy.parameters.append((name, value)) }
        }
        return copy
    }

    var text: String { parameters.map { "\($0.name)=\(Self.encoded($0.value))" }.joined(separator: "&") }

    static func encoded(_ text: String) -> String {
        String(decoding: Array(text.utf8).withView { FormQuery.encoded($0) }, as: UTF8.self)
    }
}

/// The sample of MSC2964.
let goodQuery = AuthorizationQuery(parameters: [
    ("client_id", "s6BhdRkqt3"), ("response_type", "code"), ("response_mode", "fragment"),
    ("redirect_uri", "https://app.example.com/oauth2-callback"),
    ("scope", "urn:matrix:client:api:* urn:matrix:client:device:AAABBBCCCDDD"), ("state", "ewubooN9weezeewah9fol4oothohroh3"),
    ("code_challenge", "72xySjpngTcCxgbPfFmkPHjMvVDl2jW1aWP7-J6rmwU"), ("code_challenge_method", "S256"),
])

let webClient = JSONDocument([
    "client_uri": "\"https://app.example.com/\"",
    "redirect_uris": "[\"https://app.example.com/oauth2-callback\", \"https://app.example.com/other?a=b\"]",
    "application_type": "\"web\"", "grant_types": "[\"authorization_code\", \"refresh_token\"]",
    "response_types": "[\"code\"]", "token_endpoint_auth_method": "\"none\"",
])

let nativeClient = webClient.with([
    "application_type": "\"native\"",
    "redirect_uris": """
        ["com.example.app:/cb", "http://127.0.0.1/cb", "http://[::1]/cb?a=b", "http://localhost", "https://app.example.com/cb",
        "http://LOCALHOST/up", "http://localhost:8080/fixed"]
        """,
])

func authorizationCheck(
    _ query: String, _ client: JSONDocument = webClient, allowsCreation: Bool = false
) throws(InputFault) -> AuthorizationCheck {
    try authorizationCheck(Array(query.utf8), client.text, allowsCreation: allowsCreation)
}

func authorizationCheck(
    _ query: [UInt8], _ client: [UInt8], allowsCreation: Bool = false
) throws(InputFault) -> AuthorizationCheck {
    try query.withView { query in
        client.withView { client in
            Result { () throws(InputFault) in
                try AuthorizationCheck(query: query, client: client, allowsCreation: allowsCreation)
            }
        }
    }.get()
}

extension AuthorizationCheck {
    /// "member: rule" of each problem.
    var problems: [String] { report.problems.map { "\(String(decoding: $0.member, as: UTF8.self)): \($0.text)" } }

    /// The error, and an arrow if it is sent to the client.
    var outcome: String { error.map { "\($0)\(mayRedirect ? " >" : "")" } ?? "none" }
}
