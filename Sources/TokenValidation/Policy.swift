// SPDX-License-Identifier: Apache-2.0
import JOSE

/// What we demand of a token of one issuer. The defaults are the safe ones; docs/options.md explains each.
package struct Policy: Sendable {
    /// Compared with `iss` byte for byte.
    package let issuer: [UInt8]
    package var audiences: [[UInt8]] = []
    package var acceptsAnyAudience = false
    package var algorithms: AlgorithmSet = .asymmetric
    /// `typ` values in lower case and without `application/`.
    package var types: [[UInt8]] = [Array("at+jwt".utf8)]
    package var acceptsAbsentType = false
    /// Seconds by which the clocks of issuer and server may differ.
    package var leeway: Int64 = 30
    /// Seconds between `iat` and `exp`; 0 for no limit.
    package var maximumLifetime: Int64 = 0
    package var requiredClaims: [[UInt8]] = []
    package var minimumRSABits = 2048
    package var userClaim: [UInt8] = Array("username".utf8)
    package var requiresUser = true
    package var allowsHistoricalUsers = false
    package var requiresAPIScope = true
    package var acceptsJWTs = true
    package var acceptsOpaque = false
    /// Whether the issuer is asked about JWTs that are good by themselves.
    package var introspectsJWTs = false
    var opaqueForm = OpaqueForm.any
    /// Seconds for which a verdict is kept at most; for which a refusal by introspection is; and for which a verdict
    /// serves on while the issuer cannot be asked.
    package var cacheTTL: Int64 = 120
    package var negativeTTL: Int64 = 10
    package var staleIfError: Int64 = 0
    /// The name of this server as a client of the issuer.
    package var clientID: [UInt8] = []

    package init(issuer: [UInt8]) {
        self.issuer = issuer
    }
}
