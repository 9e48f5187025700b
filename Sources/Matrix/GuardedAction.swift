// SPDX-License-Identifier: Apache-2.0
import JOSE

/// What user-interactive authentication guards at an endpoint.
package enum GuardedAction: Sendable {
    case nothing
    case crossSigning
    /// Deleting one device, several.
    case device, devices
    /// Addresses of the account.
    case profile
    case deactivation
    case password
    /// A login token for another client.
    case login
    case registration

    /// As packaging/endpoints.tsv writes it.
    init(_ word: ByteView) {
        if word == "-" {
            self = .nothing
        } else if word == "cross_signing" {
            self = .crossSigning
        } else if word == "device" {
            self = .device
        } else if word == "devices" {
            self = .devices
        } else if word == "profile" {
            self = .profile
        } else if word == "deactivation" {
            self = .deactivation
        } else if word == "password" {
            self = .password
        } else if word == "login" {
            self = .login
        } else {
            self = .registration
        }
    }

    /// Where the account is managed, the same can be done there (MSC4191). Empty for its front page, and for what has no
    /// place there.
    package var accountAction: StaticString {
        switch self {
        case .crossSigning: AccountAction.crossSigningReset.name
        case .device: AccountAction.deviceDelete.name
        case .devices: AccountAction.devicesList.name
        case .profile: AccountAction.profile.name
        case .deactivation: AccountAction.accountDeactivate.name
        case .nothing, .password, .login, .registration: ""
        }
    }

    /// Whether an application service does it without (MSC4190; the registration is m.login.application_service's).
    var isOpenToAppservices: Bool {
        switch self {
        case .nothing, .crossSigning, .device, .devices, .registration: true
        case .profile, .deactivation, .password, .login: false
        }
    }
}
