// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix

/// One option: the one table behind `mxauth_config_set`, docs/options.md and the CLI.
package struct Option: Sendable {
    package let name: StaticString
    package let type: ValueType
    package let unit: StaticString
    package let defaultValue: StaticString
    package let range: StaticString
    package let meaning: StaticString
    /// Whether its value must not be repeated anywhere.
    var isSecret = false
    /// Sets the option, or refuses the value without having changed anything. Returns a note, mostly none.
    let assign: @Sendable (Configuration, ByteView) throws(Refusal) -> String?

    package enum ValueType: Sendable {
        case text, list, boolean, integer, duration

        package var name: StaticString {
            switch self {
            case .text: "text"
            case .list: "list"
            case .boolean: "boolean"
            case .integer: "integer"
            case .duration: "duration"
            }
        }
    }

    struct Refusal: Error {
        var status = Status.optionInvalid
        /// What is wrong with the value; nil if it is simply outside `range`.
        var detail: String?

        static var noIssuer: Refusal {
            Refusal(detail: "Set issuer first: the issuer.… options that follow it are for that issuer.")
        }
    }

    static func named(_ name: ByteView) -> Option? {
        all.first { name == $0.name }
    }

    package static let all: [Option] = general + ofMemory + ofKeyTables + ofAuthorization + ofReplies + ofIssuers + ofIntrospection

    private static let general: [Option] = [
        .text(
            "server_name", default: "", range: "a Matrix server name",
            meaning: """
                The homeserver's name: what follows the colon in the user IDs of its users. Needed unless \
                issuer.require_user is false for every issuer.
                """
        ) { (configuration, value) throws(Refusal) in
            guard ServerName.isValid(value) else { throw Refusal() }
            configuration.settings.serverName = [UInt8](value)
        },
        .integer(
            "max_token_bytes", .integer, unit: "bytes", default: "16384", 256...1_048_576, "256 to 1048576",
            meaning: "Longer tokens are refused before anything in them is looked at."
        ) { (configuration, value) in configuration.settings.maximumTokenBytes = value },
        .integer(
            "max_key_set_bytes", .integer, unit: "bytes", default: "1048576", 1024...67_108_864, "1024 to 67108864",
            meaning: """
                Longer key sets, metadata documents and other responses of issuers are refused. Applies to issuer.keys \
                options that are set after it.
                """
        ) { (configuration, value) in configuration.settings.maximumKeySetBytes = value },
        .text(
            "allow_http", default: "no", range: "no, loopback or yes",
            meaning: """
                Whether issuers may be asked over plain http: not at all, on this machine only, or anywhere. Whoever \
                can alter such an answer can sign tokens.
                """
        ) { (configuration, value) throws(Refusal) in
            if value == "no" {
                configuration.settings.plainHTTP = .never
            } else if value == "loopback" {
                configuration.settings.plainHTTP = .loopback
            } else if value == "yes" {
                configuration.settings.plainHTTP = .always
            } else {
                throw Refusal()
            }
        },
        .integer(
            "exchange_timeout", .duration, unit: "seconds", default: "10", 1...120, "1 to 120",
            meaning: "How long an exchange with an issuer may take, from the moment it is wanted to the last byte."
        ) { (configuration, value) in configuration.settings.exchangeTimeout = Int64(value) * 1000 },
        .text(
            "ca_file", default: "", range: "the path of a PEM file",
            meaning: """
                The certificates that vouch for issuers, in place of the system's. Certificates and host names are \
                always checked. For the transport that the library brings along; hosts that carry exchanges \
                themselves use their own.
                """
        ) { (configuration, value) throws(Refusal) in
            guard (1...4096).contains(value.count) else { throw Refusal() }
            configuration.settings.certificateFile = [UInt8](value) + [0]
        },
        .text(
            "state_dir", default: "", range: "the path of a directory that exists",
            meaning: """
                Where the last good key set of each issuer is kept (mode 0600, replaced as a whole), so that a restart \
                while an issuer is away still validates.
                """
        ) { (configuration, value) throws(Refusal) in
            guard (1...3900).contains(value.count) else { throw Refusal() }
            configuration.stateDirectory = [UInt8](value)
        },
    ]

    private static let ofIssuers: [Option] = [
        .text(
            "issuer", default: "", range: "1 to 2048 bytes of UTF-8 without spaces and control characters",
            meaning: """
                Begins an issuer: the authorization server whose tokens carry this very text as iss. The issuer.… \
                options that follow are for it, up to the next issuer.
                """
        ) { (configuration, value) throws(Refusal) in
            guard (1...2048).contains(value.count), !value.hasSpaceOrControl, value.isUTF8 else { throw Refusal() }
            try configuration.beginIssuer([UInt8](value))
        },
        Option(
            name: "issuer.keys", type: .text, unit: "", defaultValue: "", range: "a JWKS, a JWK or PEM text",
            meaning: """
                The issuer's public keys, inline: a JSON Web Key Set or a single JWK (RFC 7517), or PEM blocks of \
                SubjectPublicKeyInfo or X.509. Entries that cannot be used are skipped with a note.
                """,
            assign: { (configuration, value) throws(Refusal) in try configuration.setKeys(value) }),
        .text(
            "issuer.keys_file", default: "", range: "the path of a file",
            meaning: """
                A file with the same content as issuer.keys, looked at every 5 seconds and read again when it changes. \
                Replace it with rename(2).
                """
        ) { (configuration, value) throws(Refusal) in
            guard (1...4096).contains(value.count) else { throw Refusal() }
            try configuration.setSource(.file(path: [UInt8](value) + [0]))
        },
        .text(
            "issuer.jwks_uri", default: "", range: "an https URL; http if allow_http permits",
            meaning: "Where the issuer's key set is, for issuers without metadata."
        ) { (configuration, value) throws(Refusal) in try configuration.setAddress(value) { .address($0) } },
        .text(
            "issuer.metadata_uri", default: "", range: "an https URL; http if allow_http permits",
            meaning: """
                A document that names the issuer and its jwks_uri, such as Matrix auth_metadata (MSC2965). Without it \
                and the three options above, the issuer's own metadata is asked: RFC 8414 first, then OpenID Connect \
                Discovery.
                """
        ) { (configuration, value) throws(Refusal) in try configuration.setAddress(value) { .metadata([$0]) } },
        .timer(
            "issuer.refresh_default", default: "3600", 1...604_800, "1 to 604800",
            meaning: "How long a key set is fresh when its response does not say."
        ) { (freshness, value) in freshness.defaultLifetime = value },
        .timer(
            "issuer.refresh_min", default: "60", 1...604_800, "1 to 604800",
            meaning: "The shortest time for which a key set is taken as fresh, whatever its response says."
        ) { (freshness, value) in freshness.minimumLifetime = value },
        .timer(
            "issuer.refresh_max", default: "86400", 1...604_800, "1 to 604800",
            meaning: "The longest time for which a key set is taken as fresh, whatever its response says."
        ) { (freshness, value) in freshness.maximumLifetime = value },
        .timer(
            "issuer.stale_limit", default: "86400", 0...2_592_000, "0 to 2592000",
            meaning: "How long a key set that is no longer fresh goes on serving while the issuer gives no newer one."
        ) { (freshness, value) in freshness.staleLimit = value },
        .timer(
            "issuer.retry_min", default: "1", 1...3600, "1 to 3600",
            meaning: "The pause after a failed exchange; it doubles with each further one, less up to half at random."
        ) { (freshness, value) in freshness.firstPause = value },
        .timer(
            "issuer.retry_max", default: "300", 1...86_400, "1 to 86400",
            meaning: "The longest pause after failed exchanges, and the longest Retry-After that is heeded."
        ) { (freshness, value) in freshness.longestPause = value },
        .timer(
            "issuer.unknown_key_cooldown", default: "30", 1...3600, "1 to 3600",
            meaning: """
                How long tokens that name an unknown key are refused at once after one of them has led to a fetch. It \
                bounds both what forged tokens can make us ask and how late a new key is noticed.
                """
        ) { (freshness, value) in freshness.unknownKeyCooldown = value },
        .list(
            "issuer.audience", default: "", range: "audiences separated by spaces",
            meaning: """
                What aud must hold one of (RFC 9068 section 4): names of this server as the issuer knows it, byte \
                for byte. Needed unless issuer.any_audience is true.
                """
        ) { (policy, values) in policy.audiences = values },
        .boolean(
            "issuer.any_audience", default: "false",
            meaning: "Accept tokens whatever their aud, also without one. Tokens for other servers then work here."
        ) { (policy, value) in policy.acceptsAnyAudience = value },
        .list(
            "issuer.algorithms",
            default: "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448",
            range: "names of signature algorithms separated by spaces",
            meaning: """
                The algorithms that alg may name (RFC 8725 section 3.1). HS256, HS384 and HS512 are known too but \
                off until named here, and are never served by a key set that holds public keys.
                """
        ) { (policy, values) throws(Refusal) in policy.algorithms = try algorithms(values) },
        .list(
            "issuer.types", default: "at+jwt", range: "media types separated by spaces, and the word absent",
            meaning: """
                The typ values of access tokens, without application/ and whatever the case (RFC 9068 section 4). \
                Issuers older than RFC 9068 send JWT, which ID tokens have as well: add it only if the audience of \
                access tokens differs from that of ID tokens. The word absent accepts tokens without typ.
                """
        ) { (policy, values) in
            let absent = Array("absent".utf8)
            policy.acceptsAbsentType = values.contains(absent)
            policy.types = values.filter { $0 != absent }.map { $0.withView { [UInt8]($0.withoutApplication) } }
        },
        .integer(
            "issuer.leeway", .duration, unit: "seconds", default: "30", 0...300, "0 to 300",
            meaning: """
                How far the clocks of issuer and server may be apart when exp, nbf and iat are compared. Hosts with \
                NTP differ by less than a second; 30 s forgives a slow one and is a tenth of a five-minute token.
                """
        ) { (policy: inout Policy, value) in policy.leeway = Int64(value) },
        .integer(
            "issuer.max_lifetime", .duration, unit: "seconds", default: "0", 0...31_536_000, "0 to 31536000",
            meaning: "The longest time between iat and exp, 0 for any. When set, tokens need an iat."
        ) { (policy: inout Policy, value) in policy.maximumLifetime = Int64(value) },
        .list(
            "issuer.required_claims", default: "", range: "claim names separated by spaces",
            meaning: "Claims that must be there and not null, besides iss, exp and aud, which always must."
        ) { (policy, values) in policy.requiredClaims = values },
        .integer(
            "issuer.rsa_min_bits", .integer, unit: "bits", default: "2048", 2048...8192, "2048 to 8192",
            meaning: "RSA keys with a smaller modulus are not used."
        ) { (policy: inout Policy, value) in policy.minimumRSABits = value },
        .text(
            "issuer.user_claim", default: "username", range: "the name of a claim",
            meaning: """
                The claim that holds the user: the localpart of a Matrix user ID, or the whole of one on this \
                server. It is never altered to fit.
                """
        ) { (configuration, value) throws(Refusal) in
            guard (1...255).contains(value.count) else { throw Refusal() }
            try configuration.updatePolicy { policy in policy.userClaim = [UInt8](value) }
        },
        .boolean(
            "issuer.require_user", default: "true",
            meaning: "Refuse tokens without the user claim. When false, their verdict has no user ID."
        ) { (policy, value) in policy.requiresUser = value },
        .boolean(
            "issuer.historical_users", default: "false",
            meaning: """
                Accept users with historical IDs, whose localpart is any printable ASCII without a colon: for servers that \
                have some from before the grammar was narrowed. Which of them exist is for the host to look up.
                """
        ) { (policy, value) in policy.allowsHistoricalUsers = value },
        .boolean(
            "issuer.require_api_scope", default: "true",
            meaning: """
                Refuse tokens that grant nothing of the Client-Server API: without urn:matrix:client:api:* (MSC2967) \
                and any scope of scope_rule or, if draft_scopes is true, of a draft. When false, the host has to look \
                at the grants of each verdict itself.
                """
        ) { (policy, value) in policy.requiresAPIScope = value },
    ]
}

// MARK: Kinds of options

extension Option {
    static func text(
        _ name: StaticString, default defaultValue: StaticString, range: StaticString, meaning: StaticString,
        _ assign: @escaping @Sendable (Configuration, ByteView) throws(Refusal) -> Void
    ) -> Option {
        Option(
            name: name, type: .text, unit: "", defaultValue: defaultValue, range: range, meaning: meaning,
            assign: { (configuration, value) throws(Refusal) in
                try assign(configuration, value)
                return nil
            })
    }

    /// Text that is never repeated in a message.
    static func secret(
        _ name: StaticString, range: StaticString, meaning: StaticString,
        _ assign: @escaping @Sendable (Configuration, ByteView) throws(Refusal) -> Void
    ) -> Option {
        var option = text(name, default: "", range: range, meaning: meaning, assign)
        option.isSecret = true
        return option
    }

    static func list(
        _ name: StaticString, default defaultValue: StaticString, range: StaticString, meaning: StaticString,
        _ assign: @escaping @Sendable (inout Policy, [[UInt8]]) throws(Refusal) -> Void
    ) -> Option {
        Option(
            name: name, type: .list, unit: "", defaultValue: defaultValue, range: range, meaning: meaning,
            assign: { (configuration, value) throws(Refusal) in
                let words = value.words
                guard !words.isEmpty, words.count <= 256 else { throw Refusal() }
                try configuration.updatePolicy { (policy) throws(Refusal) in try assign(&policy, words) }
                return nil
            })
    }

    static func boolean(
        _ name: StaticString, default defaultValue: StaticString, meaning: StaticString,
        _ assign: @escaping @Sendable (inout Policy, Bool) -> Void
    ) -> Option {
        Option(
            name: name, type: .boolean, unit: "", defaultValue: defaultValue, range: "true or false",
            meaning: meaning,
            assign: { (configuration, value) throws(Refusal) in
                guard value == "true" || value == "false" else { throw Refusal() }
                try configuration.updatePolicy { policy in assign(&policy, value == "true") }
                return nil
            })
    }

    static func integer(
        _ name: StaticString, _ type: ValueType, unit: StaticString, default defaultValue: StaticString,
        _ limits: ClosedRange<Int>, _ range: StaticString, meaning: StaticString,
        _ assign: @escaping @Sendable (Configuration, Int) throws(Refusal) -> Void
    ) -> Option {
        Option(
            name: name, type: type, unit: unit, defaultValue: defaultValue, range: range, meaning: meaning,
            assign: { (configuration, value) throws(Refusal) in
                guard let number = value.decimalNumber, limits.contains(number) else { throw Refusal() }
                try assign(configuration, number)
                return nil
            })
    }

    static func integer(
        _ name: StaticString, _ type: ValueType, unit: StaticString, default defaultValue: StaticString,
        _ limits: ClosedRange<Int>, _ range: StaticString, meaning: StaticString,
        _ assign: @escaping @Sendable (inout Policy, Int) -> Void
    ) -> Option {
        integer(name, type, unit: unit, default: defaultValue, limits, range, meaning: meaning) {
            (configuration, number) throws(Refusal) in
            try configuration.updatePolicy { policy in assign(&policy, number) }
        }
    }

    static func timer(
        _ name: StaticString, default defaultValue: StaticString, _ limits: ClosedRange<Int>, _ range: StaticString,
        meaning: StaticString, _ assign: @escaping @Sendable (inout FreshnessPolicy, Int64) -> Void
    ) -> Option {
        integer(name, .duration, unit: "seconds", default: defaultValue, limits, range, meaning: meaning) {
            (configuration, number) throws(Refusal) in
            try configuration.updateIssuer { issuer in assign(&issuer.freshness, Int64(number)) }
        }
    }

    static func algorithms(_ names: [[UInt8]]) throws(Refusal) -> AlgorithmSet {
        var algorithms: AlgorithmSet = []
        for name in names {
            guard let algorithm = name.withView({ SignatureAlgorithm(name: $0) }) else {
                throw Refusal(detail: "\(name.withView { $0.quoted }) is not a signature algorithm that is known here.")
            }
            algorithms.insert(AlgorithmSet(algorithm))
        }
        return algorithms
    }
}

// MARK: Values

extension ByteView {
    fileprivate var hasSpaceOrControl: Bool {
        for i in 0..<count where self[i] <= 0x20 || self[i] == 0x7F { return true }
        return false
    }

    /// What stands between spaces, tabs and line ends.
    fileprivate var words: [[UInt8]] {
        var words: [[UInt8]] = []
        var start = 0
        for at in 0...count where at == count || self[at] <= 0x20 {
            if at > start { words.append([UInt8](slice(start, count: at - start))) }
            start = at + 1
        }
        return words
    }

    /// Digits only.
    fileprivate var decimalNumber: Int? {
        guard (1...18).contains(count) else { return nil }
        var number = 0
        for i in 0..<count {
            guard self[i] >= UInt8(ascii: "0"), self[i] <= UInt8(ascii: "9") else { return nil }
            number = number * 10 + Int(self[i] - UInt8(ascii: "0"))
        }
        return number
    }
}
