// SPDX-License-Identifier: Apache-2.0
import JOSE

/// What the scopes of a token allow, as the bits that `mxauth_verdict.grants` carries.
package struct Grants: OptionSet, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    package static let clientAPI = Grants(rawValue: 1 << 0)
    package static let openid = Grants(rawValue: 1 << 1)
    package static let synapseAdmin = Grants(rawValue: 1 << 2)
    package static let masAdmin = Grants(rawValue: 1 << 3)
    /// The host's word that this is a guest; no scope says so.
    package static let guest = Grants(rawValue: 1 << 4)
    /// The host's word that this is an application service; no scope says so.
    package static let appservice = Grants(rawValue: 1 << 5)
    /// MSC4484, while scopes of open proposals count.
    package static let serverAdministration = Grants(rawValue: 1 << 6)
    /// MSC4502, likewise.
    package static let roomsIsJoined = Grants(rawValue: 1 << 7)

    /// A scope of the operator's, counted from 0.
    package static func operatorScope(_ index: Int) -> Grants { Grants(rawValue: 1 << UInt64(32 + index)) }
    package static let operatorScopes = Grants(rawValue: 0xFFFF_FFFF << 32)
}

/// Reads a token's scopes and compiles them. No scope, no grant.
package struct ScopeReading {
    package private(set) var grants: Grants = []
    /// The one device that the scopes name, if any. Borrowed from the text that was read.
    package private(set) var device: ByteView?
    package private(set) var hasUnknownScopes = false

    package enum Fault: Error {
        /// Not scope-tokens separated by single spaces (RFC 6749 section 3.3).
        case malformed
        /// Two different devices. The same one in both spellings counts once (MSC2967).
        case twoDevices
        /// Empty, or longer than the 255 bytes that homeservers store.
        case deviceSize(Int)
    }

    /// The first fault of a device, if these are not thrown at once: whoever wants to see all grants first.
    package private(set) var deviceFault: Fault?

    private let readsDevices: Bool
    private let defersDeviceFaults: Bool
    private let readsDrafts: Bool

    /// `readsDevices` is false when something else than the scopes names the device. Scopes of open proposals grant
    /// something if `readsDrafts`.
    package init(readsDevices: Bool = true, defersDeviceFaults: Bool = false, readsDrafts: Bool = false) {
        self.readsDevices = readsDevices
        self.defersDeviceFaults = defersDeviceFaults
        self.readsDrafts = readsDrafts
    }

    /// Adds the tokens of a `scope` string; those of `rules` grant what these say. An empty string holds none.
    package mutating func add(list: ByteView, rules: ScopeRules = ScopeRules()) throws(Fault) {
        if list.isEmpty { return }
        var rest = list
        while let space = rest.firstIndex(of: UInt8(ascii: " ")) {
            try add(token: rest.slice(0, count: space), rules: rules)
            rest = rest.dropFirst(space + 1)
        }
        try add(token: rest, rules: rules)
    }

    /// Adds one scope token.
    package mutating func add(token: ByteView, rules: ScopeRules = ScopeRules()) throws(Fault) {
        guard Scope.isToken(token) else { throw .malformed }
        switch Scope(token) {
        case .clientAPI: grants.insert(.clientAPI)
        case .openid: grants.insert(.openid)
        case .synapseAdmin: grants.insert(.synapseAdmin)
        case .masAdmin: grants.insert(.masAdmin)
        case .serverAdministration where readsDrafts: grants.insert(.serverAdministration)
        case .roomsIsJoined where readsDrafts: grants.insert(.roomsIsJoined)
        case .serverAdministration, .roomsIsJoined: hasUnknownScopes = true
        case .unknown:
            if let grant = rules.grant(of: token) { grants.insert(grant) } else { hasUnknownScopes = true }
        case .device(let id) where readsDevices:
            do throws(Fault) {
                try add(device: id)
            } catch {
                guard defersDeviceFaults else { throw error }
                deviceFault = deviceFault ?? error
            }
        case .device: break
        }
    }

    private mutating func add(device id: ByteView) throws(Fault) {
        guard id.count >= 1, id.count <= 255 else { throw .deviceSize(id.count) }
        if let device, !(device == id) { throw .twoDevices }
        device = id
    }
}
