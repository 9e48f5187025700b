// SPDX-License-Identifier: Apache-2.0
import JOSE

/// The stage of user-interactive authentication in which the user approves, where the account is managed, that
/// cross-signing keys are replaced (MSC4312).
package enum CrossSigningStage {
    static var name: StaticString { "m.oauth" }
    /// From before the proposal was merged; clients know it.
    static var oldName: StaticString { "org.matrix.cross_signing_reset" }

    /// The body of the 401 response; nil when memory ran out. `target` is what `AccountURL` takes.
    /// `isRepeated`: the client came back before its user had approved.
    package static func challenge(
        _ target: ByteView, session: ByteView, isRepeated: Bool
    ) throws(InputFault) -> [UInt8]? {
        guard isSession(session) else { throw InputFault("session", "It has 1 to 255 characters of visible ASCII.") }
        let url = try url(target)
        let body = JSONBuilder.object()
        if isRepeated {
            body.set("errcode", "M_FORBIDDEN")
            body.set("error", "The reset of the cross-signing keys has not been approved.")
        }
        body.set("session", session)
        let flows = JSONBuilder.array()
        flows.append(flow(name))
        flows.append(flow(oldName))
        body.set("flows", flows)
        let parameters = JSONBuilder.object()
        parameters.set(name, parameter(url))
        parameters.set(oldName, parameter(url))
        body.set("params", parameters)
        return body.text()
    }

    /// The session that a request says it goes on with. Empty if it is a first one, without `auth`.
    package static func session(ofRequest body: ByteView) throws(InputFault) -> [UInt8] {
        let document = try InputDocument(object: body, "body")
        defer { withExtendedLifetime(document) {} }
        guard let auth = document.root.given("auth") else { return [] }
        guard auth.isObject else { throw InputFault("auth", "It is not an object.") }
        // The stage is completed with the session alone. A client that names a stage all the same names this one.
        if let type = auth.given("type") {
            guard let type = type.string, type == name || type == oldName else {
                throw InputFault("auth.type", "It is not the stage that was asked for.")
            }
        }
        guard let session = auth.given("session")?.string, !session.isEmpty else {
            throw InputFault("auth.session", "There is no session.")
        }
        return [UInt8](session)
    }

    private static func isSession(_ text: ByteView) -> Bool {
        guard (1...255).contains(text.count) else { return false }
        for i in 0..<text.count where text[i] <= 0x20 || text[i] >= 0x7F { return false }
        return true
    }

    /// With the action, unless a metadata document does not advertise it; then the front page has to do.
    private static func url(_ target: ByteView) throws(InputFault) -> [UInt8] {
        let action = AccountAction.crossSigningReset.name
        if let document = try? InputDocument(object: target, "metadata") {
            defer { withExtendedLifetime(document) {} }
            if !AccountManagement(document.root).lists(action) {
                return try AccountURL.build(target, action: nil, device: nil)
            }
        }
        return try AccountURL.build(target, action: ByteView(action), device: nil)
    }

    private static func flow(_ stage: StaticString) -> JSONBuilder {
        let stages = JSONBuilder.array()
        stages.append(String(stage))
        let flow = JSONBuilder.object()
        flow.set("stages", stages)
        return flow
    }

    private static func parameter(_ url: [UInt8]) -> JSONBuilder {
        let parameter = JSONBuilder.object()
        url.withView { parameter.set("url", $0) }
        return parameter
    }
}
