// SPDX-License-Identifier: Apache-2.0
import CVector
import JOSE

/// What became of one scope token.
package enum Scope {
    /// The Client-Server API without limits (MSC2967).
    case clientAPI
    /// The device that the token belongs to (MSC2967); the text after the prefix, whatever it is.
    case device(ByteView)
    /// OpenID Connect's; carries no Matrix right.
    case openid
    /// Administration of Synapse. By itself it does not open the Client-Server API.
    case synapseAdmin
    /// Administration of Matrix Authentication Service.
    case masAdmin
    /// Administration of the homeserver (MSC4484, open); not part of the Client-Server API without limits.
    case serverAdministration
    /// Asking who is in a room (MSC4502, open); for application services.
    case roomsIsJoined
    /// Not one that grants anything here.
    case unknown

    /// Classifies one scope token: exact and case-sensitive, the star is a literal character. Both spellings of
    /// MSC2967 are known, the stable one and the one from before it was merged.
    package init(_ token: ByteView) {
        if token == "openid" {
            self = .openid
        } else if token == "urn:synapse:admin:*" {
            self = .synapseAdmin
        } else if token == "urn:mas:admin" {
            self = .masAdmin
        } else if let rest = Self.afterClientPrefix(token) {
            if rest == "api:*" {
                self = .clientAPI
            } else if rest.hasPrefix("device:") {
                self = .device(rest.dropFirst(7))
            } else if token == "urn:matrix:client:server_administration"
                || token == "urn:matrix:client:cc.c10y.msc4484.server_administration"
            {
                self = .serverAdministration
            } else if token == "urn:matrix:client:rooms:is_joined"
                || token == "urn:matrix:client:io.element.msc4502:rooms:is_joined"
            {
                self = .roomsIsJoined
            } else {
                self = .unknown
            }
        } else {
            self = .unknown
        }
    }

    static var stablePrefix: StaticString { "urn:matrix:client:" }
    static var unstablePrefix: StaticString { "urn:matrix:org.matrix.msc2967.client:" }

    private static func afterClientPrefix(_ token: ByteView) -> ByteView? {
        if token.hasPrefix(stablePrefix) { return token.dropFirst(stablePrefix.utf8CodeUnitCount) }
        if token.hasPrefix(unstablePrefix) { return token.dropFirst(unstablePrefix.utf8CodeUnitCount) }
        return nil
    }

    /// What follows either prefix, for the scopes that MSC2967 defines.
    var afterPrefix: [UInt8]? {
        switch self {
        case .clientAPI: [UInt8](ByteView("api:*"))
        case .device(let id): [UInt8](ByteView("device:")) + [UInt8](id)
        default: nil
        }
    }

    /// scope-token of RFC 6749 section 3.3: printable ASCII without space, `"` and `\`, and not empty.
    package static func isToken(_ text: ByteView) -> Bool {
        guard !text.isEmpty, text.firstIndex(of: 0x20) == nil, text.firstIndex(of: 0x7F) == nil else { return false }
        for i in mxauth_plain_count(text.base, text.count)..<text.count {
            switch text[i] {
            case 0x21, 0x23...0x5B, 0x5D...0x7E: continue
            default: return false
            }
        }
        return true
    }
}
