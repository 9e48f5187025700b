// SPDX-License-Identifier: Apache-2.0

/// Whose answers a host gives where opinions differ.
enum Compatibility: Sendable {
    /// What the Matrix specification and RFC 6750 prefer.
    case none
    /// What Synapse answers when authentication is delegated.
    case synapse
}

extension Validator {
    /// What a host of this validator should tell its client.
    package func answer(to status: Status) -> Status.Answer {
        switch settings.compatibility {
        case .none: status.row.answer
        case .synapse: status.synapseAnswer
        }
    }
}

extension Status {
    /// Synapse logs out for good where a token has only expired or lacks a scope, and calls a token that names no usable
    /// user or device its own fault.
    fileprivate var synapseAnswer: Answer {
        switch self {
        case .expired, .scopeInsufficient: .invalid
        case .userMissing, .userInvalid, .deviceAmbiguous, .deviceInvalid:
            Answer(httpStatus: 500, errcode: "M_FORBIDDEN", softLogout: false, oauthError: "")
        default: row.answer
        }
    }

    /// The issuer cannot be asked or talks nonsense: nothing is said about the token.
    var isIssuersTrouble: Bool {
        switch self {
        case .issuerUnavailable, .issuerRefusesUs, .issuerBusy, .answerInvalid: true
        default: false
        }
    }
}
