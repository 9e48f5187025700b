// SPDX-License-Identifier: Apache-2.0
import JOSE

/// What can be done where an account is managed (MSC4191).
enum AccountAction: CaseIterable {
    case profile, devicesList, deviceView, deviceDelete, accountDeactivate, crossSigningReset

    var name: StaticString {
        switch self {
        case .profile: "org.matrix.profile"
        case .devicesList: "org.matrix.devices_list"
        case .deviceView: "org.matrix.device_view"
        case .deviceDelete: "org.matrix.device_delete"
        case .accountDeactivate: "org.matrix.account_deactivate"
        case .crossSigningReset: "org.matrix.cross_signing_reset"
        }
    }

    /// From before devices were called devices; with and without what comes before its last part.
    private var oldName: StaticString? {
        switch self {
        case .devicesList: "org.matrix.sessions_list"
        case .deviceView: "org.matrix.session_view"
        case .deviceDelete: "org.matrix.session_end"
        case .profile, .accountDeactivate, .crossSigningReset: nil
        }
    }

    /// The newer spelling first.
    var oldNames: [ByteView] {
        guard let oldName = oldName.map({ ByteView($0) }) else { return [] }
        return [oldName, oldName.dropFirst("org.matrix.".utf8.count)]
    }

    /// Whether it is about one device, which has to be named.
    var needsDevice: Bool { self == .deviceView || self == .deviceDelete }

    /// By any of its spellings.
    init?(_ text: ByteView) {
        for action in Self.allCases where text == action.name || action.oldNames.contains(where: { $0 == text }) {
            self = action
            return
        }
        return nil
    }
}

/// The members of a metadata document that MSC4191 adds; the stable names win.
struct AccountManagement {
    static let uriNames: [StaticString] = ["account_management_uri", "org.matrix.msc4191.account_management_uri"]
    static let actionsNames: [StaticString] = [
        "account_management_actions_supported", "org.matrix.msc4191.account_management_actions_supported",
    ]

    let uri: ByteView?
    let actions: [ByteView]

    init(_ root: JSONNode) {
        uri = Self.uriNames.compactMap { root.given($0) }.first?.string
        actions = Self.actionsNames.compactMap { root.given($0) }.first?.strings ?? []
    }

    func lists(_ name: StaticString) -> Bool { contains(actions, name) }
    func lists(_ name: ByteView) -> Bool { actions.contains { $0 == name } }
}
