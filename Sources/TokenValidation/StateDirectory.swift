// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import CSystem
import JOSE

/// Where the last good key set of each issuer is kept, so that a restart while an issuer is away still validates. One
/// file for each issuer, named after the digest of its name, readable by nobody else.
final class StateDirectory: Sendable {
    private let path: [UInt8]

    init(path: [UInt8]) {
        self.path = path
    }

    /// A key set of an earlier run and when it was fetched, in Unix seconds.
    struct Saved {
        let keySet: KeySet
        let fetchedAt: Int64
    }

    enum LoadFault: Error {
        case absent
        /// Not what we wrote, or somebody else could have written it.
        case damaged
    }

    func load(issuer: [UInt8], limit: Int) throws(LoadFault) -> Saved {
        try read(issuer: issuer, limit: limit).saved
    }

    /// The issuer has confirmed the set that is saved.
    func renew(_ issuer: [UInt8], limit: Int, at wallSeconds: Int64) {
        guard let text = try? read(issuer: issuer, limit: limit).text else { return }
        text.withView { save($0, of: issuer, at: wallSeconds) }
    }

    private func read(issuer: [UInt8], limit: Int) throws(LoadFault) -> (saved: Saved, text: [UInt8]) {
        let file: File.Content
        do throws(File.Fault) {
            // The envelope needs some room around the set itself.
            file = try File.read(filePath(of: issuer, suffix: ".json"), limit: 2 * limit + 4096)
        } catch {
            throw error == .absent ? .absent : .damaged
        }
        guard file.isOnlyOurs, let tree = file.bytes.withView({ try? JSONTree(parsing: $0) }) else { throw .damaged }
        // Nodes are borrowed from the tree.
        defer { withExtendedLifetime(tree) {} }
        guard let name = tree.root.member("issuer")?.string, [UInt8](name) == issuer,
            let fetchedAt = tree.root.member("fetched_at")?.integer,
            let text = tree.root.member("key_set")?.string, let keySet = try? KeySet(parsing: text)
        else { throw .damaged }
        return (Saved(keySet: keySet, fetchedAt: fetchedAt), [UInt8](text))
    }

    /// Replaces the file as a whole: a reader sees the old one or the new one (rename(2)). Failing is no reason to
    /// refuse anybody, so it has no outcome.
    func save(_ keySet: ByteView, of issuer: [UInt8], at wallSeconds: Int64) {
        let envelope = JSONBuilder.object()
        issuer.withView { envelope.set("issuer", $0) }
        envelope.set("fetched_at", wallSeconds)
        envelope.set("key_set", keySet)
        guard let text = envelope.text() else { return }
        let temporary = temporaryPath(of: issuer)
        File.remove(temporary)
        if !File.write(text, to: temporary) || !File.rename(temporary, to: filePath(of: issuer, suffix: ".json")) {
            File.remove(temporary)
        }
    }

    /// Another validator, here or in another process, may be saving the same issuer's set.
    func temporaryPath(of issuer: [UInt8]) -> [UInt8] {
        let own = UInt(bitPattern: Unmanaged.passUnretained(self).toOpaque())
        return filePath(of: issuer, suffix: ".\(getpid())-\(own).new")
    }

    private func filePath(of issuer: [UInt8], suffix: String) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_Digest(issuer, issuer.count, &digest, nil, EVP_sha256(), nil)
        let hex = Array("0123456789abcdef".utf8)
        var name = path + Array("/keys-".utf8)
        for byte in digest.prefix(16) { name += [hex[Int(byte >> 4)], hex[Int(byte & 0x0F)]] }
        return name + Array(suffix.utf8) + [0]
    }
}
