// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CMXAuth

struct TransactionKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transaction-key",
        abstract: "Prints what a repetition of a request is known by (MSC3970).",
        discussion: "Exit codes: 0 there is such a key, 1 there is none, 2 usage or configuration error.")

    @Argument(help: "The request's method.")
    var method: String

    @Argument(help: "The request's path, as it is sent; a query is ignored.")
    var path: String

    @OptionGroup var caller: CallerArguments

    func run() throws {
        let validator = try caller.makeValidator()
        let verdict = try caller.verdict(validator)
        do throws(Refusal) {
            Terminal.write(try validator.transactionKey(verdict, method, path) + "\n")
        } catch {
            throw error.asRefused
        }
    }
}

/// The functions of include/mxauth.h on requests for Swift.
extension Validator {
    /// The verdict on a token as the library has it.
    func judge(_ token: [UInt8]) throws(Refusal) -> mxauth_verdict {
        _ = try validate(token)
        var verdict = mxauth_verdict.empty
        var error = mxauth_error.empty
        let status = token.withCharacters { mxauth_validate(handle, $0, $1, &verdict, &error) }
        guard status == MXAUTH_OK else { throw Refusal(status, error) }
        return verdict
    }

    func transactionKey(_ verdict: mxauth_verdict?, _ method: String, _ path: String) throws(Refusal) -> String {
        try filled { buffer, capacity, needed, error in
            with(verdict, method, path) {
                mxauth_transaction_key(handle, $0, $1, $2, $3, $4, buffer, capacity, needed, error)
            }
        }
    }

    func requiredScope(_ method: String, _ path: String) throws(Refusal) -> String {
        try filled { buffer, capacity, needed, error in
            with(nil, method, path) { mxauth_required_scope(handle, $1, $2, $3, $4, buffer, capacity, needed, error) }
        }
    }

    func with<R>(
        _ verdict: mxauth_verdict?, _ method: String, _ path: String,
        _ body: (UnsafePointer<mxauth_verdict>?, UnsafePointer<CChar>?, Int, UnsafePointer<CChar>?, Int) -> R
    ) -> R {
        Array(method.utf8).withCharacters { method, methodLength in
            Array(path.utf8).withCharacters { path, pathLength in
                guard var verdict else { return body(nil, method, methodLength, path, pathLength) }
                return body(&verdict, method, methodLength, path, pathLength)
            }
        }
    }
}
