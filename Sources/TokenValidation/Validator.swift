// SPDX-License-Identifier: Apache-2.0
import JOSE

/// An issuer as a validator holds it.
package struct Issuer: Sendable {
    package let policy: Policy
    package let keySet: KeySet
}

/// The long-lived judge. Immutable: any number of threads, and forked children, use it at once.
package final class Validator: Sendable {
    let issuers: [Issuer]
    /// Empty if no issuer's tokens need a user.
    let serverName: [UInt8]
    let maximumTokenBytes: Int
    let clock: Clock

    init(issuers: [Issuer], serverName: [UInt8], maximumTokenBytes: Int, clock: Clock) {
        self.issuers = issuers
        self.serverName = serverName
        self.maximumTokenBytes = maximumTokenBytes
        self.clock = clock
    }
}

extension Validator {
    /// Judges a token. `accept` is called once, before this returns `.ok`, with what is known of a good token.
    package func validate(_ token: ByteView, accept: (Verdict) -> Void) -> Status {
        var nobody = NoObserver()
        return withUnsafeMutablePointer(to: &nobody) { Judge(validator: self, observer: $0).judge(token, accept) }
    }

    /// The same, and why the token is refused if it is.
    package func validate(_ token: ByteView, refusal: inout Finding?, accept: (Verdict) -> Void) -> Status {
        var observer = RefusalObserver()
        defer { refusal = observer.refusal }
        return withUnsafeMutablePointer(to: &observer) { Judge(validator: self, observer: $0).judge(token, accept) }
    }

    /// The same, and every check that was made.
    package func validate(_ token: ByteView, findings: inout [Finding], accept: (Verdict) -> Void) -> Status {
        var trace = Trace()
        defer { findings = trace.findings }
        return withUnsafeMutablePointer(to: &trace) { Judge(validator: self, observer: $0).judge(token, accept) }
    }

    /// The claims of a token as its issuer signed them. Only for tokens that were found good.
    package func claims(of token: ByteView) -> [UInt8]? {
        guard let parts = try? CompactJWS(token) else { return nil }
        return Base64URL.decode(parts.payload)
    }
}
