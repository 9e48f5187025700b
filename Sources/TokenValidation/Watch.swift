// SPDX-License-Identifier: Apache-2.0

/// The outcome of one check, in words.
package struct Finding {
    package let check: Check
    /// `.ok` if the check passed, else why the token is refused.
    package let status: Status
    /// The header parameter or claim that was looked at; "" for the token as a whole.
    package let subject: String
    package let expected: String
    package let found: String
}

/// What is seen of a token being judged. It is the same judge, watched more or less closely, so that an explanation can
/// never tell another story than the verdict.
struct Watch {
    enum Interest {
        /// The status says it all.
        case nothing
        /// The check that refused the token.
        case refusal
        case everyCheck
    }

    let interest: Interest
    private(set) var findings: [Finding] = []
    /// The exchange that a pending token waits for.
    var exchange: UInt64 = 0
    /// The answer came in while the token was being judged: the caches have it.
    var isAnswered = false

    init(_ interest: Interest) {
        self.interest = interest
    }

    var refusal: Finding? {
        guard let last = findings.last, last.status != .ok else { return nil }
        return last
    }

    /// Notes what lets a token pass although a check has refused it.
    mutating func overrule(_ finding: @autoclosure () -> Finding) {
        if interest == .refusal { findings = [] }
        note(.ok, finding())
    }

    /// `status` is `.ok` if the check passed. The finding costs text and is only made if somebody wants it.
    mutating func note(_ status: Status, _ finding: @autoclosure () -> Finding) {
        switch interest {
        case .nothing: return
        case .refusal: if status == .ok { return }
        case .everyCheck: break
        }
        findings.append(finding())
    }
}
