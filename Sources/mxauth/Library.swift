// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import Glibc

/// include/mxauth.h for Swift: memory and text, no decisions.
enum Library {
    static var version: String { String(cString: mxauth_version()) }

    static var headerVersion: String {
        "\(MXAUTH_VERSION_MAJOR).\(MXAUTH_VERSION_MINOR).\(MXAUTH_VERSION_PATCH)"
    }

    static var options: [mxauth_option_info] {
        (0..<mxauth_option_count()).map { index in
            var info = mxauth_option_info()
            info.struct_size = UInt32(MemoryLayout<mxauth_option_info>.size)
            _ = mxauth_option_at(index, &info)
            return info
        }
    }

    static var statuses: [mxauth_status_info] {
        (0..<mxauth_status_count()).map { index in
            var info = emptyStatusInfo
            _ = mxauth_status_at(index, &info)
            return info
        }
    }

    static func describe(_ status: mxauth_status) -> mxauth_status_info {
        var info = emptyStatusInfo
        _ = mxauth_status_describe(status, &info)
        return info
    }

    private static var emptyStatusInfo: mxauth_status_info {
        var info = mxauth_status_info()
        info.struct_size = UInt32(MemoryLayout<mxauth_status_info>.size)
        return info
    }

    /// The report on key material, as JSON.
    static func inspectKeys(_ text: [UInt8]) throws(Refusal) -> String {
        try text.withCharacters { (characters, count) throws(Refusal) in
            try filled { mxauth_inspect_keys(characters, count, $0, $1, $2, $3) }
        }
    }
}

/// Any status but MXAUTH_OK.
struct Refusal: Error {
    let status: mxauth_status
    let subject: String
    let message: String

    init(_ status: mxauth_status, _ message: String) {
        self.status = status
        subject = ""
        self.message = message
    }

    init(_ status: mxauth_status, _ error: mxauth_error) {
        self.status = status
        subject = text(error.subject)
        message = text(error.message)
    }

    var name: String { String(cString: mxauth_status_name(status)) }
    var info: mxauth_status_info { Library.describe(status) }
    var subjectAndMessage: String { subject.isEmpty ? message : "\(subject): \(message)" }

    /// Whether the token is to blame, and not the caller, the machine or the issuer.
    var isTokens: Bool { (200..<600).contains(status) }
}

final class Config {
    private let handle = mxauth_config_new()
    /// The issuers in the order in which a verdict counts them.
    private(set) var issuers: [String] = []

    deinit { mxauth_config_free(handle) }

    /// Sets an option; returns the library's note, mostly none.
    func set(_ name: String, to value: [UInt8]) throws(Refusal) -> String? {
        var error = mxauth_error.empty
        let status = (value + [0]).withCharacters { characters, _ in
            mxauth_config_set(handle, name, characters, &error)
        }
        guard status == MXAUTH_OK else { throw Refusal(status, error) }
        if name == "issuer" { issuers.append(String(decoding: value, as: UTF8.self)) }
        let note = text(error.message)
        return note.isEmpty ? nil : note
    }

    /// `time` in Unix seconds takes the place of the clock.
    func makeValidator(at time: Int64?) throws(Refusal) -> Validator {
        let clock = time.map { time in
            let nanoseconds = UnsafeMutablePointer<Int64>.allocate(capacity: 1)
            nanoseconds.initialize(to: time * 1_000_000_000)
            _ = mxauth_config_set_clock(handle, Config.wallClockStandsStill, nanoseconds)
            return nanoseconds
        }
        var error = mxauth_error.empty
        var validator: OpaquePointer?
        let status = mxauth_validator_new(handle, &validator, &error)
        guard status == MXAUTH_OK, let validator else {
            clock?.deallocate()
            throw Refusal(status, error)
        }
        return Validator(handle: validator, clock: clock, issuers: issuers)
    }

    private static let wallClockStandsStill: mxauth_clock = { wall, clock in
        if clock == MXAUTH_CLOCK_WALL, let wall { return wall.load(as: Int64.self) }
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

final class Validator {
    let handle: OpaquePointer
    private let clock: UnsafeMutablePointer<Int64>?
    private let issuers: [String]

    fileprivate init(handle: OpaquePointer, clock: UnsafeMutablePointer<Int64>?, issuers: [String]) {
        self.handle = handle
        self.clock = clock
        self.issuers = issuers
    }

    deinit {
        mxauth_validator_free(handle)
        clock?.deallocate()
    }

    func validate(_ token: [UInt8]) throws(Refusal) -> Verdict {
        var verdict = mxauth_verdict()
        verdict.struct_size = UInt32(MemoryLayout<mxauth_verdict>.size)
        var error = mxauth_error.empty
        try fetchKeys(for: token)
        let status = token.withCharacters {
            mxauth_validate_wait(handle, $0, $1, Self.patience, &verdict, &error)
        }
        guard status == MXAUTH_OK else { throw Refusal(status, error) }
        let issuer = Int(verdict.issuer)
        return Verdict(verdict, issuer: issuers.indices.contains(issuer) ? issuers[issuer] : "")
    }

    /// Milliseconds that an issuer has to answer: discovery may take three exchanges.
    private static let patience: Int64 = 15_000

    /// Lets the library ask the issuer if the token cannot be judged without.
    private func fetchKeys(for token: [UInt8]) throws(Refusal) {
        var verdict = mxauth_verdict()
        verdict.struct_size = UInt32(MemoryLayout<mxauth_verdict>.size)
        guard token.withCharacters({ mxauth_validate(handle, $0, $1, &verdict, nil) }) == MXAUTH_PENDING else { return }
        var error = mxauth_error.empty
        let status = mxauth_transport_start(handle, &error)
        guard status == MXAUTH_OK else { throw Refusal(status, error) }
        _ = token.withCharacters { mxauth_validate_wait(handle, $0, $1, Self.patience, &verdict, nil) }
    }

    /// The claims of a good token, as JSON.
    func claims(_ token: [UInt8]) throws(Refusal) -> String {
        try fetchKeys(for: token)
        return try token.withCharacters { (characters, count) throws(Refusal) in
            try filled { mxauth_claims(handle, characters, count, $0, $1, $2, $3) }
        }
    }

    /// Asks the first issuer to revoke a token.
    func revoke(_ token: [UInt8], hint: UInt32, clientID: String?) throws(Refusal) {
        var error = mxauth_error.empty
        var status = mxauth_transport_start(handle, &error)
        guard status == MXAUTH_OK else { throw Refusal(status, error) }
        status = token.withCharacters { token, length in
            guard let clientID else {
                return mxauth_revoke_at_issuer(handle, 0, token, length, hint, nil, Self.patience, &error)
            }
            return mxauth_revoke_at_issuer(handle, 0, token, length, hint, clientID, Self.patience, &error)
        }
        guard status == MXAUTH_OK else { throw Refusal(status, error) }
    }

    /// Who makes a request.
    enum Caller {
        case anonymous
        case refused(Refusal)
        /// MXAUTH_GRANT_… bits.
        case grants(UInt64)
    }

    /// Returns if the request may be made.
    func authorize(_ method: String, _ path: String, _ caller: Caller) throws(Refusal) {
        var verdict = mxauth_verdict()
        verdict.struct_size = UInt32(MemoryLayout<mxauth_verdict>.size)
        var why: Refusal?
        switch caller {
        case .anonymous: break
        case .refused(let refusal):
            verdict.status = refusal.status
            why = refusal
        case .grants(let grants): verdict.grants = grants
        }
        let isAnonymous = if case .anonymous = caller { true } else { false }
        var error = mxauth_error.empty
        let status = Array(method.utf8).withCharacters { method, methodLength in
            Array(path.utf8).withCharacters { path, pathLength in
                isAnonymous
                    ? mxauth_authorize(handle, nil, method, methodLength, path, pathLength, &error)
                    : mxauth_authorize(handle, &verdict, method, methodLength, path, pathLength, &error)
            }
        }
        if status == MXAUTH_OK { return }
        // The token's own refusal has better words.
        if let why, why.status == status { throw why }
        throw Refusal(status, error)
    }

    /// What a scope grants, as MXAUTH_GRANT_… bits.
    func grants(ofScope scope: String) throws(Refusal) -> UInt64 {
        var grants: UInt64 = 0
        var error = mxauth_error.empty
        let status = Array(scope.utf8).withCharacters { mxauth_scope_grants(handle, $0, $1, &grants, &error) }
        guard status == MXAUTH_OK else { throw Refusal(status, error) }
        return grants
    }

    /// What was checked, as JSON.
    func explain(_ token: [UInt8]) throws(Refusal) -> String {
        try fetchKeys(for: token)
        return try token.withCharacters { (characters, count) throws(Refusal) in
            try filled { mxauth_explain(handle, characters, count, $0, $1, $2, $3) }
        }
    }
}

/// A good token's.
struct Verdict {
    let issuer, userID, deviceID, subject, clientID: String
    let grants: UInt64
    let hasUnknownScopes: Bool
    let expiresAt, issuedAt: Int64

    fileprivate init(_ verdict: mxauth_verdict, issuer: String) {
        self.issuer = issuer
        userID = text(verdict.user_id)
        deviceID = text(verdict.device_id)
        subject = text(verdict.subject)
        clientID = text(verdict.client_id)
        grants = verdict.grants
        hasUnknownScopes = verdict.flags & 1 != 0  // MXAUTH_VERDICT_UNKNOWN_SCOPES, which Swift does not import
        expiresAt = verdict.expires_at
        issuedAt = verdict.issued_at
    }

    /// The MXAUTH_GRANT_… bits, which Swift does not import, in words.
    var grantNames: [String] {
        let names = [
            "the Client-Server API", "openid", "Synapse administration", "MAS administration", "a guest's",
            "an application service's", "server administration", "membership queries",
        ]
        return names.enumerated().filter { grants & 1 << UInt64($0.offset) != 0 }.map(\.element)
            + (grants >> 32 == 0 ? [] : ["scopes of scope_rule"])
    }
}

// MARK: C's texts and buffers

extension mxauth_error {
    static var empty: mxauth_error {
        var error = mxauth_error()
        error.struct_size = UInt32(MemoryLayout<mxauth_error>.size)
        return error
    }
}

extension [UInt8] {
    func withCharacters<R, E: Error>(
        _ body: (UnsafePointer<CChar>?, Int) throws(E) -> R
    ) throws(E) -> R {
        // The closure of withUnsafeBytes may throw untyped errors only.
        let result = withUnsafeBytes { bytes in
            Result { () throws(E) in try body(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count) }
        }
        return try result.get()
    }
}

/// Calls a function that fills a buffer, with as much room as it asks for.
func filled(
    _ fill: (UnsafeMutablePointer<CChar>?, Int, UnsafeMutablePointer<Int>?, UnsafeMutablePointer<mxauth_error>?)
        -> mxauth_status
) throws(Refusal) -> String {
    var buffer: [CChar] = []
    var needed = 16_384
    while true {
        buffer = [CChar](repeating: 0, count: needed)
        var error = mxauth_error.empty
        let status = fill(&buffer, buffer.count, &needed, &error)
        if status == MXAUTH_BUFFER_TOO_SMALL, needed > buffer.count { continue }
        guard status == MXAUTH_OK else { throw Refusal(status, error) }
        return String(decoding: buffer.prefix(max(needed - 1, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

private func text(_ text: mxauth_text) -> String {
    withUnsafeBytes(of: text.bytes) { String(decoding: $0.prefix(Int(text.length)), as: UTF8.self) }
}

/// NUL-terminated text in an array of a C struct.
func text<Array>(_ array: Array) -> String {
    withUnsafeBytes(of: array) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
