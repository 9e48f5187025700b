// SPDX-License-Identifier: Apache-2.0
import JOSE

/// What comes of a request that makes, renames or deletes devices (MSC4190); the numbers are those of MXAUTH_DEVICE_…,
/// none of them 0.
package enum DeviceManagement: UInt32 {
    case update = 1
    case create = 2
    case notFound = 3
    case delete = 4
    /// Once the host's own stages have been gone through.
    case deleteInteractively = 5
    /// Not to be done with this token, but where the account is managed.
    case elsewhere = 6

    package enum Decision {
        case decided(DeviceManagement)
        case tokenMissing
        case tokenRefused
    }

    /// `exists`: the user has the device that the path names. Nothing depends on it when devices are deleted: those that
    /// are gone are deleted as well.
    package static func decide(
        _ endpoint: Endpoint, _ caller: InteractiveAuth.Caller, exists: Bool
    ) throws(InputFault) -> Decision {
        let isUpdate = endpoint.method == .put && endpoint.template == "/_matrix/client/v3/devices/{deviceId}"
        switch endpoint.guarded {
        case .device, .devices: break
        default: guard isUpdate else { throw InputFault("path", "The endpoint changes no devices.") }
        }
        switch caller {
        case .anonymous: return .tokenMissing
        case .refused: return .tokenRefused
        case .appservice: return .decided(!isUpdate ? .delete : exists ? .update : .create)
        case .oauth where !isUpdate: return .decided(.elsewhere)
        case .host where !isUpdate: return .decided(.deleteInteractively)
        case .oauth, .host: return .decided(exists ? .update : .notFound)
        }
    }
}

/// What comes of an application service's request to register a user of a server without the older login API (MSC4190); the
/// numbers are those of MXAUTH_APPSERVICE_…, none of them 0.
package enum AppserviceRegistration: UInt32 {
    case registers = 1
    /// It asks for a login too.
    case loginUnsupported = 2

    package init(_ body: ByteView) throws(InputFault) {
        let document = try InputDocument(object: body, "body")
        defer { withExtendedLifetime(document) {} }
        self = document.root.member("inhibit_login")?.isTrue ?? false ? .registers : .loginUnsupported
    }
}
