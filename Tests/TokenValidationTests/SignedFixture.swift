// SPDX-License-Identifier: Apache-2.0
import JOSE

@testable import TokenValidation

/// Keys that were made for these tests and sign nothing else.
enum SignedFixture {
    /// P-256. The public half is what the issuer of `IntrospectionHost` may be given as issuer.keys.
    static let pem = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgqQ3X+CVniQBtCoq2
        /nRxJf8ht/mDS1MERbI2kTFYtT6hRANCAAQl3QByO8Ra8qQVxDWwdKef1SpPwSM/
        oQbOL5JEg3mW5sdh+c7UHVG3M5+cfy2ngS/JHSXe3pMVQPIdr4eBi5BD
        -----END PRIVATE KEY-----
        """
    static let publicPEM = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEJd0AcjvEWvKkFcQ1sHSnn9UqT8Ej
        P6EGzi+SRIN5lubHYfnO1B1RtzOfnH8tp4EvyR0l3t6TFUDyHa+HgYuQQw==
        -----END PUBLIC KEY-----
        """
    /// P-256 too: somebody else's.
    static let otherPEM = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgWiwWsFJnuDH7vT1v
        fxAzv6eq8Ih8wCYusx086zYxvF2hRANCAAQotLdyH2k/letp87Ui4FAixXF1Zhe8
        LdUEa8pDhlmlQhG62DnKnqjP2R+HPDTsvWXVK1+wzs0JLYVnV2U9Ymng
        -----END PRIVATE KEY-----
        """
    static let otherPublicPEM = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKLS3ch9pP5XrafO1IuBQIsVxdWYX
        vC3VBGvKQ4ZZpUIRutg5yp6oz9kfhzw07L1l1StfsM7NCS2FZ1dlPWJp4A==
        -----END PUBLIC KEY-----
        """
    static let ed25519PEM = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIKrRhxe6sMpA8sI61y3X1hlAMGMnmftAvCqXUNC5JCis
        -----END PRIVATE KEY-----
        """
    static let ed25519PublicPEM = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAx5YEDTZ1DjH+6umjlGhyO12f0n5mU/T/ZJ+a6OXqdvw=
        -----END PUBLIC KEY-----
        """

    static let key = signingKey(pem)
    static let otherKey = signingKey(otherPEM)
    static let ed25519 = signingKey(ed25519PEM)

    private static func signingKey(_ pem: String) -> SigningKey {
        guard let key = try? SigningKey.parse(pem: bytes(pem)) else { fatalError("a test key cannot be read") }
        return key
    }

    /// A compact JWS; `header` are the members besides alg.
    static func jws(_ payload: String, _ header: String = "", alg: String = "ES256", by key: SigningKey = key) -> String {
        let header = "{\"alg\":\"\(alg)\"" + (header.isEmpty ? "" : "," + header) + "}"
        guard let text = key.compactJWS(header: Array(header.utf8), payload: Array(payload.utf8)) else {
            fatalError("nothing was signed")
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func base64URL(_ text: String) -> String {
        String(decoding: Array(text.utf8).withView(Base64URL.encode), as: UTF8.self)
    }
}
