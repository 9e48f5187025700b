// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Matrix

@Suite struct RefreshRotationTests {
    private func start() throws -> RefreshRotation {
        try #require(RefreshRotation(isRevoked: false, newest: 1, previous: 0))
    }

    /// Events as the command line has them, and what comes of each: a new generation, ok, no, or the end of the session;
    /// in brackets what is not good any more.
    @Test(arguments: [
        ("r1", "2"), ("a1", "ok"), ("a1 a1 r1", "ok ok 2"), ("r1 r2", "2 3(1)"), ("r1 r2 r3 r4", "2 3(1) 4(2) 5(3)"),
        // The response was lost: again and again, until one arrives and is used.
        ("r1 r1", "2 3(2)"), ("r1 r1 r1 r1", "2 3(2) 4(3) 5(4)"), ("r1 r1 r3", "2 3(2) 4(1)"), ("r1 r1 a3 r3", "2 3(2) ok(1) 4"),
        ("r1 r2 r2 r4", "2 3(1) 4(3) 5(2)"), ("r1 a2 r2 r2 a4", "2 ok(1) 3 4(3) ok(2)"),
        // Either token of the new pair ends the old one.
        ("r1 a2", "2 ok(1)"), ("r1 a2 a2", "2 ok(1) ok"), ("r1 a2 r1", "2 ok(1) end(2)"), ("r1 r2 r1", "2 3(1) end(3 2)"),
        // The access token of before is good for as long as its refresh token is, and does not count as the use of a new one.
        ("r1 a1 r1", "2 ok 3(2)"), ("r1 a1 a2 a1", "2 ok ok(1) no"), ("r1 a1 a1 a1 r1", "2 ok ok ok 3(2)"), ("r1 r2 a1", "2 3(1) no"),
        // A pair that was replaced is not good, and its refresh token is one that somebody has twice.
        ("r1 r1 a2", "2 3(2) no"), ("r1 r1 r2", "2 3(2) end(3 1)"), ("r1 r1 a2 a3", "2 3(2) no ok(1)"), ("r1 r1 a3 r2", "2 3(2) ok(1) end(3)"),
        // The thief was first, and the client comes back with what it has; and the other way round.
        ("r1 a2 r2 a3 r1", "2 ok(1) 3 ok(2) end(3)"), ("r1 r2 r3 r1 r4", "2 3(1) 4(2) end(4 3) no"), ("r1 a2 r1 r2 a2", "2 ok(1) end(2) no no"),
        // An old access token is refused and ends nothing.
        ("r1 r2 r3 a1 a2 r4", "2 3(1) 4(2) no no 5(3)"),
        ("x", "end(1)"), ("x x", "end(1) end"), ("r1 x r1 r2 a1 a2", "2 end(2 1) no no no no"), ("x r1 a1", "end(1) no no"), ("r1 a2 x r2", "2 ok(1) end(2) no"),
        ("x r1 r1 x a1", "end(1) no no end no"),
        // What was never issued decides nothing and changes nothing.
        ("r0", "?"), ("a0", "?"), ("r2", "?"), ("a2", "?"), ("r2 r1", "? 2"), ("r1 r3 r2", "2 ? 3(1)"), ("a18446744073709551615 r1", "? 2"), ("x r2 a0", "end(1) ? ?"),
    ])
    func walks(_ events: String, _ expected: String) throws {
        var rotation = try start()
        let found = events.split(separator: " ").map { event -> String in
            let before = rotation
            guard let outcome = rotation.take(Self.event(event)) else { return rotation == before ? "?" : "changed" }
            return Self.describe(outcome)
        }
        #expect(found.joined(separator: " ") == expected)
    }

    private static func event(_ text: Substring) -> RefreshRotation.Event {
        let generation = UInt64(text.dropFirst()) ?? 0
        return switch text.first {
        case "r": .useRefreshToken(generation)
        case "a": .useAccessToken(generation)
        default: .revoke
        }
    }

    private static func describe(_ outcome: RefreshRotation.Outcome) -> String {
        let numbers = [outcome.retired.0, outcome.retired.1].filter { $0 != 0 }.map(String.init)
        let action =
            switch outcome.action {
            case .refuse: "no"
            case .allow: "ok"
            case .issue(let generation): "\(generation)"
            case .revokeSession: "end"
            }
        return numbers.isEmpty ? action : "\(action)(\(numbers.joined(separator: " ")))"
    }

    @Test(arguments: [(0, 0), (1, 1), (1, 2), (0, 1), (5, .max), (.max, .max)] as [(UInt64, UInt64)])
    func noStates(_ newest: UInt64, _ previous: UInt64) {
        #expect(RefreshRotation(isRevoked: false, newest: newest, previous: previous) == nil)
        #expect(RefreshRotation(isRevoked: true, newest: newest, previous: previous) == nil)
    }

    /// The last number is issued, and then no more; everything else goes on.
    @Test func lastNumber() throws {
        let last = UInt64.max
        var rotation = try #require(RefreshRotation(isRevoked: false, newest: last - 1, previous: last - 9))
        #expect(rotation.take(.useRefreshToken(last - 1)).map(Self.describe) == "\(last)(\(last - 9))")
        let before = rotation
        for _ in 0..<3 {
            #expect(rotation.take(.useRefreshToken(last)) == nil && rotation.take(.useRefreshToken(last - 1)) == nil)
            #expect(rotation == before)
        }
        #expect(rotation.take(.useAccessToken(last)).map(Self.describe) == "ok(\(last - 1))")
        #expect(rotation.take(.useRefreshToken(1)).map(Self.describe) == "end(\(last))")
    }
}
