// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix

/// The options of what tokens may do; a part of the one table.
extension Option {
    static let ofAuthorization: [Option] = [
        .text(
            "scope_rule", default: "", range: "SCOPE : METHODS PATH",
            meaning: """
                Gives a scope of your own a meaning: tokens with it may use those methods (GET, HEAD, PUT, POST, DELETE, \
                with commas between them) on that path, in which * stands for one segment and a final /** for any \
                number of further ones. May be given repeatedly; rules of one scope add up, and 32 scopes may have some. Only for \
                hosts that ask mxauth_authorize about each request.
                """
        ) { (configuration, value) throws(Refusal) in
            do throws(ScopeRules.Fault) {
                try configuration.settings.scopeRules.add(value)
            } catch {
                throw Refusal(detail: error.words(value))
            }
        },
        Option(
            name: "draft_scopes", type: .boolean, unit: "", defaultValue: "false", range: "true or false",
            meaning: """
                Heed scopes of proposals that are still open: server administration (MSC4484), which then is no part of \
                urn:matrix:client:api:* any more, and membership queries (MSC4502).
                """,
            assign: { (configuration, value) throws(Refusal) in
                guard value == "true" || value == "false" else { throw Refusal() }
                configuration.settings.draftScopes = value == "true"
                return nil
            }),
    ]
}

extension ScopeRules.Fault {
    fileprivate func words(_ value: ByteView) -> String? {
        switch self {
        case .form: nil
        case .scope: "\(value.quoted) begins with what is no scope token (RFC 6749 section 3.3)."
        case .scopeTaken: "\(value.quoted) is about a scope that has a meaning already."
        case .method: "\(value.quoted) names a method other than GET, HEAD, PUT, POST and DELETE."
        case .path(let fault): "The path of \(value.quoted) \(fault.words)."
        case .noEndpoint:
            "\(value.quoted) opens nothing: no endpoint that needs a token has such a method and path."
        case .appservicesOnly: "\(value.quoted) is about endpoints that are for application services alone."
        case .tooManyScopes: "\(ScopeRules.maximumScopes) scopes have rules already."
        case .tooManyRules: "There are \(ScopeRules.maximumRules) rules already."
        }
    }
}

extension ScopeRule.PathFault {
    fileprivate var words: String {
        switch self {
        case .notAbsolute: "does not begin with a slash"
        case .tooLong: "has more than \(ScopeRule.maximumPathSize) bytes"
        case .emptySegment: "has an empty segment"
        case .dots: "has a segment of dots"
        case .starInside: "has a star that is not a whole segment"
        case .openBeforeEnd: "has ** before its end"
        case .character(let byte): "has the byte \(byte): write segments decoded, in printable ASCII, without a query"
        }
    }
}
