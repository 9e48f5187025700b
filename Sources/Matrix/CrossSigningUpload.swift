// SPDX-License-Identifier: Apache-2.0
import JOSE

/// What comes of an upload of cross-signing keys (MSC3967); the numbers are those of MXAUTH_CROSS_SIGNING_…, none of
/// them 0.
package enum CrossSigningUpload: UInt32 {
    /// There is nothing in it that is not stored.
    case unchanged = 1
    /// No master key is stored: the keys may be, without further ado.
    case first = 2
    /// Keys would be replaced or added.
    case needsAuth = 3

    /// `stored` is an object of the keys that the user has, under the names that they are uploaded with, and of nothing
    /// else: a name that is misspelt must not pass for a key that is not there.
    package static func decide(stored: ByteView, upload: ByteView) throws(InputFault) -> CrossSigningUpload {
        let before = try InputDocument(object: stored, "stored")
        defer { withExtendedLifetime(before) {} }
        let sent = try InputDocument(object: upload, "upload")
        defer { withExtendedLifetime(sent) {} }
        var count = 0
        var isNew = false
        for kind in Kind.allCases {
            if before.root.member(kind.name) != nil { count += 1 }
            let old = try key(kind, of: before, "stored")
            let new = try key(kind, of: sent, "upload")
            guard let new else { continue }
            if let old, old.equals(new) { continue }
            isNew = true
        }
        before.root.forEachMember { _, _ in count -= 1 }
        guard count == 0 else {
            throw InputFault("stored", "It has a member besides master_key, self_signing_key and user_signing_key.")
        }
        if !isNew { return .unchanged }
        return before.root.given(Kind.master.name) == nil ? .first : .needsAuth
    }

    private enum Kind: CaseIterable {
        case master, selfSigning, userSigning

        var name: StaticString {
            switch self {
            case .master: "master_key"
            case .selfSigning: "self_signing_key"
            case .userSigning: "user_signing_key"
            }
        }
    }

    private static func key(_ kind: Kind, of document: InputDocument, _ name: StaticString) throws(InputFault) -> JSONNode? {
        guard let key = document.root.given(kind.name) else { return nil }
        guard key.isObject else { throw InputFault("\(String(name)).\(String(kind.name))", "A key is an object.") }
        return key
    }
}
