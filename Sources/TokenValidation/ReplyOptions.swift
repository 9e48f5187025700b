// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix

/// The options of what clients are told; a part of the one table.
extension Option {
    static let ofReplies: [Option] = [
        .text(
            "resource_metadata", default: "", range: "an https URL of at most 511 bytes",
            meaning: """
                Where this server's protected resource metadata is (RFC 9728): named in the challenges that \
                mxauth_error_response writes.
                """
        ) { (configuration, value) throws(Refusal) in
            guard value.count <= ErrorReply.maximumParameterSize, let address = WebAddress(value), address.isSecure else {
                throw Refusal()
            }
            for i in 0..<value.count where !ErrorReply.isQuotable(value[i]) { throw Refusal() }
            configuration.settings.resourceMetadata = address.text
        }
    ]
}

extension Validator {
    /// The protection space that challenges name: the homeserver. Empty if it has no name.
    package var realm: [UInt8] { settings.serverName }
    /// Empty for none.
    package var resourceMetadata: [UInt8] { settings.resourceMetadata }
}
