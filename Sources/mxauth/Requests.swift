// SPDX-License-Identifier: Apache-2.0
import CMXAuth

// The part of include/mxauth.h that is about requests, replies and scopes.

extension Library {
    /// How many bytes the token of a request has.
    static func bearerTokenSize(header: [UInt8]?, query: [UInt8]?, flags: UInt32) throws(Refusal) -> Int {
        try withOptional(header) { (header, headerSize) throws(Refusal) in
            try withOptional(query) { (query, querySize) throws(Refusal) in
                try filled { mxauth_bearer_extract(header, headerSize, query, querySize, flags, $0, $1, $2, $3) }.utf8.count
            }
        }
    }

    /// The response as HTTP/1.1 would write its lines.
    static func reply(to status: mxauth_status, scope: String?, validator: Validator?) throws(Refusal) -> String {
        var reply = mxauth_reply()
        reply.struct_size = UInt32(MemoryLayout<mxauth_reply>.size)
        let result = (Array((scope ?? "").utf8) + [0]).withCharacters { characters, _ in
            mxauth_error_response(validator?.handle, status, scope == nil ? nil : characters, &reply)
        }
        // It takes no mxauth_error, and can only have been called wrongly.
        guard result == MXAUTH_OK else { throw Refusal(result, mxauth_error.empty) }
        var lines = ["HTTP/1.1 \(reply.http_status)", "Content-Type: application/json"]
        if reply.challenge_length > 0 { lines.append("WWW-Authenticate: " + text(reply.www_authenticate)) }
        return (lines + ["", text(reply.body)]).joined(separator: "\n")
    }

    static func inspectScope(_ scope: [UInt8], flags: UInt32) throws(Refusal) -> String {
        try withOptional(scope) { (scope, size) throws(Refusal) in
            try filled { mxauth_scope_inspect(scope, size, flags, $0, $1, $2, $3) }
        }
    }

    static func normaliseScope(_ scope: [UInt8], flags: UInt32) throws(Refusal) -> String {
        try withOptional(scope) { (scope, size) throws(Refusal) in
            try filled { mxauth_scope_normalise(scope, size, flags, $0, $1, $2, $3) }
        }
    }

    static func narrowScope(_ granted: [UInt8], to requested: [UInt8]) throws(Refusal) -> String {
        try withOptional(granted) { (granted, size) throws(Refusal) in
            try withOptional(requested) { (requested, requestedSize) throws(Refusal) in
                try filled { mxauth_scope_narrow(granted, size, requested, requestedSize, $0, $1, $2, $3) }
            }
        }
    }

    static func mergeScopes(_ first: [UInt8], _ second: [UInt8]) throws(Refusal) -> String {
        try withOptional(first) { (first, size) throws(Refusal) in
            try withOptional(second) { (second, secondSize) throws(Refusal) in
                try filled { mxauth_scope_merge(first, size, second, secondSize, $0, $1, $2, $3) }
            }
        }
    }

    static func checkDeviceID(_ id: [UInt8]) throws(Refusal) -> String {
        try withOptional(id) { (id, size) throws(Refusal) in
            try filled { mxauth_device_id_check(id, size, $0, $1, $2, $3) }
        }
    }

    static func makeDeviceID() throws(Refusal) -> String {
        try filled { mxauth_device_id_generate($0, $1, $2, $3) }
    }

    /// Nil is NULL; an empty text is not.
    private static func withOptional<R>(
        _ text: [UInt8]?, _ body: (UnsafePointer<CChar>?, Int) throws(Refusal) -> R
    ) throws(Refusal) -> R {
        guard let text else { return try body(nil, 0) }
        // A NUL behind it, so that there is something to point at.
        return try (text + [0]).withCharacters { (characters, _) throws(Refusal) in try body(characters, text.count) }
    }
}
