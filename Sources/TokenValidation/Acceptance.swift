// SPDX-License-Identifier: Apache-2.0
import JOSE
import Synchronization

/// A good verdict together with what ends it. Borrowed from the judge's scratch memory.
struct Acceptance {
    let verdict: Verdict
    let marks: RevocationMarks
    /// Wall seconds from which the token has expired, leeway included.
    var endsAtWall = Int64.max
    /// Monotonic milliseconds from which it has.
    var ends = Int64.max
    /// The generation of the key set that verified it.
    var keyGeneration: UInt64 = 0
}

// How verdicts go into the caches and come out of them.

extension Validator {
    /// Remembers a good verdict for as long as its issuer's policy allows. `claims` is what the issuer has answered.
    func remember(_ digest: Digest, _ acceptance: Acceptance, claims: ByteView, epoch: UInt64, at now: Moment) {
        let verdict = acceptance.verdict
        let issuer = issuers[verdict.issuerIndex]
        var facts = CachedVerdict.Facts()
        facts.kind = verdict.kind
        facts.issuerIndex = verdict.issuerIndex
        facts.grants = verdict.grants
        facts.hasUnknownScopes = verdict.hasUnknownScopes
        facts.expiresAt = verdict.expiresAt
        facts.issuedAt = verdict.issuedAt
        facts.endsAtWall = acceptance.endsAtWall
        facts.ends = acceptance.ends
        facts.judgedAt = now.monotonic
        facts.freshUntil = now.monotonic + issuer.policy.cacheTTL * 1000
        facts.staleUntil = facts.freshUntil + (verdict.kind == .introspected ? issuer.policy.staleIfError * 1000 : 0)
        if verdict.kind == .jwt { facts.keys = issuer.keys.state }
        facts.keyGeneration = acceptance.keyGeneration
        facts.marks = acceptance.marks
        let texts = CachedVerdict.Texts(
            first: verdict.userID, second: verdict.deviceID, third: verdict.subject, fourth: verdict.clientID, fifth: claims)
        accepted.remember(digest, facts, texts, epoch: epoch)
    }

    /// Remembers why a token is refused, for `seconds`.
    func remember(_ digest: Digest, refusal: Finding, for seconds: Int64, at now: Int64) {
        var facts = CachedVerdict.Facts()
        facts.status = refusal.status
        facts.judgedAt = now
        facts.freshUntil = now + seconds * 1000
        facts.check = refusal.check
        let words = [refusal.subject, refusal.expected, refusal.found].map { Array($0.utf8) }
        words[0].withView { subject in
            words[1].withView { expected in
                words[2].withView { found in
                    let texts = CachedVerdict.Texts(first: subject, second: expected, third: found)
                    refused.remember(digest, facts, texts, epoch: 0)
                }
            }
        }
    }

    /// Whether the token is remembered as good and still is; nil if it is not remembered at all. All that is seen of it is
    /// what `accept` gets.
    @inline(__always)
    func isKnown(_ digest: Digest, at now: Moment, _ accept: (Verdict) -> Void) -> Bool? {
        accepted.find(digest, counting: { $0 == true }) { entry in
            guard standing(of: entry, at: now) == .ok else { return false }
            accept(Verdict(cached: entry))
            return true
        }
    }

    /// What is remembered of a token that was good, if it still holds. Whoever wants to see every check of a JWT is not
    /// served from memory.
    func recall(
        _ digest: Digest, at now: Moment, _ watch: inout Watch, _ accept: (Verdict) -> Void
    ) -> Status? {
        accepted.find(digest) { entry in
            if entry.pointee.facts.kind == .jwt, watch.interest == .everyCheck { return nil }
            guard let status = standing(of: entry, at: now) else { return nil }
            switch status {
            case .revoked: watch.note(.revoked, .revoked(.revoked))
            case .expired: watch.note(.expired, Finding(expired: entry, at: now))
            default:
                watch.note(.ok, Finding(answer: entry, at: now))
                accept(Verdict(cached: entry))
            }
            return status
        }
    }

    /// What is remembered of a token that its issuer has refused, or could not be asked about.
    func recallRefusal(_ digest: Digest, at now: Moment, _ watch: inout Watch) -> Status? {
        guard asksIssuers else { return nil }
        return refused.find(digest) { entry in
            guard now.monotonic < entry.pointee.facts.freshUntil else { return nil }
            let status = entry.pointee.facts.status
            watch.note(status, Finding(refusal: entry))
            return status
        }
    }

    /// Whether `recall` would find something.
    func isRemembered(_ digest: Digest, at now: Moment) -> Bool {
        let isGood = accepted.find(digest) { now.monotonic < $0.pointee.facts.freshUntil || $0.hasEnded(at: now) }
        return isGood == true || refused.find(digest) { now.monotonic < $0.pointee.facts.freshUntil } == true
    }

    /// A verdict that is past its time but may serve because the issuer cannot be asked.
    func recallStale(
        _ digest: Digest, at now: Moment, _ watch: inout Watch, _ accept: (Verdict) -> Void
    ) -> Bool {
        let isServed = accepted.find(digest) { entry -> Bool? in
            guard now.monotonic < entry.pointee.facts.staleUntil, !isRevoked(entry, at: now), !entry.hasEnded(at: now)
            else { return nil }
            watch.overrule(Finding(answer: entry, at: now))
            accept(Verdict(cached: entry))
            return true
        }
        return isServed ?? false
    }

    /// `.ok`, `.revoked` or `.expired`; nil if the token has to be judged anew.
    @inline(__always)
    private func standing(of entry: CachedVerdict.Pointer, at now: Moment) -> Status? {
        if isRevoked(entry, at: now) { return .revoked }
        if entry.hasEnded(at: now) { return .expired }
        guard now.monotonic < entry.pointee.facts.freshUntil else { return nil }
        guard let keys = entry.pointee.facts.keys else { return .ok }
        guard keys.pointee.generation == entry.pointee.facts.keyGeneration, keys.pointee.serves(at: now.monotonic) else {
            return nil
        }
        // Tokens that are known keep keys fresh as new ones do.
        return keys.pointee.isFetched && keys.pointee.isDue(at: now.monotonic) ? nil : .ok
    }

    /// Compared again only if something has been revoked since the last time.
    private func isRevoked(_ entry: CachedVerdict.Pointer, at now: Moment) -> Bool {
        let epoch = revocations.epoch
        if entry.pointee.checkedEpoch.load(ordering: .relaxed) == epoch { return false }
        if entry.pointee.facts.marks.areRevoked(
            in: revocations, issuedAt: entry.pointee.facts.issuedAt, now: now.wall)
        {
            return true
        }
        entry.pointee.checkedEpoch.store(epoch, ordering: .relaxed)
        return false
    }

    /// What the issuer has answered about an introspected token.
    func rememberedAnswer(about digest: Digest) -> [UInt8]? {
        accepted.find(digest) { entry in
            entry.pointee.facts.kind == .introspected ? [UInt8](CachedVerdict.texts(of: entry).fifth) : nil
        }
    }
}

extension CachedVerdict.Pointer {
    fileprivate func hasEnded(at now: Moment) -> Bool {
        now.wall >= pointee.facts.endsAtWall || now.monotonic >= pointee.facts.ends
    }
}

extension Verdict {
    fileprivate init(cached entry: CachedVerdict.Pointer) {
        let texts = CachedVerdict.texts(of: entry)
        self.init(
            kind: entry.pointee.facts.kind, isCached: true, issuerIndex: entry.pointee.facts.issuerIndex,
            grants: entry.pointee.facts.grants, hasUnknownScopes: entry.pointee.facts.hasUnknownScopes,
            expiresAt: entry.pointee.facts.expiresAt, issuedAt: entry.pointee.facts.issuedAt, userID: texts.first,
            deviceID: texts.second, subject: texts.third, clientID: texts.fourth)
    }
}

extension Finding {
    fileprivate init(refusal entry: CachedVerdict.Pointer) {
        let texts = CachedVerdict.texts(of: entry)
        func text(_ view: ByteView) -> String { String(decoding: [UInt8](view), as: UTF8.self) }
        self.init(
            check: entry.pointee.facts.check, status: entry.pointee.facts.status, subject: text(texts.first),
            expected: text(texts.second), found: text(texts.third))
    }

    fileprivate init(answer entry: CachedVerdict.Pointer, at now: Moment) {
        self.init(
            check: .introspection, status: .ok, subject: "", expected: "the issuer's word on the token",
            found: "active, \((now.monotonic - entry.pointee.facts.judgedAt) / 1000) s ago")
    }

    fileprivate init(expired entry: CachedVerdict.Pointer, at now: Moment) {
        self.init(
            check: .expiry, status: .expired, subject: "exp", expected: "later than \(now.wall)",
            found: entry.pointee.facts.expiresAt == 0 ? "an earlier end" : "\(entry.pointee.facts.expiresAt)")
    }

    static func revoked(_ status: Status) -> Finding {
        Finding(
            check: .revocation, status: status, subject: "", expected: "no revocation of the token or what it belongs to",
            found: status == .ok ? "none" : "one")
    }
}
