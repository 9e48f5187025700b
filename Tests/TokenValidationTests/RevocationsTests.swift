// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

@Suite struct RevocationsTests {
    private static let now: Int64 = 1_800_000_000

    /// Room for 16.
    private func table(room: Int = 16) throws -> Revocations {
        try #require(Revocations.make(bytes: room * Revocations.bytesPerRevocation))
    }

    private func add(_ table: Revocations, _ marks: [UInt64], upTo: Int64 = now, until: Int64 = now + 600, now: Int64 = now) -> Bool {
        (try? table.add(marks, upTo: upTo, until: until, now: now)) != nil
    }

    @Test func nothingIsRevokedAtFirst() throws {
        let table = try table()
        #expect(table.count == 0)
        for mark: UInt64 in [2, 3, 77, .max] {
            #expect(!table.revokes(mark, issuedAt: 0, now: Self.now))
            #expect(!table.remembers(mark, now: Self.now))
        }
    }

    /// `iat` has whole seconds: a token of the very second is refused too, one of the next is not.
    @Test func theMomentOfIssueDecides() throws {
        let table = try table()
        #expect(add(table, [5]))
        #expect(table.revokes(5, issuedAt: 1, now: Self.now))
        #expect(table.revokes(5, issuedAt: Self.now - 1, now: Self.now))
        #expect(table.revokes(5, issuedAt: Self.now, now: Self.now))
        #expect(!table.revokes(5, issuedAt: Self.now + 1, now: Self.now))
        #expect(!table.revokes(5, issuedAt: .max, now: Self.now))
        #expect(table.revokes(5, issuedAt: 0, now: Self.now), "a token that does not say is taken for old")
    }

    @Test func forGoodMeansWheneverIssued() throws {
        let table = try table()
        #expect(add(table, [5], upTo: .max))
        #expect(table.revokes(5, issuedAt: Revocations.latestIssue, now: Self.now))
        #expect(table.revokes(5, issuedAt: Self.now + 100_000, now: Self.now))
    }

    @Test func itIsRememberedToTheEndAndNotForEver() throws {
        let table = try table()
        #expect(add(table, [5], until: Self.now + 600))
        for seconds: Int64 in [0, 599, 600, 601] { #expect(table.revokes(5, issuedAt: 0, now: Self.now + seconds)) }
        for seconds: Int64 in [720, 721, 1_000_000] {
            #expect(!table.revokes(5, issuedAt: 0, now: Self.now + seconds))
            #expect(!table.remembers(5, now: Self.now + seconds))
        }
        #expect(table.count == 1, "its slot counts until it is used anew")
    }

    /// An earlier moment takes nothing back, and neither does an earlier end.
    @Test func revokingLessChangesNothing() throws {
        let table = try table()
        #expect(add(table, [5], upTo: Self.now, until: Self.now + 6000))
        let epoch = table.epoch
        #expect(add(table, [5], upTo: Self.now - 100, until: Self.now + 60))
        #expect(table.epoch == epoch)
        #expect(table.revokes(5, issuedAt: Self.now, now: Self.now + 5990))
        // A later end is news: a clock that is a moment ahead may have found it over.
        #expect(add(table, [5], upTo: Self.now - 100, until: Self.now + 60_000))
        #expect(table.epoch == epoch + 1)
        #expect(table.revokes(5, issuedAt: Self.now, now: Self.now + 59_990))
        #expect(add(table, [5], upTo: Self.now + 1))
        #expect(table.epoch == epoch + 2)
    }

    /// What was outlived does not come back with its old moment when the same thing is revoked again.
    @Test func whatWasOutlivedIsForgotten() throws {
        let table = try table()
        #expect(add(table, [5], upTo: Self.now + 1_000_000, until: Self.now + 60))
        let later = Self.now + 10_000
        let epoch = table.epoch
        #expect(add(table, [5], upTo: later, until: later + 60, now: later))
        #expect(table.epoch == epoch + 1)
        #expect(table.revokes(5, issuedAt: later, now: later))
        #expect(!table.revokes(5, issuedAt: later + 1, now: later))
        #expect(table.count == 1)
    }

    @Test func halfTheSlotsCanBeTaken() throws {
        let table = try table()
        for mark in 2..<18 { #expect(add(table, [UInt64(mark)])) }
        #expect(table.count == 16)
        let epoch = table.epoch
        #expect(!add(table, [18]))
        #expect(!add(table, [18, 2]))
        #expect(table.epoch == epoch && table.count == 16)
        #expect(!table.remembers(18, now: Self.now))
        // What is known needs no room.
        #expect(add(table, [2, 17], upTo: Self.now + 5))
        #expect(table.count == 16)
    }

    @Test func allOfThemOrNone() throws {
        let table = try table()
        for mark in 2..<16 { #expect(add(table, [UInt64(mark)])) }
        #expect(!add(table, [2, 100, 101, 102], upTo: Self.now + 50))
        for mark: UInt64 in [100, 101, 102] { #expect(!table.remembers(mark, now: Self.now)) }
        #expect(!table.revokes(2, issuedAt: Self.now + 50, now: Self.now), "not even the one that was known")
        #expect(add(table, [2, 100, 101]))
        #expect(table.count == 16)
    }

    /// Outlived slots serve again, wherever they lie.
    @Test func outlivedSlotsServeAgain() throws {
        let table = try table()
        // All of one home: 2, 34, 66 and so on in a table of 32 slots.
        let marks = (0..<32).map { UInt64(2 + 32 * $0) }
        for mark in marks.prefix(16) { #expect(add(table, [mark], until: Self.now + 60)) }
        #expect(!add(table, [marks[16]]))
        let later = Self.now + 600
        for mark in marks.suffix(16) { #expect(add(table, [mark], upTo: later, until: later + 60, now: later)) }
        #expect(table.count == 16)
        for mark in marks { #expect(table.remembers(mark, now: later) == marks.suffix(16).contains(mark)) }
        #expect(!add(table, [2], now: later))
        // 20 has a home of its own.
        #expect(add(table, [20 + 32], now: later + 600))
        #expect(add(table, [2], now: later + 600))
    }

    /// A mark that has outlived its time but is revoked again in the same call as another keeps its slot.
    @Test(arguments: [[2, 34], [34, 2], [66, 2, 34], [66, 34, 2], [2, 66, 34]] as [[UInt64]])
    func marksOfOneCallDoNotTakeEachOthersSlots(_ again: [UInt64]) throws {
        for first in [[2], [34], [2, 34]] as [[UInt64]] {
            let table = try table()
            for mark in first { #expect(add(table, [mark], until: Self.now + 60)) }
            let later = Self.now + 600
            #expect(add(table, again, upTo: later, until: later + 60, now: later))
            for mark in again { #expect(table.revokes(mark, issuedAt: later, now: later), "\(mark) of \(again) after \(first)") }
        }
    }

    @Test func memoryDecidesHowManyFit() throws {
        for (bytes, room) in [(65_536, 2048), (65_535, 1024), (65_568, 2048), (131_071, 2048), (131_072, 4096)] {
            let table = try #require(Revocations.make(bytes: bytes))
            for mark in 0..<room { #expect(add(table, [UInt64(mark) + 2])) }
            #expect(!add(table, [UInt64(room) + 2]))
        }
    }

    // MARK: Marks

    private func mark(_ table: Revocations, _ kind: Revocation.Kind, _ issuer: Int?, _ value: String, _ detail: String = "") -> UInt64 {
        table.mark(kind, issuer: issuer, bytes(value), bytes(detail))
    }

    @Test func thesameThingHasTheSameMark() throws {
        let table = try table()
        #expect(mark(table, .device, nil, "@a:b", "D") == mark(table, .device, nil, "@a:b", "D"))
        #expect(mark(table, .session, 0, "s") == mark(table, .session, 0, "s"))
    }

    @Test func marksDifferByAllThatTheyAreMadeOf() throws {
        let table = try table()
        var marks: [UInt64] = []
        let kinds: [Revocation.Kind] = [.token, .jti, .session, .device, .user, .subject, .issuer, .notice]
        for kind in kinds {
            for issuer in [nil, 0, 1, 2] as [Int?] { marks.append(mark(table, kind, issuer, "value")) }
        }
        for (value, detail) in [("ab", "c"), ("a", "bc"), ("abc", ""), ("", "abc"), ("", ""), ("abc", "d"), ("ab", "C"), ("a b", "c")] {
            marks.append(mark(table, .user, nil, value, detail))
        }
        for count in [1, 7, 8, 9, 63, 64, 65, 255, 256, 16_384] {
            marks.append(mark(table, .user, nil, String(repeating: "x", count: count)))
        }
        #expect(Set(marks).count == marks.count)
        #expect(marks.allSatisfy { $0 > 1 })
    }

    /// Nobody outside can know which two things would share a mark.
    @Test func validatorsHaveMarksOfTheirOwn() throws {
        let (one, other) = (try table(), try table())
        for kind: Revocation.Kind in [.token, .jti, .session, .device, .user, .subject, .issuer, .notice] {
            #expect(mark(one, kind, 0, "value") != mark(other, kind, 0, "value"))
        }
    }
}
