// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Synchronization

extension VerificationKey {
    /// Whether a table would make it faster, as far as its type says.
    package var gainsFromTable: Bool {
        if case .ec = type { return MXAUTH_EC_TABLES != 0 }
        return false
    }

    /// Whether libsodium would make it faster, where it is installed.
    package var gainsFromSodium: Bool { preparation.ed25519?.isWellFormed ?? false }

    package var hasTable: Bool { tableSlot.load(ordering: .relaxed) != nil }

    /// Makes the table with which it verifies from then on, or has libsodium verify for it. Takes up to 25 milliseconds
    /// and 300 KB. False if there can be none: everything stays as it was. Leaves OpenSSL's error queue as it was. Any
    /// thread.
    @discardableResult
    package func prepareTable() -> Bool {
        if gainsFromSodium, !hasTable, let function = SodiumLibrary.verifier() {
            tableSlot.store(function, ordering: .releasing)
        }
        if gainsFromSodium { return hasTable }
        guard gainsFromTable, case .ec(let curve) = type, let publicKey = material.publicKey else { return false }
        if hasTable { return true }
        guard let table = ErrorQueue.untouched({ ECTable.make(for: publicKey, on: curve) }) else { return false }
        let own = Unmanaged.passRetained(table).toOpaque()
        let (isFirst, _) = tableSlot.compareExchange(expected: nil, desired: own, ordering: .acquiringAndReleasing)
        if !isFirst { Unmanaged<ECTable>.fromOpaque(own).release() }
        return true
    }

    /// Nil if there is no table, or no answer from it.
    @inline(__always)
    func answerOfTable(to signature: ByteView, over input: ByteView, with algorithm: SignatureAlgorithm) -> Bool? {
        guard let table = tableSlot.load(ordering: .acquiring), let workspace = Workspace.own else { return nil }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(EVP_MAX_MD_SIZE)) { digest in
            let size = algorithm.hashSize
            guard let base = digest.baseAddress, mxauth_sha2(size, input.base, input.count, base) == 1 else { return nil }
            return Unmanaged<ECTable>.fromOpaque(table)._withUnsafeGuaranteedRef {
                $0.verify(signature, digest: ByteView(base, count: size), workspace)
            }
        }
    }
}
