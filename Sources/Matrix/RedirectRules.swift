// SPDX-License-Identifier: Apache-2.0
import JOSE

/// What redirect URIs a client may register (MSC2966, "Redirect URI validation").
struct RedirectRules {
    /// The host of client_uri; nil when that is of no use, and then nothing is compared with it.
    let base: WebHost?
    let isNative: Bool

    func check(_ text: ByteView?, _ place: MemberPath, _ report: inout DocumentReport) {
        guard let uri = text.flatMap({ URI($0) }) else {
            report.refuse(place, "is a URI", "RFC 3986")
            return
        }
        if uri.fragment != nil { report.refuse(place, "has no fragment", "MSC2966, RFC 6749 section 3.1.2") }
        if !isNative || uri.hasScheme("https") {
            checkPage(uri, place, &report)
        } else if uri.hasScheme("http") {
            checkLoopback(uri, place, &report)
        } else {
            checkPrivateUse(uri, place, &report)
        }
    }

    /// Of a web client, or an https address that an operating system lets an app claim.
    private func checkPage(_ uri: URI, _ place: MemberPath, _ report: inout DocumentReport) {
        guard uri.hasScheme("https") else {
            report.refuse(place, "has the scheme https, as those of web clients do", "MSC2966")
            return
        }
        report.refuseHost(of: uri, place, within: base)
        if uri.authority?.userInfo != nil { report.refuse(place, "has no user or password", "MSC2966") }
    }

    private func checkLoopback(_ uri: URI, _ place: MemberPath, _ report: inout DocumentReport) {
        let source: StaticString = "MSC2966, RFC 8252 section 7.3"
        let names: [StaticString] = ["localhost", "127.0.0.1", "[::1]"]
        let host = uri.authority?.host ?? .empty
        if !names.contains(where: { host.equalsIgnoringCase(ByteView($0)) }) {
            report.refuse(place, "has, for the scheme http, the host localhost, 127.0.0.1 or [::1]", source)
        }
        if uri.authority?.port != nil { report.refuse(place, "has no port: any will do when it is used", source) }
        if uri.authority?.userInfo != nil { report.refuse(place, "has no user or password", "RFC 9110 section 4.2.4") }
    }

    private func checkPrivateUse(_ uri: URI, _ place: MemberPath, _ report: inout DocumentReport) {
        if uri.authority != nil {
            report.refuse(place, "has one slash or none after a private-use scheme", "MSC2966, RFC 8252 section 7.1")
        }
        if let base, !begins(uri.scheme, base) {
            report.refuse(
                place, "has a scheme that begins with the labels of client_uri's host in reverse",
                "MSC2966, RFC 8252 section 7.1")
        }
        // Of a host with one label the scheme could be anybody's, and `javascript` is one, too.
        if URI.position(of: ".", in: uri.scheme) == nil {
            report.refuse(place, "has a period in its private-use scheme", "RFC 8252 section 8.4")
        }
    }

    /// Whether the labels of `scheme` are those of the client's host in reverse, and perhaps more.
    private func begins(_ scheme: ByteView, _ base: WebHost) -> Bool {
        guard let prefix = base.reversed, scheme.count >= prefix.count else { return false }
        let rest = scheme.dropFirst(prefix.count)
        return prefix.withView { scheme.slice(0, count: prefix.count).equalsIgnoringCase($0) }
            && (rest.isEmpty || rest.hasPrefix("."))
    }
}

extension DocumentReport {
    /// The host of a URI, which has to be `base` or a subdomain of it, or anything while there is no base.
    mutating func refuseHost(of uri: URI, _ place: MemberPath, within base: WebHost?) {
        guard let host = uri.host else {
            refuse(place, "names a host", "RFC 9110 section 4.2")
            return
        }
        if let base, !host.isWithin(base) { refuse(place, "is on the host of client_uri or a subdomain of it", "MSC2966") }
    }
}
