// SPDX-License-Identifier: Apache-2.0
import JOSE

@testable import TokenValidation

/// Two P-256 keys of https://issuer.example and a token signed with each, good until 2100. The private halves were
/// thrown away.
enum Fixture {
    static let issuer = "https://issuer.example"
    static let keyA = #"""
        {"kty":"EC","kid":"a","use":"sig","crv":"P-256",\#
        "x":"FvvHA6x9GmpE8vbmbu0zz8W0cg6k1ewAyy9jM-2vcsI","y":"jqnqf-DH3mQVqOMxUNHW2QcH1QV7IzuaqkwZeQxsH9w"}
        """#
    static let tokenA = """
        eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImEifQ.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlI\
        iwiZXhwIjo0MTAyNDQ0ODAwLCJhdWQiOiJoZXJlIiwidXNlcm5hbWUiOiJhbGljZSIsInNjb3BlIjoidXJuOm1hdHJpeDpjb\
        GllbnQ6YXBpOioifQ.drjZKRkM1oNnu1-YS5vX4C6x81oetEPAiPbru0PG21Vjf7PTWVgQhftLUh8envOMf3Pxrf7B7DYBe_\
        -CoCJilg
        """
    static let keyB = #"""
        {"kty":"EC","kid":"b","use":"sig","crv":"P-256",\#
        "x":"kR5CfT6UJD5imD_FLOeG01Cr2NOg5wt6VdYSIzbBqK0","y":"ngSVzWqGTmuSnGBjyuU-PSlwO3CMebzN_1cgZj_lFZs"}
        """#
    static let tokenB = """
        eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImIifQ.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlI\
        iwiZXhwIjo0MTAyNDQ0ODAwLCJhdWQiOiJoZXJlIiwidXNlcm5hbWUiOiJhbGljZSIsInNjb3BlIjoidXJuOm1hdHJpeDpjb\
        GllbnQ6YXBpOioifQ.TJTuycXRgnbz49Fwke-kHsWg0JtguR809_aa3GPmXrSxQPYrgC4RWit1jEa-Y-hpqM5v31rMLYVrC3\
        mg4vpryw
        """

    static func set(_ keys: String...) -> String { "{\"keys\":[\(keys.joined(separator: ","))]}" }

    /// Token A under another name: what a forger can make.
    static func forged(kid: String) -> String {
        let header = base64URL("{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"\(kid)\"}")
        let parts = tokenA.split(separator: ".")
        return "\(header).\(parts[1]).\(parts[2])"
    }

    private static func base64URL(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var output: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text.utf8 {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                output.append(alphabet[Int(bits >> UInt32(count) & 63)])
            }
        }
        if count > 0 { output.append(alphabet[Int(bits << UInt32(6 - count) & 63)]) }
        return String(decoding: output, as: UTF8.self)
    }
}

/// A clock that stands still until it is moved. One for each validator; it has to outlive it.
final class FakeClock: @unchecked Sendable {
    var wallSeconds: Int64 = 1_800_000_000
    var milliseconds: Int64 = 1_000_000
    /// Called before each reading: what another thread does in that moment.
    var meanwhile: (() -> Void)?

    var clock: Clock {
        Clock(
            function: { user, which in
                guard let user else { return 0 }
                let clock = Unmanaged<FakeClock>.fromOpaque(user).takeUnretainedValue()
                clock.meanwhile?()
                return which == 0 ? clock.wallSeconds * 1_000_000_000 : clock.milliseconds * 1_000_000
            }, user: Unmanaged.passUnretained(self).toOpaque())
    }

    func advance(seconds: Int64) {
        wallSeconds += seconds
        milliseconds += seconds * 1000
    }
}

/// splitmix64: the same walk in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A view of text that is never freed: tests may be generous.
func bytes(_ text: String) -> ByteView {
    let utf8 = Array(text.utf8)
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: utf8.count + 1)
    for index in utf8.indices { copy[index] = utf8[index] }
    return ByteView(UnsafePointer(copy), count: utf8.count)
}
