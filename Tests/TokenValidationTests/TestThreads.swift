// SPDX-License-Identifier: Apache-2.0
import CSystem
import Testing

/// Runs `work` on so many threads of their own and `body` on this one, and waits for all of them.
func onThreads(_ count: Int, _ work: @escaping @Sendable (Int) -> Void, while body: () throws -> Void) rethrows {
    final class Job: Sendable {
        let work: @Sendable () -> Void
        init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    }
    var threads: [pthread_t] = []
    for number in 0..<count {
        var thread = pthread_t()
        let job = Job { work(number) }
        let created = pthread_create(
            &thread, nil,
            { user in
                if let user { Unmanaged<Job>.fromOpaque(user).takeRetainedValue().work() }
                return nil
            }, Unmanaged.passRetained(job).toOpaque())
        #expect(created == 0)
        threads.append(thread)
    }
    defer { for thread in threads { pthread_join(thread, nil) } }
    try body()
}
