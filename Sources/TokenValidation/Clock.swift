// SPDX-License-Identifier: Apache-2.0
import CSystem

/// Where the time comes from: the system, or a function of the host's for tests and replays. Claims are compared
/// with wall time; caches live by monotonic time, which no step of the wall clock moves.
package struct Clock: @unchecked Sendable {
    package typealias Function = @convention(c) (UnsafeMutableRawPointer?, UInt32) -> Int64

    private static let wall: UInt32 = 0
    private static let steady: UInt32 = 1

    private let function: Function?
    private let user: UnsafeMutableRawPointer?

    package static let system = Clock(function: nil, user: nil)

    package init(function: Function?, user: UnsafeMutableRawPointer?) {
        self.function = function
        self.user = user
    }

    /// Unix seconds.
    var wallSeconds: Int64 { nanoseconds(Self.wall, CLOCK_REALTIME) / 1_000_000_000 }

    /// Milliseconds since some fixed moment of this machine's run.
    var monotonicMilliseconds: Int64 { nanoseconds(Self.steady, CLOCK_MONOTONIC) / 1_000_000 }

    fileprivate var coarseWallSeconds: Int64 {
        // The coarse clock, of which time(2) reads the seconds alone.
        function == nil ? Int64(time(nil)) : wallSeconds
    }

    fileprivate var coarseMonotonicMilliseconds: Int64 {
        if function != nil { return monotonicMilliseconds }
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000
    }

    private func nanoseconds(_ clock: UInt32, _ system: clockid_t) -> Int64 {
        if let function { return function(user, clock) }
        var time = timespec()
        clock_gettime(system, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}

/// One reading of both clocks, as coarse as tokens need it: the system's last tick, a few milliseconds ago.
struct Moment {
    /// Unix seconds.
    let wall: Int64
    /// Monotonic milliseconds.
    let monotonic: Int64

    @inline(__always)
    init(_ clock: Clock) {
        wall = clock.coarseWallSeconds
        monotonic = clock.coarseMonotonicMilliseconds
    }
}
