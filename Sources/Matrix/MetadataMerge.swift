// SPDX-License-Identifier: Apache-2.0
import JOSE

/// Makes a homeserver's `auth_metadata` document out of what its issuer says of itself.
package enum MetadataMerge {
    /// The document, which passes `MetadataCheck`; nil when memory ran out. A member of `overrides` wins, and null
    /// there takes the member away. Of `discovery` only what clients have a use for is kept.
    package static func merge(_ discovery: ByteView, _ overrides: ByteView) throws(InputFault) -> [UInt8]? {
        let found = try InputDocument(object: discovery, "discovery")
        let wanted = try InputDocument(object: overrides.isEmpty ? ByteView("{}") : overrides, "overrides")
        let merged = JSONBuilder.object()
        found.root.forEachMember { name, value in
            if !value.isNull, belongs(name.view), !isOverridden(name, by: wanted.root) { merged.set(name, value) }
        }
        addImplied(to: merged, found.root, wanted.root)
        wanted.root.forEachMember { name, value in
            if !value.isNull { merged.set(name, value) }
        }
        guard let node = merged.node else { return nil }
        let report = MetadataCheck(node, issuer: nil).report
        if let first = report.problems.first {
            throw InputFault(String(decoding: first.member, as: UTF8.self), sentence(report.problems))
        }
        return merged.text()
    }

    /// An override of a stable name also puts the unstable one of the issuer out of action.
    private static func isOverridden(_ name: JSONName, by wanted: JSONNode) -> Bool {
        if wanted.member(name) != nil { return true }
        for names in [AccountManagement.uriNames, AccountManagement.actionsNames]
        where name.view == names[1] && wanted.member(names[0]) != nil {
            return true
        }
        return false
    }

    /// What the issuer means without saying it, and what it says under an old name only.
    private static func addImplied(to merged: JSONBuilder, _ found: JSONNode, _ wanted: JSONNode) {
        for names in [AccountManagement.uriNames, AccountManagement.actionsNames]
        where found.given(names[0]) == nil && wanted.member(names[0]) == nil {
            if let value = found.given(names[1]) { merged.set(names[0], value) }
        }
        if found.given("response_modes_supported") == nil, wanted.member("response_modes_supported") == nil {
            // RFC 8414 section 2
            let modes = JSONBuilder.array()
            modes.append("query")
            modes.append("fragment")
            merged.set("response_modes_supported", modes)
        }
    }

    private static func sentence(_ problems: [DocumentReport.Entry]) -> String {
        var text = "The result would not be valid. This has to hold"
        for (index, problem) in problems.enumerated() {
            text += (index == 0 ? ": " : "; ") + String(decoding: problem.member, as: UTF8.self) + " " + problem.text
        }
        return text + "."
    }

    /// Not signed_metadata and mtls_endpoint_aliases, which would go over an override's head; not
    /// introspection_endpoint, which is for resource servers; nothing of a vendor's.
    private static func belongs(_ name: ByteView) -> Bool {
        for list in [keptEndpoints, keptLists, keptRest, AccountManagement.uriNames, AccountManagement.actionsNames] {
            for kept in list where name == kept { return true }
        }
        return false
    }

    private static let keptEndpoints: [StaticString] = [
        "issuer", "authorization_endpoint", "token_endpoint", "revocation_endpoint", "registration_endpoint",
        "device_authorization_endpoint", "jwks_uri", "userinfo_endpoint", "pushed_authorization_request_endpoint",
        "service_documentation", "op_policy_uri", "op_tos_uri",
    ]

    private static let keptLists: [StaticString] = [
        "scopes_supported", "response_types_supported", "response_modes_supported", "grant_types_supported",
        "code_challenge_methods_supported", "prompt_values_supported", "token_endpoint_auth_methods_supported",
        "token_endpoint_auth_signing_alg_values_supported", "revocation_endpoint_auth_methods_supported",
        "revocation_endpoint_auth_signing_alg_values_supported", "ui_locales_supported", "subject_types_supported",
        "id_token_signing_alg_values_supported", "userinfo_signing_alg_values_supported", "display_values_supported",
        "claim_types_supported", "claims_supported", "dpop_signing_alg_values_supported",
    ]

    private static let keptRest: [StaticString] = [
        "authorization_response_iss_parameter_supported", "require_pushed_authorization_requests",
        "claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported",
    ]
}
