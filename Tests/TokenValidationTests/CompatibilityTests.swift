// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import TokenValidation

/// Whose answers `mxauth_describe` gives.
@Suite struct CompatibilityTests {
    private func validator(_ compat: String?) throws -> Validator {
        let configuration = try Configuration.complete()
        if let compat { _ = try configuration.set("compat", compat) }
        return try configuration.makeValidator()
    }

    private func words(_ answer: Status.Answer) -> String {
        "\(answer.httpStatus) \(String(answer.errcode)) \(answer.softLogout) \(String(answer.oauthError))"
    }

    @Test(arguments: [nil, "none"] as [String?]) func withoutItTheTableAnswers(_ compat: String?) throws {
        let validator = try validator(compat)
        for status in Status.allCases { #expect(words(validator.answer(to: status)) == words(status.row.answer)) }
    }

    /// Synapse with delegated authentication: what it calls its own fault, and what it logs out for.
    private static let differences: [Status: String] = [
        .expired: "401 M_UNKNOWN_TOKEN false invalid_token", .scopeInsufficient: "401 M_UNKNOWN_TOKEN false invalid_token",
        .userMissing: "500 M_FORBIDDEN false ", .userInvalid: "500 M_FORBIDDEN false ", .deviceAmbiguous: "500 M_FORBIDDEN false ",
        .deviceInvalid: "500 M_FORBIDDEN false ",
    ]

    @Test(arguments: Status.allCases) func synapse(_ status: Status) throws {
        let answer = try validator("synapse").answer(to: status)
        #expect(words(answer) == Self.differences[status] ?? words(status.row.answer))
        // It never asks for a soft logout when authentication is delegated.
        #expect(!answer.softLogout)
    }

    /// An outage of the issuer logs nobody out, whatever the compatibility.
    @Test(arguments: ["none", "synapse"]) func outagesAreNot401(_ compat: String) throws {
        let validator = try validator(compat)
        for status in Status.allCases where status.rawValue >= 600 || status == .pending {
            #expect(words(validator.answer(to: status)) == "503 M_UNKNOWN false ")
        }
    }

    /// It changes what is told, never what is judged.
    @Test func verdictsAreTheSame() throws {
        for (answer, expected) in [
            ("\"exp\":1", Status.expired), ("\"device_id\":\"\"", .deviceInvalid), ("\"token_type\":\"refresh_token\"", .notAccessToken),
        ] {
            for compat in ["none", "synapse"] {
                let host = try IntrospectionHost([("compat", compat)])
                #expect(try host.ask("token", "{\(IntrospectionHost.good),\(answer)}").status == expected)
            }
        }
    }

    @Test(arguments: Status.allCases) func whatIsTheIssuersTrouble(_ status: Status) {
        let isTrouble = [.issuerUnavailable, .issuerRefusesUs, .issuerBusy, .answerInvalid].contains(status)
        #expect(status.isIssuersTrouble == isTrouble)
        if isTrouble { #expect(status.row.answer.httpStatus == 503) }
    }
}
