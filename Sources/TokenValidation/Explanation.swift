// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix

extension Validator {
    /// Validates a token and tells what was checked, as the JSON that include/mxauth.h describes; nil when memory ran
    /// out.
    package func explain(_ token: ByteView) -> [UInt8]? {
        var findings: [Finding] = []
        let verdictJSON = JSONBuilder.object()
        let status = validate(token, findings: &findings) { verdict in
            issuers[verdict.issuerIndex].policy.issuer.withView { verdictJSON.set("issuer", $0) }
            verdictJSON.set("user_id", verdict.userID)
            verdictJSON.set("device_id", verdict.deviceID)
            verdictJSON.set("subject", verdict.subject)
            verdictJSON.set("client_id", verdict.clientID)
            verdictJSON.set("grants", Int64(bitPattern: verdict.grants.rawValue))
            verdictJSON.set("unknown_scopes", verdict.hasUnknownScopes)
            verdictJSON.set("expires_at", verdict.expiresAt)
            verdictJSON.set("issued_at", verdict.issuedAt)
        }.status
        let explanation = JSONBuilder.object()
        explanation.set("status", Int64(status.rawValue))
        explanation.set("name", String(status.row.name))
        explanation.set("sentence", String(status.row.sentence))
        explanation.set("remedy", String(status.row.remedy))
        let checks = JSONBuilder.array()
        for finding in findings {
            let check = JSONBuilder.object()
            check.set("check", String(finding.check.row.name))
            check.set("passed", finding.status == .ok)
            check.set("subject", finding.subject)
            check.set("expected", finding.expected)
            check.set("found", finding.found)
            check.set("source", String(finding.check.row.source))
            checks.append(check)
        }
        explanation.set("checks", checks)
        if status == .ok { explanation.set("verdict", verdictJSON) }
        return explanation.text()
    }
}

extension Finding {
    /// What was wrong and what to do, for a message of bounded size.
    package var message: String {
        "\(String(status.row.sentence)) Expected \(expected), found \(found). \(String(status.row.remedy))"
    }
}

extension Configuration.Fault {
    package var message: String {
        [String(status.row.sentence), detail, String(status.row.remedy)].filter { !$0.isEmpty }.joined(separator: " ")
    }
}
