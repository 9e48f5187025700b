// SPDX-License-Identifier: Apache-2.0
import JOSE

/// What an authorization server knows of a client: its metadata as they were registered (RFC 7591 section 2).
struct RegisteredClient {
    /// Metadata that the client sent have none yet.
    let id: ByteView?
    let grants: RegisteredGrants
    let hasCodeResponse: Bool
    private let isNative: Bool
    private let redirects: [ByteView]
    private let document: InputDocument

    init(_ text: ByteView) throws(InputFault) {
        document = try InputDocument(object: text, "client")
        let root = document.root
        id = try Self.string(root, "client_id", "client.client_id")
        redirects = try Self.strings(root, "redirect_uris", "client.redirect_uris") ?? []
        isNative = try Self.string(root, "application_type", "client.application_type").map { $0 == "native" } ?? false
        hasCodeResponse =
            try Self.strings(root, "response_types", "client.response_types").map { contains($0, "code") } ?? true
        guard let names = try Self.strings(root, "grant_types", "client.grant_types") else {
            grants = .code
            return
        }
        var grants: RegisteredGrants = []
        for name in names { grants.formUnion(RegisteredGrants(name) ?? []) }
        self.grants = grants
    }

    /// Whether `redirect` is one of the client's, character for character (RFC 9700 section 2.1), but for the port of a
    /// native client on the user's own machine, which is any (RFC 8252 section 7.3, MSC2966).
    func hasRegistered(_ redirect: ByteView) -> Bool {
        for known in redirects where known == redirect { return true }
        guard isNative, let asked = Self.withoutPort(redirect) else { return false }
        for known in redirects where Self.withoutPort(known) == asked { return true }
        return false
    }

    /// Whether codes may be sent there though it is plain http (RFC 9700 section 2.6).
    func mayUseHTTP(_ uri: URI) -> Bool { isNative && uri.isOnLoopback }

    /// Nil for what is not on the loopback interface.
    private static func withoutPort(_ text: ByteView) -> [UInt8]? {
        guard let uri = URI(text), uri.hasScheme("http"), uri.isOnLoopback else { return nil }
        guard let port = uri.authority?.port else { return [UInt8](text) }
        let start = port.base - text.base
        return [UInt8](text.slice(0, count: start - 1)) + [UInt8](text.dropFirst(start + port.count))
    }

    private static func string(
        _ root: JSONNode, _ name: StaticString, _ subject: StaticString
    ) throws(InputFault) -> ByteView? {
        guard let value = root.given(name) else { return nil }
        guard let string = value.string else { throw InputFault(String(subject), "It is not a string.") }
        return string
    }

    private static func strings(
        _ root: JSONNode, _ name: StaticString, _ subject: StaticString
    ) throws(InputFault) -> [ByteView]? {
        guard let value = root.given(name) else { return nil }
        guard let strings = value.strings else { throw InputFault(String(subject), "It is not an array of strings.") }
        return strings
    }
}

extension URI {
    /// The hosts that MSC2966 has for this.
    var isOnLoopback: Bool {
        guard let authority, authority.userInfo == nil else { return false }
        let host = authority.host
        return host == "127.0.0.1" || host == "[::1]" || host.equalsIgnoringCase(ByteView("localhost"))
    }
}
