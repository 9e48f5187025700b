// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix

// What a policy demands, as an explanation or a message says it. Lists are cut short: messages have a bounded size.

extension Validator {
    var issuersInWords: String { words("one of", issuers.map { $0.policy.issuer }) }
}

extension Policy {
    var audiencesInWords: String { acceptsAnyAudience ? "any audience" : words("one of", audiences) }

    var typesInWords: String {
        if types.isEmpty { return "none" }
        return words("one of", types) + (acceptsAbsentType ? " or none" : "")
    }
}

extension Grants {
    var names: String {
        var names: [String] = []
        if contains(.clientAPI) { names.append("the Client-Server API") }
        if contains(.openid) { names.append("openid") }
        if contains(.synapseAdmin) { names.append("Synapse administration") }
        if contains(.masAdmin) { names.append("MAS administration") }
        if contains(.appservice) { names.append("an application service's") }
        if contains(.serverAdministration) { names.append("server administration") }
        if contains(.roomsIsJoined) { names.append("membership queries") }
        if !isDisjoint(with: .operatorScopes) { names.append("scopes of scope_rule") }
        return names.isEmpty ? "nothing that grants anything" : names.joined(separator: ", ")
    }
}

private func words(_ lead: StaticString, _ values: [[UInt8]]) -> String {
    let shown = values.prefix(4).map { $0.withView { $0.quoted } }
    let rest = values.count - shown.count
    return (values.count == 1 ? "" : String(lead) + " ") + shown.joined(separator: ", ")
        + (rest > 0 ? " and \(rest) more" : "")
}
