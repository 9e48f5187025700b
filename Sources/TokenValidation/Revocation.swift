// SPDX-License-Identifier: Apache-2.0
import JOSE

/// What can be revoked; the numbers are those of MXAUTH_REVOKE_….
package enum Revocation {
    package enum Kind: UInt32 {
        case token = 1
        case jti = 2
        case session = 3
        case device = 4
        case user = 5
        case subject = 6
        case issuer = 7
        /// A notice that has been taken, which is remembered in the same way.
        case notice = 100

        /// Ended as a whole, whenever its tokens were issued; the others live on and get new tokens.
        var isEndedForGood: Bool { self == .token || self == .jti || self == .session }
        /// Means something only to the issuer that gave it out.
        var isIssuersOwn: Bool { self == .jti || self == .session || self == .subject || self == .notice }
    }
}

/// The marks of everything whose revocation ends one token; 0 for what it has not got.
struct RevocationMarks {
    var token: UInt64 = 0
    var jti: UInt64 = 0
    var session: UInt64 = 0
    var device: UInt64 = 0
    var user: UInt64 = 0
    var subject: UInt64 = 0
    var issuer: UInt64 = 0

    /// With what only the other one has.
    func filled(from other: RevocationMarks) -> RevocationMarks {
        var marks = self
        if jti == 0 { marks.jti = other.jti }
        if session == 0 { marks.session = other.session }
        if subject == 0 { marks.subject = other.subject }
        return marks
    }

    func areRevoked(in revocations: Revocations, issuedAt: Int64, now: Int64) -> Bool {
        func revokes(_ mark: UInt64) -> Bool {
            mark != 0 && revocations.revokes(mark, issuedAt: issuedAt, now: now)
        }
        return revokes(token) || revokes(session) || revokes(device) || revokes(user) || revokes(subject)
            || revokes(jti) || revokes(issuer)
    }
}

extension Validator {
    /// Refuses, from the next call on, the tokens that `value` stands for and that were issued at `notBefore` (Unix
    /// seconds) or earlier; see mxauth_revoke. Any thread.
    package func revoke(
        _ kind: Revocation.Kind, _ value: ByteView, notBefore: Int64
    ) throws(Configuration.Fault) {
        let now = clock.wallSeconds
        let marks = try marks(of: kind, value)
        let moment = notBefore != 0 ? notBefore : kind.isEndedForGood ? .max : now
        let end = rememberedUntil(now)
        let isDone = lock.withLock {
            (try? revocations.add(marks, upTo: moment, until: end, now: now)) != nil
        }
        if !isDone { throw Configuration.Fault(.revocationsFull, "", "") }
    }

    /// Until when a revocation of now matters: all tokens that were issued before it have expired by then.
    func rememberedUntil(_ now: Int64) -> Int64 { now + settings.revocationLifetime + Self.longestLeeway }

    private static var longestLeeway: Int64 { 300 }

    private func marks(of kind: Revocation.Kind, _ value: ByteView) throws(Configuration.Fault) -> [UInt64] {
        func misuse(_ detail: String) -> Configuration.Fault { Configuration.Fault(.misuse, "value", detail) }
        guard !value.isEmpty, value.count <= settings.maximumTokenBytes else {
            throw misuse("What is revoked has 1 to \(settings.maximumTokenBytes) bytes, not \(value.count).")
        }
        guard value.isUTF8 else { throw misuse("What is revoked is UTF-8.") }
        switch kind {
        case .notice:
            throw misuse("Notices cannot be revoked.")
        case .token:
            return [tokenMark(digests.digest(of: value))]
        case .user:
            guard value.looksLikeUserID else { throw misuse("A user is given as a Matrix user ID, @localpart:server.") }
            return [revocations.mark(.user, issuer: nil, value)]
        case .device:
            // A user ID holds no space, and neither does a device ID that came in a scope.
            guard let space = value.firstIndex(of: UInt8(ascii: " ")), value.slice(0, count: space).looksLikeUserID,
                (1...Verdict.maximumTextSize).contains(value.count - space - 1)
            else { throw misuse("A device is given as a Matrix user ID, a space and the device ID.") }
            return [revocations.mark(.device, issuer: nil, value.slice(0, count: space), value.dropFirst(space + 1))]
        case .issuer:
            guard let index = issuers.firstIndex(where: { $0.policy.issuer.withView { $0 == value } }) else {
                throw Configuration.Fault(.issuerUnknown, "value", "It is \(issuersInWords).")
            }
            return [issuerMarks[index]]
        case .jti, .session, .subject:
            // The host does not say whose: a value that two issuers gave out ends both.
            return issuers.indices.map { revocations.mark(kind, issuer: $0, value) }
        }
    }

    func tokenMark(_ digest: Digest) -> UInt64 {
        withUnsafeBytes(of: digest.words) { bytes in
            guard let base = bytes.baseAddress else { return 2 }
            let view = ByteView(base.assumingMemoryBound(to: UInt8.self), count: bytes.count)
            return revocations.mark(.token, issuer: nil, view)
        }
    }

    /// The marks of a token that `identity` describes.
    func marks(_ digest: Digest, issuer index: Int, _ identity: TokenIdentity) -> RevocationMarks {
        func mark(_ kind: Revocation.Kind, _ value: ByteView) -> UInt64 {
            value.isEmpty ? 0 : revocations.mark(kind, issuer: kind.isIssuersOwn ? index : nil, value)
        }
        return RevocationMarks(
            token: tokenMark(digest), jti: mark(.jti, identity.jti), session: mark(.session, identity.session),
            device: identity.userID.isEmpty || identity.deviceID.isEmpty
                ? 0 : revocations.mark(.device, issuer: nil, identity.userID, identity.deviceID),
            user: mark(.user, identity.userID), subject: mark(.subject, identity.subject),
            issuer: issuerMarks[index])
    }
}

/// Everything by which a token can be revoked, besides itself.
struct TokenIdentity {
    var jti = ByteView.empty
    var session = ByteView.empty
    var userID = ByteView.empty
    var deviceID = ByteView.empty
    var subject = ByteView.empty
}

extension ByteView {
    /// `@localpart:server` of at most 255 bytes; nothing else is ever in a verdict.
    fileprivate var looksLikeUserID: Bool {
        guard (1...Verdict.maximumTextSize).contains(count), self[0] == UInt8(ascii: "@"),
            let colon = firstIndex(of: UInt8(ascii: ":"))
        else { return false }
        return colon > 1 && colon + 1 < count
    }
}
