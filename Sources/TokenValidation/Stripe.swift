// SPDX-License-Identifier: Apache-2.0
import CSystem

/// Threads are spread over a few stripes so that what each of them counts lies on a cache line of its own, mostly.
enum Stripe {
    static let count = 32

    /// The calling thread's stripe.
    static var own: Int {
        // The descriptor of a thread is at least a page apart from that of any other.
        let thread = UInt64(UInt(bitPattern: mxauth_thread()))
        return Int(truncatingIfNeeded: ((thread >> 12) &* 0x9E37_79B9_7F4A_7C15) >> 59)
    }
}
