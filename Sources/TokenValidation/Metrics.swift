// SPDX-License-Identifier: Apache-2.0
import JOSE

extension Validator {
    /// The figures that fit in a flat struct.
    package struct Totals {
        package var servingKeySets = 0
        package var validations: UInt64 = 0
        package var accepted: UInt64 = 0
        package var pending: UInt64 = 0
        package var exchangesGood: UInt64 = 0
        package var exchangesFailed: UInt64 = 0
        package var keySetsReplaced: UInt64 = 0
        package var keySetsConfirmed: UInt64 = 0
        package var logDropped: UInt64 = 0
        package var cacheHits: UInt64 = 0
        package var cachedVerdicts = 0
        package var cachedBytes = 0
        package var introspections: UInt64 = 0
        package var revocations = 0
    }

    /// Good verdicts from the cache are counted there alone.
    private func validations(_ status: Status) -> UInt64 {
        statistics.validations(status) &+ (status == .ok ? accepted.hits : 0)
    }

    private var cacheHits: UInt64 { accepted.hits &+ statistics.otherHits }

    package var totals: Totals {
        var totals = Totals()
        let now = clock.monotonicMilliseconds
        for issuer in issuers where issuer.keys.serves(at: now) { totals.servingKeySets += 1 }
        for status in Status.allCases { totals.validations &+= validations(status) }
        totals.accepted = validations(.ok)
        totals.pending = statistics.validations(.pending)
        totals.keySetsReplaced = statistics.keySetsReplaced
        totals.keySetsConfirmed = statistics.keySetsConfirmed
        totals.exchangesGood =
            statistics.keySetsReplaced &+ statistics.keySetsConfirmed &+ statistics.exchangesForwarded
            &+ statistics.answers &+ statistics.revocationsAtIssuers
        for failure in ExchangeFailure.allCases { totals.exchangesFailed &+= statistics.failures(failure) }
        totals.logDropped = lock.withLock { logLimit.dropped }
        totals.cacheHits = cacheHits
        let (good, bad) = (accepted.usage, refused.usage)
        totals.cachedVerdicts = good.count + bad.count
        totals.cachedBytes = good.bytes + bad.bytes
        totals.introspections = statistics.answers
        totals.revocations = revocations.count
        return totals
    }

    /// Prometheus' text format, version 0.0.4. Labels come from our own tables and the configuration, never from a
    /// token: their number is bounded.
    package func metrics() -> [UInt8] {
        var text = ""
        func describe(_ name: String, _ type: String, _ help: String) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
        }
        describe("mxauth_validations_total", "counter", "Tokens judged, by status.")
        for status in Status.allCases {
            let count = validations(status)
            if count > 0 { text += "mxauth_validations_total{status=\"\(String(status.row.name))\"} \(count)\n" }
        }
        describe("mxauth_exchanges_total", "counter", "Exchanges with issuers, by result.")
        text += "mxauth_exchanges_total{result=\"key_set\"} \(statistics.keySetsReplaced)\n"
        text += "mxauth_exchanges_total{result=\"not_modified\"} \(statistics.keySetsConfirmed)\n"
        text += "mxauth_exchanges_total{result=\"forwarded\"} \(statistics.exchangesForwarded)\n"
        text += "mxauth_exchanges_total{result=\"introspection\"} \(statistics.answers)\n"
        text += "mxauth_exchanges_total{result=\"revocation\"} \(statistics.revocationsAtIssuers)\n"
        for failure in ExchangeFailure.allCases {
            text += "mxauth_exchanges_total{result=\"\(String(failure.label))\"} \(statistics.failures(failure))\n"
        }

        describe("mxauth_cache_hits_total", "counter", "Tokens judged from the verdict cache.")
        text += "mxauth_cache_hits_total \(cacheHits)\n"
        let (good, bad) = (accepted.usage, refused.usage)
        describe("mxauth_cache_entries", "gauge", "Verdicts in the cache.")
        text += "mxauth_cache_entries{verdict=\"accepted\"} \(good.count)\n"
        text += "mxauth_cache_entries{verdict=\"refused\"} \(bad.count)\n"
        describe("mxauth_cache_bytes", "gauge", "Bytes that cached verdicts take.")
        text += "mxauth_cache_bytes{verdict=\"accepted\"} \(good.bytes)\n"
        text += "mxauth_cache_bytes{verdict=\"refused\"} \(bad.bytes)\n"
        describe("mxauth_revocations", "gauge", "Revocations remembered.")
        text += "mxauth_revocations \(revocations.count)\n"

        let tables = keyTableCounts
        describe("mxauth_key_tables", "gauge", "EC keys with a table.")
        text += "mxauth_key_tables \(tables.tables)\n"
        describe("mxauth_sodium_keys", "gauge", "Ed25519 keys for which libsodium verifies.")
        text += "mxauth_sodium_keys \(tables.sodium)\n"

        let now = clock.monotonicMilliseconds
        let states = lock.withLock { issuers.map { KeySetState($0, at: now) } }
        describe("mxauth_key_set_serving", "gauge", "Whether an issuer's key set serves.")
        for state in states { text += "mxauth_key_set_serving{\(state.label)} \(state.serves ? 1 : 0)\n" }
        describe("mxauth_key_set_keys", "gauge", "Usable keys in an issuer's key set.")
        for state in states { text += "mxauth_key_set_keys{\(state.label)} \(state.keys)\n" }
        describe("mxauth_key_set_age_seconds", "gauge", "Time since an issuer's key set was fetched or confirmed.")
        for state in states {
            if let age = state.age { text += "mxauth_key_set_age_seconds{\(state.label)} \(age)\n" }
        }
        describe("mxauth_key_set_next_fetch_seconds", "gauge", "Time until an issuer's key set is fetched again.")
        for state in states {
            if let next = state.nextFetch { text += "mxauth_key_set_next_fetch_seconds{\(state.label)} \(next)\n" }
        }
        describe("mxauth_key_set_failures", "gauge", "Failed fetches of an issuer's key set in a row.")
        for state in states { text += "mxauth_key_set_failures{\(state.label)} \(state.failures)\n" }
        return Array(text.utf8)
    }
}

/// One issuer's key set at one moment; made with the validator's lock held.
private struct KeySetState {
    let label: String
    let serves: Bool
    let keys: Int
    /// Seconds.
    let age: Int64?
    let nextFetch: Int64?
    let failures: Int

    init(_ issuer: Issuer, at now: Int64) {
        label = "issuer=\(issuer.policy.issuer.withView { $0.quoted })"
        serves = issuer.keys.serves(at: now)
        keys = issuer.keys.published.read { $0?.keys.count ?? 0 }
        age = issuer.keys.fetchedAt.map { max(0, now - $0) / 1000 }
        let due = issuer.keys.nextDue
        nextFetch = due == .max ? nil : due <= now ? 0 : (due - now) / 1000
        failures = issuer.keys.life.failures
    }
}
