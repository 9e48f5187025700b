// SPDX-License-Identifier: Apache-2.0
import CSystem

/// A descriptor that becomes readable when something has happened (eventfd(2)), for event loops and for the transport.
final class Signal: @unchecked Sendable {
    let descriptor: Int32

    /// Nil if the process may not open another descriptor.
    init?() {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    func raise() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    func clear() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }

    /// In a forked child: the descriptor keeps its number but no longer shares the parent's events.
    func separate() {
        let own = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard own >= 0 else { return }
        dup2(own, descriptor)
        _ = mxauth_close_on_exec(descriptor)
        close(own)
    }
}
