// SPDX-License-Identifier: Apache-2.0
import CCurl
import CSystem
import Synchronization
import TokenValidation

/// Carries a validator's exchanges on one background thread, all of them at once, over connections that are kept.
package final class Transport: @unchecked Sendable {
    /// The validator stops its transport before it goes.
    private unowned(unsafe) let validator: Validator
    private let curl: CurlLibrary
    private let multi: CurlLibrary.Multi
    private let wakeDescriptor: Int32
    private let isStopping = Atomic<Bool>(false)
    private var thread = pthread_t()
    /// The thread's own.
    private var transfers: [Transfer] = []

    private static var maximumTransfers: Int { 64 }

    /// False if there is no libcurl, no descriptor or no thread to be had.
    package static func start(for validator: Validator) -> Bool {
        if validator.transport != nil { return true }
        guard let curl = CurlLibrary.shared, let wakeDescriptor = validator.transportDescriptor,
            let multi = curl.makeMulti()
        else { return false }
        let transport = Transport(validator, curl, multi, wakeDescriptor)
        let own = Unmanaged.passRetained(transport).toOpaque()
        guard transport.startThread(own) else {
            Unmanaged<Transport>.fromOpaque(own).release()
            return false
        }
        validator.transport = own
        ExitGuard.add(validator)
        return true
    }

    package static func stop(for validator: Validator) {
        guard let own = validator.transport else { return }
        ExitGuard.remove(validator)
        validator.transport = nil
        let transport = Unmanaged<Transport>.fromOpaque(own).takeRetainedValue()
        transport.isStopping.store(true, ordering: .releasing)
        validator.wakeTransport()
        pthread_join(transport.thread, nil)
    }

    private init(
        _ validator: Validator, _ curl: CurlLibrary, _ multi: CurlLibrary.Multi, _ wakeDescriptor: Int32
    ) {
        self.validator = validator
        self.curl = curl
        self.multi = multi
        self.wakeDescriptor = wakeDescriptor
    }

    deinit { _ = curl.freeMulti(multi) }

    /// The host's signals are the host's: the thread blocks them all.
    private func startThread(_ own: UnsafeMutableRawPointer) -> Bool {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        return pthread_create(
            &thread, nil,
            { own in
                if let own { Unmanaged<Transport>.fromOpaque(own).takeUnretainedValue().run() }
                return nil
            }, own) == 0
    }

    private func run() {
        while true {
            // Cleared first: a stop that comes in between is seen here, one that comes later wakes the wait below.
            validator.clearTransportEvents()
            if isStopping.load(ordering: .acquiring) { break }
            begin()
            var running: Int32 = 0
            _ = curl.perform(multi, &running)
            finish()
            wait()
        }
        for transfer in transfers { abandon(transfer) }
        transfers = []
    }

    private func begin() {
        while transfers.count < Self.maximumTransfers, let exchange = validator.nextExchange() {
            let transfer = Transfer(
                exchange, curl, milliseconds: validator.millisecondsLeft(for: exchange),
                certificateFile: validator.certificateFile)
            guard let transfer, curl.add(multi, transfer.easy) == CURLM_OK else {
                try? validator.fail(exchange.id, .unreachable)
                continue
            }
            transfers.append(transfer)
        }
    }

    private func finish() {
        var left: Int32 = 0
        while let message = curl.nextMessage(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
                let index = transfers.firstIndex(where: { $0.easy == easy })
            else { continue }
            let result = message.pointee.data.result
            let transfer = transfers.remove(at: index)
            _ = curl.remove(multi, easy)
            transfer.finish(result, validator)
        }
    }

    /// Until something arrives, is wanted, or becomes due.
    private func wait() {
        var wake = curl_waitfd(fd: wakeDescriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        let due = min(validator.millisecondsToNextDeadline ?? 60_000, 60_000)
        // A full house leaves exchanges queued: their being due is no reason to spin.
        let milliseconds = transfers.count < Self.maximumTransfers ? due : max(due, 100)
        _ = curl.poll(multi, &wake, 1, Int32(truncatingIfNeeded: milliseconds), nil)
    }

    private func abandon(_ transfer: Transfer) {
        _ = curl.remove(multi, transfer.easy)
        try? validator.fail(transfer.exchange.id, .unreachable)
    }
}
