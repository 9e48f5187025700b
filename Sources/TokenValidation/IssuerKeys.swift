// SPDX-License-Identifier: Apache-2.0
import JOSE

extension Configuration {
    /// The option issuer.keys.
    func setKeys(_ text: ByteView) throws(Option.Refusal) -> String? {
        guard text.count <= settings.maximumKeySetBytes else {
            throw Option.Refusal(
                detail: "\(text.count) bytes are more than max_key_set_bytes (\(settings.maximumKeySetBytes)) allows.")
        }
        let keySet: KeySet
        do throws(KeySet.Fault) {
            keySet = try KeySet(parsing: text)
        } catch {
            throw Option.Refusal(status: .keySetInvalid, detail: error.sentence)
        }
        let skipped = keySet.skippedInWords
        guard !keySet.keys.isEmpty else {
            throw Option.Refusal(status: .keySetInvalid, detail: skipped ?? "It is empty.")
        }
        try setSource(.fixed(keySet))
        return skipped
    }
}

extension Configuration {
    /// Where an issuer's keys come from is said once.
    func setSource(_ source: KeySource) throws(Option.Refusal) {
        try updateIssuer { (issuer) throws(Option.Refusal) in
            if let earlier = issuer.source, !earlier.isSameKind(as: source) {
                throw Option.Refusal(
                    detail: "This issuer has another of issuer.keys, issuer.keys_file, issuer.jwks_uri and issuer.metadata_uri.")
            }
            issuer.source = source
        }
    }

    func setAddress(_ text: ByteView, _ source: (WebAddress) -> KeySource) throws(Option.Refusal) {
        guard let address = WebAddress(text) else { throw Option.Refusal() }
        try setSource(source(address))
    }
}

extension KeySource {
    fileprivate func isSameKind(as other: KeySource) -> Bool {
        switch (self, other) {
        case (.fixed, .fixed), (.file, .file), (.address, .address), (.metadata, .metadata): true
        default: false
        }
    }
}

extension KeySet {
    /// Whether any of its keys can serve what a policy allows.
    func serves(_ policy: Policy) -> Bool {
        keys.contains { !$0.algorithms.isDisjoint(with: policy.algorithms) }
    }
}

extension Validator {
    /// What is on disk when a validator is made: key files, and the last good sets of issuers that may be away.
    func loadFiles() {
        let now = clock.monotonicMilliseconds
        for index in issuers.indices {
            let issuer = issuers[index]
            if case .file(let path) = issuer.keys.source {
                readFile(path, of: index, at: now)
            } else if issuer.keys.isFetched {
                restore(issuer, at: now)
            }
        }
    }

    private func restore(_ issuer: Issuer, at now: Int64) {
        guard let stateDirectory else { return }
        let name = issuer.policy.issuer.withView { $0.quoted }
        do throws(StateDirectory.LoadFault) {
            let saved = try stateDirectory.load(issuer: issuer.policy.issuer, limit: settings.maximumKeySetBytes)
            let keySet = saved.keySet.restricted(toRSAOf: issuer.policy.minimumRSABits)
            // A clock that was set back makes the set look younger than it is, but never younger than new.
            let age = max(0, clock.wallSeconds - max(0, saved.fetchedAt))
            let left = issuer.freshness.staleLimit - age
            guard left > 0, keySet.serves(issuer.policy) else {
                note(.warning, "issuer \(name): the key set in state_dir is too old")
                return
            }
            lock.withLock { issuer.keys.restore(keySet, servingFor: left, at: now) }
            note(.info, "issuer \(name): \(keySet.keys.count) keys from state_dir, \(age) s old")
        } catch {
            if error == .damaged {
                note(.warning, "issuer \(name): the key set in state_dir is damaged or not only ours, and ignored")
            }
        }
    }
}

extension Configuration.Fault {
    /// Key material that is looked at without a configuration.
    package init(unreadableKeys fault: KeySet.Fault) {
        self.init(.keySetInvalid, "", fault.sentence)
    }
}

extension KeySet.Fault {
    fileprivate var sentence: String {
        switch self {
        case .notJSON(0, _): "This is not JSON: it holds a NUL byte."
        case .notJSON(let line, let column): "This is not strict JSON from line \(line), column \(column) on."
        case .notAKeySet: "This JSON has neither an array keys (a JWKS) nor a kty (a JWK)."
        case .noPEMBlock: "This is neither JSON nor does it hold a PEM block."
        }
    }
}

extension KeySet {
    /// How many entries were skipped, and why the first of them was; nil if none was.
    fileprivate var skippedInWords: String? {
        var count = 0
        var first: String?
        for (index, entry) in entries.enumerated() {
            guard case .skipped(let kid, let problem) = entry else { continue }
            count += 1
            if first == nil {
                let name = kid.map { $0.withView { ", kid \($0.quoted)" } } ?? ""
                first = "the first is number \(index + 1)\(name): \(problem)"
            }
        }
        guard let first else { return nil }
        return "\(count) of \(entries.count) entries cannot be used; \(first)."
    }
}
