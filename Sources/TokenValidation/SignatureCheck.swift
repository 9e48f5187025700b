// SPDX-License-Identifier: Apache-2.0
import JOSE

extension Judge {
    /// What the issuer's key set says about a signature.
    private enum KeyAnswer {
        /// The outcome of the last key that was tried.
        case tried(SignatureOutcome)
        case noKeySet
        case unknownKey
        /// The key of that name serves other algorithms.
        case otherAlgorithms
    }

    /// Returns the generation of the key set that verified it.
    @discardableResult
    func checkSignature(
        _ signature: ByteView, _ parts: CompactJWS, _ header: JOSEHeader, _ algorithm: SignatureAlgorithm,
        issuerIndex: Int
    ) throws(Status) -> UInt64 {
        let keys = validator.issuers[issuerIndex].keys
        if keys.isDue(at: now.monotonic) { validator.wantFresherKeys(of: issuerIndex) }
        var consultations = 0
        while true {
            let generation = keys.generation
            let answer =
                keys.serves(at: now.monotonic)
                ? keys.published.read { keySet in
                    keySet.map { ask($0, signature, parts, header, algorithm) } ?? .noKeySet
                } : .noKeySet
            let want: Validator.Want
            switch answer {
            case .tried(let outcome):
                try conclude(outcome)
                return generation
            case .noKeySet: want = validator.wantKeys(of: issuerIndex)
            case .unknownKey: want = validator.wantUnknownKey(of: issuerIndex, since: generation)
            case .otherAlgorithms:
                try refuse(
                    .key, .keyMismatch, expected: "a key for \(String(algorithm.name))",
                    found: "\(header.kid?.quoted ?? "one"), which is for other algorithms")
            }
            consultations += 1
            if case .served = want, consultations < Self.maximumConsultations { continue }
            try waitForKeys(want, header, algorithm)
        }
    }

    /// Sets that arrive while one token is being judged: more than two in a row is an issuer in trouble.
    private static var maximumConsultations: Int { 3 }

    private func ask(
        _ keySet: KeySet, _ signature: ByteView, _ parts: CompactJWS, _ header: JOSEHeader,
        _ algorithm: SignatureAlgorithm
    ) -> KeyAnswer {
        let candidates = keySet.candidates(for: header.kid)
        var attempts = 0
        var outcome = SignatureOutcome.invalid
        for position in candidates where keySet.table[position].algorithms.contains(algorithm) {
            if attempts == 0 {
                pass(
                    .key, expected: "a key for \(String(algorithm.name))",
                    found: header.kid?.quoted ?? "one, without a kid to name it")
            }
            attempts += 1
            outcome = validator.verify(signature, over: parts.signingInput, with: algorithm, by: keySet.table[position])
            if outcome != .invalid || attempts == Self.maximumAttempts { break }
        }
        if attempts > 0 { return .tried(outcome) }
        let isNamed = header.kid != nil && !candidates.isEmpty && keySet.table[candidates.lowerBound].kid != nil
        return isNamed ? .otherAlgorithms : .unknownKey
    }

    private func conclude(_ outcome: SignatureOutcome) throws(Status) {
        if outcome == .failed {
            try refuse(.signature, .internal, expected: "an answer from libcrypto", found: "none")
        }
        try demand(
            .signature, outcome == .valid, else: .signatureInvalid,
            expected: "the key's signature over header and payload", found: outcome == .valid ? "it" : "another one")
    }

    private func waitForKeys(
        _ want: Validator.Want, _ header: JOSEHeader, _ algorithm: SignatureAlgorithm
    ) throws(Status) -> Never {
        let expected = "a key for \(String(algorithm.name))"
        switch want {
        case .wait(let exchange):
            watch.pointee.exchange = exchange
            try refuse(.key, .pending, expected: expected, found: "an exchange with the issuer under way")
        case .served, .cannotDecide:
            try refuse(.key, .keysUnavailable, expected: expected, found: "no answer from the issuer lately")
        case .refuse:
            try refuse(.key, .keyUnknown, expected: expected, found: header.kid?.quoted ?? "none")
        }
    }
}
