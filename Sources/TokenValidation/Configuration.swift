// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix

/// Options on their way to a validator.
package final class Configuration {
    var settings = Validator.Settings()
    var stateDirectory: [UInt8] = []
    var issuers: [IssuerDraft] = []
    package var clock = Clock.system
    package var log = Log.none

    struct IssuerDraft {
        var policy: Policy
        var freshness = FreshnessPolicy()
        /// Nil until told: then the issuer's own metadata is asked.
        var source: KeySource?
        var introspection = IntrospectionPolicy()
        var revocationAddress: WebAddress?
        var client = Client()

        struct Client {
            var method = ClientAuthentication.basic
            var secret: [UInt8] = []
            var key: SigningKey?
            var keyID: [UInt8]?
        }

        var credentials: ClientCredentials {
            ClientCredentials(
                method: client.method, id: policy.clientID, secret: client.secret, key: client.key, keyID: client.keyID)
        }
    }

    /// Why a configuration or one of its options is refused.
    package struct Fault: Error {
        package let status: Status
        package let option: String
        package let detail: String

        init(_ status: Status, _ option: String, _ detail: String) {
            self.status = status
            self.option = option
            self.detail = detail
        }
    }

    package init() {}

    /// Sets one option. A fault leaves everything as it was. Returns a note if the value was only partly usable.
    package func set(_ name: ByteView, to value: ByteView) throws(Fault) -> String? {
        guard let option = Option.named(name) else {
            throw Fault(.optionUnknown, name.unquoted, "No option is called \(name.quoted).")
        }
        do throws(Option.Refusal) {
            if issuers.isEmpty, ByteView(option.name).hasPrefix("issuer.") { throw Option.Refusal.noIssuer }
            return try option.assign(self, value)
        } catch {
            let range = "It takes \(String(option.range))" + (option.isSecret ? "." : ", not \(value.quoted).")
            throw Fault(error.status, String(option.name), error.detail ?? range)
        }
    }

    /// Makes a validator of the options as they are now.
    package func makeValidator() throws(Fault) -> Validator {
        guard JanssonOrigin.isOurs else { throw Fault(.hostConflict, "", "") }
        guard !issuers.isEmpty else { throw Fault(.configIncomplete, "issuer", "No issuer is configured.") }
        let now = clock.monotonicMilliseconds
        var complete: [Issuer] = []
        for draft in issuers {
            try check(draft)
            complete.append(
                Issuer(
                    policy: draft.policy, freshness: draft.freshness,
                    keys: KeyCache(source: try source(of: draft), policy: draft.freshness, now: now),
                    introspector: try introspector(of: draft), revocation: try revocationEndpoint(of: draft)))
        }
        for form in [OpaqueForm.any, .mas] {
            guard complete.count(where: { $0.policy.acceptsOpaque && $0.policy.opaqueForm == form }) < 2 else {
                throw Fault(
                    .configIncomplete, "issuer.opaque_form",
                    "Two issuers give out opaque tokens of the same form: whose token is whose could not be told.")
            }
        }
        guard let memory = Validator.Memory(settings) else {
            throw Fault(.internal, "cache_bytes", "There is not so much memory.")
        }
        let validator = Validator(
            issuers: complete, settings: settings, clock: clock, log: log,
            stateDirectory: stateDirectory.isEmpty ? nil : StateDirectory(path: stateDirectory), memory: memory)
        validator.loadFiles()
        return validator
    }

    private func check(_ draft: IssuerDraft) throws(Fault) {
        let name = draft.policy.issuer.withView { $0.quoted }
        guard !draft.policy.audiences.isEmpty || draft.policy.acceptsAnyAudience else {
            throw Fault(
                .configIncomplete, "issuer.audience",
                "Issuer \(name) has no audience; set it, or issuer.any_audience to accept tokens meant for others.")
        }
        guard draft.policy.audiences.isEmpty || !draft.policy.acceptsAnyAudience else {
            throw Fault(
                .configIncomplete, "issuer.any_audience", "Issuer \(name) has issuer.audience too; unset one of them.")
        }
        guard !draft.policy.requiresUser || !settings.serverName.isEmpty else {
            throw Fault(
                .configIncomplete, "server_name", "Issuer \(name) has users, whose IDs end in the server's name.")
        }
        guard draft.freshness.minimumLifetime <= draft.freshness.maximumLifetime else {
            throw Fault(
                .configIncomplete, "issuer.refresh_min", "Issuer \(name) has a smaller issuer.refresh_max.")
        }
    }

    private func source(of draft: IssuerDraft) throws(Fault) -> KeySource {
        let name = draft.policy.issuer.withView { $0.quoted }
        switch draft.source {
        case .fixed(let keySet):
            let allowed = keySet.restricted(toRSAOf: draft.policy.minimumRSABits)
            guard allowed.serves(draft.policy) else {
                throw Fault(
                    .configIncomplete, "issuer.keys",
                    "No key of issuer \(name) serves any of issuer.algorithms (\(draft.policy.algorithms.names)) with at least issuer.rsa_min_bits."
                )
            }
            return .fixed(allowed)
        case .file(let path): return .file(path: path)
        case .address(let address):
            try demandAllowed(address, "issuer.jwks_uri")
            return .address(address)
        case .metadata(let documents):
            for document in documents { try demandAllowed(document, "issuer.metadata_uri") }
            return .metadata(documents)
        case .none?: return .none
        case nil:
            // Whoever is only asked at a known place needs no keys, unless its answers have to be signed.
            if !draft.policy.acceptsJWTs, draft.introspection.address != nil, draft.introspection.signedAnswers != .always {
                return .none
            }
            guard let address = WebAddress(draft.policy.issuer) else {
                throw Fault(
                    .configIncomplete, "issuer.keys",
                    "Issuer \(name) is no https URL to ask for its keys; set issuer.keys, issuer.keys_file or issuer.jwks_uri.")
            }
            try demandAllowed(address, "issuer")
            return .metadata(Discovery.documents(of: address))
        }
    }

    /// Nil for an issuer that is never asked about tokens.
    private func introspector(of draft: IssuerDraft) throws(Fault) -> Introspector? {
        let policy = draft.policy
        guard policy.acceptsOpaque || policy.introspectsJWTs else { return nil }
        let name = policy.issuer.withView { $0.quoted }
        if let address = draft.introspection.address {
            try demandAllowed(address, "issuer.introspection_uri")
        } else if let source = draft.source, !source.hasMetadata {
            throw Fault(
                .configIncomplete, "issuer.introspection_uri",
                "Where issuer \(name) is asked about tokens has to be said, as its metadata is not looked at.")
        }
        let client = draft.client
        let (needed, isThere): (StaticString, Bool) =
            client.method == .privateKeyJWT
            ? ("issuer.client_key", client.key != nil) : ("issuer.client_secret", !client.secret.isEmpty)
        guard isThere else {
            throw Fault(.configIncomplete, String(needed), "Issuer \(name) would not know who asks about its tokens.")
        }
        guard client.method == .bearer || !policy.clientID.isEmpty else {
            throw Fault(
                .configIncomplete, "issuer.client_id", "Issuer \(name) would not know who asks about its tokens.")
        }
        return Introspector(
            policy: draft.introspection,
            credentials: draft.credentials, pauses: draft.freshness)
    }

    private func revocationEndpoint(of draft: IssuerDraft) throws(Fault) -> RevocationEndpoint {
        if let address = draft.revocationAddress { try demandAllowed(address, "issuer.revocation_uri") }
        let isClient = !draft.client.secret.isEmpty || draft.client.key != nil
        return RevocationEndpoint(address: draft.revocationAddress, credentials: isClient ? draft.credentials : nil)
    }

    private func demandAllowed(_ address: WebAddress, _ option: String) throws(Fault) {
        guard !settings.plainHTTP.allows(address) else { return }
        throw Fault(
            .configIncomplete, option,
            "\(address.text.withView { $0.quoted }) is plain http, which allow_http does not permit.")
    }

    // MARK: What options do

    func beginIssuer(_ issuer: [UInt8]) throws(Option.Refusal) {
        if issuers.contains(where: { $0.policy.issuer == issuer }) {
            throw Option.Refusal(detail: "This issuer is configured already.")
        }
        issuers.append(IssuerDraft(policy: Policy(issuer: issuer)))
    }

    func updatePolicy(_ update: (inout Policy) throws(Option.Refusal) -> Void) throws(Option.Refusal) {
        try updateIssuer { (issuer) throws(Option.Refusal) in try update(&issuer.policy) }
    }

    func updateIssuer(_ update: (inout IssuerDraft) throws(Option.Refusal) -> Void) throws(Option.Refusal) {
        guard var issuer = issuers.last else {
            throw Option.Refusal.noIssuer
        }
        try update(&issuer)
        issuers[issuers.count - 1] = issuer
    }
}
