// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import CSystem

/// What a thread needs to calculate with libcrypto's numbers and points, made on its first calculation and kept until it
/// ends: verifying then allocates next to nothing. Holds nothing secret.
struct Workspace {
    /// A BN_CTX.
    let numbers: OpaquePointer
    /// Two points for each curve, made when they are first wanted.
    private let points: UnsafeMutablePointer<OpaquePointer?>

    private static let pointsPerCurve = 2
    private static var slots: Int { 1 + Curve.allCases.count * pointsPerCurve }

    /// The calling thread's; nil if there is no memory for one. Not for two calculations at once.
    static var own: Workspace? {
        guard let key else { return nil }
        if let memory = pthread_getspecific(key) {
            let slots = memory.assumingMemoryBound(to: OpaquePointer?.self)
            return slots.pointee.map { Workspace(numbers: $0, points: slots + 1) }
        }
        return make(key)
    }

    /// Nil if the process has no more keys for what threads keep.
    private static let key: pthread_key_t? = {
        var key = pthread_key_t()
        return pthread_key_create(&key, { Workspace.free($0) }) == 0 ? key : nil
    }()

    private static func make(_ key: pthread_key_t) -> Workspace? {
        guard let numbers = BN_CTX_new() else { return nil }
        let slots = UnsafeMutablePointer<OpaquePointer?>.allocate(capacity: Self.slots)
        slots.initialize(repeating: nil, count: Self.slots)
        slots.pointee = numbers
        guard pthread_setspecific(key, slots) == 0 else {
            free(slots)
            return nil
        }
        return Workspace(numbers: numbers, points: slots + 1)
    }

    private static func free(_ memory: UnsafeMutableRawPointer?) {
        guard let slots = memory?.assumingMemoryBound(to: OpaquePointer?.self) else { return }
        for index in 1..<Self.slots { EC_POINT_free(slots[index]) }
        BN_CTX_free(slots.pointee)
        slots.deallocate()
    }

    /// Two points with any contents that go with every group of `curve`.
    func points(on group: OpaquePointer, of curve: Curve) -> (OpaquePointer, OpaquePointer)? {
        let pair = points + curve.number * Self.pointsPerCurve
        for index in 0..<Self.pointsPerCurve where pair[index] == nil { pair[index] = EC_POINT_new(group) }
        guard let first = pair[0], let second = pair[1] else { return nil }
        return (first, second)
    }
}

extension Curve {
    /// Its place among all curves.
    fileprivate var number: Int {
        switch self {
        case .p256: 0
        case .p384: 1
        case .p521: 2
        case .secp256k1: 3
        case .ed25519: 4
        case .ed448: 5
        }
    }
}
