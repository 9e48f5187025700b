// SPDX-License-Identifier: Apache-2.0
import CMXAuth

/// The document functions of include/mxauth.h for Swift.
extension Library {
    static func checkRegistration(_ document: [UInt8]) throws(Refusal) -> String {
        try document.withCharacters { (characters, count) throws(Refusal) in
            try filled { mxauth_registration_check(characters, count, $0, $1, $2, $3) }
        }
    }

    static func checkMetadata(_ document: [UInt8], issuer: String?) throws(Refusal) -> String {
        try document.withCharacters { (characters, count) throws(Refusal) in
            try withCharacters(of: issuer) { (issuer) throws(Refusal) in
                try filled { mxauth_metadata_check(characters, count, issuer, $0, $1, $2, $3) }
            }
        }
    }

    static func mergeMetadata(_ discovery: [UInt8], _ overrides: [UInt8]) throws(Refusal) -> String {
        try discovery.withCharacters { (characters, count) throws(Refusal) in
            try overrides.withCharacters { (others, othersCount) throws(Refusal) in
                try filled { mxauth_metadata_merge(characters, count, others, othersCount, $0, $1, $2, $3) }
            }
        }
    }

    static func loginFlows(_ flags: UInt32, identityProviders: [UInt8]) throws(Refusal) -> String {
        try identityProviders.withCharacters { (characters, count) throws(Refusal) in
            try filled { mxauth_login_flows(flags, characters, count, $0, $1, $2, $3) }
        }
    }

    static func loginAction(_ query: String) throws(Refusal) -> Int32 {
        var action: UInt32 = 0
        var error = mxauth_error.empty
        let status = Array(query.utf8).withCharacters { mxauth_login_action($0, $1, &action, &error) }
        guard status == MXAUTH_OK else { throw Refusal(status, error) }
        return Int32(action)
    }

    static func accountURL(_ target: [UInt8], action: String?, deviceID: String?) throws(Refusal) -> String {
        try target.withCharacters { (characters, count) throws(Refusal) in
            try withCharacters(of: action) { (action) throws(Refusal) in
                try withCharacters(of: deviceID) { (device) throws(Refusal) in
                    try filled { mxauth_account_url(characters, count, action, device, $0, $1, $2, $3) }
                }
            }
        }
    }

    /// NUL-terminated, or NULL.
    private static func withCharacters<R>(
        of text: String?, _ body: (UnsafePointer<CChar>?) throws(Refusal) -> R
    ) throws(Refusal) -> R {
        guard let text else { return try body(nil) }
        return try (Array(text.utf8) + [0]).withCharacters { (characters, _) throws(Refusal) in try body(characters) }
    }
}
