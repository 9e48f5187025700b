// SPDX-License-Identifier: Apache-2.0
import JOSE

@testable import TokenValidation

enum Sample {
    /// The public key of RFC 7515 appendix A.3.
    static let jwk = """
        {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",\
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
        """
}

extension Configuration {
    func set(_ name: String, _ value: String) throws(Fault) -> String? {
        let name = Array(name.utf8)
        let value = Array(value.utf8)
        return try name.withView { name in
            value.withView { value in Result { () throws(Fault) in try set(name, to: value) } }
        }.get()
    }

    func fault(_ name: String, _ value: String) -> Fault? {
        do throws(Fault) {
            _ = try set(name, value)
            return nil
        } catch {
            return error
        }
    }

    func creationFault() -> Fault? {
        do throws(Fault) {
            _ = try makeValidator()
            return nil
        } catch {
            return error
        }
    }

    /// Everything that is set, to see whether it changed.
    var state: String {
        let issuers = issuers.map { "\($0.policy) \($0.freshness) \($0.source.map { "\($0)" } ?? "none")" }
        return "\(settings) \(stateDirectory) \(issuers)"
    }

    /// One issuer with everything that it needs.
    static func complete() throws(Fault) -> Configuration {
        let configuration = Configuration()
        _ = try configuration.set("server_name", "example.org")
        _ = try configuration.set("issuer", "https://issuer.example/")
        _ = try configuration.set("issuer.keys", Sample.jwk)
        _ = try configuration.set("issuer.audience", "https://example.org")
        return configuration
    }
}
