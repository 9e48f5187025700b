// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import TokenValidation

@Suite struct FreshnessTests {
    /// Bounds that let every stated value through.
    private var wide: FreshnessPolicy { FreshnessPolicy(minimumLifetime: 1, maximumLifetime: 604_800) }

    private func lifetime(_ headers: String, _ policy: FreshnessPolicy) -> Int64 {
        policy.lifetime(HTTPHeaders(bytes(headers)))
    }

    @Test(arguments: [
        ("Cache-Control: max-age=600", 600),
        ("cache-control: MAX-AGE=600", 600),
        ("Cache-Control: public, max-age=600, must-revalidate", 600),
        ("Cache-Control:public,max-age=600", 600),
        ("Cache-Control: max-age=\"600\"", 600),
        ("Cache-Control: max-age=600\r\nAge: 100", 500),
        ("Age: 100\r\nCache-Control: max-age=600", 500),
        ("Cache-Control: max-age=600\r\nAge: nonsense", 600),
        ("Cache-Control: max-age=600\r\nAge: -100", 600),
        // max-age goes before Expires (RFC 9111 section 5.3).
        ("Cache-Control: max-age=600\r\nExpires: 0", 600),
        ("Expires: Sun, 06 Nov 1994 09:49:37 GMT\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT", 3600),
        ("Expires: Sun, 06 Nov 1994 09:49:37 GMT\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nAge: 600", 3000),
        ("Cache-Control: public\r\nExpires: Sun, 06 Nov 1994 09:49:37 GMT\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT", 3600),
    ])
    func readsStatedLifetimes(_ headers: String, _ seconds: Int64) {
        #expect(lifetime(headers, wide) == seconds)
    }

    @Test(arguments: [
        "", "Content-Type: application/json", "Cache-Control: public", "Cache-Control: ", "Cache-Control: ,,, ,",
        "Cache-Control: s-maxage=600", "Cache-Control: x-max-age=600", "Cache-Control: max-age", "Cache-Control: max-age 9",
        "Cache-Control: no-store-x", "Date: Sun, 06 Nov 1994 08:49:37 GMT", "Age: 5",
    ])
    func takesTheDefaultWhereNothingIsStated(_ headers: String) {
        #expect(lifetime(headers, wide) == 3600)
    }

    /// All of these mean "now"; the lower bound keeps us from asking all the time.
    @Test(arguments: [
        "Cache-Control: max-age=0", "Cache-Control: max-age=-1", "Cache-Control: max-age=-9223372036854775808",
        "Cache-Control: max-age=ten", "Cache-Control: max-age=1.5", "Cache-Control: max-age=\"600",
        "Cache-Control: max-age=600\"", "Cache-Control: max-age=\"\"", "Cache-Control: max-age=\"",
        "Cache-Control: max-age= 600", "Cache-Control: max-age=6 00", "Cache-Control: max-age=0x10",
        "Cache-Control: no-store", "Cache-Control: no-cache", "Cache-Control: NO-STORE", "Cache-Control: No-Cache",
        "Cache-Control: max-age=600, no-store", "Cache-Control: no-cache, max-age=600",
        "Cache-Control: max-age=600, , no-cache ,",
        "Cache-Control: max-age=600\r\nAge: 600", "Cache-Control: max-age=600\r\nAge: 99999999999999999999",
        "Expires: 0", "Expires: -1", "Expires: ", "Expires: nonsense", "Expires: Sun, 06 Nov 1994 09:49:37 GMT",
        "Expires: Sun, 06 Nov 1994 09:49:37 GMT\r\nDate: nonsense",
        "Expires: nonsense\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT",
        // Over before it was sent.
        "Expires: Sun, 06 Nov 1994 08:49:37 GMT\r\nDate: Sun, 06 Nov 1994 09:49:37 GMT",
        "Expires: Thu, 01 Jan 1970 00:00:00 GMT\r\nDate: Fri, 31 Dec 9999 23:59:59 GMT",
    ])
    func clampsFromBelow(_ headers: String) {
        #expect(lifetime(headers, FreshnessPolicy()) == 60)
    }

    @Test(arguments: [
        "Cache-Control: max-age=86401", "Cache-Control: max-age=31536000", "Cache-Control: max-age=4294967296",
        "Cache-Control: max-age=9223372036854775807", "Cache-Control: max-age=99999999999999999999999999",
        "Cache-Control: max-age=\"99999999999999999999999999\"",
        "Expires: Fri, 31 Dec 9999 23:59:59 GMT\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT",
    ])
    func clampsFromAbove(_ headers: String) {
        #expect(lifetime(headers, FreshnessPolicy()) == 86_400)
    }

    @Test func clampsTheDefaultToo() {
        #expect(lifetime("", FreshnessPolicy(defaultLifetime: 5)) == 60)
        #expect(lifetime("", FreshnessPolicy(defaultLifetime: 604_800)) == 86_400)
    }

    /// RFC 9111 section 4.2.1: the first, or stale.
    @Test(arguments: [
        "Cache-Control: max-age=60, max-age=86400", "Cache-Control: max-age=60, public, max-age=600",
    ])
    func doesNotStretchByADuplicate(_ headers: String) {
        #expect(lifetime(headers, wide) <= 60)
    }

    /// RFC 9110 section 5.3: several lines are one list.
    @Test(arguments: [
        "Cache-Control: public\r\nCache-Control: max-age=60", "Cache-Control: max-age=600\r\nCache-Control: no-store",
    ])
    func joinsSeveralLines(_ headers: String) {
        #expect(lifetime(headers, wide) <= 60)
    }

    // MARK: Pauses

    @Test func pausesDoubleUpToTheirCap() {
        let policy = FreshnessPolicy()
        for (failures, seconds) in [(1, 1), (2, 2), (3, 4), (4, 8), (8, 128), (9, 256), (10, 300), (11, 300)] {
            #expect(policy.pause(afterFailures: failures, jitter: 0) == Int64(seconds) * 500)
            let longest = policy.pause(afterFailures: failures, jitter: 0.999_999)
            #expect(longest <= Int64(seconds) * 1000 && longest > Int64(seconds) * 990)
        }
        #expect(policy.pause(afterFailures: .max, jitter: 0) == 150_000)
    }

    @Test func pausesStayInBoundsForEveryPolicy() {
        var random = SeededGenerator(state: 1)
        for _ in 0..<10_000 {
            let policy = FreshnessPolicy(
                firstPause: .random(in: 1...3600, using: &random), longestPause: .random(in: 1...86_400, using: &random))
            let pause = policy.pause(
                afterFailures: .random(in: 1...100, using: &random), jitter: .random(in: 0..<1, using: &random))
            #expect(pause >= min(policy.firstPause, policy.longestPause) * 500)
            #expect(pause <= policy.longestPause * 1000)
        }
    }

    @Test func refreshesAheadOfTheEnd() {
        for lifetime: Int64 in [1, 60, 3600, 604_800] {
            #expect(FreshnessPolicy.refreshDelay(lifetime: lifetime, jitter: 0) == lifetime * 800)
            let latest = FreshnessPolicy.refreshDelay(lifetime: lifetime, jitter: 0.999_999)
            #expect(latest <= lifetime * 950 && latest < lifetime * 1000)
        }
    }
}
