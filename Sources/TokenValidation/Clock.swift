// SPDX-License-Identifier: Apache-2.0
import CSystem

/// Where the time comes from: the system, or a function of the host's for tests and replays.
package struct Clock: @unchecked Sendable {
    package typealias Function = @convention(c) (UnsafeMutableRawPointer?, UInt32) -> Int64

    private static let wall: UInt32 = 0
    private let function: Function?
    private let user: UnsafeMutableRawPointer?

    package static let system = Clock(function: nil, user: nil)

    package init(function: Function?, user: UnsafeMutableRawPointer?) {
        self.function = function
        self.user = user
    }

    /// Unix seconds.
    var now: Int64 {
        if let function { return function(user, Self.wall) / 1_000_000_000 }
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec)
    }
}
