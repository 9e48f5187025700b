// SPDX-License-Identifier: Apache-2.0
// A host that is written in Swift itself: strings, dictionaries, existential values, errors and tasks of its own runtime, and
// the library's beside it. Its counterpart in C is Tests/abi/threads.c.
import CMXAuth
import Glibc

struct Refusal: Error, CustomStringConvertible {
    let description: String
}

/// What a runtime has to look up when the program runs.
protocol Judge { func judge(_ token: String) throws -> String }

final class Validator: Judge, @unchecked Sendable {
    private let handle: OpaquePointer

    init(_ options: [(String, String)]) throws {
        let config = mxauth_config_new()
        defer { mxauth_config_free(config) }
        var error = mxauth_error()
        error.struct_size = UInt32(MemoryLayout<mxauth_error>.size)
        for (name, value) in options where mxauth_config_set(config, name, value, &error) != 0 {
            throw Refusal(description: Self.text(&error.message))
        }
        // 2026-09-21: the token of this test is good whatever the machine's clock says.
        mxauth_config_set_clock(config, { _, _ in 1_790_000_000_000_000_000 }, nil)
        var made: OpaquePointer?
        guard mxauth_validator_new(config, &made, &error) == 0, let made else {
            throw Refusal(description: Self.text(&error.message))
        }
        handle = made
    }

    deinit { mxauth_validator_free(handle) }

    func judge(_ token: String) throws -> String {
        var verdict = mxauth_verdict()
        verdict.struct_size = UInt32(MemoryLayout<mxauth_verdict>.size)
        let status = mxauth_validate(handle, token, token.utf8.count, &verdict, nil)
        guard status == 0 else { throw Refusal(description: String(cString: mxauth_status_name(status))) }
        return Self.text(&verdict.user_id.bytes)
    }

    private static func text<T>(_ bytes: inout T) -> String {
        withUnsafeBytes(of: &bytes) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

var passed = 0
var failed = 0
func check(_ holds: Bool, _ what: String) {
    if holds { passed += 1 } else {
        failed += 1
        print("FAILED: \(what)")
    }
}

let secret = #"{"kty":"oct","alg":"HS256","k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"}"#
let common = [("server_name", "matrix.example"), ("issuer", "https://issuer.example/")]
let validator = try Validator(
    common + [("issuer.audience", "https://matrix.example"), ("issuer.algorithms", "HS256"), ("issuer.types", "absent"),
        ("issuer.keys", secret)])
let good = CommandLine.arguments[1]

let judges: [String: any Judge] = ["one": validator]
check((try? judges["one"]?.judge(good)) == "@alice:matrix.example", "a good token")
let cases = ["": "MXAUTH_TOKEN_MISSING", "opaque": "MXAUTH_TOKEN_OPAQUE", good + "A": "MXAUTH_SIGNATURE_INVALID"]
for (token, name) in cases.sorted(by: { $0.key < $1.key }) {
    do {
        _ = try validator.judge(token)
        check(false, "\(token) is accepted")
    } catch {
        check("\(error)" == name, "\(error) is not \(name)")
    }
}
do {
    _ = try Validator([("no.such", "1")])
    check(false, "an option that is none")
} catch let refusal as Refusal {
    check(refusal.description.contains("no.such"), refusal.description)
}
check((validator as AnyObject) is Validator && (validator as Any) is any Judge, "casts of this runtime")
check("ÄÖ".lowercased() == "äö" && "e\u{301}" == "é", "text of this runtime")

let right = await withTaskGroup(of: Int.self) { group in
    for _ in 0..<8 {
        group.addTask {
            (0..<1000).reduce(0) { sum, _ in sum + ((try? validator.judge(good)) == "@alice:matrix.example" ? 1 : 0) }
        }
    }
    return await group.reduce(0, +)
}
check(right == 8000, "\(right) of 8000 in tasks")
print("host in Swift: \(passed) passed, \(failed) failed")
exit(failed == 0 ? 0 : 1)
