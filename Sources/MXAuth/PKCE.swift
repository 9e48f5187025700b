// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import JOSE
import TokenValidation

@implementation @_cdecl("mxauth_pkce_check")
public func mxauth_pkce_check(
    _ verifier: UnsafePointer<CChar>?, _ length: Int, _ challenge: UnsafePointer<CChar>?, _ challenge_length: Int,
    _ method: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let verifier = ByteView(verifier, length), let challenge = ByteView(challenge, challenge_length) else {
        return error.fail(.misuse)
    }
    do throws(PKCE.Fault) {
        try PKCE.check(verifier, against: challenge, method: ByteView(method))
        return Status.ok.rawValue
    } catch let fault {
        return error.fail(fault)
    }
}

@implementation @_cdecl("mxauth_pkce_challenge")
public func mxauth_pkce_challenge(
    _ verifier: UnsafePointer<CChar>?, _ length: Int, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int,
    _ needed: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<mxauth_error>?
) -> mxauth_status {
    guard let error = ErrorSlot(error) else { return Status.misuse.rawValue }
    guard let verifier = ByteView(verifier, length) else { return error.fail(.misuse) }
    do throws(PKCE.Fault) {
        return deliver(try PKCE.challenge(of: verifier), buffer, capacity, needed, error)
    } catch let fault {
        return error.fail(fault)
    }
}

extension ErrorSlot {
    /// Never says what was sent: a verifier is a secret until its code is redeemed.
    fileprivate func fail(_ fault: PKCE.Fault) -> mxauth_status {
        switch fault {
        case .method:
            failInput("code_challenge_method", "It is not S256; a request without it means plain.")
        case .challenge:
            failInput("code_challenge", "It is not a SHA-256 digest in base64url, 43 characters without padding.")
        case .verifier:
            failInput("code_verifier", "It is not 43 to 128 letters, digits and -._~ (RFC 7636 section 4.1).")
        case .mismatch:
            fail(.grantInvalid, subject: "code_verifier", detail: "The code challenge was made of another one.")
        }
    }
}
