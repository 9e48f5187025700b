// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// Before a table is used, it has to answer as EVP_PKEY_verify does.
extension ECTable {
    private static var rounds: Int { 4 }

    /// Whether both say yes to good signatures, and the same to spoiled ones.
    func agrees(with key: OpaquePointer, _ workspace: Workspace) -> Bool {
        guard let context = EVP_PKEY_CTX_new(key, nil) else { return false }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_verify_init(context) == 1 else { return false }
        let field = curve.fieldSize
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 3 * field) { bytes in
            guard let base = bytes.baseAddress else { return false }
            let signature = ByteView(base, count: 2 * field)
            let digest = ByteView(base + 2 * field, count: field)
            func answersAgree(expecting expected: Bool?) -> Bool {
                let own = verify(signature, digest: digest, workspace)
                let other = ErrorQueue.untouched {
                    ECDSASignature.withDER(of: signature) {
                        EVP_PKEY_verify(context, $0.base, $0.count, digest.base, digest.count) == 1
                    }
                }
                return own == other && (expected == nil || own == expected)
            }
            for round in 0..<Self.rounds {
                guard makeCase(signature: base, digest: base + 2 * field, workspace), answersAgree(expecting: true) else {
                    return false
                }
                // A bit of r, of s and of the digest's first half, which counts in full.
                for part in 0..<3 {
                    let at = part * field + 1 + (round * 7 + part) % (field / 2)
                    bytes[at] ^= 0x10
                    guard answersAgree(expecting: nil) else { return false }
                    bytes[at] ^= 0x10
                }
            }
            return true
        }
    }

    /// A signature that verifies, made without the private key: R = aG + bQ for random a and b, r = x(R), s = r / b and
    /// the digest e = a r / b.
    private func makeCase(
        signature: UnsafeMutablePointer<UInt8>, digest: UnsafeMutablePointer<UInt8>, _ workspace: Workspace
    ) -> Bool {
        let numbers = workspace.numbers
        let size = Int32(truncatingIfNeeded: curve.fieldSize)
        BN_CTX_start(numbers)
        defer { BN_CTX_end(numbers) }
        guard let a = BN_CTX_get(numbers), let b = BN_CTX_get(numbers), let r = BN_CTX_get(numbers),
            let e = BN_CTX_get(numbers), let (sum, second) = workspace.points(on: baseGroup, of: curve),
            BN_rand_range(a, order) == 1, BN_rand_range(b, order) == 1, BN_is_zero(a) == 0, BN_is_zero(b) == 0,
            EC_POINT_mul(baseGroup, sum, a, nil, nil, numbers) == 1,
            EC_POINT_mul(keyGroup, second, b, nil, nil, numbers) == 1,
            EC_POINT_add(baseGroup, sum, sum, second, numbers) == 1,
            EC_POINT_get_affine_coordinates(baseGroup, sum, r, nil, numbers) == 1,
            BN_nnmod(r, r, order, numbers) == 1,
            BN_mod_inverse(b, b, order, numbers) != nil, BN_mod_mul(b, r, b, order, numbers) == 1,
            BN_mod_mul(e, a, b, order, numbers) == 1,
            // The digest's leftmost bits count.
            BN_lshift(e, e, size * 8 - BN_num_bits(order)) == 1
        else { return false }
        return BN_bn2binpad(r, signature, size) == size
            && BN_bn2binpad(b, signature + curve.fieldSize, size) == size && BN_bn2binpad(e, digest, size) == size
    }
}
