// SPDX-License-Identifier: Apache-2.0
import JOSE

extension Configuration {
    /// The option issuer.keys.
    func setKeys(_ text: ByteView) throws(Option.Refusal) -> String? {
        guard text.count <= maximumKeySetBytes else {
            throw Option.Refusal(
                detail: "\(text.count) bytes are more than max_key_set_bytes (\(maximumKeySetBytes)) allows.")
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
        try updateIssuer { issuer in issuer.keySet = keySet }
        return skipped
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
