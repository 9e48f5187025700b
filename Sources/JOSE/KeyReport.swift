// SPDX-License-Identifier: Apache-2.0

extension KeySet {
    /// What each entry is or why it is skipped, as the JSON that include/mxauth.h describes; nil when memory ran out.
    package func report() -> [UInt8]? {
        let list = JSONBuilder.array()
        var skipped: Int64 = 0
        for (index, entry) in entries.enumerated() {
            let item = JSONBuilder.object()
            item.set("index", Int64(index))
            switch entry {
            case .usable(let key):
                item.set("usable", true)
                key.describe(in: item)
            case .skipped(let kid, let problem):
                skipped += 1
                item.set("usable", false)
                kid?.withView { item.set("kid", $0) }
                item.set("problem", problem)
            }
            list.append(item)
        }
        let report = JSONBuilder.object()
        report.set("usable", Int64(keys.count))
        report.set("skipped", skipped)
        report.set("keys", list)
        return report.text()
    }
}

extension VerificationKey {
    fileprivate func describe(in item: JSONBuilder) {
        kid?.withView { item.set("kid", $0) }
        item.set("kty", String(type.name))
        if let curve = type.curve { item.set("crv", String(curve.name)) }
        item.set("bits", Int64(bits))
        let names = JSONBuilder.array()
        for algorithm in SignatureAlgorithm.allCases where algorithms.contains(algorithm) {
            names.append(String(algorithm.name))
        }
        item.set("algorithms", names)
        thumbprint?.withView { item.set("thumbprint", $0) }
    }
}
