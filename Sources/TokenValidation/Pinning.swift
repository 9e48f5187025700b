// SPDX-License-Identifier: Apache-2.0

/// Objects that live as long as a validator and that every thread uses. Swift counts the references to an object where it
/// cannot prove that somebody else keeps it, and counting has all threads write one line of memory, which costs each of
/// them more than all the rest of a new token does (docs/benchmarks/scaling.md). The runtime of Embedded Swift leaves a
/// count alone that says the object is immortal, as those of constants are; these say so until their owner lets go.
///
/// The owner is the only one to hold a reference then. Addresses instead of references: one more of those, counted
/// before and given back after, would be one too few.
enum Pinning {
    typealias Address = UnsafeMutableRawPointer

    static func address<Object: AnyObject>(of object: Object) -> Address { Unmanaged.passUnretained(object).toOpaque() }

    static func pin(_ object: Address) { setCount(of: object, to: immortal) }

    static func unpin(_ object: Address) { setCount(of: object, to: 1) }

    #if $Embedded
    /// All bits but the first, which is another flag.
    private static var immortal: UInt { UInt.max >> 1 }

    /// Behind the object's class.
    private static func setCount(of object: Address, to count: UInt) {
        let word = (object + MemoryLayout<UInt>.size).assumingMemoryBound(to: UInt.self)
        word.pointee = word.pointee & ~immortal | count
    }
    #else
    private static var immortal: UInt { 0 }

    /// The other runtime has no such count.
    private static func setCount(of object: Address, to count: UInt) {}
    #endif
}
