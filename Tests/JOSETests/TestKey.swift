// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

/// JWKs as the raw JSON of their members, so that a test can put anything in the place of one. The numbers are those
/// of RFC 7515 appendix A, RFC 7517 appendix A and RFC 8037 appendix A.
enum TestKey: String, CaseIterable {
    case rsa, p256, p521, ed25519, oct

    static let n =
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pC"
        + "gNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg6"
        + "65xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRW"
        + "yuXpoQ"
    static let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
    static let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
    static let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"

    var members: [String: String] {
        switch self {
        case .rsa: ["kty": "\"RSA\"", "n": "\"\(Self.n)\"", "e": "\"AQAB\""]
        case .p256: ["kty": "\"EC\"", "crv": "\"P-256\"", "x": "\"\(Self.x)\"", "y": "\"\(Self.y)\""]
        case .p521:
            [
                "kty": "\"EC\"", "crv": "\"P-521\"",
                "x": "\"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk\"",
                "y": "\"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2\"",
            ]
        case .ed25519:
            ["kty": "\"OKP\"", "crv": "\"Ed25519\"", "x": "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""]
        case .oct: ["kty": "\"oct\"", "k": "\"\(Self.secret)\""]
        }
    }

    /// The JWK with some members replaced, or taken out by an empty text.
    func jwk(_ changes: [String: String] = [:]) -> String {
        let members = members.merging(changes) { $1 }.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
        return "{\(members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ","))}"
    }
}

func jwks(_ keys: [String]) -> String { "{\"keys\":[\(keys.joined(separator: ","))]}" }
func quoted(_ text: String) -> String { "\"\(text)\"" }

/// A key with one thing changed, and what a key set says of it.
struct KeyCase: Sendable, CustomTestStringConvertible {
    let key: TestKey
    let changes: [String: String]
    let expected: String

    init(_ key: TestKey, _ changes: [String: String], _ expected: String) {
        self.key = key
        self.changes = changes
        self.expected = expected
    }

    var testDescription: String { "\(key) \(changes.mapValues { $0.prefix(60) }) \(expected)" }
}
