// SPDX-License-Identifier: Apache-2.0
import JOSE

/// The options of opaque tokens, of the verdict cache and of revocation; a part of the one table.
extension Option {
    static let ofMemory: [Option] = [
        .integer(
            "cache_entries", .integer, unit: "", default: "100000", 1024...16_777_216, "1024 to 16777216",
            meaning: """
                How many good verdicts are kept at most, and about so many: from 1024 on the cache is cut into up to \
                16 parts. Refusals by introspection have an eighth of this and of cache_bytes on top; the tables take \
                32 to 64 bytes for each besides.
                """
        ) { (configuration, value) in configuration.settings.cachedVerdicts = value },
        .integer(
            "cache_bytes", .integer, unit: "bytes", default: "67108864", 1_048_576...17_179_869_184,
            "1048576 to 17179869184",
            meaning: "How much memory good verdicts take at most: about 400 bytes for a JWT, and an answer's text besides."
        ) { (configuration, value) in configuration.settings.cachedBytes = value },
        .integer(
            "revocation_bytes", .integer, unit: "bytes", default: "33554432", 65_536...4_294_967_296,
            "65536 to 4294967296",
            meaning: "The memory for revocations, of which each takes 32 bytes; a power of two of them fits."
        ) { (configuration, value) in configuration.settings.revocationBytes = value },
        .integer(
            "revocation_lifetime", .duration, unit: "seconds", default: "604800", 60...31_536_000, "60 to 31536000",
            meaning: """
                How long a revocation is remembered: as long as the longest access token lives. An issuer that is asked \
                about its tokens knows longer.
                """
        ) { (configuration, value) in configuration.settings.revocationLifetime = Int64(value) },
        .text(
            "compat", default: "none", range: "none or synapse",
            meaning: """
                Whose answers mxauth_describe and mxauth_error_response give where they differ: those of the Matrix \
                specification, or those of Synapse, which logs clients out for an expired token or a missing scope.
                """
        ) { (configuration, value) throws(Refusal) in
            if value == "none" {
                configuration.settings.compatibility = .none
            } else if value == "synapse" {
                configuration.settings.compatibility = .synapse
            } else {
                throw Refusal()
            }
        },
    ]

    static let ofIntrospection: [Option] = [
        .list(
            "issuer.tokens", default: "jwt", range: "jwt, opaque or both",
            meaning: """
                The tokens of this issuer that are accepted: JWTs, which carry its signature, and opaque ones, about \
                which it is asked (RFC 7662). A token with two dots is a JWT, unless no issuer takes JWTs.
                """
        ) { (policy, values) throws(Refusal) in
            let (jwt, opaque) = (Array("jwt".utf8), Array("opaque".utf8))
            guard values.allSatisfy({ $0 == jwt || $0 == opaque }) else { throw Refusal() }
            policy.acceptsJWTs = values.contains(jwt)
            policy.acceptsOpaque = values.contains(opaque)
        },
        .boolean(
            "issuer.introspect_jwts", default: "false",
            meaning: """
                Ask the issuer about JWTs too, once they have passed every check of ours. Its answer then counts: it \
                knows what it has revoked.
                """
        ) { (policy, value) in policy.introspectsJWTs = value },
        .text(
            "issuer.opaque_form", default: "any", range: "any or mas",
            meaning: """
                What the issuer's opaque tokens look like. Others are refused without asking it. any: characters of RFC \
                6750; mas: prefix, length and check digits of Matrix Authentication Service, and tokens that it took over \
                from Synapse. One issuer of each form may be configured.
                """
        ) { (configuration, value) throws(Refusal) in
            guard value == "any" || value == "mas" else { throw Refusal() }
            try configuration.updatePolicy { policy in policy.opaqueForm = value == "mas" ? .mas : .any }
        },
        .text(
            "issuer.introspection_uri", default: "", range: "an https URL; http if allow_http permits",
            meaning: "Where the issuer is asked about tokens. Without it the issuer's metadata says so."
        ) { (configuration, value) throws(Refusal) in
            guard let address = WebAddress(value) else { throw Refusal() }
            try configuration.updateIssuer { issuer in issuer.introspection.address = address }
        },
        .text(
            "issuer.revocation_uri", default: "", range: "an https URL; http if allow_http permits",
            meaning: """
                Where mxauth_revoke_at_issuer asks the issuer to revoke tokens (RFC 7009). Without it the issuer's metadata \
                says so.
                """
        ) { (configuration, value) throws(Refusal) in
            guard let address = WebAddress(value) else { throw Refusal() }
            try configuration.updateIssuer { issuer in issuer.revocationAddress = address }
        },
        .text(
            "issuer.client_auth", default: "client_secret_basic",
            range: "client_secret_basic, client_secret_post, bearer or private_key_jwt",
            meaning: """
                How this server shows the issuer who asks: a name and a secret in the header or in the form (RFC 6749 \
                section 2.3.1), a shared secret as bearer token (MAS), or an assertion that it signs (RFC 7523).
                """
        ) { (configuration, value) throws(Refusal) in
            let method: ClientAuthentication
            if value == "client_secret_basic" {
                method = .basic
            } else if value == "client_secret_post" {
                method = .post
            } else if value == "bearer" {
                method = .bearer
            } else if value == "private_key_jwt" {
                method = .privateKeyJWT
            } else {
                throw Refusal()
            }
            try configuration.updateIssuer { issuer in issuer.client.method = method }
        },
        .text(
            "issuer.client_id", default: "", range: "1 to 1024 bytes of UTF-8",
            meaning: "The name of this server as a client of the issuer; also what notices of revocations are addressed to."
        ) { (configuration, value) throws(Refusal) in
            guard (1...1024).contains(value.count), value.isUTF8 else { throw Refusal() }
            try configuration.updatePolicy { policy in policy.clientID = [UInt8](value) }
        },
        .secret(
            "issuer.client_secret", range: "1 to 4096 bytes without control characters",
            meaning: "The secret of client_secret_basic, client_secret_post and bearer."
        ) { (configuration, value) throws(Refusal) in try configuration.setSecret(value) },
        .text(
            "issuer.client_secret_file", default: "", range: "the path of a file",
            meaning: "A file with that secret; a line end after it is left out. Read when the option is set."
        ) { (configuration, value) throws(Refusal) in
            try configuration.readFile(value) { (text) throws(Refusal) in try configuration.setSecret(text) }
        },
        .secret(
            "issuer.client_key", range: "a PEM text",
            meaning: """
                The private key of private_key_jwt: RSA of at least 2048 bits, P-256, P-384, P-521 or Ed25519, not \
                encrypted.
                """
        ) { (configuration, value) throws(Refusal) in try configuration.setClientKey(value) },
        .text(
            "issuer.client_key_file", default: "", range: "the path of a file",
            meaning: "A file with that key. Read when the option is set."
        ) { (configuration, value) throws(Refusal) in
            try configuration.readFile(value) { (text) throws(Refusal) in try configuration.setClientKey(text) }
        },
        .text(
            "issuer.client_key_id", default: "", range: "1 to 255 bytes of UTF-8",
            meaning: "The kid of that key; without it, its thumbprint (RFC 7638)."
        ) { (configuration, value) throws(Refusal) in
            guard (1...255).contains(value.count), value.isUTF8 else { throw Refusal() }
            try configuration.updateIssuer { issuer in issuer.client.keyID = [UInt8](value) }
        },
        .text(
            "issuer.signed_introspection", default: "offered", range: "never, offered or always",
            meaning: """
                Whether the issuer is asked to sign its answers (RFC 9701): if its metadata offers that, or always, and \
                then nothing else is accepted.
                """
        ) { (configuration, value) throws(Refusal) in
            let signed: IntrospectionPolicy.SignedAnswers
            if value == "never" {
                signed = .never
            } else if value == "offered" {
                signed = .offered
            } else if value == "always" {
                signed = .always
            } else {
                throw Refusal()
            }
            try configuration.updateIssuer { issuer in issuer.introspection.signedAnswers = signed }
        },
        .integer(
            "issuer.cache_ttl", .duration, unit: "seconds", default: "120", 1...86_400, "1 to 86400",
            meaning: """
                How long a verdict is kept at most; its token's end, a revocation or, for a JWT, new keys end it sooner. \
                Without news of revocations it is how long an introspected token outlives its log-out.
                """
        ) { (policy: inout Policy, value) in policy.cacheTTL = Int64(value) },
        .integer(
            "issuer.negative_ttl", .duration, unit: "seconds", default: "10", 1...3600, "1 to 3600",
            meaning: "How long a token that the issuer has called inactive is refused without asking again."
        ) { (policy: inout Policy, value) in policy.negativeTTL = Int64(value) },
        .integer(
            "issuer.stale_if_error", .duration, unit: "seconds", default: "0", 0...86_400, "0 to 86400",
            meaning: """
                How long after issuer.cache_ttl a good verdict of introspection serves on while the issuer cannot be \
                asked. Never beyond the token's end or a revocation.
                """
        ) { (policy: inout Policy, value) in policy.staleIfError = Int64(value) },
        .integer(
            "issuer.max_exchanges", .integer, unit: "", default: "64", 1...1024, "1 to 1024",
            meaning: "How many tokens are asked about at the same time; further ones are told to come back."
        ) { (configuration, value) throws(Refusal) in
            try configuration.updateIssuer { issuer in issuer.introspection.maximumExchanges = value }
        },
        .integer(
            "issuer.breaker_threshold", .integer, unit: "", default: "5", 1...1000, "1 to 1000",
            meaning: """
                After so many failed introspections in a row nobody asks for a pause, which issuer.retry_min and \
                issuer.retry_max govern; then one token is asked about to see.
                """
        ) { (configuration, value) throws(Refusal) in
            try configuration.updateIssuer { issuer in issuer.introspection.breakerThreshold = value }
        },
    ]
}

extension Configuration {
    fileprivate func setSecret(_ text: ByteView) throws(Option.Refusal) {
        guard (1...4096).contains(text.count) else { throw Option.Refusal(detail: "It has \(text.count) bytes.") }
        for index in 0..<text.count where text[index] < 0x20 || text[index] == 0x7F {
            throw Option.Refusal(detail: "It has a control character at \(index).")
        }
        try updateIssuer { issuer in issuer.client.secret = [UInt8](text) }
    }

    fileprivate func setClientKey(_ text: ByteView) throws(Option.Refusal) {
        let key: SigningKey
        do throws(KeyProblem) {
            key = try SigningKey.parse(pem: text)
        } catch {
            throw Option.Refusal(status: .keySetInvalid, detail: error.sentence)
        }
        try updateIssuer { issuer in issuer.client.key = key }
    }

    fileprivate func readFile(
        _ path: ByteView, _ use: (ByteView) throws(Option.Refusal) -> Void
    ) throws(Option.Refusal) {
        guard (1...4096).contains(path.count) else { throw Option.Refusal() }
        guard let content = try? File.read([UInt8](path) + [0], limit: 65_536) else {
            throw Option.Refusal(detail: "\(path.quoted) cannot be read, or is larger than 65536 bytes.")
        }
        var text = content.bytes
        if text.last == 0x0A { text.removeLast() }
        if text.last == 0x0D { text.removeLast() }
        let refusal = text.withView { (text) -> Option.Refusal? in
            do throws(Option.Refusal) {
                try use(text)
                return nil
            } catch {
                return error
            }
        }
        if let refusal { throw refusal }
    }
}
