// SPDX-License-Identifier: Apache-2.0
import JOSE

/// The grant types of the Matrix specification, as a client registers them.
struct RegisteredGrants: OptionSet {
    let rawValue: UInt8

    static let code = RegisteredGrants(rawValue: 1 << 0)
    static let refresh = RegisteredGrants(rawValue: 1 << 1)
    static let device = RegisteredGrants(rawValue: 1 << 2)

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Nil for any other.
    init?(_ name: ByteView) {
        if name == "authorization_code" {
            self = .code
        } else if name == "refresh_token" {
            self = .refresh
        } else if name == "urn:ietf:params:oauth:grant-type:device_code" {
            self = .device
        } else {
            return nil
        }
    }
}
