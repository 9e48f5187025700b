// SPDX-License-Identifier: Apache-2.0
import JOSE

/// What a client says that its user wants at `/login/sso/redirect` (MSC3824); the numbers are
/// MXAUTH_LOGIN_ACTION_….
package enum LoginAction: UInt32 {
    case unspecified = 0
    case login = 1
    case register = 2

    /// Reads the query of the request. Other values are as good as none; the stable name wins over the unstable one, and
    /// the first over a repetition.
    package init(query: ByteView) throws(InputFault) {
        guard query.count <= InputDocument.maximumSize else {
            throw InputFault("query", "The query is larger than \(InputDocument.maximumSize) bytes.")
        }
        let pairs = FormQuery(query.hasPrefix("?") ? query.dropFirst(1) : query).pairs
        self =
            Self.first("action", in: pairs) ?? Self.first("org.matrix.msc3824.action", in: pairs) ?? .unspecified
    }

    private static func first(_ name: StaticString, in pairs: [FormQuery.Pair]) -> LoginAction? {
        for pair in pairs {
            guard let found = pair.name, let value = pair.value, found.withView({ $0 == name }) else { continue }
            if let action = value.withView(LoginAction.init(value:)) { return action }
        }
        return nil
    }

    private init?(value: ByteView) {
        if value == "login" {
            self = .login
        } else if value == "register" {
            self = .register
        } else {
            return nil
        }
    }
}
