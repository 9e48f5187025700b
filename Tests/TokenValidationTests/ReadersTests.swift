// SPDX-License-Identifier: Apache-2.0
import CSystem
import Synchronization
import Testing

@testable import TokenValidation

/// Counts what has been released, and remembers in which order.
private final class Releases: Sendable {
    private let count = Atomic<Int>(0)
    private let sum = Atomic<Int>(0)

    var total: Int { count.load(ordering: .sequentiallyConsistent) }
    /// Of the numbers of the objects.
    var numbers: Int { sum.load(ordering: .sequentiallyConsistent) }

    func add(_ object: UnsafeMutableRawPointer) {
        sum.add(object.load(as: Int.self), ordering: .sequentiallyConsistent)
        // Whoever still reads it finds this.
        object.storeBytes(of: -1, as: Int.self)
        object.deallocate()
        count.add(1, ordering: .sequentiallyConsistent)
    }

    func readers(patience: Int = 1) -> Readers { Readers(patience: patience) { [self] in add($0) } }

    static func object(_ number: Int) -> UnsafeMutableRawPointer {
        let object = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 8)
        object.storeBytes(of: number, as: Int.self)
        return object
    }
}

@Suite struct ReadersTests {
    @Test func withoutReadersItIsReleasedAtOnce() {
        let releases = Releases()
        let readers = releases.readers()
        for number in 1...100 {
            readers.retire(Releases.object(number))
            #expect(releases.total == number)
        }
    }

    @Test func thePatientLookSeldom() {
        let releases = Releases()
        let readers = releases.readers(patience: 10)
        for number in 1...9 { readers.retire(Releases.object(number)) }
        #expect(releases.total == 0)
        readers.retire(Releases.object(10))
        #expect(releases.total == 10)
    }

    @Test func whatCountsIsCounted() {
        let readers = Releases().readers()
        for number in 0..<1000 {
            let half: Int = readers.read(tallying: { $0 % 2 == 0 }) { number }
            #expect(half == number)
            // Those inside do not disturb the count.
            readers.read { #expect(readers.tally == UInt64(number / 2 + 1)) }
        }
        readers.forget()
        #expect(readers.tally == 500)
    }

    @Test func nothingIsReleasedWhileItsReaderIsInside() {
        let releases = Releases()
        let readers = releases.readers()
        readers.read {
            for number in 1...10 { readers.retire(Releases.object(number)) }
            #expect(releases.total == 0)
        }
        #expect(releases.total == 0, "only whoever retires releases")
        readers.retire(Releases.object(11))
        #expect(releases.total == 11)
        #expect(releases.numbers == 66)
    }

    @Test func theInnerReaderLeavingIsNotEnough() {
        let releases = Releases()
        let readers = releases.readers()
        readers.read {
            readers.read { readers.retire(Releases.object(1)) }
            readers.retire(Releases.object(2))
            readers.read {}
            readers.retire(Releases.object(3))
            #expect(releases.total == 0)
        }
        readers.retire(Releases.object(4))
        #expect(releases.total == 4)
    }

    /// What came later waits for its own round: it may be what a later reader has found.
    @Test func aLaterReaderKeepsOnlyWhatItCouldFind() {
        let releases = Releases()
        let readers = releases.readers()
        readers.read { readers.retire(Releases.object(1)) }
        readers.read {
            readers.retire(Releases.object(2))
            // Nobody was inside between the two, but nobody has looked either.
            #expect(releases.total == 0)
        }
        readers.retire(Releases.object(3))
        #expect(releases.total == 3)
    }

    @Test func aReaderThatThrowsNothingBackLeavesToo() {
        let releases = Releases()
        let readers = releases.readers()
        let value: Int? = readers.read { nil }
        #expect(value == nil)
        readers.retire(Releases.object(1))
        #expect(releases.total == 1)
    }

    @Test func nothingLeaks() {
        let releases = Releases()
        do {
            let readers = releases.readers()
            readers.read {
                for number in 1...7 { readers.retire(Releases.object(number)) }
            }
            #expect(releases.total == 0)
        }
        #expect(releases.total == 7)
        #expect(releases.numbers == 28, "each once")
    }

    @Test func readersOfTheParentDoNotCountInTheChild() {
        let releases = Releases()
        let readers = releases.readers()
        readers.read {
            readers.retire(Releases.object(1))
            readers.forget()
            readers.retire(Releases.object(2))
            #expect(releases.total == 2)
            // Balances what leaving subtracts.
            readers.read {}
        }
    }

    /// A place whose object is replaced again and again while threads read what they find there.
    private final class Place: @unchecked Sendable {
        let releases = Releases()
        let readers: Readers
        let current = Atomic<UnsafeMutableRawPointer?>(nil)
        let stop = Atomic<Bool>(false)
        let reads = Atomic<Int>(0)
        let broken = Atomic<Int>(0)

        init() { readers = releases.readers() }

        func readUntilStopped() {
            while !stop.load(ordering: .relaxed) {
                readers.read {
                    guard let object = current.load(ordering: .sequentiallyConsistent) else { return }
                    for _ in 0..<8 where object.load(as: Int.self) < 1 { broken.add(1, ordering: .relaxed) }
                }
                if reads.add(1, ordering: .relaxed).newValue % 8 == 0 { sched_yield() }
            }
        }
    }

    @Test func threadsNeverReadWhatWasReleased() {
        let place = Place()
        var threads: [pthread_t] = []
        for _ in 0..<4 {
            var thread = pthread_t()
            let created = pthread_create(
                &thread, nil,
                { user in
                    if let user { Unmanaged<Place>.fromOpaque(user).takeRetainedValue().readUntilStopped() }
                    return nil
                }, Unmanaged.passRetained(place).toOpaque())
            #expect(created == 0)
            threads.append(thread)
        }
        for number in 1...20_000 {
            if let old = place.current.exchange(Releases.object(number), ordering: .sequentiallyConsistent) {
                place.readers.retire(old)
            }
            if number % 16 == 0 { sched_yield() }
        }
        while place.reads.load(ordering: .relaxed) < 1000 { sched_yield() }
        #expect(place.releases.total > 0, "things are released while readers come and go")
        place.stop.store(true, ordering: .relaxed)
        for thread in threads { pthread_join(thread, nil) }
        #expect(place.broken.load(ordering: .relaxed) == 0)
        if let last = place.current.exchange(nil, ordering: .sequentiallyConsistent) { place.readers.retire(last) }
        #expect(place.releases.total == 20_000)
        #expect(place.releases.numbers == 20_000 * 20_001 / 2)
    }
}
