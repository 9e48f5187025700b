// SPDX-License-Identifier: Apache-2.0
import JOSE

/// Links to where an account is managed (MSC4191).
package enum AccountURL {
    /// `target` is a metadata document, of which only advertised actions are linked to, or the URL alone. No action: the
    /// front page. `device` is for the actions that are about one device.
    package static func build(_ target: ByteView, action: ByteView?, device: ByteView?) throws(InputFault) -> [UInt8] {
        guard beginsObject(target) else { return try build(target, nil, action, device) }
        let document = try InputDocument(object: target, "metadata")
        defer { withExtendedLifetime(document) {} }
        let management = AccountManagement(document.root)
        guard let uri = management.uri else {
            throw InputFault("account_management_uri", "The metadata names none: the issuer has no place for this.")
        }
        return try build(uri, management, action, device)
    }

    private static func build(
        _ text: ByteView, _ management: AccountManagement?, _ action: ByteView?, _ device: ByteView?
    ) throws(InputFault) -> [UInt8] {
        guard text.count <= InputDocument.maximumSize, let uri = URI(text), uri.isWeb, uri.authority?.userInfo == nil else {
            throw InputFault("account_management_uri", "It is not an http or https URL without user and password.")
        }
        var pairs: [[UInt8]] = []
        for pair in FormQuery(uri.query ?? .empty).pairs where !isOurs(pair.name) { pairs.append([UInt8](pair.text)) }
        if let action {
            pairs.append(Array("action=".utf8) + FormQuery.encoded(try spelling(of: action, management)))
        }
        if let device = try checked(device, action) {
            pairs.append(Array("device_id=".utf8) + FormQuery.encoded(device))
        }
        let fragmentSize = uri.fragment.map { $0.count + 1 } ?? 0
        let querySize = uri.query.map { $0.count + 1 } ?? 0
        var url = [UInt8](text.slice(0, count: text.count - fragmentSize - querySize))
        for (index, pair) in pairs.enumerated() { url += [UInt8(ascii: index == 0 ? "?" : "&")] + pair }
        return url + [UInt8](text.dropFirst(text.count - fragmentSize))
    }

    private static func beginsObject(_ text: ByteView) -> Bool {
        for i in 0..<text.count {
            switch text[i] {
            case 0x20, 0x09, 0x0A, 0x0D: continue
            default: return text[i] == UInt8(ascii: "{")
            }
        }
        return false
    }

    private static func isOurs(_ name: [UInt8]?) -> Bool {
        name?.withView { $0 == "action" || $0 == "device_id" } ?? false
    }

    /// The spelling of `action` that is understood there: the present one, unless only an older one is advertised.
    private static func spelling(of action: ByteView, _ management: AccountManagement?) throws(InputFault) -> ByteView {
        let known = AccountAction(action)
        guard let management else {
            guard let known else { throw InputFault("action", "It is not an action of MSC4191.") }
            return ByteView(known.name)
        }
        if let known {
            for name in [ByteView(known.name)] + known.oldNames where management.lists(name) { return name }
        } else if management.lists(action) {
            return action
        }
        throw InputFault("action", "The metadata does not advertise the action.")
    }

    private static func checked(_ device: ByteView?, _ action: ByteView?) throws(InputFault) -> ByteView? {
        let known = action.flatMap { AccountAction($0) }
        guard let device else {
            guard !(known?.needsDevice ?? false) else {
                throw InputFault("device_id", "The action is about a device, and none is named.")
            }
            return nil
        }
        // An action that we do not know may be about a device, too.
        guard let action, AccountAction(action)?.needsDevice ?? true else {
            throw InputFault("device_id", "The action is not about a device.")
        }
        guard (1...255).contains(device.count) else { throw InputFault("device_id", "It has 1 to 255 bytes.") }
        return device
    }
}
