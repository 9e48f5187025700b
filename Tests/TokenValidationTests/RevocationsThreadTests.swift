// SPDX-License-Identifier: Apache-2.0
import CSystem
import Synchronization
import Testing

@testable import TokenValidation

@Suite struct RevocationsThreadTests {
    private final class Tally: Sendable {
        let stop = Atomic<Bool>(false)
        let reads = Atomic<Int>(0)
        let missed = Atomic<Int>(0)
        let invented = Atomic<Int>(0)
        /// Minutes that have passed.
        let minutes = Atomic<Int64>(0)
    }

    /// While slots around them are used anew, readers find what is revoked and nothing else.
    @Test func readersSeeWhatIsRevoked() throws {
        let start: Int64 = 1_800_000_000
        let table = try #require(Revocations.make(bytes: 64 * Revocations.bytesPerRevocation))
        let tally = Tally()
        // All of one home, so that searches pass slots that change.
        func mark(_ number: Int) -> UInt64 { 2 + 128 * UInt64(number) }
        let lasting = (0..<8).map { mark(2 * $0) }
        var now = start
        for (number, mark) in lasting.enumerated() {
            try table.add([mark], upTo: start, until: start + 1_000_000_000, now: now)
            try table.add([self.passing(number)], upTo: .max, until: now, now: now)
        }
        let never = (5000..<5008).map(mark)
        onThreads(
            3,
            { _ in
                while !tally.stop.load(ordering: .relaxed) {
                    let now = start + tally.minutes.load(ordering: .sequentiallyConsistent) * 60
                    for mark in lasting {
                        if !table.revokes(mark, issuedAt: start, now: now) { tally.missed.add(1, ordering: .relaxed) }
                        // The moment of another's slot would say yes.
                        if table.revokes(mark, issuedAt: start + 1, now: now) { tally.invented.add(1, ordering: .relaxed) }
                    }
                    for mark in never where table.remembers(mark, now: now) { tally.invented.add(1, ordering: .relaxed) }
                    if tally.reads.add(1, ordering: .relaxed).newValue % 4 == 0 { sched_yield() }
                }
            },
            while: {
                var full = 0
                for number in 8..<20_000 {
                    now += 60
                    tally.minutes.add(1, ordering: .sequentiallyConsistent)
                    do { try table.add([self.passing(number)], upTo: .max, until: now, now: now) } catch { full += 1 }
                    if number % 32 == 0 { sched_yield() }
                }
                while tally.reads.load(ordering: .relaxed) < 1000 { sched_yield() }
                tally.stop.store(true, ordering: .relaxed)
                #expect(full == 0)
            })
        #expect(tally.missed.load(ordering: .relaxed) == 0)
        #expect(tally.invented.load(ordering: .relaxed) == 0)
        #expect(table.count < 64)
    }

    private func passing(_ number: Int) -> UInt64 { 2 + 128 * UInt64(100_000 + number) }
}
