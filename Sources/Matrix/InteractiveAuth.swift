// SPDX-License-Identifier: Apache-2.0
import JOSE

/// What a request has to go through besides its token; the numbers are those of MXAUTH_UIA_…, none of
/// them 0.
package enum InteractiveAuth: UInt32 {
    case none = 1
    /// What `CrossSigningUpload` says, and then the stage m.oauth.
    case crossSigning = 2
    /// Not to be done with this token, but where the account is managed.
    case elsewhere = 3
    /// The host's own stages.
    case legacy = 4
    /// What `CrossSigningUpload` says, and then the host's own stages.
    case legacyCrossSigning = 5

    package enum Caller {
        case anonymous
        case refused
        /// A token that an authorization server gave out.
        case oauth
        /// One of the host's own: of its older login API, a guest's.
        case host
        case appservice
    }

    package enum Decision {
        case needs(InteractiveAuth, GuardedAction)
        case tokenMissing
        /// For the reason that the token's verdict gives.
        case tokenRefused
    }

    package static func decide(_ endpoint: Endpoint, _ caller: Caller) -> Decision {
        let action = endpoint.guarded
        if case .nothing = action { return .needs(.none, action) }
        switch (endpoint.authentication, caller) {
        // Whoever registers has no account yet, whatever token comes along: only an application service's counts.
        case (.none, .appservice): return .needs(.none, .nothing)
        case (.none, _): return .needs(.legacy, action)
        // Proves by the stages who it is.
        case (.optional, .anonymous): return .needs(.legacy, action)
        case (_, .anonymous): return .tokenMissing
        case (_, .refused): return .tokenRefused
        case (_, .appservice) where action.isOpenToAppservices: return .needs(.none, .nothing)
        case (_, .appservice): return .needs(.legacy, action)
        case (_, .oauth):
            if case .crossSigning = action { return .needs(.crossSigning, action) }
            return .needs(.elsewhere, action)
        case (_, .host):
            if case .crossSigning = action { return .needs(.legacyCrossSigning, action) }
            return .needs(.legacy, action)
        }
    }
}
