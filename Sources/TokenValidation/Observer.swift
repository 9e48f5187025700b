// SPDX-License-Identifier: Apache-2.0

/// Somebody who watches a token being judged. The judge is generic over it, so that nobody watching costs nothing
/// and an explanation can never tell another story than the verdict.
package protocol Observer {
    /// `status` is `.ok` if the check passed. The finding costs text and is only made if somebody wants it.
    mutating func note(_ status: Status, _ finding: @autoclosure () -> Finding)
}

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

/// Nobody.
package struct NoObserver: Observer {
    package init() {}
    package mutating func note(_ status: Status, _ finding: @autoclosure () -> Finding) {}
}

/// Remembers the check that refused the token.
package struct RefusalObserver: Observer {
    package private(set) var refusal: Finding?

    package init() {}

    package mutating func note(_ status: Status, _ finding: @autoclosure () -> Finding) {
        if status != .ok { refusal = finding() }
    }
}

/// Remembers every check.
package struct Trace: Observer {
    package private(set) var findings: [Finding] = []

    package init() {}

    package mutating func note(_ status: Status, _ finding: @autoclosure () -> Finding) {
        findings.append(finding())
    }
}

/// What a judge leaves behind besides its status.
struct Watch<O: Observer> {
    var observer: O
    /// The exchange that a pending token waits for.
    var exchange: UInt64 = 0

    init(observer: O) {
        self.observer = observer
    }
}
