// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix

/// Options on their way to a validator.
package final class Configuration {
    var serverName: [UInt8] = []
    var maximumTokenBytes = 16_384
    var maximumKeySetBytes = 1_048_576
    var issuers: [IssuerDraft] = []
    package var clock = Clock.system

    struct IssuerDraft {
        var policy: Policy
        var keySet: KeySet?
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
            return try option.assign(self, value)
        } catch {
            throw Fault(
                error.status, String(option.name), error.detail ?? "It takes \(String(option.range)), not \(value.quoted).")
        }
    }

    /// Makes a validator of the options as they are now.
    package func makeValidator() throws(Fault) -> Validator {
        guard JanssonOrigin.isOurs else { throw Fault(.hostConflict, "", "") }
        guard !issuers.isEmpty else { throw Fault(.configIncomplete, "issuer", "No issuer is configured.") }
        var complete: [Issuer] = []
        for draft in issuers {
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
            guard !draft.policy.requiresUser || !serverName.isEmpty else {
                throw Fault(
                    .configIncomplete, "server_name",
                    "Issuer \(name) has users, whose IDs end in the server's name.")
            }
            guard let keySet = draft.keySet else {
                throw Fault(.configIncomplete, "issuer.keys", "Issuer \(name) has no keys.")
            }
            let allowed = keySet.restricted(toRSAOf: draft.policy.minimumRSABits)
            guard allowed.keys.contains(where: { !$0.algorithms.isDisjoint(with: draft.policy.algorithms) }) else {
                throw Fault(
                    .configIncomplete, "issuer.keys",
                    "No key of issuer \(name) serves any of issuer.algorithms (\(draft.policy.algorithms.names)) with at least issuer.rsa_min_bits.")
            }
            complete.append(Issuer(policy: draft.policy, keySet: allowed))
        }
        return Validator(
            issuers: complete, serverName: serverName, maximumTokenBytes: maximumTokenBytes, clock: clock)
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
            throw Option.Refusal(detail: "Set issuer first: the issuer.… options that follow it are for that issuer.")
        }
        try update(&issuer)
        issuers[issuers.count - 1] = issuer
    }
}
