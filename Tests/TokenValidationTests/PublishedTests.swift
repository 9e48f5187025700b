// SPDX-License-Identifier: Apache-2.0
import CSystem
import Synchronization
import Testing

@testable import TokenValidation

/// Counts itself, and tells when it is used after it was released.
private final class Counted {
    static let alive = Atomic<Int>(0)
    static let released = Atomic<Int>(0)
    private static let living: UInt64 = 0xA11C_E5ED_5EED_FACE

    let number: Int
    private var mark = Counted.living

    init(_ number: Int) {
        self.number = number
        Counted.alive.add(1, ordering: .relaxed)
    }

    deinit {
        if mark != Self.living { fatalError("released twice") }
        mark = 0xDEAD
        Counted.alive.subtract(1, ordering: .relaxed)
        Counted.released.add(1, ordering: .relaxed)
    }

    var isIntact: Bool { mark == Self.living }
}

private final class Shared: @unchecked Sendable {
    let published: Published<Counted>
    let stop = Atomic<Bool>(false)
    let reads = Atomic<Int>(0)
    let broken = Atomic<Int>(0)
    let backwards = Atomic<Int>(0)

    init(_ first: Counted?) { published = Published(first) }

    func readUntilStopped() {
        var last = -1
        while !stop.load(ordering: .relaxed) {
            let number = published.read { object -> Int in
                guard let object else { return last }
                let number = object.number
                // Long enough for a replacement to fall into it.
                for _ in 0..<20 where !object.isIntact { broken.add(1, ordering: .relaxed) }
                return number
            }
            if number < last { backwards.add(1, ordering: .relaxed) }
            last = number
            // Each stripe is without readers now and then, as in life; a wall of readers would keep all objects.
            if reads.add(1, ordering: .relaxed).newValue % 8 == 0 { sched_yield() }
        }
    }
}

/// Serialized, since the counts are of the whole process.
@Suite(.serialized) struct PublishedTests {
    private func onThreads(_ count: Int, _ shared: Shared, _ body: () -> Void) {
        var threads: [pthread_t] = []
        for _ in 0..<count {
            var thread = pthread_t()
            let user = Unmanaged.passRetained(shared).toOpaque()
            let outcome = pthread_create(
                &thread, nil,
                { user in
                    if let user { Unmanaged<Shared>.fromOpaque(user).takeRetainedValue().readUntilStopped() }
                    return nil
                }, user)
            #expect(outcome == 0)
            threads.append(thread)
        }
        body()
        shared.stop.store(true, ordering: .relaxed)
        for thread in threads { pthread_join(thread, nil) }
    }

    @Test func readersNeverSeeAReleasedObject() {
        let before = Counted.released.load(ordering: .relaxed)
        do {
            let shared = Shared(Counted(0))
            onThreads(4, shared) {
                for number in 1...10_000 {
                    shared.published.publish(Counted(number))
                    if number % 16 == 0 { sched_yield() }
                }
                while shared.reads.load(ordering: .relaxed) < 1000 { sched_yield() }
            }
            #expect(shared.broken.load(ordering: .relaxed) == 0)
            #expect(shared.backwards.load(ordering: .relaxed) == 0, "a reader never sees an older object again")
            #expect(shared.published.read { $0?.number } == 10_000)
            // With the readers gone one more replacement collects all that were kept for them.
            shared.published.publish(Counted(10_001))
            #expect(Counted.alive.load(ordering: .relaxed) == 1)
        }
        #expect(Counted.alive.load(ordering: .relaxed) == 0)
        #expect(Counted.released.load(ordering: .relaxed) - before == 10_002)
    }

    @Test func readersSeeNothingBeforeTheFirstAndAfterTheLast() {
        do {
            let published = Published<Counted>(nil)
            #expect(published.read { $0 == nil })
            published.publish(Counted(1))
            #expect(published.read { $0?.number } == 1)
            published.publish(nil)
            #expect(published.read { $0 == nil })
            #expect(Counted.alive.load(ordering: .relaxed) == 0)
            published.publish(nil)
        }
        #expect(Counted.alive.load(ordering: .relaxed) == 0)
    }

    @Test func anObjectThatIsReadOutlivesItsReplacement() {
        let published = Published(Counted(1))
        published.read { outer in
            published.publish(Counted(2))
            published.publish(Counted(3))
            #expect(outer?.isIntact == true && outer?.number == 1)
            // A reader within a reader sees the newest.
            published.read { #expect($0?.number == 3) }
            #expect(Counted.alive.load(ordering: .relaxed) == 3)
        }
        published.publish(Counted(4))
        #expect(Counted.alive.load(ordering: .relaxed) == 1)
    }

    @Test func oneReleasesEachOfManyWithoutReaders() {
        let before = Counted.released.load(ordering: .relaxed)
        let published = Published<Counted>(nil)
        for number in 0..<100 {
            published.publish(Counted(number))
            #expect(Counted.alive.load(ordering: .relaxed) == 1, "nothing piles up")
        }
        #expect(Counted.released.load(ordering: .relaxed) - before == 99)
        published.publish(nil)
    }

    @Test func publishingTheSameObjectAgainKeepsIt() {
        let published = Published<Counted>(nil)
        do {
            let object = Counted(7)
            published.publish(object)
            published.publish(object)
        }
        #expect(published.read { $0?.isIntact == true && $0?.number == 7 })
        published.publish(nil)
        #expect(Counted.alive.load(ordering: .relaxed) == 0)
    }

    @Test func aChildForgetsTheReadersOfItsParent() {
        let shared = Shared(Counted(1))
        // Without readers it changes nothing.
        shared.published.forgetReaders()
        shared.published.publish(Counted(2))
        #expect(Counted.alive.load(ordering: .relaxed) == 1)
        #expect(shared.published.read { $0?.number } == 2)
        shared.published.publish(nil)
    }
}
