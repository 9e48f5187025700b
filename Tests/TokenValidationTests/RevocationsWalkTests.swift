// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import TokenValidation

/// A long random walk through small, crowded tables beside a model that remembers everything in a dictionary.
@Suite struct RevocationsWalkTests {
    /// What the table should hold.
    private struct Model {
        let room: Int
        var times: [UInt64: (notBefore: Int64, endMinute: Int64)] = [:]
        var epoch: UInt64 = 1
        var lastClearing = Int64.min

        var used: Int { times.count }

        func isOver(_ mark: UInt64, _ now: Int64) -> Bool { times[mark].map { now / 60 > $0.endMinute } ?? true }

        func revokes(_ mark: UInt64, _ issuedAt: Int64, _ now: Int64) -> Bool {
            guard !isOver(mark, now), let times = times[mark] else { return false }
            return issuedAt == 0 || issuedAt <= times.notBefore
        }

        /// Whether there was room for all of them.
        mutating func add(_ marks: [UInt64], _ notBefore: Int64, _ end: Int64, _ now: Int64) -> Bool {
            func news() -> Int { marks.count { times[$0] == nil } }
            if used + news() > room, lastClearing != now / 60 {
                lastClearing = now / 60
                for mark in times.keys where isOver(mark, now) { times[mark] = nil }
            }
            if news() > 0, used + news() > room { return false }
            let new = (notBefore: min(max(notBefore, 0), 1 << 36 - 1), endMinute: min(max(end, 0) / 60 + 1, 1 << 28 - 1))
            var isNews = false
            for mark in marks {
                var after = new
                if let old = times[mark], !isOver(mark, now) {
                    after = (max(old.notBefore, new.notBefore), max(old.endMinute, new.endMinute))
                }
                if let old = times[mark], old == after { continue }
                isNews = true
                times[mark] = after
            }
            if isNews { epoch += 1 }
            return true
        }
    }

    /// Rooms of 16, 64 and 1024 revocations; each walk has 350,000 operations.
    @Test(arguments: [(seed: 1, room: 16), (seed: 2, room: 64), (seed: 3, room: 1024)])
    func itDoesWhatADictionaryDoes(_ seed: Int, _ room: Int) throws {
        var random = SeededGenerator(state: UInt64(seed))
        let table = try #require(Revocations.make(bytes: room * Revocations.bytesPerRevocation))
        var model = Model(room: room)
        // Half again as many as there is room for, many of them with the same home.
        let marks = (0..<room * 3 / 2).map { (number: Int) -> UInt64 in
            let home = UInt64.random(in: 0..<UInt64(2 * room), using: &random) & ~3
            return UInt64(number + 1) * UInt64(2 * room) * 0x10001 + home
        }
        var now: Int64 = 1_800_000_000
        var faults: [String] = []
        var seen: Set<String> = []
        func check(_ holds: Bool, _ what: @autoclosure () -> String, _ step: Int) {
            if !holds, faults.count < 5 { faults.append("step \(step): \(what())") }
        }
        for step in 0..<350_000 {
            let mark = marks[Int.random(in: 0..<marks.count, using: &random)]
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<12:
                let others = Set((0..<Int.random(in: 0...3, using: &random)).map { _ in marks[Int.random(in: 0..<marks.count, using: &random)] })
                let group = [mark] + others.subtracting([mark])
                let notBefore =
                    Int.random(in: 0..<10, using: &random) == 0 ? Int64.max : now + .random(in: -1000...1000, using: &random)
                let end = now + .random(in: -100...Int64(room * 240), using: &random)
                let before = model.used
                let fits = model.add(group, notBefore, end, now)
                var wasAdded = true
                do throws(Revocations.Full) {
                    try table.add(group, upTo: notBefore, until: end, now: now)
                } catch {
                    wasAdded = false
                }
                check(wasAdded == fits, "room for \(group.count) beside \(before): \(wasAdded)", step)
                seen.insert("\(group.count > 1 ? "many" : "one") \(fits ? model.used > before ? "new" : "again" : "full")")
                for mark in group where fits {
                    check(table.revokes(mark, issuedAt: 0, now: now) == model.revokes(mark, 0, now), "added \(mark)", step)
                }
            case 12..<15:
                now += .random(in: 0...Int64(room * 8), using: &random)
            case 15 where Int.random(in: 0..<1000, using: &random) == 0:
                now += 1_000_000
                seen.insert("long pause")
            case 15..<75:
                let issuedAt: Int64
                switch Int.random(in: 0..<6, using: &random) {
                case 0: issuedAt = 0
                // Equality and its neighbours.
                case 1: issuedAt = model.times[mark]?.notBefore ?? 5
                case 2: issuedAt = (model.times[mark]?.notBefore ?? 5) + 1
                default: issuedAt = now + .random(in: -1500...1500, using: &random)
                }
                let isRevoked = table.revokes(mark, issuedAt: issuedAt, now: now)
                check(isRevoked == model.revokes(mark, issuedAt, now), "\(mark) issued at \(issuedAt): \(isRevoked)", step)
                seen.insert("revokes \(isRevoked)")
            default:
                let isRemembered = table.remembers(mark, now: now)
                check(isRemembered == !model.isOver(mark, now), "remembers \(mark): \(isRemembered)", step)
                seen.insert("remembers \(isRemembered)")
            }
            check(table.epoch == model.epoch, "epoch \(table.epoch), not \(model.epoch)", step)
            check(table.count <= room, "\(table.count) taken", step)
            if step % 64 == 0 { check(table.count == model.used, "\(table.count) taken, not \(model.used)", step) }
        }
        #expect(faults.isEmpty, "\(faults.joined(separator: "; "))")
        for place in [
            "one new", "one again", "one full", "many new", "many again", "many full", "revokes true", "revokes false",
            "remembers true", "remembers false", "long pause",
        ] where room < 1024 || !place.hasSuffix("full") { #expect(seen.contains(place), "never \(place)") }
        for mark in marks {
            #expect(table.remembers(mark, now: now) == !model.isOver(mark, now))
        }
    }
}
