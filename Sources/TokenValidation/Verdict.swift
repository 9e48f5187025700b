// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix

/// What is known of a token that is good. The views are lent and gone when the judge returns.
package struct Verdict {
    /// How a token was judged; the numbers are those of MXAUTH_KIND_….
    package enum Kind: UInt32, Sendable {
        case jwt = 1
        case introspected = 2
    }

    package var kind = Kind.jwt
    package var isCached = false
    package let issuerIndex: Int
    package let grants: Grants
    package let hasUnknownScopes: Bool
    /// Unix seconds; 0 when it does not expire, as its issuer says.
    package let expiresAt: Int64
    /// Unix seconds; 0 when the token does not say.
    package let issuedAt: Int64
    package let userID: ByteView
    package let deviceID: ByteView
    package let subject: ByteView
    package let clientID: ByteView

    /// No text of a verdict is longer: user and device IDs by the Matrix specification, `sub` by OpenID Connect
    /// Core section 2. Longer ones are refused, never cut.
    package static let maximumTextSize = 255
}
