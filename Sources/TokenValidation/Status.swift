// SPDX-License-Identifier: Apache-2.0

/// What became of a call or a token: the one table behind `mxauth_status`, docs/status-codes.md and the CLI. Numbers
/// are stable and never reused; include/mxauth.h has the bands.
package enum Status: Int32, CaseIterable, Error {
    case ok = 0
    case pending = 1
    case idle = 2

    case misuse = 100
    case optionUnknown = 101
    case optionInvalid = 102
    case configIncomplete = 103
    case bufferTooSmall = 104
    case keySetInvalid = 105
    case hostConflict = 106
    case `internal` = 107
    case exchangeUnknown = 108
    case transportUnavailable = 109
    case revocationsFull = 110
    case inputInvalid = 111
    case grantInvalid = 112

    case tokenMissing = 200
    case tokenTooLarge = 201
    case tokenMalformed = 202
    case tokenOpaque = 203
    case tokenEncrypted = 204
    case headerMalformed = 205
    case claimsMalformed = 206
    case criticalUnsupported = 207
    case typeNotAccepted = 208
    case tokenImplausible = 209
    case jwtNotAccepted = 210
    case bearerAmbiguous = 211
    case bearerMalformed = 212

    case algorithmNotAllowed = 300
    case keyUnknown = 301
    case keyMismatch = 302
    case signatureInvalid = 303

    case issuerUnknown = 400
    case audienceMismatch = 401
    case expired = 402
    case notYetValid = 403
    case issuedInFuture = 404
    case lifetimeTooLong = 405
    case claimMissing = 406
    case claimInvalid = 407
    case timeOutOfRange = 408
    case tokenInactive = 409
    case revoked = 410
    case notAccessToken = 411
    case noticeInvalid = 412
    case noticeReplayed = 413

    case scopeMalformed = 500
    case scopeInsufficient = 501
    case userMissing = 502
    case userInvalid = 503
    case deviceAmbiguous = 504
    case deviceInvalid = 505
    case endpointUnknown = 506
    case guestForbidden = 507
    case scopeWidened = 508
    case methodUnknown = 509

    case keysUnavailable = 600
    case timedOut = 601
    case issuerUnavailable = 602
    case issuerRefusesUs = 603
    case issuerBusy = 604
    case answerInvalid = 605

    package struct Row {
        package let name: StaticString
        package let sentence: StaticString
        package let remedy: StaticString
        package let answer: Answer
    }

    package var row: Row {
        switch self {
        case .ok:
            Row(name: "MXAUTH_OK", sentence: "Good.", remedy: "", answer: .accept)
        case .pending:
            Row(
                name: "MXAUTH_PENDING", sentence: "The token cannot be judged before an exchange with its issuer is done.",
                remedy: "Validate it again when the exchange is complete.", answer: .cannotDecide)
        case .idle:
            Row(
                name: "MXAUTH_IDLE", sentence: "There is no exchange to be done now.",
                remedy: "Ask again after mxauth_next_deadline or when the event descriptor is readable.",
                answer: .cannotDecide)

        case .misuse:
            Row(
                name: "MXAUTH_MISUSE", sentence: "The library was called wrongly.",
                remedy: "Pass every pointer that is not marked as optional and set struct_size.", answer: .ourFault)
        case .optionUnknown:
            Row(
                name: "MXAUTH_OPTION_UNKNOWN", sentence: "There is no option of that name.",
                remedy: "See docs/options.md for the names.", answer: .ourFault)
        case .optionInvalid:
            Row(
                name: "MXAUTH_OPTION_INVALID", sentence: "The option does not take that value.",
                remedy: "See docs/options.md for what it takes.", answer: .ourFault)
        case .configIncomplete:
            Row(
                name: "MXAUTH_CONFIG_INCOMPLETE", sentence: "An option that is needed has not been set.",
                remedy: "Set it before creating the validator.", answer: .ourFault)
        case .bufferTooSmall:
            Row(
                name: "MXAUTH_BUFFER_TOO_SMALL", sentence: "The buffer is too small for the text.",
                remedy: "Call again with the size that was reported as needed.", answer: .ourFault)
        case .keySetInvalid:
            Row(
                name: "MXAUTH_KEY_SET_INVALID", sentence: "The key material cannot be read, or holds no usable key.",
                remedy: "Give a JWKS, a JWK or PEM; `mxauth jwks` tells what is wrong with each entry.", answer: .ourFault)
        case .hostConflict:
            Row(
                name: "MXAUTH_HOST_CONFLICT",
                sentence: "The host program exports json_* functions that replace those of libjansson.",
                remedy: "Build the host without exporting them, or link it against libjansson.", answer: .ourFault)
        case .internal:
            Row(
                name: "MXAUTH_INTERNAL", sentence: "A library underneath failed, whatever the token.",
                remedy: "Check memory and the OpenSSL configuration of the host.", answer: .cannotDecide)

        case .exchangeUnknown:
            Row(
                name: "MXAUTH_EXCHANGE_UNKNOWN", sentence: "No exchange of that number is outstanding.",
                remedy: "Complete each exchange once, before its timeout.", answer: .ourFault)
        case .transportUnavailable:
            Row(
                name: "MXAUTH_TRANSPORT_UNAVAILABLE", sentence: "The transport cannot be started.",
                remedy: "Install libcurl (libcurl4), or carry the exchanges in the host's own event loop.",
                answer: .ourFault)
        case .revocationsFull:
            Row(
                name: "MXAUTH_REVOCATIONS_FULL", sentence: "There is no room for another revocation.",
                remedy: "Raise revocation_bytes; until then revoke at the issuer.", answer: .ourFault)
        case .inputInvalid:
            Row(
                name: "MXAUTH_INPUT_INVALID", sentence: "A document, URL or parameter cannot be used.",
                remedy: "The error says which, and why.", answer: .badRequest)
        case .grantInvalid:
            Row(
                name: "MXAUTH_GRANT_INVALID", sentence: "The code or refresh token is not good, or not for this client.",
                remedy: "Have the client log in again.", answer: .invalidGrant)

        case .tokenMissing:
            Row(
                name: "MXAUTH_TOKEN_MISSING", sentence: "There is no token.",
                remedy: "Send one as Authorization: Bearer TOKEN.", answer: .missing)
        case .tokenTooLarge:
            Row(
                name: "MXAUTH_TOKEN_TOO_LARGE", sentence: "The token is too large.",
                remedy: "Raise max_token_bytes if the issuer's tokens really are that large.", answer: .invalid)
        case .tokenMalformed:
            Row(
                name: "MXAUTH_TOKEN_MALFORMED", sentence: "The token is not a compact JWS.",
                remedy: "Send the token exactly as the issuer gave it.", answer: .invalid)
        case .tokenOpaque:
            Row(
                name: "MXAUTH_TOKEN_OPAQUE", sentence: "The token is opaque, not a JWT.",
                remedy: "Have the issuer give out JWT access tokens (RFC 9068).", answer: .invalid)
        case .tokenEncrypted:
            Row(
                name: "MXAUTH_TOKEN_ENCRYPTED", sentence: "The token is encrypted (JWE).",
                remedy: "Have the issuer sign access tokens without encrypting them.", answer: .invalid)
        case .headerMalformed:
            Row(
                name: "MXAUTH_HEADER_MALFORMED", sentence: "The token's header is not a JOSE header.",
                remedy: "Send the token exactly as the issuer gave it.", answer: .invalid)
        case .claimsMalformed:
            Row(
                name: "MXAUTH_CLAIMS_MALFORMED", sentence: "The token's payload is not a JSON object of claims.",
                remedy: "Send the token exactly as the issuer gave it.", answer: .invalid)
        case .criticalUnsupported:
            Row(
                name: "MXAUTH_CRITICAL_UNSUPPORTED",
                sentence: "The token demands an extension that is not supported.",
                remedy: "Have the issuer leave out crit.", answer: .invalid)
        case .typeNotAccepted:
            Row(
                name: "MXAUTH_TYPE_NOT_ACCEPTED", sentence: "The token is not of an accepted type.",
                remedy: "Send an access token, not an ID token; or add the issuer's typ to issuer.types.",
                answer: .invalid)
        case .tokenImplausible:
            Row(
                name: "MXAUTH_TOKEN_IMPLAUSIBLE", sentence: "The token cannot be one of the issuer's: nobody was asked.",
                remedy: "Compare issuer.opaque_form with the tokens that the issuer gives out.", answer: .invalid)
        case .jwtNotAccepted:
            Row(
                name: "MXAUTH_JWT_NOT_ACCEPTED", sentence: "JWTs of this issuer are not accepted.",
                remedy: "Add jwt to issuer.tokens if they should be.", answer: .invalid)
        case .bearerAmbiguous:
            Row(
                name: "MXAUTH_BEARER_AMBIGUOUS", sentence: "There is more than one token.",
                remedy: "Send one token, in one Authorization header.", answer: .badRequestOfToken)
        case .bearerMalformed:
            Row(
                name: "MXAUTH_BEARER_MALFORMED", sentence: "The token is not sent as a bearer token.",
                remedy: "Send one as Authorization: Bearer TOKEN.", answer: .badRequestOfToken)

        case .algorithmNotAllowed:
            Row(
                name: "MXAUTH_ALGORITHM_NOT_ALLOWED",
                sentence: "The token is not signed with an allowed algorithm.",
                remedy: "Have the issuer sign with one of issuer.algorithms, or extend that list.", answer: .invalid)
        case .keyUnknown:
            Row(
                name: "MXAUTH_KEY_UNKNOWN", sentence: "The token is signed with a key that the issuer's key set lacks.",
                remedy: "If the issuer has changed its keys, see issuer.unknown_key_cooldown and the age of its key set.", answer: .invalid)
        case .keyMismatch:
            Row(
                name: "MXAUTH_KEY_MISMATCH", sentence: "The key that the token names is not for its algorithm.",
                remedy: "Compare the token's alg with the algorithms of that key in `mxauth jwks`.", answer: .invalid)
        case .signatureInvalid:
            Row(
                name: "MXAUTH_SIGNATURE_INVALID", sentence: "The signature does not match.",
                remedy: "The token was altered, or another key was used under this name.", answer: .invalid)

        case .issuerUnknown:
            Row(
                name: "MXAUTH_ISSUER_UNKNOWN", sentence: "The token is from no configured issuer.",
                remedy: "Compare iss with the issuer option: every character counts, a final slash too.",
                answer: .invalid)
        case .audienceMismatch:
            Row(
                name: "MXAUTH_AUDIENCE_MISMATCH", sentence: "The token is not meant for this server.",
                remedy: "Add its audience to issuer.audience, or have the issuer put this server's into aud.",
                answer: .invalid)
        case .expired:
            Row(
                name: "MXAUTH_EXPIRED", sentence: "The token has expired.",
                remedy: "Get a new one with the refresh token.", answer: .expired)
        case .notYetValid:
            Row(
                name: "MXAUTH_NOT_YET_VALID", sentence: "The token is not valid yet.",
                remedy: "Compare the clocks of issuer and server; see issuer.leeway.", answer: .invalid)
        case .issuedInFuture:
            Row(
                name: "MXAUTH_ISSUED_IN_FUTURE", sentence: "The token was issued in the future.",
                remedy: "Compare the clocks of issuer and server; see issuer.leeway.", answer: .invalid)
        case .lifetimeTooLong:
            Row(
                name: "MXAUTH_LIFETIME_TOO_LONG", sentence: "The token lives longer than allowed.",
                remedy: "Shorten access tokens at the issuer, or raise issuer.max_lifetime.", answer: .invalid)
        case .claimMissing:
            Row(
                name: "MXAUTH_CLAIM_MISSING", sentence: "The token lacks a claim that is required.",
                remedy: "Have the issuer add it; see issuer.required_claims.", answer: .invalid)
        case .claimInvalid:
            Row(
                name: "MXAUTH_CLAIM_INVALID", sentence: "A claim of the token has the wrong form.",
                remedy: "Have the issuer send it as RFC 7519 and RFC 9068 say.", answer: .invalid)
        case .timeOutOfRange:
            Row(
                name: "MXAUTH_TIME_OUT_OF_RANGE", sentence: "A time in the token is not a plausible Unix time.",
                remedy: "Have the issuer send seconds since 1970, not milliseconds.", answer: .invalid)
        case .tokenInactive:
            Row(
                name: "MXAUTH_TOKEN_INACTIVE", sentence: "The issuer says that the token is not active.",
                remedy: "It has expired, was revoked, or never existed: log in again.", answer: .invalid)
        case .revoked:
            Row(
                name: "MXAUTH_REVOKED", sentence: "The token, or what it belongs to, has been revoked.",
                remedy: "Log in again.", answer: .invalid)
        case .notAccessToken:
            Row(
                name: "MXAUTH_NOT_ACCESS_TOKEN", sentence: "The token is not an access token.",
                remedy: "Send the access token, not the refresh token.", answer: .invalid)
        case .noticeInvalid:
            Row(
                name: "MXAUTH_NOTICE_INVALID", sentence: "This is no notice of a revocation.",
                remedy: "Send back-channel logout tokens or session-revoked events only.", answer: .badRequest)
        case .noticeReplayed:
            Row(
                name: "MXAUTH_NOTICE_REPLAYED", sentence: "The notice has been taken already.",
                remedy: "Nothing needs to be done.", answer: .badRequest)

        case .scopeMalformed:
            Row(
                name: "MXAUTH_SCOPE_MALFORMED", sentence: "The token's scope breaks the grammar of RFC 6749.",
                remedy: "Have the issuer separate scope tokens by single spaces.", answer: .invalid)
        case .scopeInsufficient:
            Row(
                name: "MXAUTH_SCOPE_INSUFFICIENT", sentence: "The token's scopes do not allow this.",
                remedy: "Request urn:matrix:client:api:* at login.", answer: .insufficientScope)
        case .userMissing:
            Row(
                name: "MXAUTH_USER_MISSING", sentence: "The token names no user.",
                remedy: "Set issuer.user_claim to the claim that holds the localpart.", answer: .forbidden)
        case .userInvalid:
            Row(
                name: "MXAUTH_USER_INVALID", sentence: "The token's user cannot be a Matrix user of this server.",
                remedy: "Set issuer.user_claim to a claim that holds a Matrix localpart.", answer: .forbidden)
        case .deviceAmbiguous:
            Row(
                name: "MXAUTH_DEVICE_AMBIGUOUS", sentence: "The token's scopes name two devices.",
                remedy: "Request exactly one urn:matrix:client:device: scope.", answer: .forbidden)
        case .deviceInvalid:
            Row(
                name: "MXAUTH_DEVICE_INVALID", sentence: "The token's device ID cannot be used.",
                remedy: "Request a device ID of 1 to 255 characters.", answer: .forbidden)
        case .endpointUnknown:
            Row(
                name: "MXAUTH_ENDPOINT_UNKNOWN", sentence: "The Client-Server API has no such endpoint.",
                remedy: "Compare method and path with the Matrix specification: case, version and slashes count.",
                answer: .unrecognized)
        case .methodUnknown:
            Row(
                name: "MXAUTH_METHOD_UNKNOWN", sentence: "The endpoint has no such method.",
                remedy: "Compare the method with the Matrix specification; it is written in capitals.",
                answer: .wrongMethod)
        case .guestForbidden:
            Row(
                name: "MXAUTH_GUEST_FORBIDDEN", sentence: "Guests may not do this.", remedy: "Register an account.",
                answer: .guest)
        case .scopeWidened:
            Row(
                name: "MXAUTH_SCOPE_WIDENED", sentence: "More scopes are asked for than were granted.",
                remedy: "Refresh with the scopes that were granted or fewer; log in again for more.",
                answer: .widerScope)

        case .keysUnavailable:
            Row(
                name: "MXAUTH_KEYS_UNAVAILABLE", sentence: "The issuer's keys cannot be had at the moment.",
                remedy: "See the log or the metrics for what went wrong with the issuer, and try again.",
                answer: .cannotDecide)
        case .timedOut:
            Row(
                name: "MXAUTH_TIMED_OUT", sentence: "The issuer did not answer in the time that the caller gave.",
                remedy: "Try again; the exchange goes on.", answer: .cannotDecide)
        case .issuerUnavailable:
            Row(
                name: "MXAUTH_ISSUER_UNAVAILABLE", sentence: "The issuer cannot be asked about the token at the moment.",
                remedy: "See the log or the metrics for what went wrong with the issuer, and try again.",
                answer: .cannotDecide)
        case .issuerRefusesUs:
            Row(
                name: "MXAUTH_ISSUER_REFUSES_US", sentence: "The issuer does not let this server ask about tokens.",
                remedy: "Compare issuer.client_auth, issuer.client_id and the secret or key with what the issuer knows.",
                answer: .cannotDecide)
        case .issuerBusy:
            Row(
                name: "MXAUTH_ISSUER_BUSY", sentence: "As many tokens are being asked about as the issuer may be bothered with.",
                remedy: "Try again; raise issuer.max_exchanges if this lasts.", answer: .cannotDecide)
        case .answerInvalid:
            Row(
                name: "MXAUTH_ANSWER_INVALID", sentence: "The issuer's answer about the token makes no sense.",
                remedy: "See the log for what was wrong with it; check issuer.introspection_uri.", answer: .cannotDecide)
        }
    }

    /// What a resource server should tell its client (RFC 6750 section 3.1; Matrix specification, "Client
    /// Authentication").
    package struct Answer {
        package let httpStatus: UInt32
        package let errcode: StaticString
        package let softLogout: Bool
        package let oauthError: StaticString

        static let accept = Answer(httpStatus: 200, errcode: "", softLogout: false, oauthError: "")
        static let missing = Answer(
            httpStatus: 401, errcode: "M_MISSING_TOKEN", softLogout: false, oauthError: "")
        /// RFC 6750 section 3.1 asks for 400; Matrix has 401 for every request without a usable token.
        static let badRequestOfToken = Answer(
            httpStatus: 401, errcode: "M_MISSING_TOKEN", softLogout: false, oauthError: "invalid_request")
        static let invalid = Answer(
            httpStatus: 401, errcode: "M_UNKNOWN_TOKEN", softLogout: false, oauthError: "invalid_token")
        /// The client keeps its encryption keys and logs in again.
        static let expired = Answer(
            httpStatus: 401, errcode: "M_UNKNOWN_TOKEN", softLogout: true, oauthError: "invalid_token")
        static let insufficientScope = Answer(
            httpStatus: 403, errcode: "M_FORBIDDEN", softLogout: false, oauthError: "insufficient_scope")
        /// The token is genuine but the issuer made it useless here: no reason to log the client out.
        static let forbidden = Answer(
            httpStatus: 403, errcode: "M_FORBIDDEN", softLogout: false, oauthError: "")
        /// Nothing to do with a token. RFC 8935 section 2.4 and Back-Channel Logout section 2.8 for notices.
        static let badRequest = Answer(
            httpStatus: 400, errcode: "M_INVALID_PARAM", softLogout: false, oauthError: "invalid_request")
        /// Matrix specification, "Standard error response".
        static let unrecognized = Answer(httpStatus: 404, errcode: "M_UNRECOGNIZED", softLogout: false, oauthError: "")
        static let wrongMethod = Answer(httpStatus: 405, errcode: "M_UNRECOGNIZED", softLogout: false, oauthError: "")
        /// Matrix specification, "Guest Access".
        static let guest = Answer(
            httpStatus: 403, errcode: "M_GUEST_ACCESS_FORBIDDEN", softLogout: false, oauthError: "")
        /// RFC 6749 sections 5.2 and 6.
        static let widerScope = Answer(
            httpStatus: 400, errcode: "M_INVALID_PARAM", softLogout: false, oauthError: "invalid_scope")
        /// RFC 6749 section 5.2.
        static let invalidGrant = Answer(
            httpStatus: 400, errcode: "M_INVALID_PARAM", softLogout: false, oauthError: "invalid_grant")
        static let ourFault = Answer(httpStatus: 500, errcode: "M_UNKNOWN", softLogout: false, oauthError: "")
        static let cannotDecide = Answer(httpStatus: 503, errcode: "M_UNKNOWN", softLogout: false, oauthError: "")
    }
}
