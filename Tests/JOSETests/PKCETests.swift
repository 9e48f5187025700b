// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

// RFC 7636 appendix B.
private let goodVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
private let goodChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

@Suite struct PKCETests {
    private func check(_ verifier: String, _ challenge: String, _ method: String? = "S256") -> PKCE.Fault? {
        Array(verifier.utf8).withView { verifier in
            Array(challenge.utf8).withView { challenge in
                Array((method ?? "").utf8).withView { text in
                    do throws(PKCE.Fault) {
                        try PKCE.check(verifier, against: challenge, method: method == nil ? nil : text)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
        }
    }

    private func challenge(of verifier: String) -> String? {
        Array(verifier.utf8).withView { view in
            (try? PKCE.challenge(of: view)).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test(arguments: [
        (goodVerifier, goodChallenge), ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA"),
        (String(repeating: "-._~", count: 32), nil), (String(repeating: "Zz90", count: 11), nil),
    ] as [(String, String?)])
    func good(_ verifier: String, _ expected: String?) throws {
        let made = try #require(challenge(of: verifier))
        #expect(made.utf8.count == 43 && (expected == nil || made == expected))
        #expect(check(verifier, made) == nil)
    }

    @Test(arguments: [
        nil, "", "plain", "s256", "S256 ", " S256", "S25", "S2567", "S512", "SHA256", "Ѕ256", "S256\0", "none",
    ] as [String?])
    func methods(_ method: String?) {
        #expect(check(goodVerifier, goodChallenge, method) == .method)
        // The plain method would take this.
        #expect(check(goodVerifier, goodVerifier, method) == .method)
    }

    @Test(arguments: [
        "", "=", "\(goodChallenge)=", "\(goodChallenge)A", "\(goodChallenge)\0", " \(goodChallenge)", "\(goodChallenge)\n",
        "-9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
        "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3",
    ] as [String])
    func challenges(_ challenge: String) {
        #expect(check(goodVerifier, challenge) == .challenge)
    }

    /// Among them N, O and P: the same digest with bits beyond its end.
    @Test(arguments: ["", "N", "O", "P", "=", " ", "\n", "\0", "+", "/", ".", "~", "é"] as [String])
    func challengesByTheirEnd(_ end: String) {
        #expect(check(goodVerifier, goodChallenge.dropLast() + end) == .challenge)
    }

    @Test(arguments: [("A", 0), ("A", 42), ("A", 44), ("A", 65_536), (".", 43), ("~", 43)] as [(String, Int)])
    func challengesByTheirSize(_ character: String, _ count: Int) {
        #expect(check(goodVerifier, String(repeating: character, count: count)) == .challenge)
    }

    private func refuses(_ verifier: String) -> Bool {
        challenge(of: verifier) == nil && check(verifier, goodChallenge) == .verifier
    }

    /// The last is the sample of MSC2964 and of the specification, which is shorter than RFC 7636 allows.
    @Test(arguments: ["", "a", "\(goodVerifier)\n", "\(goodVerifier)\0", "\0\(goodVerifier)", "\(goodVerifier)%2D", "ogie4iVaeteeKeeLaid0aizuimairaCh"] as [String])
    func verifiers(_ verifier: String) {
        #expect(refuses(verifier))
    }

    @Test(arguments: ["+", "/", "=", " ", "`", "@", "[", "{", ":", ",", "}", "\u{7F}", "\0", "é", "\t"] as [String])
    func verifiersByTheirEnd(_ end: String) {
        #expect(refuses(goodVerifier.dropLast() + end))
    }

    @Test(arguments: [1, 32, 42, 129, 65_536]) func verifiersByTheirSize(_ count: Int) {
        #expect(refuses(String(repeating: "a", count: count)))
    }

    /// Any other verifier is refused, and so is any other challenge.
    @Test func mismatches() {
        var random = SeededRandom(seed: 7636)
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        for _ in 0..<500 {
            let text = String((0..<Int.random(in: 43...128, using: &random)).map { _ in letters[Int.random(in: 0..<66, using: &random)] })
            guard let made = challenge(of: text) else {
                Issue.record("\(text) has no challenge")
                continue
            }
            #expect(check(text, made) == nil)
            var other = Array(text)
            let at = Int.random(in: 0..<other.count, using: &random)
            other[at] = other[at] == "a" ? "b" : "a"
            #expect(check(String(other), made) == .mismatch)
            var changed = Array(made)
            let place = Int.random(in: 0..<42, using: &random)
            changed[place] = changed[place] == "a" ? "b" : "a"
            #expect(check(text, String(changed)) == .mismatch)
        }
        // As plain this would pass.
        #expect(check(goodChallenge, goodChallenge) == .mismatch)
    }

    /// Every byte, at the end of an otherwise good verifier.
    @Test func everyByte() {
        for byte in UInt8.min...UInt8.max {
            let text = Array(repeating: UInt8(ascii: "a"), count: 42) + [byte]
            let isUnreserved = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8).contains(byte)
            #expect(text.withView(PKCE.isVerifier) == isUnreserved)
        }
    }
}
