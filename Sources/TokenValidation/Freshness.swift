// SPDX-License-Identifier: Apache-2.0
import JOSE

/// The timers of one issuer's key set, in seconds; docs/key-sets.md draws them.
struct FreshnessPolicy: Sendable {
    /// How long a set is fresh when its response does not say.
    var defaultLifetime: Int64 = 3_600
    var minimumLifetime: Int64 = 60
    var maximumLifetime: Int64 = 86_400
    /// How long after its freshness a set goes on serving while nothing newer can be had.
    var staleLimit: Int64 = 86_400
    /// The first pause after a failure; it doubles with each further one.
    var firstPause: Int64 = 1
    var longestPause: Int64 = 300
    /// How long unknown `kid` values are refused without asking after they have led to a fetch.
    var unknownKeyCooldown: Int64 = 30

    /// How long the document of a response is fresh, in seconds and within our own bounds (RFC 9111 section 4.2).
    func lifetime(_ headers: HTTPHeaders) -> Int64 {
        min(max(statedLifetime(headers) ?? defaultLifetime, minimumLifetime), maximumLifetime)
    }

    private func statedLifetime(_ headers: HTTPHeaders) -> Int64? {
        let age = headers.value(of: "age")?.deltaSeconds ?? 0
        var directives = CacheControl()
        headers.forEachValue(of: "cache-control") { directives.read(list: $0) }
        if directives.forbidsReuse { return 0 }
        if let seconds = directives.maximumAge { return seconds - age }
        guard let expires = headers.value(of: "expires") else { return nil }
        // An unreadable date, such as the common `0`, has passed (RFC 9111 section 5.3). The sender's own clock is
        // what it is measured by.
        guard let end = HTTPDate.seconds(expires), let sent = headers.value(of: "date").flatMap(HTTPDate.seconds) else {
            return 0
        }
        return end - sent - age
    }

    /// The pause after `failures` failures in a row (at least 1), in milliseconds: exponential, capped, and somewhere
    /// in its upper half, so that many hosts do not come back at once.
    func pause(afterFailures failures: Int, jitter: Double) -> Int64 {
        var seconds = firstPause
        var doubled = 1
        while doubled < failures, seconds < longestPause {
            seconds *= 2
            doubled += 1
        }
        return Int64(Double(min(seconds, longestPause) * 1000) * (0.5 + jitter / 2))
    }

    /// When a set with that lifetime is fetched again: ahead of its end, at 80 to 95 per cent of it. Milliseconds.
    static func refreshDelay(lifetime: Int64, jitter: Double) -> Int64 {
        Int64(Double(lifetime * 1000) * (0.80 + 0.15 * jitter))
    }
}

/// The directives of a Cache-Control value that matter to us (RFC 9111 section 5.2.2).
private struct CacheControl {
    private(set) var maximumAge: Int64?
    private(set) var forbidsReuse = false

    /// Several field lines are one list (RFC 9110 section 5.3).
    mutating func read(list value: ByteView) {
        var start = 0
        for at in 0...value.count where at == value.count || value[at] == UInt8(ascii: ",") {
            read(value.slice(start, count: at - start).trimmed)
            start = at + 1
        }
    }

    private mutating func read(_ directive: ByteView) {
        let maxAge = ByteView("max-age=")
        if directive.equalsIgnoringCase(ByteView("no-store")) || directive.equalsIgnoringCase(ByteView("no-cache")) {
            forbidsReuse = true
        } else if directive.count > maxAge.count, directive.slice(0, count: maxAge.count).equalsIgnoringCase(maxAge) {
            var text = directive.dropFirst(maxAge.count)
            if text.count >= 2, text[0] == UInt8(ascii: "\""), text[text.count - 1] == UInt8(ascii: "\"") {
                text = text.slice(1, count: text.count - 2)
            }
            if maximumAge == nil { maximumAge = text.deltaSeconds ?? 0 }
        }
    }
}
