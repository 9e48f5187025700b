// SPDX-License-Identifier: Apache-2.0
import CSystem

/// What the host may want to know of our doings with issuers. Tokens and secrets never come near it.
package struct Log: @unchecked Sendable {
    package typealias Function = @convention(c) (UnsafeMutableRawPointer?, UInt32, UnsafePointer<CChar>?) -> Void

    package enum Level: UInt32 {
        case error = 0
        case warning = 1
        case info = 2
        case debug = 3
    }

    private let function: Function?
    private let user: UnsafeMutableRawPointer?

    package static let none = Log(function: nil, user: nil)

    package init(function: Function?, user: UnsafeMutableRawPointer?) {
        self.function = function
        self.user = user
    }

    /// Without any lock held: the host may do as it likes.
    func write(_ level: Level, _ message: String) {
        guard let function else { return }
        let text = Array(message.utf8) + [0]
        text.withUnsafeBytes { function(user, level.rawValue, $0.baseAddress?.assumingMemoryBound(to: CChar.self)) }
    }
}

/// Lets through so many messages in so much time, and counts the rest. Guarded by the validator's lock.
struct LogLimit {
    private static let messages = 60
    private static let window: Int64 = 60_000

    private var windowStart: Int64 = .min
    private var written = 0
    private(set) var dropped: UInt64 = 0

    mutating func admits(at now: Int64) -> Bool {
        if windowStart == .min || now - windowStart >= Self.window {
            windowStart = now
            written = 0
        }
        guard written < Self.messages else {
            dropped += 1
            return false
        }
        written += 1
        return true
    }
}
