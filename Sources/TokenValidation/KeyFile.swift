// SPDX-License-Identifier: Apache-2.0
import JOSE

extension Validator {
    /// How often a file is looked at, in seconds.
    static let fileInterval: Int64 = 5

    /// Reads an issuer's key file if it is another one than last time. A file that is gone or cannot be used leaves
    /// the keys that were read before.
    func readFile(_ path: [UInt8], of index: Int, at now: Int64) {
        let issuer = issuers[index]
        let previous = lock.withLock { issuer.keys.fileMark }
        if let previous, File.mark(path) == previous {
            lock.withLock { issuer.keys.confirm(lifetime: Self.fileInterval, at: now) }
            return
        }
        let name = issuer.policy.issuer.withView { $0.quoted }
        do throws(File.Fault) {
            let file = try File.read(path, limit: settings.maximumKeySetBytes)
            let keySet = file.bytes.withView { try? KeySet(parsing: $0).restricted(toRSAOf: issuer.policy.minimumRSABits) }
            if let keySet, keySet.serves(issuer.policy) {
                lock.withLock {
                    issuer.keys.fileMark = file.mark
                    issuer.keys.replace(keySet, from: nil, etag: nil, lastModified: nil, lifetime: Self.fileInterval, at: now)
                }
                note(.info, "issuer \(name): \(keySet.keys.count) keys from its file")
                notifyDecided()
                return
            }
            note(.warning, "issuer \(name): its key file holds no usable key")
        } catch {
            note(.warning, "issuer \(name): its key file cannot be read")
        }
        lock.withLock { issuer.keys.failFile(lookingAgainIn: Self.fileInterval, at: now) }
    }
}
