// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import JOSE

/// How we show an issuer who asks about its tokens.
enum ClientAuthentication: Sendable {
    /// RFC 6749 section 2.3.1: in the Authorization header, or in the body.
    case basic, post
    /// A shared secret as bearer token, which is how a homeserver and MAS know each other.
    case bearer
    /// A signed assertion (RFC 7523 section 2.2).
    case privateKeyJWT
}

struct ClientCredentials: Sendable {
    let method: ClientAuthentication
    let id: [UInt8]
    let secret: [UInt8]
    let key: SigningKey?
    let keyID: [UInt8]?

    /// The Authorization header line, if that is where the credentials go.
    var authorizationLine: [UInt8] {
        switch method {
        case .basic:
            // Both are form-encoded first: a colon in the name would end it (RFC 6749 section 2.3.1).
            let pair = id.withView { $0.formEncoded } + Array(":".utf8) + secret.withView { $0.formEncoded }
            return Array("Authorization: Basic ".utf8) + base64(pair) + Array("\r\n".utf8)
        case .bearer:
            return Array("Authorization: Bearer ".utf8) + secret + Array("\r\n".utf8)
        case .post, .privateKeyJWT:
            return []
        }
    }

    /// What the credentials add to a form; nil if no assertion can be made.
    func formFields(issuer: [UInt8], now wallSeconds: Int64) -> [UInt8]? {
        switch method {
        case .basic, .bearer:
            return []
        case .post:
            return field("client_id", id) + field("client_secret", secret)
        case .privateKeyJWT:
            guard let assertion = assertion(issuer: issuer, now: wallSeconds) else { return nil }
            let type = Array("urn:ietf:params:oauth:client-assertion-type:jwt-bearer".utf8)
            return field("client_id", id) + field("client_assertion_type", type) + field("client_assertion", assertion)
        }
    }

    private func field(_ name: StaticString, _ value: [UInt8]) -> [UInt8] {
        [UInt8(ascii: "&")] + [UInt8](ByteView(name)) + [UInt8(ascii: "=")] + value.withView { $0.formEncoded }
    }

    /// RFC 7523 section 3. The audience is the issuer itself: a token that names one endpoint of it is what lets one
    /// server pass for another.
    private func assertion(issuer: [UInt8], now wallSeconds: Int64) -> [UInt8]? {
        var random = [UInt8](repeating: 0, count: 16)
        guard let key, RAND_bytes(&random, 16) == 1 else { return nil }
        let header = JSONBuilder.object()
        header.set("alg", String(key.algorithm.name))
        header.set("typ", "JWT")
        (keyID ?? key.thumbprint).withView { header.set("kid", $0) }
        let claims = JSONBuilder.object()
        id.withView { id in
            claims.set("iss", id)
            claims.set("sub", id)
        }
        issuer.withView { claims.set("aud", $0) }
        random.withView(Base64URL.encode).withView { claims.set("jti", $0) }
        claims.set("iat", wallSeconds)
        claims.set("exp", wallSeconds + Self.assertionLifetime)
        guard let header = header.text(), let payload = claims.text() else { return nil }
        return key.compactJWS(header: header, payload: payload)
    }

    /// Seconds: enough for clocks that differ.
    private static var assertionLifetime: Int64 { 60 }

    private func base64(_ bytes: [UInt8]) -> [UInt8] {
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = EVP_EncodeBlock(&text, bytes, Int32(truncatingIfNeeded: bytes.count))
        return Array(text.prefix(Int(max(count, 0))))
    }
}

extension ByteView {
    /// application/x-www-form-urlencoded (RFC 6749 appendix B); a space becomes %20, which every decoder understands.
    var formEncoded: [UInt8] {
        let digits = ByteView("0123456789ABCDEF")
        var text: [UInt8] = []
        text.reserveCapacity(count + 16)
        for index in 0..<count {
            switch self[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.append(self[index])
            default:
                text += [UInt8(ascii: "%"), digits[Int(self[index] >> 4)], digits[Int(self[index] & 0x0F)]]
            }
        }
        return text
    }
}
